"""Defaults of inputs that hold an expression. They see the inputs declared before them and nothing else of a run."""

from collections.abc import Mapping
from itertools import count

from pytest_journeys.bindings.inputs import Render
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.expressions.registry import Registry
from pytest_journeys.expressions.render import Prepared, prepare
from pytest_journeys.expressions.template import Template
from pytest_journeys.values.json import JsonValue


class _Known:
    """The scope of a default."""

    __slots__ = ("_inputs",)

    def __init__(self, inputs: Mapping[str, JsonValue]) -> None:
        self._inputs = inputs

    def look_up(self, source: str, names: tuple[str, ...]) -> JsonValue:
        """An input's value; every other source is empty here."""
        if source != "inputs" or names[0] not in self._inputs:
            raise MissingValueError(".".join((source, *names)))
        return self._inputs[names[0]]

    def generate(self, site: int, function: str, arguments: tuple[JsonValue, ...]) -> JsonValue:
        """Refused: another value at each look would be another run."""
        raise EvaluationError(f"{function}() draws a value; variables do that")

    def read_file(self, path: str) -> bytes:
        """Refused: an input is known before files are read."""
        raise EvaluationError("a default reads no file; variables do that")


def rendering(registry: Registry) -> Render:
    """How defaults are evaluated with these functions; each is prepared once. It raises `ValueError` with a sentence."""
    prepared: dict[int, tuple[Template, Prepared[JsonValue]]] = {}

    def render(template: Template, known: Mapping[str, JsonValue]) -> JsonValue:
        if id(template) not in prepared:
            prepared[id(template)] = (template, prepare(template, registry, count()))
        try:
            return prepared[id(template)][1].render(_Known(known))
        except MissingValueError as missing:
            raise EvaluationError(str(missing)) from None

    return render
