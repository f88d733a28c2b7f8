"""How a run begins in a session: given its values, and chosen to be replayed, resumed or begun."""

from collections.abc import Mapping

from pytest_journeys.app.choosing import Carry, Replay, choose
from pytest_journeys.app.journey import Journey
from pytest_journeys.bindings.environment import Environment
from pytest_journeys.bindings.fingerprint import differences, fingerprint
from pytest_journeys.bindings.given import Given, given_to
from pytest_journeys.events.model import Event, RunEnded, RunOpened
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.runlist import Earlier, RunKey, run_id
from pytest_journeys.store.worker import Worker
from pytest_journeys.values.errors import JourneysError
from pytest_journeys.values.fact import fact

NEVER = "never"


@fact
class Opening:
    """A run that has been chosen and given its values; nothing has been sent.

    `replay` is set when it passed already, `resumed` when an open run goes on; `replaced` are open runs whose cleanup comes
    first. `told` are the sentences that say why an earlier one does not go on.
    """

    journey: Journey
    key: RunKey
    run: str
    given: Given
    fingerprint: str
    replay: Earlier | None = None
    resumed: Earlier | None = None
    replaced: tuple[Earlier, ...] = ()
    told: tuple[str, ...] = ()


def open_run(
    worker: Worker,
    journey: Journey,
    index: int | None,
    *,
    times: int,
    environment: Environment,
    fixtures: Mapping[str, object],
) -> Opening:
    """Choose what becomes of a run. `times` counts how often it ran in this session before: then it is a fresh one.

    Raises `SetupError` for a value that is missing, `StoreError`.
    """
    row = journey.row(index)
    key = journey.key_of(row)
    facts = worker.header.facts
    given = given_to(
        journey.definition.artifact,
        inputs=journey.inputs.bind(row),
        row=row,
        environment=environment.values_for(journey.definition.artifact),
        fixtures=fixtures,
        subject=facts.subject,
    )
    found = fingerprint(journey.definition.digest, given)
    entry = None if times else worker.run_list.find(key)
    if entry is None or not entry.earlier:
        run = run_id(worker.session, key, times) if entry is None else entry.run
        return Opening(journey=journey, key=key, run=run, given=given, fingerprint=found)
    match choose(entry.earlier, found, may_resume=facts.resume != NEVER):
        case Replay(earlier):
            return Opening(journey=journey, key=key, run=earlier.run, given=given, fingerprint=found, replay=earlier)
        case Carry(resumed=resumed, replaced=replaced):
            told = () if resumed is not None else _why_not(worker, entry.earlier[0], journey, given)
            return Opening(
                journey=journey,
                key=key,
                run=entry.run if resumed is None else resumed.run,
                given=given,
                fingerprint=found,
                resumed=resumed,
                replaced=replaced,
                told=told,
            )


def refused_run(
    worker: Worker, journey: Journey, index: int | None, *, times: int, outcome: str, reason: str, now: float
) -> tuple[str, list[Event]]:
    """The id of a run that ended in its setup, and what is recorded of it.

    That is nothing when it takes something over: what is open stays open until somebody can go on with it.
    """
    key = journey.key(index)
    run = run_id(worker.session, key, times)
    entry = worker.run_list.find(key)
    if not times and (entry is None or entry.earlier):
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
    if newest.is_expired:
        return ("it is older than recovery.max_age",)
    if newest.is_lost:
        return ("the machine started anew, and it was recorded at durability process",)
    try:
        opened = load_state(worker.store, newest.run, newest.place).opened
    except JourneysError as error:
        return (str(error),)
    edited = ("the journey was edited",) if opened.artifact != journey.definition.digest else ()
    return (*edited, *differences(opened.given, given))
