"""JSONPath (RFC 9535 without functions): a path is parsed once and asked many times.

The text is always parsed by us, so that no dialect comes through. Names and indexes alone are walked here; every other
path is walked by jsonpath_ng, which is imported, with the grammar, when the first such path is met.
"""

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Final, TypeAlias, cast

from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.jsonpath_plain import plain_steps, walk
from pytest_journeys.values.json import JsonValue, Missing

_Find: TypeAlias = Callable[[JsonValue], list[JsonValue]]


class JsonPath:
    """One path. `text` is as it was written; `is_singular`: names and indexes alone, so one value or missing."""

    __slots__ = ("_find_all", "_segments", "_steps", "is_singular", "text")

    def __init__(self, text: str) -> None:
        self.text: Final = text
        self._segments: tuple[Any, ...] = ()
        self._steps = plain_steps(text)
        if self._steps is None:
            from pytest_journeys.expressions.jsonpath_nodes import singular_steps
            from pytest_journeys.expressions.jsonpath_syntax import segments_of

            self._segments = segments_of(text)
            self._steps = singular_steps(self._segments)
        self.is_singular: Final = self._steps is not None
        self._find_all: _Find | None = None

    def find(self, value: JsonValue) -> JsonValue | Missing:
        """The one value or `MISSING` of a singular path, the list of matches of any other.

        Raises `EvaluationError` when the value is nested too deep to be searched.
        """
        if self._steps is not None:
            return walk(value, self._steps)
        if self._find_all is None:
            self._find_all = _search(self._segments)
        try:
            return self._find_all(value)
        except RecursionError:
            raise EvaluationError("a value is nested too deep to be searched") from None


@lru_cache(maxsize=1024)
def parse_path(text: str) -> JsonPath:
    """The path of a text. Raises `ExpressionFault` with the place in it."""
    return JsonPath(text)


def _search(segments: tuple[Any, ...]) -> _Find:
    """What walks the segments: jsonpath_ng goes through children and descendants.

    Positions, wildcards and filters are selected by us: what jsonpath_ng's mean differs from the RFC in older versions
    (1.7 indexes texts, slices objects and has no wildcard of its own), and we promise one meaning for all.
    """
    import jsonpath_ng.jsonpath as ng

    from pytest_journeys.expressions import jsonpath_nodes as nodes
    from pytest_journeys.expressions.jsonpath_selectors import Choose, choosing, filtering

    class Chosen(ng.JSONPath):
        """The children that a function of the node gives; a filter's function is given the root too."""

        def __init__(self, choose: Choose, *, sees_root: bool = False) -> None:
            self.choose = choose
            self.sees_root = sees_root

        def find(self, datum: Any) -> Any:
            datum = root = ng.DatumInContext.wrap(datum)
            while self.sees_root and root.context is not None:
                root = root.context
            return [ng.DatumInContext(child, context=datum) for child in self.choose(datum.value, root.value)]

    class Several(ng.JSONPath):
        """What each of several selectors finds, one after the other, repeats included."""

        def __init__(self, paths: list[Any]) -> None:
            self.paths = paths

        def find(self, datum: Any) -> Any:
            return [found for path in self.paths for found in path.find(datum)]

    def selecting(selector: nodes.Selector) -> Any:
        match selector:
            case nodes.Name(name) if name != "*":  # Fields("*") is a wildcard there
                return ng.Fields(name)
            case nodes.Filter(condition):
                return Chosen(filtering(condition, _search), sees_root=True)
            case _:
                return Chosen(choosing(selector))

    tree: Any = ng.Root()
    for segment in segments:
        paths = [selecting(selector) for selector in segment.selectors]
        right = paths[0] if len(paths) == 1 else Several(paths)
        tree = (ng.Descendants if segment.is_descendant else ng.Child)(tree, right)
    return lambda value: [cast("JsonValue", found.value) for found in tree.find(value)]
