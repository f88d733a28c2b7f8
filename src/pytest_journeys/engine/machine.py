"""What a run does next: decided from its plan and its state, without waiting, sending or reading a clock.

One door for starting and resuming: an empty state begins at the first step. `decide` is asked after every event until it
answers `End` or `Leave`; the runner is its hands. Main steps come first, then cleanup, last-in first-out, then the
journey's own; an attempt that is to be left (`RunDecided`) goes straight to its cleanup.
"""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final, TypeAlias

from pytest_journeys.engine.doubt import settle
from pytest_journeys.engine.plan import Need, Plan, PlannedStep
from pytest_journeys.events.model import RunDecided, StepEnded
from pytest_journeys.events.state import RunState

MAX_ATTEMPTS: Final = 3
"""A run begins once and restarts at most twice."""

FAILURES: Final = frozenset({"failed", "error", "in_doubt"})


@dataclass(frozen=True, slots=True)
class Perform:
    """Act: send the step's request, or judge what it checks. `is_resend`: its request may have left before."""

    step: PlannedStep
    is_resend: bool = False
    is_refresh: bool = False


@dataclass(frozen=True, slots=True)
class Conclude:
    """End the step without acting."""

    step: PlannedStep
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Restart:
    """Leave this attempt and begin another, after its cleanup."""

    reason: str


@dataclass(frozen=True, slots=True)
class Leave:
    """The attempt that was decided to be left has been cleaned up."""

    decision: RunDecided


@dataclass(frozen=True, slots=True)
class End:
    """The run is over."""

    outcome: str
    reason: str


