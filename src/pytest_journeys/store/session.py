"""How a session begins and ends, as its controller does it: the lock, the run list, the rename; the mark, the seal."""

import base64
import os
import time
from collections.abc import Sequence
from typing import Final

from pytest_journeys.store.header import NAME as HEADER
from pytest_journeys.store.header import SessionFacts, SessionHeader, encode_header, new_header
from pytest_journeys.store.inbox import delivered
from pytest_journeys.store.journal import SUFFIX
from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import MOMENT, Lock, wait
from pytest_journeys.store.lost import mark_lost
from pytest_journeys.store.manifest import EXPIRED, Manifest, OpenRun
from pytest_journeys.store.ownership import PASSED, Choice, choose, still_owned
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.retention import Limits, Removal, retain
from pytest_journeys.store.runlist import NAME as RUN_LIST
from pytest_journeys.store.runlist import Earlier, encode_run_list
from pytest_journeys.store.seal import CONTROLLER, seal_session
from pytest_journeys.store.selection import Selection, remove_selections
from pytest_journeys.store.sessions import DIED, SessionView, holders_of, look_at, sessions
from pytest_journeys.store.stop import mark_stop
from pytest_journeys.store.store_lock import store_locked, take_store_lock
from pytest_journeys.store.versions import number_version
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import StoreBusyError
from pytest_journeys.values.fact import fact

NEVER: Final = "never"
FAILED: Final = "failed"
LOCK_WAIT: Final = Duration(10_000)
_STEP: Final = 0.05


@fact
class Expired:
    """A dead session that was sealed because nothing in it is young enough to resume, with what it left open."""

    session: str
    last_at: float
    open_runs: tuple[OpenRun, ...]


@fact
class Decision:
    """What a new session does with what it found, for the line that says so. Counts runs; times in epoch seconds.

    `parked` counts runs whose moment has not come, which is at `parked_until` for the first of them (None: not known).
    `interrupted_at` is when the first of the sessions it goes on from was; None when that one ended by itself.
    `lost` counts open runs that begin again because the machine started anew, `too_old` those older than max_age.
    `held` are sessions that a worker still works on (`process 12 on host`); `removal` is what of the past was let go of.
    """

    fresh: int = 0
    resuming: int = 0
    reentering: int = 0
    replaying: int = 0
    lost: int = 0
    too_old: int = 0
    parked: int = 0
    parked_until: float | None = None
    oldest_replayed_at: float | None = None
    from_sessions: tuple[str, ...] = ()
    interrupted_at: float | None = None
    held: tuple[str, ...] = ()
    expired: tuple[Expired, ...] = ()
    removal: Removal = Removal()


class Session:
    """A published session in its controller's hands."""

    def __init__(self, store: Store, header: SessionHeader, decision: Decision, lock: Lock) -> None:
        self.store = store
        self.header = header
        self.decision = decision
        self._lock = lock

    @property
    def id(self) -> str:
        """The session's id."""
        return self.header.session

    def stop(self, reason: str) -> None:
        """Ask every worker to begin no further request. Raises `StoreError`."""
        mark_stop(self.store.disk, self.store.session(self.id), reason)

    def lose(self, worker: str, reason: str, *, patience: Duration = LOCK_WAIT) -> bool:
        """Mark a worker that died: others may go on with its runs. False when it still lives. Raises `StoreError`."""
        return mark_lost(self.store, self.id, worker, reason, patience)

    def seal(self, how: str, *, now: float) -> Manifest | None:
        """Seal the session: ``orderly`` or ``interrupted``. Workers must have left; None when one still works.

        Raises `StoreCorruptError` when a journal is damaged, `StoreError` when the disk fails: it stays unsealed then.
        """
        return seal_session(self.store, self.id, self.header.number, how, now)

    def release(self) -> None:
        """Free the controller's lock. May be called twice."""
        self._lock.release()


