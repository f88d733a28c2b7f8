"""How the open runs of a store stand, and what a session that resumed one now would do: asked of the engine, nothing is sent."""

from collections.abc import Iterator, Mapping
from typing import assert_never

from pytest_journeys.app.evidence import Archive
from pytest_journeys.app.queries import holder_of, newest_runs, trace_named
from pytest_journeys.artifact.codec import decode_artifact
from pytest_journeys.engine.doubt import told_departure
from pytest_journeys.engine.machine import decide
from pytest_journeys.engine.moves import Conclude, End, Leave, Move, Perform, Present, Restart
from pytest_journeys.engine.plan import Plan, plan_of
from pytest_journeys.engine.waiting import is_still_parked
from pytest_journeys.engine.world import DEFAULT_PARK_AFTER
from pytest_journeys.events.state import RunState
from pytest_journeys.evidence.query import RunFilter, summarise
from pytest_journeys.evidence.standing import Standing
from pytest_journeys.reports.told import told_age
from pytest_journeys.store.artifacts import get_artifact
from pytest_journeys.store.history import RunTrace
from pytest_journeys.store.inbox import StoreInbox
from pytest_journeys.store.layout import Store
from pytest_journeys.store.manifest import EXPIRED
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.sessions import SessionView, sessions
from pytest_journeys.values.moment import told_moment


def open_runs(store: Store, asked: RunFilter, session: str | None, *, now: float) -> Iterator[Standing]:
    """The open runs asked for, the newest session first. Raises `StoreError`, `ArtifactError`."""
    archive = Archive(store)
    claimed = _claimed(store)
    for view, trace in newest_runs(store):
        if trace.outcome or (session is not None and view.session != session):
            continue
        holding = view if view.is_living else claimed.get(trace.run)
        holder = "" if holding is None else holder_of(holding)
        environment = view.header.facts.environment or None
        if asked.takes(summarise(archive.run(view, trace), environment=environment, holder=holder)):
            yield _standing(store, view, trace, holder, now)


def standing_of(store: Store, name: str, *, now: float) -> Standing | None:
    """How the run that a person names stands; None when it has ended. Raises `UsageError`, `StoreError`, `ArtifactError`."""
    view, trace = trace_named(store, name)
    if trace.outcome:
        return None
    holding = view if view.is_living else _claimed(store).get(trace.run)
    return _standing(store, view, trace, "" if holding is None else holder_of(holding), now)


def _claimed(store: Store) -> Mapping[str, SessionView]:
    """The runs that a living session has taken over, perhaps not begun with."""
    return {
        earlier.run: view
        for view in sessions(store)
        if view.is_living
        for entry in view.run_list.taking_over()
        for earlier in entry.earlier
        if earlier.is_open
    }


def _standing(store: Store, view: SessionView, trace: RunTrace, holder: str, now: float) -> Standing:
    assert trace.place is not None
    state = load_state(store, trace.run, trace.place)
    opened = state.opened
    artifact = decode_artifact(get_artifact(store, opened.artifact), digest=opened.artifact)
    plan = plan_of(artifact)
    step = _step(plan, state)
    open_step = state.open_step
    status = "interrupted" if state.parked is None else "parked"
    return Standing(
        run=trace.run,
        journey=opened.journey,
        row=opened.row,
        session=view.session,
        status="in progress" if holder and status != "parked" else status,
        step=step,
        since=trace.last_at,
        run_attempt=opened.attempt,
        attempts=open_step.attempts if open_step is not None and open_step.step == step else 0,
        waits_for=_waits_for(state, is_held=bool(holder)),
        holder=holder,
        next=_next(store, view, plan, state, holder, now),
    )


def _step(plan: Plan, state: RunState) -> str | None:
    """Where it stands: the step that is open or waits, else the first that has not ended."""
    if state.open_step is not None:
        return state.open_step.step
    if state.waiting is not None:
        return state.waiting.step
    if state.decision is not None:
        return None
    return next((planned.path for planned in plan.steps if planned.path not in state.ended), None)


def _waits_for(state: RunState, *, is_held: bool) -> str:
    if state.parked is not None:
        return state.parked.reason
    if state.waiting is not None:
        awaited = "an answer" if state.waiting.step in state.opened.signals else "its moment"
        until = f", until {told_moment(state.waiting.until)}" if state.waiting.until is not None else ""
        return f"{awaited}{until}"
    intent = state.in_doubt
    if is_held and intent is not None:
        return f"the answer to its {intent.method} {intent.url}"
    return "" if is_held else "a pytest that selects it"


def _next(store: Store, view: SessionView, plan: Plan, state: RunState, holder: str, now: float) -> str:
    if holder:
        return "left to the session that holds it"
    if view.status == EXPIRED:
        return "not resumed: its session had become too old and was given up; it begins anew"
    max_age_ms = plan.artifact.recovery.max_age_ms
    last_at = view.index.last_at
    if state.parked is None and max_age_ms is not None and (now - last_at) * 1000 > max_age_ms:
        return f"not resumed: its last line is {told_age(now - last_at)} old (recovery.max_age); it is cleaned up, then begins anew"
    if is_still_parked(state, StoreInbox(store), now, DEFAULT_PARK_AFTER):
        return "stays parked"
    opened = state.opened
    lost = frozenset(one.name for one in plan.variables if one.name in opened.secret_variables and one.draws)
    policy = plan.artifact.recovery.in_doubt
    return _told(decide(plan, state, Present(has_past=True, alive=set(), lost_variables=lost, policy=policy)), state)


def _told(move: Move, state: RunState) -> str:
    match move:
        case Perform(is_refresh=True):
            return f"refreshes {move.step.path}, then goes on"
        case Perform(is_question=True):
            return f"asks the server what became of {move.step.path}"
        case Perform(is_resend=True):
            intent = state.in_doubt
            why = "" if intent is None else f": its {told_departure(intent)}"
            return f"does {move.step.path} again{why}"
        case Perform():
            return f"cleans up: {move.step.path}" if move.step.is_cleanup else f"goes on at {move.step.path}"
        case Conclude():
            return f"{move.step.path} ends as {move.outcome.replace('_', ' ')}: {move.reason}"
        case Restart():
            return f"restarts, after its cleanup: {move.reason}"
        case Leave():
            return f"is left: {move.decision.reason}"
        case End():
            return f"ends as {move.outcome.replace('_', ' ')}"
        case _:
            assert_never(move)
