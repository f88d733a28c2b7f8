"""JSONPath (RFC 9535 without functions): a path is parsed once and asked many times.

Paths of names and indexes alone are walked here. Every other path is walked by jsonpath_ng, which is imported when the
first such path is asked; the text is always parsed by us, so that no dialect comes through.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, cast

from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.jsonpath_nodes import (
    AllOf,
    AnyOf,
    At,
    Comparison,
    Condition,
    Every,
    Exists,
    Filter,
    Given,
    Name,
    Negation,
    Query,
    Range,
    Segment,
    Selector,
    singular_steps,
)
from pytest_journeys.expressions.jsonpath_syntax import segments_of
from pytest_journeys.values.json import MISSING, JsonValue, Missing, is_same


class JsonPath:
    """One path. `text` is as it was written."""

    __slots__ = ("_find_all", "_steps", "segments", "text")

    def __init__(self, text: str) -> None:
        self.text: Final = text
        self.segments: Final = segments_of(text)
        self._steps: Final = singular_steps(self.segments)
        self._find_all: Callable[[JsonValue], list[JsonValue]] | None = None

    @property
    def is_singular(self) -> bool:
        """Names and indexes alone: one value, or missing."""
        return self._steps is not None

    def find(self, value: JsonValue) -> JsonValue | Missing:
        """The one value or `MISSING` of a singular path, the list of matches of any other.

        Raises `EvaluationError` when the value is nested too deep to be searched.
        """
        if self._steps is not None:
            return _walk(value, self._steps)
        if self._find_all is None:
            self._find_all = _finder(self.segments)
        try:
            return self._find_all(value)
        except RecursionError:
            raise EvaluationError("a value is nested too deep to be searched") from None


@lru_cache(maxsize=1024)
def parse_path(text: str) -> JsonPath:
    """The path of a text. Raises `ExpressionFault` with the place in it."""
    return JsonPath(text)


def _walk(value: JsonValue | Missing, steps: tuple[str | int, ...]) -> JsonValue | Missing:
    for step in steps:
        if isinstance(step, str):
            if not isinstance(value, Mapping):
                return MISSING
            value = value.get(step, MISSING)
            if value is MISSING:
                return MISSING
        elif isinstance(value, (list, tuple)) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return MISSING
    return value


def _finder(segments: tuple[Segment, ...]) -> Callable[[JsonValue], list[JsonValue]]:
    """What walks the segments: jsonpath_ng's own nodes where they mean what the RFC says, ours beside them."""
    import jsonpath_ng.jsonpath as ng

    class Chosen(ng.JSONPath):
        """The children that a function of the node and the root gives, with their keys."""

        def __init__(self, choose: "_Choose") -> None:
            self.choose = choose

        def find(self, datum: Any) -> Any:
            datum = ng.DatumInContext.wrap(datum)
            return [
                ng.DatumInContext(child, path=None, context=datum) for child in self.choose(datum.value, root_of(datum))
            ]

    class Several(ng.JSONPath):
        """What each of several selectors finds, one after the other, repeats included."""

        def __init__(self, paths: list[Any]) -> None:
            self.paths = paths

        def find(self, datum: Any) -> Any:
            return [found for path in self.paths for found in path.find(datum)]

    def root_of(datum: Any) -> JsonValue:
        while datum.context is not None:
            datum = datum.context
        return cast("JsonValue", datum.value)

    def selecting(selector: Selector) -> Any:
        match selector:
            case Name("*"):  # Fields("*") is a wildcard there
                return Chosen(lambda value, root: [value["*"]] if isinstance(value, dict) and "*" in value else [])
            case Name(name):
                return ng.Fields(name)
            case At(index):
                return ng.Index(index)
            case Range(start, stop, step):
                return ng.Slice(start, stop, 1 if step is None else step)
            case Every():
                return ng.Wildcard()
            case Filter(condition):
                return Chosen(_filtering(condition))

    tree: Any = ng.Root()
    for segment in segments:
        paths = [selecting(selector) for selector in segment.selectors]
        right = paths[0] if len(paths) == 1 else Several(paths)
        tree = (ng.Descendants if segment.is_descendant else ng.Child)(tree, right)
    return lambda value: [found.value for found in tree.find(value)]


_Choose = Callable[[JsonValue, JsonValue], Sequence[JsonValue]]
_Judge = Callable[[JsonValue, JsonValue], bool]
_Side = Callable[[JsonValue, JsonValue], "JsonValue | Missing"]


def _filtering(condition: Condition) -> _Choose:
    holds = _judging(condition)

    def choose(value: JsonValue, root: JsonValue) -> Sequence[JsonValue]:
        if isinstance(value, Mapping):
            return [item for item in value.values() if holds(item, root)]
        if isinstance(value, (list, tuple)):
            return [item for item in value if holds(item, root)]
        return ()

    return choose


def _judging(condition: Condition) -> _Judge:
    match condition:
        case AllOf(conditions):
            all_judges = [_judging(one) for one in conditions]
            return lambda value, root: all(holds(value, root) for holds in all_judges)
        case AnyOf(conditions):
            any_judges = [_judging(one) for one in conditions]
            return lambda value, root: any(holds(value, root) for holds in any_judges)
        case Negation(inner):
            judge = _judging(inner)
            return lambda value, root: not judge(value, root)
        case Exists(query):
            return _existing(query)
        case Comparison(operator, left, right):
            return _comparing(operator, _side(left), _side(right))


def _existing(query: Query) -> _Judge:
    steps = singular_steps(query.segments)
    if steps is not None:
        return lambda value, root: _walk(root if query.is_root else value, steps) is not MISSING
    find = _finder(query.segments)
    return lambda value, root: bool(find(root if query.is_root else value))


def _side(side: Query | Given) -> _Side:
    if isinstance(side, Given):
        literal = side.value
        return lambda value, root: literal
    steps = singular_steps(side.segments)
    assert steps is not None  # the grammar refuses others
    return (lambda value, root: _walk(root, steps)) if side.is_root else (lambda value, root: _walk(value, steps))


def _comparing(operator: str, left: _Side, right: _Side) -> _Judge:
    compare = _COMPARE[operator]
    return lambda value, root: compare(left(value, root), right(value, root))


def _same(one: JsonValue | Missing, other: JsonValue | Missing) -> bool:
    if one is MISSING or other is MISSING:
        return one is other
    return is_same(one, other)


def _less(one: JsonValue | Missing, other: JsonValue | Missing) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    if isinstance(one, str) and isinstance(other, str):
        return one < other
    return isinstance(one, (int, float)) and isinstance(other, (int, float)) and one < other


_COMPARE: Final[dict[str, Callable[["JsonValue | Missing", "JsonValue | Missing"], bool]]] = {
    "==": _same,
    "!=": lambda one, other: not _same(one, other),
    "<": _less,
    "<=": lambda one, other: _less(one, other) or _same(one, other),
    ">": lambda one, other: _less(other, one),
    ">=": lambda one, other: _less(other, one) or _same(one, other),
}
