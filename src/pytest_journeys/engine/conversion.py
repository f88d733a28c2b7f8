"""``as:``: a text or a value read as another type."""

import json

from pytest_journeys.expressions.wording import shown
from pytest_journeys.values.json import JsonValue, NotJsonError, parse_json, type_name


class ConversionError(ValueError):
    """The value cannot be read so; the message is half a sentence: ``is 'abc', which is no integer``."""


def convert(value: JsonValue, kind: str) -> JsonValue:
    """Read a value as ``string integer number boolean array object``. Raises `ConversionError`."""
    if kind == "string":
        return value if isinstance(value, str) else _as_text(value)
    found = _from_text(value.strip(), value, kind) if isinstance(value, str) else value
    actual = type_name(found)
    if kind == "number" and actual == "integer":
        return found
    if kind == "integer" and isinstance(found, float) and found.is_integer():
        return int(found)
    if actual != kind:
        raise ConversionError(f"is {shown(value)}, which is no {kind}")
    return found


def _from_text(text: str, value: JsonValue, kind: str) -> JsonValue:
    try:
        return parse_json(text)
    except NotJsonError:
        raise ConversionError(f"is {shown(value)}, which is no {kind}") from None


def _as_text(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
