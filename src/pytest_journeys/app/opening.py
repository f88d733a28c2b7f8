"""How a run begins in a session: given its values, and chosen to be replayed, resumed or begun."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final

from pytest_journeys.app.choosing import Carry, Replay, choose
from pytest_journeys.app.journey import Journey
from pytest_journeys.app.reentering import EDITED, GoesOn, Reentering
from pytest_journeys.bindings.environment import Environment
from pytest_journeys.bindings.fingerprint import differences, fingerprint
from pytest_journeys.bindings.given import Given, given_to
from pytest_journeys.engine.reentering import Start
from pytest_journeys.events.model import Event, Place, RunEnded, RunOpened
from pytest_journeys.store.history import REPLAYED, RunTrace
from pytest_journeys.store.ownership import PASSED
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.runlist import Earlier, RunKey, run_id
from pytest_journeys.store.worker import Worker
from pytest_journeys.values.errors import JourneysError, StoreError
from pytest_journeys.values.fact import fact

NEVER = "never"
FAILED = "failed"
REPLACED: Final = "replaced"


LOSSES: Final = 2
"""How often a run goes on in the same session after the worker that carried it out was lost."""


@fact
class Opening:
    """A run that has been chosen and given its values; nothing has been sent.

    `replay` is set when it passed already, `resumed` when an open run goes on; `replaced` are open runs whose cleanup comes
    first. `start` is set when it `reenters` one that failed. `told` are the sentences that say why an earlier one does not
    go on, or `goes_on` with why it does. `recorded` is where it ended in this session, on a worker that was lost before it
    could tell.
    """

    journey: Journey
    key: RunKey
    run: str
    given: Given
    fingerprint: str
    replay: Earlier | None = None
    resumed: Earlier | None = None
    replaced: tuple[Earlier, ...] = ()
    reenters: Earlier | None = None
    start: Start | None = None
    told: tuple[str, ...] = ()
    goes_on: tuple[str, ...] = ()
    recorded: Place | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to be carried out."""
        return self.replay is not None or self.recorded is not None


def open_run(
    worker: Worker,
    journey: Journey,
    index: int | None,
    *,
    times: int,
    environment: Environment,
    fixtures: Mapping[str, object],
    reentering: Reentering,
    as_stored: Callable[[Journey, RunOpened], Journey],
) -> Opening:
    """Choose what becomes of a run. `times` counts how often it ran in this session before: then it is a fresh one.

    `as_stored` gives the journey as it was when a run was opened: a parked run goes on with that one, whatever was edited
    since. What a lost worker left of it goes on, or stands. Raises `SetupError` for a value that is missing, `StoreError`.
    """
    row = journey.row(index)
    key = journey.key_of(row)
    facts = worker.header.facts

    def bind(journey: Journey) -> tuple[Given, str]:
        given = given_to(
            journey.definition.artifact,
            inputs=journey.inputs.bind(row),
            row=row,
            environment=environment.values_for(journey.definition.artifact),
            fixtures=fixtures,
            subject=facts.subject,
        )
        return given, fingerprint(journey.definition.digest, given)

    given, found = bind(journey)
    entry = None if times else worker.run_list.find(key)
    fresh = run_id(worker.session, key, times) if entry is None else entry.run
    opening = Opening(journey=journey, key=key, run=fresh, given=given, fingerprint=found)
    earlier = () if entry is None else entry.earlier
    lost = _left_by_lost(worker, fresh, earlier)
    if lost.ended is not None:
        return replace(opening, run=lost.ended.run, recorded=lost.ended.place)
    if lost.own is not None:
        return _go_on(worker, opening, lost.own, tuple(run for run in lost.earlier if run.is_open), times)
    if not lost.earlier:
        return opening
    for parked in lost.earlier if facts.resume != NEVER else ():
        if parked.is_parked and parked.fingerprint != found:
            with suppress(JourneysError):  # then it does not go on, and why is told as for any run
                before = as_stored(journey, load_state(worker.store, parked.run, parked.place).opened)
                given_before, fingerprint_before = bind(before)
                if fingerprint_before == parked.fingerprint:
                    found = fingerprint_before
                    opening = replace(opening, journey=before, given=given_before, fingerprint=found)
                    break
    match choose(lost.earlier, found, may_resume=facts.resume != NEVER):
        case Replay(passed):
            return replace(opening, run=passed.run, replay=passed)
        case Carry(resumed=Earlier() as resumed, replaced=replaced):
            return replace(opening, run=resumed.run, resumed=resumed, replaced=replaced)
        case Carry(replaced=replaced):
            return _anew_or_on(worker, replace(opening, replaced=replaced), lost.earlier[0], reentering)


