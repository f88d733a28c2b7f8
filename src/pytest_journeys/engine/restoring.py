"""What an earlier process stored sealed is put back: secrets and cookies of steps, secret variables, drawn values.

What cannot be opened is named with the reason and left to a refresh or a restart (`reviving`).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.judging import hide_cookie, hide_derived
from pytest_journeys.engine.performing import Performer
from pytest_journeys.engine.plan import Plan
from pytest_journeys.engine.reviving import refusal
from pytest_journeys.engine.safe import COOKIE, GENERATED, SECRET, VARIABLE, Safe, name_of
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.events.model import Intent, StepEnded
from pytest_journeys.events.state import RunState
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.sealed import Unopened


@dataclass(slots=True)
class Restored:
    """What is here again, by kind, step and name, and what is not: its names by the reason."""

    held: set[tuple[str, str, str]] = field(default_factory=set)
    unopened: dict[str, list[str]] = field(default_factory=dict)

    @property
    def notes(self) -> list[str]:
        """What the next step's log says of it."""
        told = [name_of(kind, step, name) for kind, step, name in sorted(self.held)]
        notes = [f"restored from sealed state: {', '.join(told)}"] if told else []
        return [*notes, *(f"not restored: {', '.join(names)}: {why}" for why, names in self.unopened.items())]

    def miss(self, kind: str, step: str, name: str, why: Unopened) -> None:
        """One that cannot be opened."""
        self.unopened.setdefault(why.reason, []).append(name_of(kind, step, name))


class Restorer:
    """Restores one attempt of a run."""

    def __init__(self, plan: Plan, safe: Safe, scope: RunScope, gate: Gate, performer: Performer) -> None:
        self._plan = plan
        self._safe = safe
        self._scope = scope
        self._gate = gate
        self._performer = performer
        self.restored = Restored()

    def of(self, safe: Safe) -> "Restorer":
        """Go on with what is sealed in another safe."""
        self._safe = safe
        return self

    def restore_steps(self, steps: Iterable[StepEnded]) -> None:
        """Secrets and cookies of steps that ended, in the order of time: what was set later wins."""
        for made in steps:
            if made.step not in self._plan.by_path:
                continue
            self._restore_secrets(made)
            if made.sealed_cookies:
                self._restore_cookies(made)

    def variables(self, sealed: Mapping[str, str]) -> dict[str, JsonValue]:
        """The secret variables that are here again."""
        return self._opened(VARIABLE, "", sealed)

    def redraw(self, first: Intent) -> bool:
        """Put back what was drawn for a step in doubt and became a secret; whether nothing of it is missing."""
        drawn = self._opened(GENERATED, first.step, first.sealed)
        self._performer.redrawn[first.step] = drawn
        return all(site in drawn for site, value in first.generated.items() if value is None)

    def _restore_secrets(self, made: StepEnded) -> None:
        values = self._opened(
            SECRET, made.step, {name: made.sealed[name] for name in made.secrets if name in made.sealed}
        )
        derivations = {item.name: item for item in self._plan.by_path[made.step].derive}
        for name, value in values.items():
            if name in derivations:
                hide_derived(derivations[name], value, self._gate)
                self._scope.steps.setdefault(made.step, {})[name] = value

    def _restore_cookies(self, made: StepEnded) -> None:
        found = self._safe.open(COOKIE, made.step, "", made.sealed_cookies)
        if isinstance(found, Unopened):
            for name in made.cookies:
                self.restored.miss(COOKIE, made.step, name, found)
            return
        values = self._performer.restore_cookies(found)
        for name, value in values.items():
            if value is not None:
                hide_cookie(name, value, self._gate)
        for name in made.cookies:
            if values.get(name, "") is None:
                self.restored.miss(COOKIE, made.step, name, Unopened("it has expired since"))
            else:
                self.restored.held.add((COOKIE, made.step, name))

    def _opened(self, kind: str, step: str, sealed: Mapping[str, str]) -> dict[str, JsonValue]:
        values: dict[str, JsonValue] = {}
        for name, text in sealed.items():
            found = self._safe.open(kind, step, name, text)
            if isinstance(found, Unopened):
                self.restored.miss(kind, step, name, found)
            else:
                values[name] = found
                self.restored.held.add((kind, step, name))
        return values


def newest_of(state: RunState) -> Iterator[StepEnded]:
    """How each step ended last; not of one whose refresh brought something else."""
    for path, made in state.made.items():
        ended = state.ended.get(path)
        if ended is not None and (made is ended or refusal(ended, made) is None):
            yield made


def moved(done: StepEnded, before: Safe, to: Safe) -> StepEnded:
    """A step of a run that is re-entered, with what it has sealed bound to the run that re-enters it."""
    jar = before.move(COOKIE, done.step, {"": done.sealed_cookies}, to) if done.sealed_cookies else {}
    return replace(done, sealed=before.move(SECRET, done.step, done.sealed, to), sealed_cookies=jar.get("", ""))
