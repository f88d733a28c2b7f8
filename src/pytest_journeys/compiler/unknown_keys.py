"""What can still be checked of a file that has unknown keys: all that does not depend on what they were meant to say."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final

from pytest_journeys.compiler import codes
from pytest_journeys.language.document import Document, Path
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.json import JsonValue

_UNKNOWN_KEYS: Final = frozenset({"E201", "E202", "E203"})
_CERTAIN: Final = frozenset(
    {
        codes.NOT_CLOSED,
        codes.LATER,
        codes.NO_EXPRESSION,
        codes.NO_MEANING,
        codes.SECRET_SHOWN,
        codes.UNKNOWN_FUNCTION,
        codes.WRONG_ARGUMENTS,
        codes.DRAWS_HERE,
        codes.NO_CONDITION,
        codes.TYPE_CLASH,
        codes.UNKNOWN_OPERATOR,
        codes.WRONG_OPERAND,
        codes.NEVER_HOLDS,
        codes.NO_PATH,
        codes.NO_PATTERN,
        codes.NO_DERIVATION,
        codes.NO_FILE,
        codes.STEP_ID,
        codes.MARKER,
        codes.INPUT_SCHEMA,
    }
)
"""Findings that no other key would take back; a name that seems not to be declared may stand under a misspelt key."""


def without_unknown_keys(document: Document, told: Iterable[Diagnostic]) -> Document | None:
    """The document as if its unknown keys were not there; None when there are other errors, or no such keys."""
    errors = [found for found in told if found.severity is Severity.ERROR]
    if not errors or any(found.code not in _UNKNOWN_KEYS for found in errors):
        return None
    spans = {found.span for found in errors}
    unknown = {path for path, place in document.places.items() if place.key is not None and place.key in spans}
    return replace(document, tree=_without(document.tree, (), unknown), diagnostics=())


def certain_of(found: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings that stand whatever the unknown keys were meant to say."""
    return tuple(one for one in found if one.code in _CERTAIN)


def _without(value: JsonValue, path: Path, unknown: set[Path]) -> JsonValue:
    match value:
        case Mapping():
            return {
                name: _without(member, (*path, name), unknown)
                for name, member in value.items()
                if (*path, name) not in unknown
            }
        case list() | tuple():
            return [_without(item, (*path, index), unknown) for index, item in enumerate(value)]
        case _:
            return value
