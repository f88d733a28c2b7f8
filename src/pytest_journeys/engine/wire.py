"""Values as HTTP carries them: texts, and names that may come several times."""

import json
from collections.abc import Sequence
from typing import TypeAlias

from pytest_journeys.artifact.model import Field
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.render import Prepared
from pytest_journeys.expressions.wording import noun
from pytest_journeys.values.json import JsonValue


class InvalidRequestError(EvaluationError):
    """Filled in with this run's values the request is none; nothing was sent."""


PreparedField: TypeAlias = tuple[str, bool, Prepared[JsonValue]]
"""A name, whether it comes from the defaults, and its value."""


def prepare_fields(fields: Sequence[Field], preparer: Preparer) -> tuple[PreparedField, ...]:
    """The fields of a request, ready to be rendered."""
    return tuple((field.name, field.is_default, preparer.template(field.value)) for field in fields)


def pairs_of(fields: Sequence[PreparedField], scope: RunScope, takes_defaults: bool) -> list[tuple[str, str]]:
    """Names and texts: a list sends the name once per element, null leaves it out."""
    pairs: list[tuple[str, str]] = []
    for name, is_default, prepared in fields:
        if is_default and not takes_defaults:
            continue
        value = prepared.render(scope)
        if isinstance(value, str):
            pairs.append((name, value))
        elif isinstance(value, (list, tuple)):
            pairs.extend((name, text_of(item, name)) for item in value if item is not None)
        elif value is not None:
            pairs.append((name, text_of(value, name)))
    return pairs


def text_of(value: JsonValue, what: str) -> str:
    """A scalar as it is sent. Raises `EvaluationError` for null, a list and an object."""
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case _:
            raise EvaluationError(f"{what} needs a text, and this is {noun(value)}")