def _anew_or_on(worker: Worker, opening: Opening, newest: Earlier, reentering: Reentering) -> Opening:
    """No earlier run just goes on: the newest is gone on with all the same when that is asked for, else the run begins."""
    if worker.header.facts.resume != FAILED or newest.outcome == PASSED:
        return replace(opening, told=_why_not(worker, newest, opening.journey, opening.given))
    found = reentering.look(newest, opening.journey, opening.given)
    if not isinstance(found, GoesOn):
        return replace(opening, told=found)
    rest = tuple(one for one in opening.replaced if one is not newest)
    if found.start is None:
        return replace(opening, run=newest.run, resumed=newest, replaced=rest, goes_on=found.told)
    return replace(opening, replaced=rest, reenters=newest, start=found.start, goes_on=found.told)


@fact
class _Left:
    """What lost workers left of a row: the run that `ended`, the `own` one of this session, still open; the `earlier` ones."""

    ended: RunTrace | None = None
    own: Earlier | None = None
    earlier: tuple[Earlier, ...] = ()


def _left_by_lost(worker: Worker, fresh: str, earlier: tuple[Earlier, ...]) -> _Left:
    """Raises `StoreError` for a run that was lost too often: it stays open."""
    own: Earlier | None = None
    standing = []
    for run, known in ((fresh, None), *((one.run, one) for one in earlier)):
        trace = worker.lost.find(run)
        if trace is None or trace.outcome == REPLAYED or trace.place is None:
            if known is not None:
                standing.append(known)
        elif not trace.outcome:
            _refuse_often_lost(worker, run)
            left = _as_left(trace, trace.place)
            if known is None:
                own = left
            else:
                standing.append(left)
        elif trace.outcome != REPLACED:
            return _Left(ended=trace)
    return _Left(own=own, earlier=tuple(standing))


def _as_left(trace: RunTrace, place: Place) -> Earlier:
    return Earlier(
        run=trace.run,
        place=place,
        fingerprint=trace.fingerprint,
        attempt=trace.attempt,
        last_at=trace.last_at,
        is_parked=trace.parked is not None,
        parked_until=None if trace.parked is None else trace.parked.until,
    )


def _refuse_often_lost(worker: Worker, run: str) -> None:
    workers = worker.lost.lost_with(run)
    if len(workers) > LOSSES:
        raise StoreError(
            f"{run} is not tried again in this session: the workers {', '.join(workers)} were lost while they carried it out",
            help="the next pytest resumes it; see what kills its worker (memory, a native library) before",
        )


def _go_on(worker: Worker, opening: Opening, own: Earlier, earlier: tuple[Earlier, ...], times: int) -> Opening:
    """The run of this session that a lost worker left open; what it replaces may not have been cleaned up yet."""
    if own.fingerprint == opening.fingerprint:
        return replace(opening, resumed=own, replaced=earlier)
    return replace(
        opening,
        run=run_id(worker.session, opening.key, times + 1),
        replaced=(own, *earlier),
        told=_differences(worker, own, opening.journey, opening.given),
    )


def refused_run(
    worker: Worker, journey: Journey, index: int | None, *, times: int, outcome: str, reason: str, now: float
) -> tuple[str, list[Event]]:
    """The id of a run that ended in its setup, and what is recorded of it.

    That is nothing when it takes something over, or goes on after a lost worker: what is open stays open until somebody can go on with it.
    """
    key = journey.key(index)
    run = run_id(worker.session, key, times)
    entry = worker.run_list.find(key)
    if worker.lost.find(run) is not None or (not times and (entry is None or entry.earlier)):
        return run, []
    definition = journey.definition
    opened = RunOpened(
        run=run,
        journey=key.journey,
        row=key.row,
        repeat=key.repeat,
        artifact=definition.digest,
        source_map=definition.map_digest,
        fingerprint="",
        reason="fresh",
        at=now,
    )
    return run, [opened, RunEnded(run=run, outcome=outcome, reason=reason, at=now)]


def _why_not(worker: Worker, newest: Earlier, journey: Journey, given: Given) -> tuple[str, ...]:
    """Why what was there before does not go on."""
    if newest.is_open and worker.header.facts.resume == NEVER:
        return ("--journeys-resume=never",)
    if newest.is_kept:
        return ("it failed, and its cleanup had been kept",)
    if newest.is_expired:
        return ("it is older than recovery.max_age",)
    if newest.is_lost:
        return ("the machine started anew, and it was recorded at durability process",)
    return _differences(worker, newest, journey, given)


def _differences(worker: Worker, newest: Earlier, journey: Journey, given: Given) -> tuple[str, ...]:
    try:
        opened = load_state(worker.store, newest.run, newest.place).opened
    except JourneysError as error:
        return (str(error),)
    edited = (EDITED,) if opened.artifact != journey.definition.digest else ()
    return (*edited, *differences(opened.given, given))
