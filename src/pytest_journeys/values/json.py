"""JSON values: their types, how they are read from outside bytes, when two are equal.

Knows RFC 8259 and nothing of journeys. Numbers keep their kind (``1`` and ``1.0`` print differently and compare equal);
what Python would accept beyond JSON (NaN, infinity, numbers outside the float range) is refused, because it cannot be
written back.
"""

import json
import math
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final, Literal, TypeAlias

JsonScalar: TypeAlias = bool | int | float | str | None
JsonValue: TypeAlias = "JsonScalar | Sequence[JsonValue] | Mapping[str, JsonValue]"
JsonObject: TypeAlias = Mapping[str, JsonValue]


class _Missing(Enum):
    MISSING = "missing"

    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing.MISSING
"""Nothing is there: not null, not an empty text. Never part of a JSON value."""

Missing: TypeAlias = Literal[_Missing.MISSING]


class NotJsonError(ValueError):
    """The text is not JSON, or holds a number that JSON cannot carry back; the message says where.

    `offset` counts the characters before the fault, where `parse_json_at` knows it.
    """

    def __init__(self, message: str, offset: int | None = None) -> None:
        super().__init__(message)
        self.offset = offset


def _refuse_constant(name: str) -> JsonValue:
    raise NotJsonError(f"{name} is no JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise NotJsonError(f"the number {text[:40]} is outside the float range")
    return number


_MAX_DIGITS: Final = 4000  # Python refuses to convert longer ones (CVE-2020-10735); no real id is near it


def _whole(text: str) -> int:
    if len(text) > _MAX_DIGITS:
        raise NotJsonError(f"a number of {len(text)} digits")
    return int(text)


_decoder: Final = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite, parse_int=_whole)


def parse_json(text: str | bytes) -> JsonValue:
    """Read JSON from a text or from UTF-8 (16, 32) bytes; a byte order mark is ignored.

    Raises `NotJsonError` with the reason and the position, also for nesting too deep to be read.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode(json.detect_encoding(text))
        return _decoder.decode(text.removeprefix("\ufeff"))  # type: ignore[no-any-return]
    except NotJsonError:
        raise
    except json.JSONDecodeError as error:
        raise NotJsonError(f"{error.msg} at line {error.lineno}, column {error.colno}") from None
    except UnicodeDecodeError as error:
        raise NotJsonError(f"byte {error.start} is not {error.encoding}") from None
    except RecursionError:
        raise NotJsonError("nested too deep to be read") from None


def _distinct(members: list[tuple[str, JsonValue]]) -> JsonObject:
    found = dict(members)
    if len(found) < len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotJsonError(f"one object holds the name {json.dumps(twice)} twice")
    return found


_distinct_decoder: Final = json.JSONDecoder(
    parse_constant=_refuse_constant, parse_float=_finite, parse_int=_whole, object_pairs_hook=_distinct
)


def parse_json_at(text: str, offset: int) -> tuple[JsonValue, int]:
    """The JSON value that begins exactly at `offset`, and where it ends; what follows is not looked at.

    Stricter than `parse_json`: an object that holds a name twice is refused. Raises `NotJsonError`, its message without
    a position; its `offset` is the fault's where that is known, else None.
    """
    try:
        return _distinct_decoder.raw_decode(text, offset)
    except NotJsonError:
        raise
    except json.JSONDecodeError as error:
        raise NotJsonError(error.msg, error.pos) from None
    except RecursionError:
        raise NotJsonError("nested too deep to be read", offset) from None


def type_name(value: JsonValue) -> str:
    """The JSON type as a journey names it: ``null boolean integer number string array object``."""
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case Mapping():
            return "object"
        case _:
            return "array"


def is_same(one: JsonValue, other: JsonValue) -> bool:
    """Deep equality by JSON type: ``1`` is ``1.0``, never ``true`` or ``"1"``; member order is no difference."""
    if one is None or other is None or isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        return isinstance(one, str) and isinstance(other, str) and one == other
    if isinstance(one, (int, float)) or isinstance(other, (int, float)):
        return isinstance(one, (int, float)) and isinstance(other, (int, float)) and one == other
    if isinstance(one, Mapping) or isinstance(other, Mapping):
        if not (isinstance(one, Mapping) and isinstance(other, Mapping)) or len(one) != len(other):
            return False
        return all(key in other and is_same(member, other[key]) for key, member in one.items())
    return len(one) == len(other) and all(is_same(left, right) for left, right in zip(one, other, strict=True))
