"""Stores and engines that lack one precaution. What judges crashes must catch each, or it proves nothing."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from crash.image_disk import ImageDisk
from crash.recording_disk import Operation
from crash.states.recording import Wrap
from pytest_journeys.app.opening import Opening
from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.line import decode_line
from pytest_journeys.events.model import Event, Intent, Place, RunDecided, RunOpened, StepEnded
from pytest_journeys.ports import Journal, Transport
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import JournalFailedError
from pytest_journeys.values.http import HttpRequest, HttpResponse, TransportFailure

Log = list[Operation]


def without(kind: str, part: str) -> Callable[[Log], Log]:
    """The log without the operations of a kind on paths that hold a text."""
    return lambda log: [operation for operation in log if not (operation.kind == kind and part in operation.path)]


def without_journal_folder(log: Log) -> Log:
    """The log in which the folder of a new journal is not synced."""
    return [
        operation
        for at, operation in enumerate(log)
        if not (operation.kind == "sync_folder" and log[at - 1].path.endswith(".journal"))
    ]


def without_taking_over(log: Log) -> Log:
    """The log in which a journal is synced by its writer only, not by who goes on from it or seals it."""
    return [
        operation
        for at, operation in enumerate(log)
        if not (operation.kind == "sync" and ".journal" in operation.path and log[at - 1].path != operation.path)
    ]


LOGS: dict[str, Callable[[Log], Log]] = {
    "the journal is never synced": without("sync", ".journal"),
    "the journal's folder is not synced": without_journal_folder,
    "the run list is not synced": without("sync", "runs.jsonl"),
    "the header of a session is not synced": without("sync", "session.json"),
    "the folder of a new session is not synced": without("sync_folder", ".new-"),
    "the folder of sessions is not synced": lambda log: [
        operation for operation in log if operation != Operation("sync_folder", ".journeys/sessions")
    ],
    "what is written aside is not synced": lambda log: [
        operation for operation in log if not (operation.kind == "sync" and "/." in operation.path)
    ],
    "the folder of artifacts is not synced": without("sync_folder", "artifacts"),
    "the seal is not synced": without("sync", ".manifest.json"),
    "the versions are not synced": without("sync", ".purchase.jsonl"),
    "the new store is not synced": lambda log: [
        operation for operation in log if operation != Operation("sync_folder", ".")
    ],
}
"""Stores, by the log of a right one."""


class TrustingDisk(ImageDisk):
    """Makes every line of a journal match its hash, as if there were none."""

    def lines(self, path: Path) -> Iterator[bytes]:
        """The lines, each with the hash of what stands in it."""
        for data in super().lines(path):
            yield digest_of_bytes(data[65:].rstrip(b"\n")).encode() + data[64:]


@dataclass
class Spoiling:
    """A journal that writes other events than it is given: `spoil` yields the lines."""

    inner: Journal
    spoil: Callable[[list[Event]], Sequence[list[Event]]]

    def append(self, events: Sequence[Event], accounts: Sequence[StepAccount] = ()) -> None:
        """Append what is left of it."""
        lines = [line for line in self.spoil(list(events)) if line]
        for number, line in enumerate(lines):
            self.inner.append(line, accounts if number == 0 else ())

    @property
    def place(self) -> Place:
        """As the inner one."""
        return self.inner.place


def each(change: Callable[[Event], Event | None]) -> Wrap:
    """An engine that writes each event otherwise, or not at all."""

    def spoil(events: list[Event]) -> Sequence[list[Event]]:
        return [[changed for event in events if (changed := change(event)) is not None]]

    return lambda journal, transport: (Spoiling(journal, spoil), transport)


def _outcome_alone(events: list[Event]) -> Sequence[list[Event]]:
    """The outcome in a line of its own, then the intent."""
    at = next((at for at, event in enumerate(events) if isinstance(event, Intent)), 0)
    return [events[:at], events[at:]]


class _Late:
    """Keeps back the line of an intent until its request has been answered."""

    def __init__(self, journal: Journal, transport: Transport) -> None:
        self._journal = journal
        self._transport = transport
        self._kept: list[tuple[Sequence[Event], Sequence[StepAccount]]] = []

    def append(self, events: Sequence[Event], accounts: Sequence[StepAccount] = ()) -> None:
        self._flush()
        if any(isinstance(event, Intent) for event in events):
            self._kept.append((events, accounts))
        else:
            self._journal.append(events, accounts)

    @property
    def place(self) -> Place:
        return self._journal.place

    def send(self, request: HttpRequest, *, timeout: Duration) -> HttpResponse | TransportFailure:
        came = self._transport.send(request, timeout=timeout)
        self._flush()
        return came

    def close(self) -> None:
        self._transport.close()

    def _flush(self) -> None:
        kept, self._kept = self._kept, []
        for events, accounts in kept:
            self._journal.append(events, accounts)


def _late(journal: Journal, transport: Transport) -> tuple[Journal, Transport]:
    late = _Late(journal, transport)
    return late, late


ENGINES: dict[str, Wrap] = {
    "no intent is written": each(lambda event: None if isinstance(event, Intent) else event),
    "the intent is written after sending": _late,
    "a registered cleanup is forgotten": each(
        lambda event: replace(event, is_registered=False) if isinstance(event, StepEnded) else event
    ),
    "what a run continues is forgotten": each(
        lambda event: replace(event, continues=None) if isinstance(event, RunOpened) else event
    ),
    "the drawn key is forgotten": each(
        lambda event: replace(event, generated={}, key=None) if isinstance(event, Intent) else event
    ),
    "derived values are forgotten": each(
        lambda event: replace(event, derived={}) if isinstance(event, StepEnded) else event
    ),
    "the end of a step is forgotten": each(
        lambda event: None if isinstance(event, StepEnded) and event.step == "fill" else event
    ),
    "a decision to begin anew is forgotten": each(lambda event: None if isinstance(event, RunDecided) else event),
    "the attempt is not counted": each(
        lambda event: replace(event, attempt=1) if isinstance(event, RunOpened) else event
    ),
}
"""Engines, by what they write."""


def _unsynced(kind: type[Event]) -> Callable[[Log], Log]:
    """The log without the sync of each line that holds such an event."""

    def unsynced(log: Log) -> Log:
        kept: Log = []
        for operation in log:
            if operation.kind == "sync" and kept and kept[-1].kind == "append" and kept[-1].path == operation.path:
                line = decode_line(kept[-1].data[:-1])
                if line is not None and any(isinstance(event, kind) for event in line.events()):
                    continue
            kept.append(operation)
        return kept

    return unsynced


SPLIT: dict[str, Callable[[Log], Log]] = {
    "outcome and next intent in two lines, not synced between": _unsynced(StepEnded),
    "outcome and next intent in two lines, the second not synced": _unsynced(Intent),
}
"""Stores of an engine that splits its lines."""


def split(journal: Journal, transport: Transport) -> tuple[Journal, Transport]:
    """An engine whose outcome and next intent are two lines."""
    return Spoiling(journal, _outcome_alone), transport


def never_compared(opening: Opening) -> Opening:
    """A run goes on, or counts as passed, whatever it was given this time."""
    if opening.resumed is None and opening.replaced:
        newest, *others = opening.replaced
        return replace(opening, run=newest.run, resumed=newest, replaced=tuple(others), told=())
    return opening


@dataclass
class Bearing:
    """A journal that hides its failures. `mends`: it takes up writing again, as if the next sync could be believed."""

    inner: Any
    mends: bool

    def append(self, events: Sequence[Event], accounts: Sequence[StepAccount] = ()) -> None:
        """Append, or say nothing."""
        with suppress(JournalFailedError):
            self.inner.append(events, accounts)
        if self.mends:
            self.inner._failure = ""

    @property
    def place(self) -> Place:
        """As the inner one."""
        return self.inner.place  # type: ignore[no-any-return]


JOURNALS: dict[str, Wrap] = {
    "a failed sync is hidden": lambda journal, transport: (Bearing(journal, mends=False), transport),
    "after a failed sync the journal is written on": lambda journal, transport: (
        Bearing(journal, mends=True),
        transport,
    ),
}
"""Journals that bear with errors."""
