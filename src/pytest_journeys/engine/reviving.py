"""What lived in the memory of an earlier process, and which step must run again to bring it back (durability.md, "Secrets").

Pure. What was not stored sealed comes back by a refresh: secrets by one of the step that derived them, a cookie by one
of the step that set it last.
"""

from collections.abc import Iterator

from pytest_journeys.engine.moves import Present
from pytest_journeys.engine.plan import Plan, PlannedStep
from pytest_journeys.engine.safe import COOKIE, SECRET
from pytest_journeys.events.model import StepEnded
from pytest_journeys.events.state import RunState


def revive(plan: Plan, planned: PlannedStep, state: RunState, present: Present) -> PlannedStep | str | None:
    """The step to refresh before `planned` may act; a sentence when what it needs cannot be brought back; or None.

    A refresh needs what its step needed, and the cookies that were set before it; so each looks further back.
    """
    if not present.has_past:
        return None
    for name in sorted(planned.variables & present.lost_variables):
        return f"the secret variable {name} is not stored, and {planned.path} needs it"
    for maker, needed in _lost(plan, planned, state, present):
        producer, done = plan.by_path[maker], state.ended[maker]
        again = state.refreshed.get(maker)
        if again is not None:
            return refusal(done, again)
        if not _may_refresh(producer, done):
            return f"{needed} of {maker} is not stored, and {maker} may not be refreshed"
        return revive(plan, producer, state, present) or producer
    return None


def lost_cookies(plan: Plan, state: RunState, present: Present) -> dict[str, str]:
    """Cookies that an earlier process held and that no refresh may bring back, with the step that set each last."""
    return {
        name: setter
        for name, setter in _last_setters(plan, state, before="").items()
        if not _is_held(COOKIE, setter, name, state, present)
        and not _may_refresh(plan.by_path[setter], state.ended[setter])
    }


def _lost(plan: Plan, planned: PlannedStep, state: RunState, present: Present) -> Iterator[tuple[str, str]]:
    """The steps whose secrets or cookies `planned` uses and this process does not hold, and what it is."""
    for need in planned.needs:
        maker = state.ended.get(need.step)
        if (
            maker is not None
            and need.name in maker.secrets
            and not _is_held(SECRET, need.step, need.name, state, present)
        ):
            yield need.step, need.name
    if planned.sends_cookies:
        for name, setter in _last_setters(plan, state, before=planned.path).items():
            is_back = _is_held(COOKIE, setter, name, state, present)
            if not is_back and (setter in state.refreshed or _may_refresh(plan.by_path[setter], state.ended[setter])):
                yield setter, f"the cookie {name}"


def _is_held(kind: str, step: str, name: str, state: RunState, present: Present) -> bool:
    again = state.refreshed.get(step)
    if again is not None:
        return step in present.alive and refusal(state.ended[step], again) is None
    return step in present.alive or (kind, step, name) in present.restored


def refusal(done: StepEnded, again: StepEnded) -> str | None:
    """Why a refresh does not bring back what the step had yielded."""
    if again.outcome != "passed":
        return f"{done.step} could not be refreshed: {again.reason or again.outcome}"
    for name, value in done.derived.items():
        if name not in again.derived or again.derived[name] != value:
            return f"{done.step} yielded another {name} when it was refreshed"
    lacking = set(done.secrets) - set(again.secrets)
    return f"{done.step} yielded no {min(lacking)} when it was refreshed" if lacking else None


def _may_refresh(planned: PlannedStep, done: StepEnded) -> bool:
    """Whether a step may run again to bring back what it made: a read, one that says so, or a sign-in."""
    step = planned.step
    if step.on_resume is not None:
        return step.on_resume == "refresh"
    action = step.request or step.call
    if action is not None and action.is_safe:
        return True
    return bool(done.secrets) and not done.derived and not done.is_registered


def _last_setters(plan: Plan, state: RunState, *, before: str) -> dict[str, str]:
    """Each live cookie with the step that set it last, of the steps that ended before the one named."""
    setters: dict[str, str] = {}
    for path, done in state.ended.items():
        if path == before:
            break
        for name in done.cookies_deleted:
            setters.pop(name, None)
        if path in plan.by_path:
            setters.update(dict.fromkeys(done.cookies, path))
    return setters
