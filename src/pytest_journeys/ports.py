"""The contract book: what the engine asks of the world, and what it may rely on.

Each method states order, idempotence, what may be raised and what durability the caller may assume. Adapters and the
store implement these, `testing` ships doubles that keep the same contracts.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.model import Event, Place
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import HttpRequest, HttpResponse, TransportFailure
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.sealed import Binding, Unopened
from pytest_journeys.values.secret import Secret


class Transport(Protocol):
    """Sends one request and returns what came of it."""

    def send(self, request: HttpRequest, *, timeout: Duration) -> HttpResponse | TransportFailure:
        """Send once, exactly as given: no redirect, no cookie, no authentication, no second try.

        `timeout` is the total for connecting, sending and receiving the whole body. Whatever goes wrong is returned as a
        `TransportFailure`; its `may_have_left` is False only when it is certain that no byte reached the server. The
        body is content-decoded and bounded. Only control-flow signals (KeyboardInterrupt and the like) are raised.
        """
        ...

    def close(self) -> None:
        """Let go of every connection. May be called twice."""
        ...


class Journal(Protocol):
    """A worker's append-only record. Events are facts: what was appended has happened."""

    def append(self, events: Sequence[Event], accounts: Sequence[StepAccount] = ()) -> None:
        """Append one line: all of it or nothing is read back.

        At `power` the line is on disk when this returns if any of its events is firm (`events.model.is_firm`); else, and
        at `process`, it has been handed to the operating system and survives the death of this process.
        Raises `JournalFailedError` when a write or sync fails: the journal has ended, nothing is retried.
        """
        ...

    @property
    def place(self) -> Place:
        """The line appended last: what a run that begins another attempt continues."""
        ...


class Bodies(Protocol):
    """Large evidence bodies, redacted, by digest."""

    def keep(self, data: bytes) -> str:
        """Keep a body and return its sha256. Idempotent; not synced; never needed to resume."""
        ...


class Clock(Protocol):
    """Time."""

    def now(self) -> float:
        """Seconds since the epoch, by the wall clock; may jump."""
        ...

    def monotonic(self) -> float:
        """Seconds from an arbitrary start, never backwards; for durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after so many seconds, or earlier when the session is asked to stop."""
        ...


class Entropy(Protocol):
    """Chance. What is drawn from it is recorded in the intent, so that it is drawn once."""

    def draw(self, size: int) -> bytes:
        """So many random bytes, fit for identifiers that must not collide."""
        ...


@fact
class Function:
    """A Python function that a step calls, found and looked at before the run begins.

    `source_digest` is of the file that defines it, empty where there is none.
    """

    name: str
    target: Callable[..., Any]
    takes_context: bool
    is_async: bool
    source_digest: str


class SecretSource(Protocol):
    """Where declared secrets come from; asked at the moment of execution, never while collecting."""

    def find(self, name: str) -> Secret | None:
        """The secret, or None when no source has it. Raises `SetupError` when a source fails; never shows a value."""
        ...


class Sealer(Protocol):
    """Encrypts what a resume needs and nobody may read. A value opens only where it was sealed, and only unchanged."""

    def seal(self, value: JsonValue, binding: Binding) -> str:
        """The value as sealed text, another one each time, in ASCII."""
        ...

    def open(self, text: str, binding: Binding) -> "JsonValue | Unopened":
        """The value that was sealed, or why it cannot be had. Never raises for what stands in a journal."""
        ...


class Sources(Protocol):
    """Files beside a journey: bodies, rows, uploads."""

    def read(self, path: str) -> bytes:
        """The bytes of a file named relative to the journey's folder. Raises `SetupError` naming the file."""
        ...


@fact
class Delivery:
    """An answer to a signal: `value` is JSON; `is_approved` when it was a yes or a no; `by` who says so, if they said it.

    `at` is when it was delivered, in epoch seconds.
    """

    value: JsonValue
    is_approved: bool | None = None
    by: str = ""
    at: float


class Inbox(Protocol):
    """Answers to signals, by token. Whoever delivers first wins; an answer never changes."""

    def find(self, token: str) -> Delivery | None:
        """The answer, None while there is none. Raises `StoreError`."""
        ...


class StopSign(Protocol):
    """Whether the session has been asked to stop."""

    def reason(self) -> str | None:
        """Why no further request may begin, or None. Asked before every intent; a mark is known at once."""
        ...


class Listener(Protocol):
    """Hears of each step as it ends, for live progress. Must not raise and must not keep what it is told."""

    def step_ended(self, run: str, step: str, outcome: str) -> None:
        """A step of a run has ended."""
        ...