class Beginning:
    """A session that is not published yet, in its controller's hands."""

    def __init__(self, store: Store, session: str, lock: Lock) -> None:
        self.store = store
        self.session = session
        self._lock = lock

    def publish(
        self,
        selection: Selection,
        facts: SessionFacts,
        *,
        now: float,
        lock_wait: Duration = LOCK_WAIT,
        limits: Limits | None = None,
    ) -> Session:
        """Choose what each run takes over, write it down, give the session its name. Artifacts must be in the store.

        What of the past is beyond the `limits`, and needed by nobody, is removed then; nothing without limits.

        Waits up to `lock_wait` for workers whose controller died. Raises `StoreError`; then nothing was published.
        """
        patience_ends = time.monotonic() + lock_wait.seconds
        with store_locked(self.store) as store_lock:
            expired: list[Expired] = []
            while True:
                views = _expire(self.store, sessions(self.store), now, expired)
                choice = choose(
                    self.session,
                    selection,
                    views,
                    now=now,
                    replays=facts.resume != NEVER,
                    reenters=facts.resume == FAILED,
                )
                if not choice.finishing or time.monotonic() >= patience_ends:
                    break
                store_lock.release()
                self._wait_for(choice, patience_ends)
                take_store_lock(store_lock)
            _sweep(self.store, self.session)
            number = max((view.header.number for view in views), default=0) + 1
            header = new_header(self.store, self.session, number, facts, selection.digest, now)
            for journey in dict.fromkeys(selected.journey for selected in selection.runs):
                number_version(self.store, journey.journey, journey.artifact, now)
            _sync_taken_over(self.store, choice, views)
            self._write(header, choice)
            continued = {earlier.place.session for entry in choice.entries for earlier in entry.earlier}
            removal = Removal()
            if limits is not None:
                removal = retain(self.store, views, limits, now=now, continued=continued)
        decision = _decision(self.store, choice, tuple(expired), views, removal, now, reenters=facts.resume == FAILED)
        return Session(self.store, header, decision, self._lock)

    def abandon(self) -> None:
        """Nothing is to run: remove the folder, free the lock. Raises `StoreError`."""
        self.store.disk.remove_folder(self.store.new_session(self.session))
        self._lock.release()

    def _wait_for(self, choice: Choice, patience_ends: float) -> None:
        names = [view.session for view in choice.finishing]
        while time.monotonic() < patience_ends and any(holders_of(self.store, name) for name in names):
            wait(_STEP)

    def _write(self, header: SessionHeader, choice: Choice) -> None:
        disk = self.store.disk
        folder = self.store.new_session(self.session)
        remove_selections(self.store, self.session)
        for name, data in (
            (HEADER, encode_header(header)),
            (RUN_LIST, encode_run_list(self.session, choice.entries)),
        ):
            disk.write(folder / name, data)
            disk.sync(folder / name)
        disk.make_folder(folder / "bodies")
        disk.sync_folder(self.store.artifacts)  # a worker's rename there may not be on the disk yet
        disk.sync_folder(folder)
        disk.rename(folder, self.store.session(self.session))
        disk.sync_folder(self.store.sessions)


def mint_session(now: float) -> str:
    """A new session's id; sorts by time for people, unique by chance. Writes nothing."""
    chance = base64.b32encode(os.urandom(5)).decode("ascii").lower()
    return f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{chance}"


def begin(store: Store, session: str) -> Beginning:
    """Take the controller's lock, creating the store if this is its first session. Raises `StoreError`."""
    store.create()
    store.disk.make_folder(store.locks_of(session))
    lock = Lock(store.locks_of(session) / CONTROLLER)
    if not lock.take():
        raise StoreBusyError(f"another process leads the session {session}")
    store.disk.make_folder(store.new_session(session))
    return Beginning(store, session, lock)


def _sweep(store: Store, session: str) -> None:
    """Remove what died before it was published."""
    for other in store.new_session_ids():
        if other != session and not holders_of(store, other):
            store.disk.remove_folder(store.new_session(other))


