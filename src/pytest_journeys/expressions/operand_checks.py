"""What is wrong with a literal operand, before anything runs."""

import re
from collections.abc import Callable
from typing import Final

from pytest_journeys.expressions.containing import TYPES
from pytest_journeys.expressions.formats import FORMATS
from pytest_journeys.expressions.operations import is_list, is_number
from pytest_journeys.expressions.ordering import check_bounds, check_duration
from pytest_journeys.expressions.template import Expect, ListOf, Literal, Template
from pytest_journeys.expressions.texts import check_pattern
from pytest_journeys.expressions.wording import noun, shown
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.nearest import nearest

_SHA256: Final = re.compile(r"[0-9A-Fa-f]{64}")


def check_operator(operator: str, operand: Template) -> str | None:
    """A sentence about an operand that the operator can never take, or None; references are for the run to judge."""
    if isinstance(operand, Literal):
        check = _CHECKS.get(operator)
        return None if check is None else check(operand.value)
    if operator in ("each", "any", "not"):
        return None if isinstance(operand, Expect) else f"{operator} takes an expectation"
    if operator == "any_of":
        return None if isinstance(operand, ListOf) and operand.items else _ANY_OF
    if isinstance(operand, Expect) and operator not in _TAKE_OPERATORS:
        return f"{operator} takes a value, not operators"
    return None


_TAKE_OPERATORS: Final = ("equals", "like", "unordered", "length")
_ANY_OF: Final = "any_of takes a list of expectations, as in [{type: string}, {exists: false}]"


def _boolean(value: JsonValue) -> str | None:
    return None if isinstance(value, bool) else f"write true or false, not {noun(value)}"


def _pattern(value: JsonValue) -> str | None:
    return check_pattern(value) if isinstance(value, str) else f"write a regular expression, not {noun(value)}"


def _format(value: JsonValue) -> str | None:
    return _one_of_names(value, tuple(FORMATS), "format")


def _type(value: JsonValue) -> str | None:
    if value is None:
        return 'write "null" in quotes: without them it is no text'
    if isinstance(value, (list, tuple)):
        return next(filter(None, map(_type, value)), None) if value else "write at least one type"
    return _one_of_names(value, TYPES, "type", _TYPES_ELSEWHERE)


_TYPES_ELSEWHERE: Final = {
    "str": "string",
    "text": "string",
    "int": "integer",
    "float": "number",
    "double": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
    "map": "object",
    "none": "null",
}


def _one_of_names(
    value: JsonValue, names: tuple[str, ...], what: str, elsewhere: dict[str, str] | None = None
) -> str | None:
    if isinstance(value, str):
        if value in names:
            return None
        near = (elsewhere or {}).get(value.lower()) or nearest(value, names)
        if near:
            return f"there is no {what} {value}; did you mean {near}?"
    return f"{shown(value)} is no {what}: write one of {', '.join(names)}"


def _list(value: JsonValue) -> str | None:
    return None if is_list(value) and value else f"write a list of values, not {shown(value)}"


def _unordered(value: JsonValue) -> str | None:
    return None if is_list(value) else f"write a list, not {noun(value)}"


def _length(value: JsonValue) -> str | None:
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return None
    return f"write how many, as in 3, or operators such as {{at_least: 1}}, not {shown(value)}"


def _comparable(value: JsonValue) -> str | None:
    return None if is_number(value) or isinstance(value, str) else f"write a number or a text, not {noun(value)}"


def _number(value: JsonValue) -> str | None:
    return None if is_number(value) else f"write a number, not {noun(value)}"


def _digest(value: JsonValue) -> str | None:
    return None if isinstance(value, str) and _SHA256.fullmatch(value) else "write 64 hexadecimal digits"


def _path(value: JsonValue) -> str | None:
    return None if isinstance(value, str) and value else f"write the path of a file, not {noun(value)}"


def _edge(value: JsonValue) -> str | None:
    return "write what it begins or ends with" if value in ("", []) else None


def _expectation(value: JsonValue) -> str | None:
    return f"write an expectation, as in {{type: string}}, not {noun(value)}"


_CHECKS: Final[dict[str, Callable[[JsonValue], str | None]]] = {
    "exists": _boolean,
    "empty": _boolean,
    "matches": _pattern,
    "format": _format,
    "type": _type,
    "one_of": _list,
    "unordered": _unordered,
    "length": _length,
    "greater_than": _comparable,
    "at_least": _comparable,
    "less_than": _comparable,
    "at_most": _comparable,
    "between": check_bounds,
    "approx": _number,
    "within": check_duration,
    "sha256": _digest,
    "equals_file": _path,
    "starts_with": _edge,
    "ends_with": _edge,
    "each": _expectation,
    "any": _expectation,
    "not": _expectation,
    "any_of": lambda value: _ANY_OF,
}
