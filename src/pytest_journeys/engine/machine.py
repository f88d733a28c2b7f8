"""What a run does next: decided from its plan and its state, without waiting, sending or reading a clock.

One door for starting and resuming: an empty state begins at the first step. `decide` is asked after every event until it
answers `End` or `Leave`; the runner is its hands. Main steps come first, then cleanup, last-in first-out, then the
journey's own; an attempt that is to be left (`RunDecided`) goes straight to its cleanup.
"""

from collections.abc import Iterator, Set
from dataclasses import replace
from typing import Final

from pytest_journeys.engine.doubt import Verdict, settle, told_departure
from pytest_journeys.engine.moves import Conclude, End, Leave, Move, Perform, Present, Restart
from pytest_journeys.engine.plan import Plan, PlannedStep
from pytest_journeys.engine.reviving import revive
from pytest_journeys.events.model import CALL, Intent, StepEnded
from pytest_journeys.events.state import RunState
from pytest_journeys.values.json import MISSING

MAX_ATTEMPTS: Final = 3
"""A run begins once and restarts at most twice."""

FAILURES: Final = frozenset({"failed", "error", "in_doubt"})


def decide(plan: Plan, state: RunState, present: Present) -> Move:
    """The next move of a run that has not ended."""
    if state.decision is None:
        move = _next_step(plan, state, present)
        if move is not None:
            return move
        if present.keeps and has_failed(plan, state):
            return replace(_end(plan, state, present), keeps_cleanup=any(due_cleanups(plan, state)))
    cleanup = _next_cleanup(plan, state, present)
    if cleanup is not None:
        return cleanup
    if state.decision is not None:
        return Leave(state.decision)
    return _end(plan, state, present)


def has_failed(plan: Plan, state: RunState) -> bool:
    """Whether a main step of this attempt failed: what `run.failed` says in cleanup."""
    return any(_outcome(state, step) in FAILURES for step in plan.steps)


# main steps


def _next_step(plan: Plan, state: RunState, present: Present) -> Move | None:
    stopped_by: StepEnded | None = None
    for planned in plan.steps:
        done = state.ended.get(planned.path)
        if done is None:
            if present.aborted:
                return _abort(plan, planned, state, present.aborted)
            if stopped_by is None:
                return _enter(plan, planned, state, present)
            if stopped_by.outcome == "passed":
                told = f": {stopped_by.reason}" if stopped_by.reason else ""
                return Conclude(planned, "skipped", f"the run ended at {stopped_by.step}{told}")
            return Conclude(planned, "blocked", f"{stopped_by.step} {_said(stopped_by.outcome)}")
        if stopped_by is None and _stops(planned, done):
            stopped_by = done
    return None


def _abort(plan: Plan, planned: PlannedStep, state: RunState, aborted: str) -> Conclude:
    """After a foreign exception nothing begins. One that struck between two steps is an error of the later one."""
    if _intent_of(planned, state) is not None:
        return Conclude(planned, "in_doubt", aborted)
    return Conclude(planned, "blocked" if has_failed(plan, state) else "error", aborted)


def _stops(planned: PlannedStep, done: StepEnded) -> bool:
    if planned.step.is_end:
        return done.outcome == "passed" or (done.outcome in FAILURES and not planned.step.continues_on_failure)
    if done.outcome == "in_doubt":
        return True
    return done.outcome in FAILURES and not planned.step.continues_on_failure


def _enter(plan: Plan, planned: PlannedStep, state: RunState, present: Present) -> Move:
    intent = _intent_of(planned, state)
    if intent is not None:
        match _settled(planned, intent, state, present):
            case "restart":
                told = f"{planned.path} is in doubt: its {told_departure(intent)}"
                return _restart_or(planned, state, "in_doubt", told)
            case "fail":
                return Conclude(planned, "in_doubt", f"its {told_departure(intent)} and its outcome is not known")
            case "ask":
                return _ask(plan, planned, intent, state, present)
            case "resend":
                pass
    revival = revive(plan, planned, state, present)
    if isinstance(revival, str):
        return _restart_or(planned, state, "error", revival)
    if revival is not None:
        return Perform(revival, is_refresh=True)
    return _missing(planned, state) or Perform(planned, is_resend=intent is not None)


def _intent_of(planned: PlannedStep, state: RunState) -> Intent | None:
    """The request of this step that may have left and whose outcome is not known."""
    open_step = state.open_step
    return open_step.intent if open_step is not None and open_step.step == planned.path else None


def _settled(planned: PlannedStep, intent: Intent, state: RunState, present: Present) -> Verdict:
    open_step = state.open_step
    is_repeatable = open_step is None or open_step.is_repeatable or planned.path in present.redrawn
    if is_repeatable and open_step is not None and open_step.stash is not MISSING:
        return "resend"  # a function that stashed goes on from there
    return settle(planned.step, intent, present.policy, is_repeatable=is_repeatable)