def _expire(store: Store, views: Sequence[SessionView], now: float, expired: list[Expired]) -> list[SessionView]:
    """Seal the dead sessions in which nothing is young enough to resume, add them to `expired`; how all stand then."""
    standing = []
    for position, view in enumerate(views):
        lock = Lock(store.locks_of(view.session) / CONTROLLER)
        if _is_too_old(view, now):
            store.disk.make_folder(lock.path.parent)  # a copied store may lack it
        if not _is_too_old(view, now) or not lock.take(MOMENT):
            standing.append(view)
            continue
        try:
            left = tuple(still_owned(view, views[:position]))
            if seal_session(store, view.session, view.header.number, EXPIRED, now) is not None:
                expired.append(Expired(session=view.session, last_at=_last_at(view), open_runs=left))
        finally:
            lock.release()
        standing.append(look_at(store, view.session))
    return standing


def _is_too_old(view: SessionView, now: float) -> bool:
    max_age_ms = view.run_list.max_age_ms if view.status == DIED else None
    if max_age_ms is None or (now - _last_at(view)) * 1000 <= max_age_ms:
        return False
    return all(trace.parked is None for trace in view.index.runs.values())


def _last_at(view: SessionView) -> float:
    return view.index.last_at or view.header.started


def _interrupted_at(view: SessionView) -> float | None:
    """When a session was interrupted: it was sealed then, or wrote its last line; None when it ended by itself."""
    if not view.was_interrupted:
        return None
    return _last_at(view) if view.manifest is None else view.manifest.sealed_at


def _sync_taken_over(store: Store, choice: Choice, views: Sequence[SessionView]) -> None:
    """Put the journals that this session goes on from on the disk: what it writes will name their lines.

    Who wrote them may have died before a sync; a power failure must not take them from under their continuation.
    """
    unsealed = {view.session for view in views if view.manifest is None}
    journals = {(earlier.place.session, earlier.place.journal) for entry in choice.entries for earlier in entry.earlier}
    for session, journal in sorted(journals):
        if session in unsealed:
            store.disk.sync(store.session(session) / f"{journal}{SUFFIX}")


def _decision(
    store: Store,
    choice: Choice,
    expired: tuple[Expired, ...],
    views: Sequence[SessionView],
    removal: Removal,
    now: float,
    *,
    reenters: bool,
) -> Decision:
    counts = dict.fromkeys(("fresh", "resuming", "reentering", "replaying", "lost", "too_old", "parked"), 0)
    replayed_at: list[float] = []
    parked_until: list[float] = []
    answered = frozenset(delivered(store))
    origins: dict[str, None] = {}
    for entry in choice.entries:
        if not entry.earlier:
            counts["fresh"] += 1
            continue
        newest = entry.earlier[0]
        origins[newest.place.session] = None
        if newest.outcome == PASSED:
            counts["replaying"] += 1
            replayed_at.append(newest.last_at)
        elif newest.is_expired:
            counts["too_old"] += 1
        elif newest.is_lost:
            counts["lost"] += 1
        elif newest.is_parked and _stays_parked(store, newest, answered, now):
            counts["parked"] += 1
            parked_until += [] if newest.parked_until is None else [newest.parked_until]
        elif newest.is_kept and not reenters:
            counts["fresh"] += 1
        elif newest.is_open:
            counts["resuming"] += 1
        else:
            counts["reentering"] += 1
    first = next((view for view in views if view.session == next(iter(origins), None)), None)
    return Decision(
        fresh=counts["fresh"],
        resuming=counts["resuming"],
        reentering=counts["reentering"],
        replaying=counts["replaying"],
        lost=counts["lost"],
        too_old=counts["too_old"],
        parked=counts["parked"],
        parked_until=min(parked_until, default=None),
        oldest_replayed_at=min(replayed_at, default=None),
        from_sessions=tuple(origins),
        interrupted_at=None if first is None else _interrupted_at(first),
        held=tuple(view.holder for view in choice.finishing),
        expired=expired,
        removal=removal,
    )


def _stays_parked(store: Store, run: Earlier, answered: frozenset[str], now: float) -> bool:
    """Whether the moment of a parked run has not come, and nobody has answered what it waits for."""
    if run.parked_until is not None and run.parked_until <= now:
        return False
    if not answered:
        return True
    state = load_state(store, run.run, run.place)
    return state.parked is None or state.opened.signals.get(state.parked.step) not in answered
