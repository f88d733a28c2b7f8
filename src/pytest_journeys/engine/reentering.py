"""Where a run begins that re-enters another: behind the longest prefix of steps that are done and still the same. Pure.

A step is the same when its definition is, cleanup included, and that of every variable it uses. What it takes from
earlier steps is the same then, because these stand in the prefix too.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.engine.plan import Plan, PlannedStep
from pytest_journeys.events.model import Attempted, Event, Intent, RunOpened, Stashed, StepEnded
from pytest_journeys.events.state import RunState
from pytest_journeys.values.canonical import digest_of
from pytest_journeys.values.fact import fact
from pytest_journeys.values.record import to_json

_DONE: Final = frozenset({"passed", "skipped"})
_RAN: Final = frozenset({"passed", "failed", "error", "in_doubt"})
_SAID: Final = {"error": "ended in an error", "in_doubt": "is in doubt", "blocked": "was blocked"}


@fact
class Start:
    """Where to begin: `replayed` are the main steps that are done, `at` names the first that is carried out, `because` why.

    `doubted` are the requests of that step that may have left, and the last stash of its function; `opened` is the opening of the run that is re-entered,
    `variables` names those whose values stay.
    """

    opened: RunOpened
    replayed: tuple[StepEnded, ...]
    at: str
    because: str
    doubted: tuple[Intent | Stashed, ...] = ()
    variables: frozenset[str] = frozenset()


@fact
class Definitions:
    """The digests of an artifact's steps, in order, and of its variables."""

    steps: tuple[tuple[str, str], ...]
    variables: Mapping[str, str]


def definitions_of(artifact: Artifact, plan: Plan) -> Definitions:
    """What each step and each variable depends on, as a digest."""
    uses = {planned.name: planned.uses for planned in plan.variables}
    written = {variable.name: digest_of(to_json(variable)) for variable in artifact.variables}

    def behind(names: Sequence[str]) -> list[str]:
        found: dict[str, None] = {}
        left = list(names)
        while left:
            name = left.pop()
            if name not in found:
                found[name] = None
                left.extend(uses.get(name, ()))
        return sorted(f"{name} {written.get(name, '')}" for name in found)

    return Definitions(
        steps=tuple(
            (planned.path, digest_of([to_json(planned.step), *behind(sorted(_variables_of(planned)))]))
            for planned in plan.steps
        ),
        variables={name: digest_of([*behind([name])]) for name in uses},
    )


def start_of(plan: Plan, now: Definitions, then: Definitions, state: RunState, events: Sequence[Event]) -> Start:
    """Where a run begins that re-enters the one of `state`, which `events` tell of and whose definitions were `then`."""
    replayed: list[StepEnded] = []
    at = because = ""
    is_same = True
    for number, (path, digest) in enumerate(now.steps):
        done = state.ended.get(path)
        was = then.steps[number] if number < len(then.steps) else ("", "")
        if was[0] != path:
            because = f"{path} is new in its place"
        else:
            because = _undone(plan.by_path[path], done, state) or (f"{path} was edited" if was[1] != digest else "")
        if because or done is None:
            at, is_same = path, was == (path, digest)
            break
        replayed.append(done)
    same = frozenset(name for name, digest in now.variables.items() if then.variables.get(name) == digest)
    doubted = tuple(_doubted(at, events, state))
    return Start(
        opened=state.opened,
        replayed=tuple(replayed),
        at=at,
        because=because,
        doubted=doubted
        if is_same
        else tuple(replace(one, generated={}, sealed={}) for one in doubted if isinstance(one, Intent)),
        variables=same,
    )


def _undone(planned: PlannedStep, done: StepEnded | None, state: RunState) -> str:
    """Why a step that did not change is carried out again; empty when it need not be."""
    if done is None:
        is_under_way = state.open_step is not None and state.open_step.step == planned.path
        return f"{planned.path} {'was under way' if is_under_way else 'was not reached'}"
    if done.outcome not in _DONE:
        return f"{planned.path} {_SAID.get(done.outcome, done.outcome)}"
    cleaned = (state.ended.get(cleanup.path) for cleanup in planned.cleanup)
    if done.is_registered and any(one is not None and one.outcome in _RAN for one in cleaned):
        return f"the cleanup of {planned.path} has run"
    return ""


def _doubted(path: str, events: Sequence[Event], state: RunState) -> Iterator[Intent | Stashed]:
    """The first and the last sending of a step whose outcome is not known, and its last stash: it is in doubt still."""
    done = state.ended.get(path)
    is_open = state.open_step is not None and state.open_step.step == path and state.open_step.intent is not None
    if not is_open and (done is None or done.outcome != "in_doubt"):
        return
    sent: list[Intent] = []
    stashed: Stashed | None = None
    attempt = 0
    for event in events:
        match event:
            case RunOpened() if event.attempt != attempt:
                attempt = event.attempt
                sent.clear()
                stashed = None
            case Intent(step=step, is_refresh=False, is_question=False) if step == path:
                sent.append(event)
            case Stashed(step=step) if step == path:
                stashed = event
            case Attempted(step=step) if step == path:
                stashed = None
            case _:
                pass
    yield from sent[:1]
    yield from sent[1:][-1:]
    if stashed is not None:
        yield stashed


def _variables_of(planned: PlannedStep) -> Iterator[str]:
    yield from planned.variables
    if planned.ask is not None:
        yield from planned.ask.variables
    for cleanup in planned.cleanup:
        yield from _variables_of(cleanup)
