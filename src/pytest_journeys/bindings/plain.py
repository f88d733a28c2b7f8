"""Values that Python code gives (fixtures), as plain JSON: what cannot be recorded is refused with its place and type."""

import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Final

from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.json import JsonValue

_DEEPEST: Final = 100


def plain_value(value: object, what: str) -> JsonValue:
    """The JSON of a value that `what` gave: tuples become lists, paths texts, text and number enums their values.

    Raises `SetupError` naming the place and the type of what is no JSON, such as a date or a client.
    """
    return _plain(value, what, "", 0)


def plain_mapping(value: object, what: str) -> dict[str, JsonValue]:
    """The same for what must be a mapping of names to values."""
    if not isinstance(value, Mapping):
        raise SetupError(f"{what} returned a {_kind(value)}", help="return a mapping of names to values")
    return {name: _plain(member, what, f".{name}", 1) for name, member in _named(value, what, "")}


def _plain(value: object, what: str, at: str, depth: int) -> JsonValue:
    if depth > _DEEPEST:
        raise SetupError(f"{what} returned a value that is nested too deep, or holds itself")
    match value:
        case None | bool():
            return value
        case str():
            return str.__str__(value)
        case int():
            return int(value)
        case float():
            if not math.isfinite(value):
                raise SetupError(f"{_place(what, at)} {value}, which is no JSON number")
            return float(value)
        case PurePath():
            return str(value)
        case Mapping():
            return {name: _plain(member, what, f"{at}.{name}", depth + 1) for name, member in _named(value, what, at)}
        case list() | tuple():
            return [_plain(item, what, f"{at}[{index}]", depth + 1) for index, item in enumerate(value)]
        case _:
            raise SetupError(
                f"{_place(what, at)} a {_kind(value)}, which is no JSON value",
                help="values that a journey refers to are recorded: return texts, numbers, lists and mappings",
            )


def _named(value: Mapping[object, object], what: str, at: str) -> list[tuple[str, object]]:
    for name in value:
        if not isinstance(name, str):
            raise SetupError(f"{_place(what, at)} a mapping with the key {name!r}, which is no text")
    return [(str(name), member) for name, member in value.items()]


def _place(what: str, at: str) -> str:
    return f"{what} returned at {at.removeprefix('.')}" if at else f"{what} returned"


def _kind(value: object) -> str:
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
