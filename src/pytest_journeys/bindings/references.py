"""Which names of a source an artifact refers to: ``row.x``, ``env.x``; and whether it can do without them."""

from collections.abc import Iterator, Mapping
from typing import Final

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.expressions.findings import references
from pytest_journeys.expressions.syntax import parse
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.record import to_json

_EXPRESSIONS: Final = frozenset({"reference", "when", "end_when", "value"})
"""Members of an encoded step whose text is an expression."""


def names_of(artifact: Artifact, source: str) -> dict[str, bool]:
    """The first names after `source`; False for one that always stands inside ``default(...)``."""
    needed: dict[str, bool] = {}
    for text in set(_expressions_of(artifact)):
        if source not in text:
            continue
        for found in references(parse(text)):
            if found.source == source and found.names:
                name = found.names[0]
                needed[name] = needed.get(name, False) or not found.has_default
    return needed


def _expressions_of(artifact: Artifact) -> Iterator[str]:
    for declared in artifact.inputs:
        if declared.default is not None:
            yield from _expressions(declared.default.to_json())
    marks = [mark for mark in (artifact.skip, artifact.xfail) if mark is not None]
    for record in (*artifact.variables, *marks, *artifact.steps, *artifact.cleanup):
        yield from _expressions(to_json(record))


def _expressions(value: JsonValue) -> Iterator[str]:
    if isinstance(value, Mapping):
        if "literal" in value:  # data as it was written: whatever it holds, it is no expression
            return
        for key, member in value.items():
            if not isinstance(member, str):
                yield from _expressions(member)
            elif key in _EXPRESSIONS or (key == "argument" and value.get("section") == "that"):
                yield member
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _expressions(item)
