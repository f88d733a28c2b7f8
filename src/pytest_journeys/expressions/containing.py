"""The operators that look into a text, a list or an object: contains, starts, ends, length, empty, matches, format, type."""

from collections.abc import Mapping, Sequence
from typing import Final, cast

from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.formats import FORMATS
from pytest_journeys.expressions.operations import is_list
from pytest_journeys.expressions.texts import compiled_pattern
from pytest_journeys.expressions.wording import counted, noun, shown
from pytest_journeys.values.json import JsonValue, is_same, type_name

TYPES: Final = ("string", "integer", "number", "boolean", "array", "object", "null")


def size_of(value: JsonValue) -> tuple[int, str] | None:
    """How many, and of what; None for a value that has no length."""
    if isinstance(value, str):
        return len(value), "character"
    if isinstance(value, Mapping):
        return len(value), "member"
    if is_list(value):
        return len(cast("Sequence[JsonValue]", value)), "element"
    return None


def contains(operand: JsonValue, actual: JsonValue) -> str | None:
    """A part of a text, an element of a list, a member's name; of a list each of them."""
    if size_of(actual) is None:
        return f"is {shown(actual)}, {noun(actual)}, not a text, a list or an object"
    lacking = [part for part in _parts(operand) if not _holds(actual, part)]
    if not lacking:
        return None
    return f"is {shown(actual)}, which does not contain {_listed(lacking)}"


def not_contains(operand: JsonValue, actual: JsonValue) -> str | None:
    """None of it."""
    if size_of(actual) is None:
        return f"is {shown(actual)}, {noun(actual)}, not a text, a list or an object"
    held = [part for part in _parts(operand) if _holds(actual, part)]
    if not held:
        return None
    return f"is {shown(actual)}, which contains {_listed(held)}"


def _parts(operand: JsonValue) -> Sequence[JsonValue]:
    return cast("Sequence[JsonValue]", operand) if is_list(operand) else [operand]


def _listed(values: Sequence[JsonValue]) -> str:
    return " and ".join(shown(value) for value in values) if len(values) < 4 else f"{len(values)} of the values"


def _holds(actual: JsonValue, part: JsonValue) -> bool:
    if isinstance(actual, (str, Mapping)):
        return isinstance(part, str) and part in actual
    return any(is_same(part, item) for item in cast("Sequence[JsonValue]", actual))


def starts_with(operand: JsonValue, actual: JsonValue) -> str | None:
    """A text with a text, a list with an element or with the elements of a list."""
    return _at_edge("start", operand, actual)


def ends_with(operand: JsonValue, actual: JsonValue) -> str | None:
    """The same at the end."""
    return _at_edge("end", operand, actual)


def _at_edge(edge: str, operand: JsonValue, actual: JsonValue) -> str | None:
    if isinstance(actual, str):
        if not isinstance(operand, str):
            return f"is {shown(actual)}, a text, which does not {edge} with {noun(operand)}"
        holds = actual.startswith(operand) if edge == "start" else actual.endswith(operand)
    elif is_list(actual):
        items, parts = list(cast("Sequence[JsonValue]", actual)), list(_parts(operand))
        there = items[: len(parts)] if edge == "start" else items[max(0, len(items) - len(parts)) :]
        holds = is_same(there, parts)
    else:
        return f"is {shown(actual)}, {noun(actual)}, not a text or a list"
    return None if holds else f"is {shown(actual)}, which does not {edge} with {shown(operand)}"


def empty(operand: JsonValue, actual: JsonValue) -> str | None:
    """True: no characters, elements or members; null is not empty."""
    if not isinstance(operand, bool):
        raise EvaluationError(f"empty takes true or false, not {noun(operand)}")
    size = size_of(actual)
    if size is None:
        return f"is {shown(actual)}, which has no length to be empty" if operand else None
    if (size[0] == 0) == operand:
        return None
    return f"is {shown(actual)}, expected nothing in it" if operand else f"is {shown(actual)}, which is empty"


def length(operand: JsonValue, actual: JsonValue) -> str | None:
    """So many characters, elements or members."""
    size = size_of(actual)
    if size is None:
        return f"is {shown(actual)}, {noun(actual)}, which has no length"
    if is_same(size[0], operand):
        return None
    return f"has {counted(*size)}, expected {shown(operand)}"


def matches(operand: JsonValue, actual: JsonValue) -> str | None:
    """The regular expression is found somewhere in the text."""
    if not isinstance(operand, str):
        raise EvaluationError(f"matches takes a regular expression, not {noun(operand)}")
    pattern = compiled_pattern(operand)
    if not isinstance(actual, str):
        return f"is {shown(actual)}, {noun(actual)}, not a text"
    if pattern.search(actual):
        return None
    return f"is {shown(actual)}, which does not match {shown(operand)}"


def has_format(operand: JsonValue, actual: JsonValue) -> str | None:
    """The text reads as the format."""
    if not isinstance(operand, str) or operand not in FORMATS:
        raise EvaluationError(f"format takes one of {', '.join(FORMATS)}")
    if not isinstance(actual, str):
        return f"is {shown(actual)}, {noun(actual)}, not a text"
    return None if FORMATS[operand](actual) else f"is {shown(actual)}, which is no {operand}"


def has_type(operand: JsonValue, actual: JsonValue) -> str | None:
    """Of the type, or of one of several; an integer is a number too."""
    names = _parts(operand)
    unknown = [name for name in names if name not in TYPES]
    if unknown or not names:
        raise EvaluationError(f"type takes one of {', '.join(TYPES)}")
    kind = type_name(actual)
    if kind in names or (kind == "integer" and "number" in names):
        return None
    return f"is {shown(actual)}, {noun(actual)}, expected {' or '.join(str(name) for name in names)}"
