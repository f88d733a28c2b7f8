"""Whether a value fits an input's declaration, and what a text means under it. Knows types, not where values come from."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from pytest_journeys.artifact.model import Input
from pytest_journeys.expressions.wording import shown
from pytest_journeys.values.json import JsonValue, NotJsonError, is_same, parse_json, type_name

DEEPEST: Final = 64
"""Levels of lists and objects in a value; what is deeper cannot be written everywhere."""

_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SHORT: Final = 400  # characters of an integer that needs no care
_NOUNS: Final = {
    "string": "a text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "a list",
    "object": "an object",
}


class MisfitError(ValueError):
    """A value that does not fit. The message is a sentence without an end stop; for a secret it shows no value."""

    def __init__(self, value: JsonValue, fault: str, *, at: str = "", help: str = "") -> None:
        self.value = value
        self.fault = fault
        self.at = at
        self.help = help
        super().__init__(self.told())

    def told(self, *, is_secret: bool = False) -> str:
        """What is wrong; without the value when it is a secret."""
        subject = "the value" if is_secret else shown(self.value)
        return f"{subject} {self.fault}" + (f" (at {self.at})" if self.at else "")


def value_of_text(declared: Input, text: str) -> JsonValue:
    """What a text of a CSV cell or of the command line means for an input. Raises `MisfitError`."""
    return fitted(declared, _read(declared.type, text))


def fitted(declared: Input, value: JsonValue) -> JsonValue:
    """The value, if it fits; `2.0` becomes the integer 2. Null fits an optional input only. Raises `MisfitError`."""
    if value is None and declared.is_optional:
        return None
    return _fitted(value, declared.type, declared.schema, "")


def takes_any_text(declared: Input) -> bool:
    """Whether every text fits, so that none needs to be looked at."""
    return declared.type == "string" and not declared.schema


def is_too_deep(value: JsonValue) -> bool:
    """Whether lists and objects stand inside each other more than `DEEPEST` times."""
    level = [value] if isinstance(value, (list, dict)) else []
    for _ in range(DEEPEST):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, (list, dict))
        ]
        if not level:
            return False
    return True


def _read(kind: str, text: str) -> JsonValue:
    match kind:
        case "string":
            return text
        case "boolean":
            if text in ("true", "false"):
                return text == "true"
            raise MisfitError(text, "is no boolean", help="write true or false")
        case "integer":
            if _INTEGER.fullmatch(text):
                return int(text) if len(text) < _SHORT else _parsed(text, kind)
            raise MisfitError(text, "is no integer", help=_number_help(text))
        case "number":
            if _INTEGER.fullmatch(text) and len(text) < _SHORT:
                return int(text)
            if _NUMBER.fullmatch(text):
                number = float(text)
                return number if math.isfinite(number) and not _INTEGER.fullmatch(text) else _parsed(text, kind)
            raise MisfitError(text, "is no number", help=_number_help(text))
        case _:
            return _parsed(text, kind)


def _parsed(text: str, kind: str) -> JsonValue:
    try:
        value = parse_json(text)
    except NotJsonError as error:
        example = '["a", "b"]' if kind == "array" else '{"name": "value"}'
        help = "" if kind in ("integer", "number") else f"{_NOUNS[kind]} is written as JSON here: {example}"
        raise MisfitError(text, f"is no JSON: {error}", help=help) from None
    if is_too_deep(value):
        raise MisfitError(text, f"is nested more than {DEEPEST} levels deep")
    return value


def _number_help(text: str) -> str:
    if text != text.strip():
        return "take away the space around it: cells are taken as they are"
    if text.lstrip("-").isdigit():
        return "numbers have no leading zeros; declare the input as a string to keep them"
    return ""


def _fitted(value: JsonValue, kind: str | None, schema: Mapping[str, JsonValue], at: str) -> JsonValue:
    if kind is not None:
        value = _of_type(value, kind, at)
    if "enum" in schema:
        allowed = cast("Sequence[JsonValue]", schema["enum"])
        if not any(is_same(value, one) for one in allowed):
            known = ", ".join(shown(one) for one in allowed)
            raise MisfitError(value, f"is none of {known}", at=at)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        _in_bounds(value, schema, at)
    elif isinstance(value, str):
        pattern = schema.get("pattern")
        if isinstance(pattern, str) and not re.search(pattern, value):
            raise MisfitError(value, f"does not match {pattern}", at=at)
    elif isinstance(value, Mapping):
        return _members(value, schema, at)
    elif isinstance(value, (list, tuple)) and isinstance(schema.get("items"), Mapping):
        items = cast("Mapping[str, JsonValue]", schema["items"])
        return [_fitted(item, _type_in(items), items, f"{at}[{index}]") for index, item in enumerate(value)]
    return value


def _of_type(value: JsonValue, kind: str, at: str) -> JsonValue:
    found = type_name(value)
    if found == kind or (kind == "number" and found == "integer"):
        return value
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    help = "put it in quotes" if kind == "string" and found in ("integer", "number", "boolean") else ""
    raise MisfitError(value, f"is not {_NOUNS[kind]}", at=at, help=help)


def _in_bounds(value: float, schema: Mapping[str, JsonValue], at: str) -> None:
    least, most = schema.get("minimum"), schema.get("maximum")
    if isinstance(least, (int, float)) and value < least:
        raise MisfitError(value, f"is below the minimum {least}", at=at)
    if isinstance(most, (int, float)) and value > most:
        raise MisfitError(value, f"is above the maximum {most}", at=at)


def _members(value: Mapping[str, JsonValue], schema: Mapping[str, JsonValue], at: str) -> JsonValue:
    for name in cast("Sequence[str]", schema.get("required") or ()):
        if name not in value:
            raise MisfitError(value, f"has no {name}", at=at)
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return value
    return {
        name: _fitted(member, _type_in(known), known, f"{at}.{name}" if at else name)
        if isinstance(known := properties.get(name), Mapping)
        else member
        for name, member in value.items()
    }


def _type_in(schema: Mapping[str, JsonValue]) -> str | None:
    kind = schema.get("type")
    return kind if isinstance(kind, str) else None
