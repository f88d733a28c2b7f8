"""Which past sessions a store lets go of, and how they go. Only under the store's lock.

Nothing goes that a later session could still need: what is resumable, parked or held, what a session that stays continues,
and what says that a run of an older session that stays has gone on or ended. Artifacts and versions stay: they are small,
and a number once told must mean the same tomorrow.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from pytest_journeys.store.layout import Store
from pytest_journeys.store.manifest import EXPIRED
from pytest_journeys.store.ownership import open_in, touched_in
from pytest_journeys.store.sessions import SessionView, holders_of
from pytest_journeys.values.errors import StoreError
from pytest_journeys.values.fact import fact

_DAY: Final = 86_400


@fact
class Limits:
    """How much of the past stays: so many sealed sessions at most, none sealed longer ago than so many days."""

    sessions: int = 20
    days: int = 30


@fact
class Leaving:
    """A session that goes. `given_up` are the open runs that nobody went on with and that are too old to be resumed."""

    session: str
    how: str
    sealed_at: float
    given_up: tuple[str, ...] = ()


@fact
class Removal:
    """What was let go of, the oldest first; `trouble` says why not all of it could be removed, empty otherwise."""

    leaving: tuple[Leaving, ...] = ()
    trouble: str = ""


def leaving(
    views: Sequence[SessionView], limits: Limits, *, now: float, continued: Iterable[str] = ()
) -> tuple[Leaving, ...]:
    """What goes, the oldest first, of the published sessions (newest first).

    `continued` names sessions that one which is not among them goes on from. Raises `StoreCorruptError`.
    """
    beyond = _beyond(views, limits, now)
    if not beyond:
        return ()
    given_up: dict[str, tuple[str, ...]] = {}
    staying = {*continued, *(view.session for view in views if view.session not in beyond)}
    taken: set[str] = set()
    for view in views:
        if view.session in beyond:
            left = tuple(run.run for run in open_in(view) if run.run not in taken and view.status != EXPIRED)
            if holders_of(view.store, view.session) or _is_resumable(view, left, limits, now):
                staying.add(view.session)
            given_up[view.session] = left
        taken.update(touched_in(view))
    _add_needed(staying, views, now)
    return tuple(
        Leaving(
            session=view.session,
            how=view.status,
            sealed_at=_sealed_at(view),
            given_up=given_up[view.session],
        )
        for view in reversed(views)
        if view.session not in staying
    )


def let_go(store: Store, sessions: Iterable[Leaving]) -> None:
    """Remove sessions, given the oldest first. A crash leaves each whole or renamed; the next session removes the rest.

    Raises `StoreError`.
    """
    for session in sessions:  # in this order on the disk, too: a newer one tells that an older one's runs went on
        store.disk.rename(store.session(session.session), store.gone_session(session.session))
        sweep_gone(store)


def sweep_gone(store: Store) -> None:
    """Remove what was renamed to go. Raises `StoreError`."""
    gone = store.gone_session_ids()
    if gone:
        store.disk.sync_folder(store.sessions)  # else a power failure gives its name back to half a session
    for session in gone:
        store.disk.remove_folder(store.locks_of(session))
        store.disk.remove_folder(store.gone_session(session))


def retain(
    store: Store, views: Sequence[SessionView], limits: Limits, *, now: float, continued: Iterable[str]
) -> Removal:
    """Let go of what is beyond the limits, and of what a crash kept. That something cannot be removed is told, and hinders nobody."""
    going: tuple[Leaving, ...] = ()
    try:
        sweep_gone(store)
        going = leaving(views, limits, now=now, continued=continued)
        let_go(store, going)
    except StoreError as error:
        return Removal(leaving=going, trouble=str(error).partition("\n")[0])
    return Removal(leaving=going)


def _beyond(views: Sequence[SessionView], limits: Limits, now: float) -> set[str]:
    sealed = [view for view in views if view.manifest is not None]
    return {
        view.session
        for position, view in enumerate(sealed)
        if position >= limits.sessions or now - _sealed_at(view) > limits.days * _DAY
    }


def _sealed_at(view: SessionView) -> float:
    assert view.manifest is not None
    return view.manifest.sealed_at


def _is_resumable(view: SessionView, left: Collection[str], limits: Limits, now: float) -> bool:
    """Whether a run of it would still go on, or count as passed. What never grows too old counts for as long as it is open."""
    assert view.manifest is not None
    if any(run.is_parked for run in view.manifest.open_runs if run.run in left):
        return True
    max_age_ms = view.run_list.max_age_ms
    if max_age_ms is None:
        return bool(left) or (view.was_interrupted and now - _sealed_at(view) <= limits.days * _DAY)
    return (bool(left) or view.was_interrupted) and _is_young(view, now)


def _is_young(view: SessionView, now: float) -> bool:
    max_age_ms = view.run_list.max_age_ms
    last_at = view.manifest.last_at if view.manifest is not None else view.index.last_at or view.header.started
    return max_age_ms is None or (now - last_at) * 1000 <= max_age_ms


def _add_needed(staying: set[str], views: Sequence[SessionView], now: float) -> None:
    """Add what those that stay need: what they continue, and what newer ones tell of their runs."""
    known = 0
    while known < len(staying):
        known = len(staying)
        for view in views:
            if view.session in staying:
                staying.update(
                    earlier.place.session for entry in view.run_list.taking_over() for earlier in entry.earlier
                )
        _add_tellers(staying, views, now)


def _add_tellers(staying: set[str], views: Sequence[SessionView], now: float) -> None:
    """Without them an older session that stays would have a run open again, or an end count that is not the newest."""
    still_open: set[str] = set()
    ended: set[str] = set()
    for view in reversed(views):
        if view.session in staying:
            if view.status != EXPIRED:
                still_open.update(run.run for run in open_in(view))
            if _is_young(view, now):
                ended.update(entry.journey for entry in view.run_list.journeys)
        elif not (
            still_open.isdisjoint(touched_in(view))
            and ended.isdisjoint(entry.journey for entry in view.run_list.journeys)
        ):
            staying.add(view.session)
