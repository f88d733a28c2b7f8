"""How values read in a text and in a sentence.

In a sentence a value is shown whole or described, never cut: half a secret is one that the gate would not find.
"""

import json
from collections.abc import Mapping
from typing import Final

from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.values.json import JsonValue, type_name

_LONGEST: Final = 120  # characters of a value inside a sentence
_NOUNS: Final = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "string": "a text",
    "array": "a list",
    "object": "an object",
}

_compact: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":"))
_spaced: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, check_circular=False)


def compact_json(value: JsonValue) -> str:
    """JSON without spaces, members in their order, no needless escapes: what a ``json`` body is."""
    return _compact.encode(value)


def as_text(value: JsonValue) -> str:
    """A value inside a text: texts as they are, the rest as compact JSON. Raises `EvaluationError` for null."""
    if isinstance(value, str):
        return value
    if value is None:
        raise EvaluationError("null has no place inside a text: write default(...) or a condition")
    return _compact.encode(value)


def noun(value: JsonValue) -> str:
    """The kind of a value with its article: ``a text``, ``null``, ``an object``."""
    return _NOUNS[type_name(value)]


def shown(value: JsonValue) -> str:
    """A value inside a sentence: whole when it is short, else what it is and how long."""
    if isinstance(value, str):
        if len(value) > _LONGEST:
            return f"a text of {len(value)} characters"
        return f"'{value}'" if value.isprintable() and "'" not in value else json.dumps(value)
    if isinstance(value, Mapping):
        return _whole(value) or f"an object of {counted(len(value), 'member')}"
    if value is None or isinstance(value, (bool, int, float)):
        return _whole(value) or "a number of many digits"
    return _whole(value) or f"a list of {counted(len(value), 'element')}"


def counted(count: int, word: str) -> str:
    """``1 element``, ``2 elements``."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _whole(value: JsonValue) -> str:
    """The JSON of a value that is short enough, or nothing."""
    if isinstance(value, (list, tuple, Mapping)) and len(value) > _LONGEST:
        return ""
    try:
        text = _spaced.encode(value)
    except (RecursionError, ValueError):
        return ""
    if len(text) > _LONGEST:
        return ""
    return text if text.isprintable() else json.dumps(value)
