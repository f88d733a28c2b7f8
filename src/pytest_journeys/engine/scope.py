"""The values that a step of a run can refer to, and what is drawn for it."""

from collections.abc import Callable, Mapping

from pytest_journeys.engine.answer import Answer
from pytest_journeys.expressions.drawn import draw
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.ports import Clock, Entropy, Sources
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.json import MISSING, JsonValue, Missing


class RunScope:
    """One run's values by source; `answer`, `it` and `generated` belong to the step that is being performed.

    `steps` holds derived values by step and name, secret ones too: it lives in memory only. `generated` maps the
    ordinal of an impure call to what was drawn, so that a retry, a re-send and a resume see the same value.
    """

    def __init__(self, sources: Sources, clock: Clock, entropy: Entropy) -> None:
        self.given: dict[str, Mapping[str, JsonValue]] = {}
        self.variables: dict[str, JsonValue] = {}
        self.steps: dict[str, dict[str, JsonValue]] = {}
        self.run: dict[str, JsonValue] = {}
        self.signals: dict[str, str] = {}
        self.generated: dict[str, JsonValue] = {}
        self.answer: Answer | None = None
        self.it: JsonValue | Missing = MISSING
        self._sources = sources
        self._clock = clock
        self._entropy = entropy

    def look_up(self, source: str, names: tuple[str, ...]) -> JsonValue:
        """The value of a reference. Raises `MissingValueError`, or `EvaluationError` for a body that is not JSON."""
        match source:
            case "steps":
                found: JsonValue | Missing = self.steps.get(names[0], {}).get(names[1], MISSING)
            case "variables":
                found = self.variables.get(names[0], MISSING)
            case "signals":
                found = self.signals.get(names[0], MISSING)
            case "run":
                found = self.run.get(names[0], MISSING)
            case "response":
                found = self._of_answer(names[0])
            case "it":
                found = self.it
            case _:
                found = self.given.get(source, {}).get(names[0], MISSING)
        if found is MISSING:
            raise MissingValueError(".".join((source, *names)))
        return found

    def generate(self, site: int, function: str, arguments: tuple[JsonValue, ...]) -> JsonValue:
        """The value of an impure call: drawn the first time, the same from then on."""
        key = str(site)
        if key not in self.generated:
            self.generated[key] = draw(function, arguments, self._entropy.draw, self._clock.now())
        return self.generated[key]

    def read_file(self, path: str) -> bytes:
        """A file beside the journey. Raises `EvaluationError`."""
        try:
            return self._sources.read(path)
        except SetupError as error:
            raise EvaluationError(str(error)) from None

    def with_it(self, value: JsonValue, evaluate: Callable[["RunScope"], JsonValue]) -> JsonValue:
        """Evaluate an expression that sees `value` as ``it``."""
        self.it = value
        try:
            return evaluate(self)
        finally:
            self.it = MISSING

    def _of_answer(self, name: str) -> JsonValue | Missing:
        answer = self.answer
        if answer is None:
            return MISSING
        match name:
            case "status":
                return answer.response.status
            case "headers":
                return dict(answer.headers())
            case "text":
                return answer.text
            case _:
                if answer.json_fault is not None:
                    raise EvaluationError(f"the body is {answer.json_fault}")
                return answer.json
