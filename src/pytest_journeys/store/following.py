"""A session's journals as they grow, for who watches: nothing is locked, nothing is written, no line is kept.

A line that is not whole yet is waited for: it is the next look's. What does not match its hash is not passed either,
until a seal says that valid lines should stand there.
"""

from collections.abc import Iterator
from heapq import merge
from pathlib import Path
from typing import Final

from pytest_journeys.events.line import ZEROS, Line, decode_line
from pytest_journeys.events.model import VERSION, Event, JournalOpened
from pytest_journeys.store.files import Disk
from pytest_journeys.store.header import SET_ASIDE, SessionHeader, read_header
from pytest_journeys.store.history import journal_names
from pytest_journeys.store.journal import SUFFIX
from pytest_journeys.store.layout import Store
from pytest_journeys.store.machine import host, is_gone
from pytest_journeys.store.manifest import Manifest
from pytest_journeys.store.runlist import NAME as RUN_LIST
from pytest_journeys.values.errors import StoreCorruptError, StoreTooNewError
from pytest_journeys.values.fact import fact

_BLOCK: Final = 256 * 1024
_TAKES_OVER: Final = b'"earlier":['


@fact
class FollowedLine:
    """A valid line of a worker's journal: from byte `offset` to before `end`. `at`: by this the journals are merged."""

    worker: str
    offset: int
    end: int
    at: float
    events: tuple[Event, ...]


class JournalTail:
    """One journal, read on from where the last look ended."""

    def __init__(self, disk: Disk, path: Path, worker: str) -> None:
        self._disk = disk
        self.path = path
        self.worker = worker
        self.position = 0
        self._head = ZEROS
        self._at = 0.0

    def lines(self, end: int) -> Iterator[FollowedLine]:
        """The whole lines that follow, up to a byte. Raises `StoreTooNewError`, `StoreError`."""
        at, pending = self.position, b""
        while at < end:
            block = self._disk.read_part(self.path, at, min(end, at + _BLOCK))
            if not block:
                return
            at += len(block)
            *whole, pending = (pending + block).split(b"\n")
            for data in whole:
                line = decode_line(data)
                if line is None or line.previous != self._head:
                    return
                events = self._events_of(line)
                self._at = max(
                    [self._at, *(event.at for event in events[:1])]
                )  # a clock may go back, a journal does not
                offset = self.position
                self.position += len(data) + 1
                self._head = line.sha256
                yield FollowedLine(worker=self.worker, offset=offset, end=self.position, at=self._at, events=events)

    def _events_of(self, line: Line) -> tuple[Event, ...]:
        try:
            events = line.events()
        except ValueError as error:
            raise self._unknown(str(error)) from None
        if events and isinstance(events[0], JournalOpened) and events[0].version > VERSION:
            raise self._unknown(f"event version {events[0].version}")
        return events

    def _unknown(self, what: str) -> StoreTooNewError:
        return StoreTooNewError(
            f"{self.path} holds what this pytest-journeys does not know: {what}", help="upgrade pytest-journeys"
        )


class SessionTail:
    """All journals of a session, those that are begun later too."""

    def __init__(self, store: Store, session: str) -> None:
        self._store = store
        self._folder = store.session(session)
        self._tails: dict[str, JournalTail] = {}

    def look(self, seal: Manifest | None) -> Iterator[FollowedLine]:
        """What was added: each journal in its own order, merged by time as far as they reach at this moment.

        Below a `seal` that is all there will ever be. Raises `StoreCorruptError` when less stands there than was sealed.
        """
        for worker in journal_names(self._store.disk, self._folder) if seal is None else seal.lengths:
            if worker not in self._tails:
                path = self._folder / f"{worker}{SUFFIX}"
                self._tails[worker] = JournalTail(self._store.disk, path, worker)
        ends = {tail.worker: self._end_of(tail, seal) for tail in self._tails.values()}
        yield from merge(*(tail.lines(ends[tail.worker]) for tail in self._tails.values()), key=lambda line: line.at)
        if seal is not None:
            for tail in self._tails.values():
                if tail.position != ends[tail.worker]:
                    reason = f"valid lines end here, sealed were {ends[tail.worker]} bytes"
                    raise StoreCorruptError(str(tail.path), tail.position, reason, help=SET_ASIDE)

    def _end_of(self, tail: JournalTail, seal: Manifest | None) -> int:
        if seal is not None:
            return seal.lengths.get(tail.worker, 0)
        return self._store.disk.size(tail.path) or 0


def is_dead(store: Store, header: SessionHeader) -> bool:
    """Whether the process that led a session is gone, as far as this machine can tell without a look at its lock."""
    return header.host == host() and "" != header.boot_id == store.boot_id and is_gone(header.pid)


class Successors:
    """The newer sessions of a store, as far as they were seen: a run list never changes, so each is read once."""

    def __init__(self, store: Store, header: SessionHeader) -> None:
        self._store = store
        self._header = header
        self._seen: dict[str, tuple[SessionHeader, bool] | None] = {}

    def first(self) -> SessionHeader | None:
        """The first session that goes on with runs of this one; of a dead one also one that selected the same.

        Raises `StoreCorruptError`, `StoreTooNewError`.
        """
        for session in self._store.session_ids():
            if session not in self._seen:
                other, _ = read_header(self._store, session)
                is_newer = other.number > self._header.number
                self._seen[session] = (other, self._takes_over(session)) if is_newer else None
        newer = sorted((found for found in self._seen.values() if found is not None), key=lambda found: found[0].number)
        for other, takes_over in newer:
            is_same = other.selection_digest == self._header.selection_digest
            if takes_over or (is_same and is_dead(self._store, self._header)):
                return other
        return None

    def _takes_over(self, session: str) -> bool:
        """Other text in a run list stands in JSON strings, where quotes are escaped: only a place is found so."""
        place = f'"session":"{self._header.session}"'.encode("ascii")
        lines = self._store.disk.lines(self._store.session(session) / RUN_LIST)
        return any(_TAKES_OVER in line and place in line for line in lines)
