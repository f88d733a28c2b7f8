"""The context of one call (`calls.CallContext`): what it records is durable when it returns, and ends with the call."""

import json
import os
import threading
from collections.abc import Callable
from typing import Final

from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.plain_json import NotPlainError, plain_json
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.world import World
from pytest_journeys.events.model import Stashed
from pytest_journeys.values.errors import Interrupted, JournalFailedError
from pytest_journeys.values.json import JsonValue

LARGEST_STASH: Final = 1024 * 1024
"""Bytes of a stash: a line of the journal is no place for data."""

_MOST_LINES: Final = 500
_LONGEST_LINE: Final = 10_000  # characters


class OwnContext:
    """One call of one function. The function may use it from its own threads: a lock stands before the journal.

    `deadline` is by the monotonic clock of the world. `records` is False for a call whose stash nobody will ask for.
    `failed` is what kept a stash from being recorded: the function may have swallowed it. `was_too_late`: it was told that
    its time is over.
    """

    def __init__(
        self,
        *,
        run: str,
        step: str,
        attempt: int,
        stashed: JsonValue,
        may_stop: bool,
        records: bool,
        deadline: float | None,
        world: World,
        gate: Gate,
        record: Record,
    ) -> None:
        self._run, self._step, self._attempt = run, step, attempt
        self._stashed = stashed
        self._may_stop = may_stop
        self._records = records
        self._deadline = deadline
        self._world = world
        self._gate = gate
        self._record = record
        self._process = os.getpid()
        self._lock = threading.RLock()
        self._ended: Callable[[], Exception] | None = None
        self._left_out = 0
        self._lines: list[str] = []
        self.stashes: list[JsonValue] = []
        self.failed: JournalFailedError | None = None
        self.was_too_late = False

    @property
    def run(self) -> str:
        """The id of the run."""
        return self._run

    @property
    def step(self) -> str:
        """The path of the step."""
        return self._step

    @property
    def attempt(self) -> int:
        """The number of this call."""
        return self._attempt

    @property
    def stashed(self) -> JsonValue:
        """The last stash of the call before; a copy."""
        return plain_json(self._stashed)

    @property
    def remaining(self) -> float | None:
        """Seconds until the deadline."""
        return None if self._deadline is None else self._deadline - self._world.clock.monotonic()

    def stash(self, value: JsonValue) -> None:
        """Record how far the function has come (`calls.CallContext.stash`)."""
        try:
            copy = plain_json(value)
        except NotPlainError as error:
            raise TypeError(f"a stash is JSON: {error}") from None
        size = len(json.dumps(copy, ensure_ascii=False).encode("utf-8", "surrogatepass"))
        if size > LARGEST_STASH:
            raise ValueError(f"a stash has at most {LARGEST_STASH} bytes, and this one has {size}")
        with self._lock:
            self._expect_living()
            if self._gate.holds(copy):
                raise ValueError("a stash is written to disk, and this one holds a secret: stash what finds it again")
            self.stashes.append(copy)
            if self._records:
                self._write(copy)
            self._may_stop = True
        self._stop_if_asked()

    def heartbeat(self) -> None:
        """Give way (`calls.CallContext.heartbeat`)."""
        with self._lock:
            self._expect_living()
        self._stop_if_asked()

    def log(self, text: str) -> None:
        """Add a line to the evidence (`calls.CallContext.log`)."""
        line = str(text)
        with self._lock:
            self._expect_living()
            if len(self._lines) < _MOST_LINES:
                self._lines.append(line[:_LONGEST_LINE])
            else:
                self._left_out += 1

    def end(self, why: Callable[[], Exception]) -> None:
        """The call is over: whoever still runs for it gets the exception that `why` makes. Waits for a stash to be written."""
        with self._lock:
            self._ended = self._ended or why

    @property
    def lines(self) -> list[str]:
        """What was logged."""
        more = [f"and {self._left_out} more lines"] if self._left_out else []
        return [*self._lines, *more]

    def _expect_living(self) -> None:
        if os.getpid() != self._process:
            raise RuntimeError(
                "the context of a call belongs to the process that was called, not to one that it forked"
            )
        if self._ended is not None:
            raise self._ended()
        remaining = self.remaining
        if remaining is not None and remaining <= 0:
            self.was_too_late = True
            raise TimeoutError("the step's timeout is over")

    def _write(self, value: JsonValue) -> None:
        self._record.tell(
            Stashed(run=self._run, step=self._step, attempt=self._attempt, value=value, at=self._world.clock.now())
        )
        try:
            self._record.keep()
        except JournalFailedError as error:
            self.failed = error
            raise

    def _stop_if_asked(self) -> None:
        if self._may_stop:
            reason = self._world.stop.reason()
            if reason is not None:
                raise Interrupted(reason)
