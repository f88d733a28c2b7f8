"""What a Python function hands over as JSON: a copy, or the place of what is none. Stricter than `json.dumps`."""

import math
from collections.abc import Mapping

from pytest_journeys.values.json import JsonValue

_DEEPEST = 100


class NotPlainError(Exception):
    """The value is no JSON; the message is a sentence that names the place (``$.rows[2].at is a datetime``)."""


def plain_json(value: object) -> JsonValue:
    """A copy of mappings with text keys, lists, tuples, texts, finite numbers, booleans and None. Raises `NotPlainError`."""
    return _copy(value, "$", _DEEPEST)


def _copy(value: object, at: str, depth: int) -> JsonValue:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NotPlainError(f"{at} is {value!r}, which is no JSON number")
        return float(value)
    if depth == 0:
        raise NotPlainError(f"{at} is nested deeper than {_DEEPEST} levels, or holds itself")
    if isinstance(value, Mapping):
        found: dict[str, JsonValue] = {}
        for key, member in value.items():
            if not isinstance(key, str):
                raise NotPlainError(f"{at} has a key of type {type(key).__name__}, and keys are texts")
            found[str.__str__(key)] = _copy(member, f"{at}.{key}", depth - 1)
        return found
    if isinstance(value, (list, tuple)):
        return [_copy(item, f"{at}[{index}]", depth - 1) for index, item in enumerate(value)]
    raise NotPlainError(f"{at} is a {type(value).__name__}")
