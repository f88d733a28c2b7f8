"""Journals and bodies that live in memory, and one that dies on the way."""

from collections.abc import Callable, Sequence

from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.line import ZEROS, decode_line, encode_line
from pytest_journeys.events.model import Event, Place
from pytest_journeys.ports import Journal
from pytest_journeys.values.canonical import digest_of_bytes


class MemoryJournal:
    """Keeps the contract of `ports.Journal`: lines are really encoded, chained and read back."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self._head = ZEROS

    def append(self, events: Sequence[Event], accounts: Sequence[StepAccount] = ()) -> None:
        """Append one line."""
        line, self._head = encode_line(self._head, events, list(accounts))  # type: ignore[arg-type]
        self.lines.append(line)

    @property
    def place(self) -> Place:
        """The line appended last."""
        offset = sum(len(line) for line in self.lines[:-1])
        return Place(session="memory", journal="memory", offset=offset, line=self._head)

    def events(self) -> list[Event]:
        """Every event, read back from the lines."""
        found: list[Event] = []
        for data in self.lines:
            line = decode_line(data.removesuffix(b"\n"))
            if line is None:
                raise AssertionError(f"an unreadable line: {data[:80]!r}")
            found.extend(line.events())
        return found


class MemoryBodies:
    """Keeps the contract of `ports.Bodies`."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def keep(self, data: bytes) -> str:
        """Keep a body by its digest."""
        digest = digest_of_bytes(data)
        self.kept[digest] = data
        return digest


class CrashAt:
    """A journal that dies at its n-th append, before or after the line is kept, and stays dead.

    `die` ends the process (``os._exit``, a signal) or raises what a test wants to see; it must not return.
    """

    def __init__(self, inner: Journal, number: int, die: Callable[[], None], *, after: bool = False) -> None:
        self._inner = inner
        self._left = number
        self._die = die
        self._after = after

    @property
    def is_dead(self) -> bool:
        """Whether the crash has come."""
        return self._left <= 0

    def append(self, events: Sequence[Event], accounts: Sequence[StepAccount] = ()) -> None:
        """Append, or die."""
        was_dead = self.is_dead
        self._left -= 1
        if was_dead or (self.is_dead and not self._after):
            self._die()
        self._inner.append(events, accounts)
        if self.is_dead:
            self._die()

    @property
    def place(self) -> Place:
        """The line appended last."""
        return self._inner.place
