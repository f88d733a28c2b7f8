"""The functions of lists and objects: what they do. Types of arguments are checked before they are called."""

from collections.abc import Hashable, Mapping, Sequence
from typing import cast

from pytest_journeys.expressions.faults import AbsentValueError, EvaluationError
from pytest_journeys.expressions.operations import finite, is_list, is_number
from pytest_journeys.expressions.wording import noun
from pytest_journeys.values.json import JsonValue


def length(value: JsonValue) -> int:
    """Characters of a text, elements of a list, members of an object."""
    return len(cast("Sequence[JsonValue]", value))


def total(items: Sequence[JsonValue]) -> float:
    """The sum of a list of numbers; 0 of an empty one."""
    result: float = 0
    for item in items:
        if not is_number(item):
            raise EvaluationError(f"sum(list): an element is {noun(item)}, not a number")
        result = finite(result + cast("float", item))
    return result


def least(*values: JsonValue) -> JsonValue:
    """The smallest of a list, or of the arguments."""
    return _ordered("min", values)[0]


def greatest(*values: JsonValue) -> JsonValue:
    """The greatest of a list, or of the arguments."""
    return _ordered("max", values)[-1]


def _ordered(function: str, values: tuple[JsonValue, ...]) -> list[JsonValue]:
    items = cast("Sequence[JsonValue]", values[0]) if len(values) == 1 and is_list(values[0]) else values
    if not items:
        raise AbsentValueError(f"{function}(list): the list is empty")
    return in_order(items, function)


def in_order(items: Sequence[JsonValue], function: str = "sorted") -> list[JsonValue]:
    """A list of numbers or a list of texts, ascending."""
    if all(is_number(item) for item in items) or all(isinstance(item, str) for item in items):
        return sorted(items)  # type: ignore[type-var]
    raise EvaluationError(f"{function}(list): the elements are neither all numbers nor all texts")


def without_repeats(items: Sequence[JsonValue]) -> list[JsonValue]:
    """Each value once, at its first place."""
    seen: set[Hashable] = set()
    kept: list[JsonValue] = []
    for item in items:
        key = identity(item)
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept


def identity(value: JsonValue) -> Hashable:
    """A key that is equal exactly when the values are (`values.json.is_same`)."""
    if value is None or isinstance(value, bool):
        return (value, "word")
    if isinstance(value, (int, float, str)):
        return value
    if isinstance(value, Mapping):
        return frozenset((name, identity(item)) for name, item in value.items())
    return ("list", *[identity(item) for item in value])


def first_of(items: Sequence[JsonValue]) -> JsonValue:
    """The first element."""
    return _at(items, 0, "first")


def last_of(items: Sequence[JsonValue]) -> JsonValue:
    """The last element."""
    return _at(items, -1, "last")


def _at(items: Sequence[JsonValue], position: int, function: str) -> JsonValue:
    if not items:
        raise AbsentValueError(f"{function}(list): the list is empty")
    return items[position]


def names_of(value: Mapping[str, JsonValue]) -> list[JsonValue]:
    """The names of an object's members, in their order."""
    return list(value)


def merged(one: Mapping[str, JsonValue], other: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The members of both; where both have one, the second's."""
    return {**one, **other}
