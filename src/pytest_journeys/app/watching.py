"""A session as it is followed from elsewhere: its events from any point on, and those of the session that continues it.

Reads what stands in the store and waits for more; locks nothing, writes nothing, keeps only what is open.
"""

import re
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Final

from pytest_journeys.events.model import Event, JournalOpened, JournalStopped, RunEnded, RunOpened, RunReplayed
from pytest_journeys.evidence.followed import EventFollowed, Followed, RunnerLost, SessionFollowed, SessionSealed
from pytest_journeys.store.following import FollowedLine, SessionTail, Successors, is_dead
from pytest_journeys.store.header import SessionHeader, read_header
from pytest_journeys.store.layout import Store
from pytest_journeys.store.manifest import Manifest, read_manifest
from pytest_journeys.store.query import session_named
from pytest_journeys.values.errors import StoreError, UsageError
from pytest_journeys.values.fact import fact

START: Final = "start"
NOW: Final = "now"
_CURSOR: Final = re.compile(r"([^/]+)/((?:[^:,]+:\d+\.\d+(?:,[^:,]+:\d+\.\d+)*)?)")
_BAD: Final = frozenset({"failed", "error", "in_doubt"})


@fact
class Beginning:
    """Where a watch begins to tell: at the `session`'s start, `now`, or behind what was `told` already.

    `told` has for each worker a byte and how many events of the line that begins there.
    """

    session: str
    is_now: bool = False
    told: Mapping[str, tuple[int, int]]


def beginning(store: Store, session: str | None, start: str) -> Beginning:
    """What a person names: a session (default: the newest), and ``start``, ``now`` or a cursor. Raises `UsageError`."""
    if start in (START, NOW):
        return Beginning(session=session_named(store, session or "last"), is_now=start == NOW, told={})
    found = _CURSOR.fullmatch(start)
    if found is None:
        raise UsageError(f"--from {start}: write start, now, or a cursor that `journeys watch --output json` told")
    named = session_named(store, found[1])
    if session is not None and session_named(store, session) != named:
        raise UsageError(f"--from {start}: it is a place of the session {named}, not of {session}")
    told = {}
    for item in filter(None, found[2].split(",")):
        worker, _, place = item.partition(":")
        byte, _, events = place.partition(".")
        told[worker] = int(byte), int(events)
        size = store.disk.size(store.session(named) / f"{worker}.journal")
        if size is None or int(byte) > size:
            raise UsageError(f"--from {start}: the session {named} holds no such place")
    return Beginning(session=named, told=told)


def follow(store: Store, begin: Beginning, pause: Callable[[], None]) -> Iterator[Followed]:
    """All that happens, until the session or the one that continues it is sealed. `pause` passes the time between two looks.

    Raises `StoreError`: what is damaged, newer, or was removed.
    """
    header: SessionHeader | None = read_header(store, begin.session)[0]
    continues: str | None = None
    while header is not None:
        watch = _SessionWatch(store, header, begin)
        yield watch.begun(continues)
        header = yield from watch.follow(pause)
        continues = watch.session
        begin = Beginning(session="", told={})


class _SessionWatch:
    """One session; what it keeps is of the runs that are open and of those that failed."""

    def __init__(self, store: Store, header: SessionHeader, begin: Beginning) -> None:
        self.session = header.session
        self._store = store
        self._header = header
        self._begin = begin
        self._told: dict[str, tuple[int, int]] = dict(begin.told)
        self._names: dict[str, str] = {}
        self._failed: set[str] = set()
        self._outcomes: Counter[str] = Counter()

    def begun(self, continues: str | None) -> SessionFollowed:
        """How it is introduced."""
        header = self._header
        return SessionFollowed(
            session=self.session,
            number=header.number,
            pid=header.pid,
            host=header.host,
            started=header.started,
            continues=continues,
            cursor=self._cursor(),
        )

    def follow(self, pause: Callable[[], None]) -> Generator[Followed, None, SessionHeader | None]:
        """Its events to the end; returns the session that goes on, None when this one was sealed."""
        tail = SessionTail(self._store, self.session)
        successors = Successors(self._store, self._header)
        is_silent = self._begin.is_now
        is_told_lost = False
        while True:
            seal = read_manifest(self._store, self.session)  # first: below it nothing can be missed
            is_lost = seal is None and is_dead(self._store, self._header)
            successor = successors.first() if seal is None else None
            if seal is None and self._store.disk.size(self._store.session(self.session)) is None:
                raise StoreError(f"the session {self.session} was removed")
            for line in tail.look(seal):
                yield from self._events_of(line, is_silent=is_silent)
            is_silent = False
            if seal is not None:
                yield self._sealed(seal)
                return None
            if is_lost and not is_told_lost:
                is_told_lost = True
                yield RunnerLost(session=self.session, cursor=self._cursor())
            if successor is not None:
                return successor
            pause()

    def _events_of(self, line: FollowedLine, *, is_silent: bool) -> Iterator[EventFollowed]:
        begin = self._begin.told.get(line.worker, (0, 0))
        last = len(line.events)
        for number, event in enumerate(line.events, 1):
            name = self._name_of(event)
            if (line.offset, number) > begin:
                self._told[line.worker] = (line.end, 0) if number == last else (line.offset, number)
                if not is_silent:
                    yield EventFollowed(
                        session=self.session,
                        worker=line.worker,
                        name=name,
                        at=event.at,
                        event=event,
                        cursor=self._cursor(),
                    )

    def _name_of(self, event: Event) -> str:
        """The name of the event's run; what ends is counted, and not remembered any longer."""
        match event:
            case JournalOpened() | JournalStopped():
                return ""
            case RunOpened():
                self._names[event.run] = _item(event)
            case RunReplayed():
                self._outcomes["replayed"] += 1
                return _item(event)
            case RunEnded():
                name = self._names.pop(event.run, event.run)
                if event.outcome != "replaced":
                    self._outcomes[event.outcome] += 1
                    (self._failed.add if event.outcome in _BAD else self._failed.discard)(name)
                return name
        return self._names.get(event.run, event.run)

    def _sealed(self, seal: Manifest) -> SessionSealed:
        return SessionSealed(
            session=self.session,
            how=seal.how,
            at=seal.sealed_at,
            outcomes=dict(self._outcomes),
            has_failed=bool(self._failed),
            cursor=self._cursor(),
        )

    def _cursor(self) -> str:
        places = (f"{worker}:{byte}.{events}" for worker, (byte, events) in sorted(self._told.items()))
        return f"{self.session}/{','.join(places)}"


def _item(event: RunOpened | RunReplayed) -> str:
    name = f"{event.journey}[{event.row}]" if event.row else event.journey
    return f"{name}#{event.repeat}" if event.repeat else name
