"""The selectors of a JSONPath: which children of a node they choose (RFC 9535, 2.3)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias

from pytest_journeys.expressions.jsonpath_nodes import (
    AllOf,
    AnyOf,
    At,
    Comparison,
    Condition,
    Every,
    Exists,
    Given,
    Name,
    Negation,
    Query,
    Range,
    Segment,
    singular_steps,
)
from pytest_journeys.expressions.jsonpath_plain import walk
from pytest_journeys.values.json import MISSING, JsonValue, Missing, is_same

Find: TypeAlias = Callable[[JsonValue], list[JsonValue]]
Search: TypeAlias = Callable[[tuple[Segment, ...]], Find]
"""Prepares what a query of many matches finds."""

Choose: TypeAlias = Callable[[JsonValue, JsonValue], Sequence[JsonValue]]
"""The children that are chosen of a node; the second value is the root."""

_Judge: TypeAlias = Callable[[JsonValue, JsonValue], bool]
_Side: TypeAlias = Callable[[JsonValue, JsonValue], "JsonValue | Missing"]


def choosing(selector: Name | At | Range | Every) -> Choose:
    """What chooses children by name or place."""
    match selector:
        case Name(name):
            return lambda value, root: [value[name]] if isinstance(value, Mapping) and name in value else ()
        case At(index):
            return lambda value, root: (
                [value[index]] if isinstance(value, (list, tuple)) and -len(value) <= index < len(value) else ()
            )
        case Range(start, stop, step):
            if step == 0:
                return lambda value, root: ()
            chosen = slice(start, stop, step)
            return lambda value, root: value[chosen] if isinstance(value, (list, tuple)) else ()
        case Every():
            return _children


def _children(value: JsonValue, root: JsonValue) -> Sequence[JsonValue]:
    if isinstance(value, Mapping):
        return list(value.values())
    return value if isinstance(value, (list, tuple)) else ()


def filtering(condition: Condition, search: Search) -> Choose:
    """What chooses the children for which the condition holds."""
    holds = _judging(condition, search)

    def choose(value: JsonValue, root: JsonValue) -> Sequence[JsonValue]:
        return [item for item in _children(value, root) if holds(item, root)]

    return choose


def _judging(condition: Condition, search: Search) -> _Judge:
    match condition:
        case AllOf(conditions):
            all_judges = [_judging(one, search) for one in conditions]
            return lambda value, root: all(holds(value, root) for holds in all_judges)
        case AnyOf(conditions):
            any_judges = [_judging(one, search) for one in conditions]
            return lambda value, root: any(holds(value, root) for holds in any_judges)
        case Negation(inner):
            judge = _judging(inner, search)
            return lambda value, root: not judge(value, root)
        case Exists(query):
            return _existing(query, search)
        case Comparison(operator, left, right):
            return _comparing(operator, _side(left), _side(right))


def _existing(query: Query, search: Search) -> _Judge:
    steps = singular_steps(query.segments)
    if steps is not None:
        return lambda value, root: walk(root if query.is_root else value, steps) is not MISSING
    find = search(query.segments)
    return lambda value, root: bool(find(root if query.is_root else value))


def _side(side: Query | Given) -> _Side:
    if isinstance(side, Given):
        literal = side.value
        return lambda value, root: literal
    steps = singular_steps(side.segments)
    assert steps is not None  # the grammar refuses others
    return (lambda value, root: walk(root, steps)) if side.is_root else (lambda value, root: walk(value, steps))


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
