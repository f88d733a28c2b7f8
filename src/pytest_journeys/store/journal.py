"""A worker's journal, as it is written: one append, one line, one system call, and a sync where the rules ask for one.

Knows when a line is durable; never knows what it means. A write or a sync that fails ends the journal for good: after a
failed sync the kernel may have dropped the pages and would report the next one as a success (fsyncgate).
"""

from array import array
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Final

from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.line import ZEROS, encode_line
from pytest_journeys.events.model import Event, JournalOpened, JournalStopped, Place, is_firm
from pytest_journeys.store.files import Appender, Disk
from pytest_journeys.values.errors import JournalFailedError
from pytest_journeys.values.fact import fact

SUFFIX: Final = ".journal"


@fact
class SyncCost:
    """What waiting for the disk has cost, in milliseconds."""

    count: int
    median_ms: float
    total_ms: float


_CUT_SHORT: Final = "an append was cut short by a signal"
_HELP: Final = (
    "this journal has ended and nothing more is recorded in it; see to the disk, then run pytest again: it goes on"
)


class JournalFile:
    """The journal of one worker (`ports.Journal`). Created, with a synced header, by the first append."""

    def __init__(self, disk: Disk, folder: Path, header: Callable[[], JournalOpened]) -> None:
        self._disk = disk
        self._folder = folder
        self._make_header = header
        self._file: Appender | None = None
        self._syncs_steps = False
        self._failure = ""
        self._name = ""
        self._session = ""
        self._head = ZEROS
        self._start = 0
        self._end = 0
        self._is_synced = True
        self._sync_seconds = array("d")

    @property
    def is_begun(self) -> bool:
        """Whether the file is there: something was appended."""
        return self._file is not None

    @property
    def place(self) -> Place:
        """The line appended last, and its hash."""
        return Place(session=self._session, journal=self._name, offset=self._start, line=self._head)

    @property
    def sync_cost(self) -> SyncCost:
        """What the syncs have cost so far."""
        times = sorted(self._sync_seconds)
        median = times[len(times) // 2] if times else 0.0
        return SyncCost(count=len(times), median_ms=1000 * median, total_ms=1000 * sum(times))

    def append(self, events: Sequence[Event], accounts: Sequence[StepAccount] = ()) -> None:
        """Append one line: all of it or nothing is read back. Raises `JournalFailedError`: the journal has ended."""
        if self._file is None:
            self._open()
        self._write(events, accounts)
        for event in events:
            if is_firm(event) if self._syncs_steps else isinstance(event, JournalStopped):
                self._sync()
                return

    def close(self) -> None:
        """Sync what has not been and let go of the file. May be called twice. Raises `JournalFailedError`."""
        if self._file is None:
            return
        try:
            if not self._is_synced and not self._failure:
                self._sync()
        finally:
            self._file.close()

    def expect_open(self) -> None:
        """Raise `JournalFailedError` when it has ended in a failure."""
        if self._failure:
            raise JournalFailedError(self._failure, help=_HELP)

    def _open(self) -> None:
        """Create, sync the folder, write and sync the header: only then may anything be done (durability.md, rule 5)."""
        self.expect_open()
        header = self._make_header()
        self._name, self._session = header.worker, header.session
        self._syncs_steps = header.durability == "power"
        path = self._folder / f"{header.worker}{SUFFIX}"
        try:
            self._file = self._disk.append_to_new(path)
            self._disk.sync_folder(self._folder)
        except Exception as error:
            self._fail(f"{path}: cannot begin the journal", error)
        self._write((header,), ())
        self._sync()

    def _write(self, events: Sequence[Event], accounts: Sequence[StepAccount]) -> None:
        if self._failure or self._file is None:
            raise JournalFailedError(self._failure, help=_HELP)
        data, sha256 = encode_line(self._head, events, accounts)  # type: ignore[arg-type]
        self._failure = (
            _CUT_SHORT  # stands if a signal's exception leaves this method: then nobody knows what was written
        )
        try:
            taken = self._file.write(data)
        except OSError as error:
            self._fail(f"{self._file.path}: a write failed", error)
        if taken != len(data):
            self._fail(f"{self._file.path}: a write took {taken} of {len(data)} bytes", None)
        self._head = sha256
        self._start = self._end
        self._end += len(data)
        self._is_synced = False
        self._failure = ""

    def _sync(self) -> None:
        assert self._file is not None
        begin = perf_counter()
        try:
            self._file.sync()
        except OSError as error:
            self._fail(f"{self._file.path}: a sync failed", error)
        self._is_synced = True
        self._sync_seconds.append(perf_counter() - begin)

    def _fail(self, what: str, error: Exception | None) -> None:
        reason = getattr(error, "strerror", None) or (str(error.args[0]) if error is not None and error.args else "")
        self._failure = f"{what}: {reason}" if reason else what
        raise JournalFailedError(self._failure, help=_HELP) from error
