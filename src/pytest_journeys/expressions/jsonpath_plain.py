"""Paths of names and indexes alone: read and walked without the grammar, which most journeys so never import."""

import re
from collections.abc import Mapping
from typing import Final

from pytest_journeys.values.json import MISSING, JsonValue, Missing

_STEP: Final = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(0|-?[1-9][0-9]{0,14})\]|\['([^'\\\x00-\x1f]*)'\]")


def plain_steps(text: str) -> tuple[str | int, ...] | None:
    """The names and indexes of a path in its everyday form; None leaves any other text to the grammar."""
    if text[:1] != "$" or len(text) > 1_000:
        return None
    steps: list[str | int] = []
    position = 1
    while position < len(text):
        found = _STEP.match(text, position)
        if found is None:
            return None
        name, index, quoted = found.groups()
        steps.append(name if name is not None else quoted if quoted is not None else int(index))
        position = found.end()
    return tuple(steps)


def walk(value: JsonValue | Missing, steps: tuple[str | int, ...]) -> JsonValue | Missing:
    """The value at the end of the steps, or `MISSING`."""
    for step in steps:
        if isinstance(step, str):
            if not isinstance(value, Mapping):
                return MISSING
            value = value.get(step, MISSING)
            if value is MISSING:
                return MISSING
        elif isinstance(value, (list, tuple)) and -len(value) <= step < len(value):
            value = value[step]
        else:
            return MISSING
    return value
