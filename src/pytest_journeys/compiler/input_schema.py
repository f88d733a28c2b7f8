"""The words of an input's declaration, also inside `items` and `properties`: which say something about which type."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from pytest_journeys.expressions.operations import is_number
from pytest_journeys.expressions.texts import check_pattern
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.nearest import nearest

TYPES: Final = ("string", "integer", "number", "boolean", "array", "object")
_NUMBERS: Final = ("integer", "number")


@fact
class SchemaFault:
    """What is wrong with a declaration. `path` leads to the word below the input; `on_key` says that the word is it."""

    path: tuple[str, ...]
    title: str
    help: str = ""
    on_key: bool = False


def faults_of(schema: Mapping[str, JsonValue], path: tuple[str, ...] = ()) -> Iterator[SchemaFault]:
    """Everything wrong with a declaration (``type`` among its words) or with one inside it."""
    kind = schema.get("type")
    if "type" in schema and kind not in TYPES:
        near = nearest(str(kind), TYPES)
        advice = f"did you mean {near}?" if near else f"write one of {', '.join(TYPES)}"
        yield SchemaFault(path=(*path, "type"), title=f"there is no type {kind}", help=advice)
        kind = None
    for word, value in schema.items():
        at = (*path, word)
        rule = _RULES.get(word)
        if rule is None:
            near = nearest(word, _RULES)
            advice = f"did you mean {near}?" if near else f"write one of {', '.join(_RULES)}"
            yield SchemaFault(path=at, title=f"{word} says nothing about a value", help=advice, on_key=True)
        elif kind is not None and kind not in rule.types:
            yield SchemaFault(path=at, title=f"{word} says nothing about a value of type {kind}", on_key=True)
        elif wrong := rule.check(value):
            yield SchemaFault(path=at, title=f"{word}: {wrong}")
        elif word == "items" and isinstance(value, Mapping):
            yield from faults_of(value, at)
        elif word == "properties" and isinstance(value, Mapping):
            for name, inner in value.items():
                if isinstance(inner, Mapping):
                    yield from faults_of(inner, (*at, name))


@fact(kw_only=False)
class _Rule:
    """A word: the types it says something about, and what is wrong with its value."""

    types: tuple[str, ...]
    check: Callable[[JsonValue], str | None]


def _mapping(value: JsonValue) -> str | None:
    return None if isinstance(value, Mapping) else "write a declaration, as in {type: string}"


def _mappings(value: JsonValue) -> str | None:
    is_sound = isinstance(value, Mapping) and all(isinstance(inner, Mapping) for inner in value.values())
    return None if is_sound else "write names with a declaration each, as in {sku: {type: string}}"


def _names(value: JsonValue) -> str | None:
    if isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(name, str) for name in value):
        return None
    return "write a list of names"


def _list(value: JsonValue) -> str | None:
    return None if isinstance(value, Sequence) and not isinstance(value, str) and value else "write a list of values"


def _number(value: JsonValue) -> str | None:
    return None if is_number(value) else "write a number"


def _pattern(value: JsonValue) -> str | None:
    return check_pattern(value) if isinstance(value, str) else "write a regular expression"


_RULES: Final = {
    "type": _Rule(TYPES, lambda value: None),
    "enum": _Rule(TYPES, _list),
    "minimum": _Rule(_NUMBERS, _number),
    "maximum": _Rule(_NUMBERS, _number),
    "pattern": _Rule(("string",), _pattern),
    "items": _Rule(("array",), _mapping),
    "properties": _Rule(("object",), _mappings),
    "required": _Rule(("object",), _names),
}

WORDS: Final = tuple(word for word in _RULES if word != "type")
"""The words beside the type."""