Move: TypeAlias = Perform | Conclude | Restart | Leave | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What this process holds beside the record: whose secrets and cookies live in memory, and the session's policy.

    `alive` names the steps that ran in this process (or were refreshed), `lost_variables` the secret variables that
    cannot be computed again, `policy` what governs a step in doubt that says nothing itself. `aborted` is the foreign
    exception that ends the run early, empty when there was none.
    """

    alive: Set[str]
    lost_variables: Set[str]
    policy: str
    aborted: str = ""


def decide(plan: Plan, state: RunState, present: Present) -> Move:
    """The next move of a run that has not ended."""
    if state.decision is None:
        move = _next_step(plan, state, present)
        if move is not None:
            return move
    move = _next_cleanup(plan, state, present)
    if move is not None:
        return move
    if state.decision is not None:
        return Leave(state.decision)
    return _end(plan, state)


def has_failed(plan: Plan, state: RunState) -> bool:
    """Whether a main step of this attempt failed: what `run.failed` says in cleanup."""
    return any(_outcome(state, step) in FAILURES for step in plan.steps)


def lost_cookies(plan: Plan, state: RunState, alive: Set[str]) -> dict[str, str]:
    """Cookies that an earlier process held and that no refresh may bring back, with the step that set each last."""
    return {
        name: setter
        for name, setter in _last_setters(plan, state).items()
        if setter not in alive and not _may_refresh(plan.by_path[setter], state.ended[setter])
    }


# main steps


def _next_step(plan: Plan, state: RunState, present: Present) -> Move | None:
    stopped_by: StepEnded | None = None
    for planned in plan.steps:
        done = state.ended.get(planned.path)
        if done is None:
            if present.aborted:
                return _abort(planned, stopped_by, present.aborted)
            if stopped_by is None:
                return _enter(plan, planned, state, present)
            if stopped_by.outcome == "passed":
                return Conclude(planned, "skipped", f"the run ended at {stopped_by.step}: {stopped_by.reason}")
            return Conclude(planned, "blocked", f"{stopped_by.step} {_said(stopped_by.outcome)}")
        if stopped_by is None and _stops(planned, done):
            stopped_by = done
    return None


def _abort(planned: PlannedStep, stopped_by: StepEnded | None, aborted: str) -> Conclude:
    """The step that a foreign exception struck before it had begun is an error; what comes after it is blocked."""
    return Conclude(planned, "error" if stopped_by is None else "blocked", aborted)


def _stops(planned: PlannedStep, done: StepEnded) -> bool:
    if planned.step.is_end:
        return done.outcome == "passed"
    if done.outcome == "in_doubt":
        return True
    return done.outcome in FAILURES and not planned.step.continues_on_failure


def _enter(plan: Plan, planned: PlannedStep, state: RunState, present: Present) -> Move:
    intent = state.in_doubt
    is_resend = False
    if intent is not None and intent.step == planned.path and not intent.is_refresh:
        match settle(planned.step, intent, present.policy):
            case "restart":
                return _restart_or(
                    planned, state, "in_doubt", f"{planned.path} is in doubt: its {intent.method} may have left"
                )
            case "fail":
                return Conclude(planned, "in_doubt", f"its {intent.method} may have left and its outcome is not known")
            case "resend":
                is_resend = True
    revival = _revive(plan, planned, state, present)
    if isinstance(revival, str):
        return _restart_or(planned, state, "error", revival)
    if revival is not None:
        return revival
    missing = _missing(planned, state)
    if missing is not None:
        return missing
    return Perform(planned, is_resend=is_resend)


def _restart_or(planned: PlannedStep, state: RunState, outcome: str, reason: str) -> Move:
    if state.opened.attempt < MAX_ATTEMPTS:
        return Restart(reason)
    return Conclude(planned, outcome, f"{reason}; the run has been restarted {MAX_ATTEMPTS - 1} times already")


def _missing(planned: PlannedStep, state: RunState) -> Conclude | None:
    """What to do with a step that needs a value which will not come: only a failure blocks."""
    for need in planned.needs:
        producer = state.ended.get(need.step)
        if producer is None or need.has_default or need.name in producer.derived or need.name in producer.secrets:
            continue
        told = f"it needs {need.name} of {need.step}, which {_said(producer.outcome)}"
        return Conclude(planned, "skipped" if producer.outcome == "skipped" else "blocked", told)
    return None


# what lived in another process's memory


def _revive(plan: Plan, planned: PlannedStep, state: RunState, present: Present) -> Perform | str | None:
    """The refresh that must come before this step; a sentence when what it needs cannot be brought back; or None."""
    for name in planned.variables:
        if name in present.lost_variables:
            return f"the secret variable {name} is not stored, and {planned.path} needs it"
    for setter, needed in _lost_producers(plan, planned, state, present):
        producer, done = plan.by_path[setter], state.ended[setter]
        again = state.refreshed.get(setter)
        if again is not None:
            return _refusal(done, again)
        if not _may_refresh(producer, done):
            return f"{needed} of {setter} is not stored, and {setter} may not be refreshed"
        earlier = _revive(plan, producer, state, present)
        return earlier if earlier is not None else Perform(producer, is_refresh=True)
    return None


def _lost_producers(plan: Plan, planned: PlannedStep, state: RunState, present: Present) -> Iterator[tuple[str, str]]:
    for need in planned.needs:
        producer = state.ended.get(need.step)
        if producer is not None and need.name in producer.secrets and not _is_alive(need, state, present):
            yield need.step, need.name
    if planned.sends_cookies:
        for name, setter in _last_setters(plan, state).items():
            is_gone = setter != planned.path and setter not in present.alive
            if is_gone and _may_refresh(plan.by_path[setter], state.ended[setter]):
                yield setter, f"the cookie {name}"


def _is_alive(need: Need, state: RunState, present: Present) -> bool:
    return need.step in present.alive and _agrees(state, need.step)


def _agrees(state: RunState, step: str) -> bool:
    again = state.refreshed.get(step)
    return again is None or _refusal(state.ended[step], again) is None


def _refusal(done: StepEnded, again: StepEnded) -> str | None:
    """Why a refresh does not bring back what the step had yielded."""
    if again.outcome != "passed":
        return f"{done.step} could not be refreshed: {again.reason or again.outcome}"
    for name, value in done.derived.items():
        if again.derived.get(name) != value:
            return f"{done.step} yielded another {name} when it was refreshed"
    lacking = set(done.secrets) - set(again.secrets)
    return f"{done.step} yielded no {min(lacking)} when it was refreshed" if lacking else None


def _may_refresh(planned: PlannedStep, done: StepEnded) -> bool:
    """Whether a step may run again to bring back what it made: a read, one that says so, or a sign-in."""
    step = planned.step
    if step.on_resume is not None:
        return step.on_resume == "refresh"
    if step.request is not None and step.request.is_safe:
        return True
    return bool(done.secrets) and not done.derived and not done.is_registered


def _last_setters(plan: Plan, state: RunState) -> dict[str, str]:
    setters: dict[str, str] = {}
    for path, done in state.ended.items():
        if path in plan.by_path:
            for name in done.cookies:
                setters[name] = path
    return setters


# cleanup


def _next_cleanup(plan: Plan, state: RunState, present: Present) -> Move | None:
    for planned, released_by in _due_cleanups(plan, state):
        if planned.path in state.ended:
            continue
        if released_by is not None:
            return Conclude(planned, "skipped", f"released by {released_by}")
        return _enter_cleanup(plan, planned, state, present)
    return None


def _due_cleanups(plan: Plan, state: RunState) -> Iterator[tuple[PlannedStep, str | None]]:
    releases = {
        released: planned.path
        for planned in plan.steps
        if planned.step.releases and _outcome(state, planned) == "passed"
        for released in planned.step.releases
    }
    for owner in reversed(state.stack):
        for planned in plan.by_path[owner].cleanup:
            yield planned, releases.get(owner)
    for planned in plan.cleanup:
        yield planned, None


def _enter_cleanup(plan: Plan, planned: PlannedStep, state: RunState, present: Present) -> Move:
    intent = state.in_doubt
    is_resend = False
    if intent is not None and intent.step == planned.path:
        if settle(planned.step, intent, present.policy) != "resend":
            return Conclude(planned, "in_doubt", f"its {intent.method} may have left; it is not sent again")
        is_resend = True
    revival = _revive(plan, planned, state, present)
    if isinstance(revival, str):
        return Conclude(planned, "error", f"cannot be cleaned up: {revival}")
    if revival is not None:
        return revival
    missing = _missing(planned, state)
    if missing is not None:
        return Conclude(planned, "skipped", missing.reason)
    return Perform(planned, is_resend=is_resend)


# the end


def _end(plan: Plan, state: RunState) -> End:
    ended = [state.ended[planned.path] for planned in plan.steps]
    first = next((done for done in ended if done.outcome in FAILURES), None)
    if first is not None:
        return End(first.outcome, f"{first.step}: {first.reason}" if first.reason else first.step)
    for planned, _ in _due_cleanups(plan, state):
        done = state.ended[planned.path]
        if done.outcome in FAILURES:
            return End("failed", f"{done.step}: {done.reason}" if done.reason else done.step)
    if ended and all(done.outcome == "skipped" for done in ended):
        return End("skipped", ended[0].reason)
    return End("passed", "")


def _outcome(state: RunState, planned: PlannedStep) -> str | None:
    done = state.ended.get(planned.path)
    return done.outcome if done is not None else None


def _said(outcome: str) -> str:
    return {
        "in_doubt": "is in doubt",
        "error": "ended in an error",
        "skipped": "was skipped",
        "blocked": "was blocked",
    }.get(outcome, outcome)