def _ask(plan: Plan, planned: PlannedStep, intent: Intent, state: RunState, present: Present) -> Perform | Conclude:
    """Ask the server; first bring back what the question needs."""
    assert planned.ask is not None
    revival = revive(plan, planned.ask, state, present)
    if isinstance(revival, str):
        told = f"its {intent.method} may have left, and the server could not be asked: {revival}"
        return Conclude(planned, "in_doubt", told)
    return Perform(planned, is_question=True) if revival is None else Perform(revival, is_refresh=True)


def _restart_or(planned: PlannedStep, state: RunState, outcome: str, reason: str) -> Move:
    if state.opened.attempt < MAX_ATTEMPTS:
        return Restart(reason)
    return Conclude(planned, outcome, f"{reason}; the run has been restarted {MAX_ATTEMPTS - 1} times already")


def _missing(planned: PlannedStep, state: RunState) -> Conclude | None:
    """What to do with a step that needs a value which will not come: only a failure blocks."""
    for need in planned.needs:
        producer = state.ended.get(need.step)
        if need.has_default:
            continue
        if producer is None:
            return Conclude(planned, "skipped", f"it needs {need.name} of {need.step}, which never began")
        if need.name in producer.derived or need.name in producer.secrets:
            continue
        told = f"it needs {need.name} of {need.step}, which {_said(producer.outcome)}"
        return Conclude(planned, "skipped" if producer.outcome == "skipped" else "blocked", told)
    return None


# cleanup


def _next_cleanup(plan: Plan, state: RunState, present: Present) -> Perform | Conclude | None:
    for planned, released_by in due_cleanups(plan, state, spared=present.spared):
        if planned.path in state.ended:
            continue
        if released_by is not None:
            return Conclude(planned, "skipped", f"released by {released_by}")
        return _enter_cleanup(plan, planned, state, present)
    return None


def due_cleanups(
    plan: Plan, state: RunState, *, spared: Set[str] | None = None
) -> Iterator[tuple[PlannedStep, str | None]]:
    """Each cleanup step in its order, with the step that released it; not that of steps that are `spared` (nor the journey's)."""
    if state.stack:
        releases = {
            released: planned.path
            for planned in plan.steps
            if planned.step.releases and _outcome(state, planned) == "passed"
            for released in planned.step.releases
        }
        for owner in reversed(state.stack):
            if spared is not None and owner in spared:
                continue
            for planned in plan.by_path[owner].cleanup:
                yield planned, releases.get(owner)
    for planned in plan.cleanup if spared is None else ():
        yield planned, None


def _enter_cleanup(plan: Plan, planned: PlannedStep, state: RunState, present: Present) -> Perform | Conclude:
    intent = _intent_of(planned, state)
    if intent is not None:
        verdict = _settled(planned, intent, state, present)
        if verdict == "ask":
            return _ask(plan, planned, intent, state, present)
        if verdict != "resend":
            again = "called" if intent.method == CALL else "sent"
            return Conclude(planned, "in_doubt", f"its {told_departure(intent)}; it is not {again} again")
    revival = revive(plan, planned, state, present)
    if isinstance(revival, str):
        return Conclude(planned, "error", f"cannot be cleaned up: {revival}")
    if revival is not None:
        return Perform(revival, is_refresh=True)
    missing = _missing(planned, state)
    if missing is not None:
        return Conclude(planned, "skipped", missing.reason)
    return Perform(planned, is_resend=intent is not None)


# the end


def _end(plan: Plan, state: RunState, present: Present) -> End:
    ended = [state.ended[planned.path] for planned in plan.steps]
    first = next((done for done in ended if done.outcome in FAILURES), None)
    if first is not None:
        return End(first.outcome, _told(first))
    if present.aborted:
        return End("error", present.aborted)
    for planned, _ in due_cleanups(plan, state, spared=present.spared):
        done = state.ended[planned.path]
        if done.outcome in FAILURES:
            return End("failed", _told(done))
    blocked = next((done for done in ended if done.outcome == "blocked"), None)
    if blocked is not None:
        return End("failed", _told(blocked))
    if ended and all(done.outcome == "skipped" for done in ended):
        return End("skipped", ended[0].reason)
    return End("passed", "")


def _told(done: StepEnded) -> str:
    return f"{done.step}: {done.reason}" if done.reason else done.step


def _outcome(state: RunState, planned: PlannedStep) -> str | None:
    done = state.ended.get(planned.path)
    return done.outcome if done is not None else None


def _said(outcome: str) -> str:
    return {
        "passed": "did not yield it",
        "in_doubt": "is in doubt",
        "error": "ended in an error",
        "skipped": "was skipped",
        "blocked": "was blocked",
    }.get(outcome, outcome)
