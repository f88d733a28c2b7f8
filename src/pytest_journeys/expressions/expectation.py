"""An expectation with its operands filled in: what a rendered template holds where operators stood.

It is no JSON value, so data from a server can never be read as one.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonScalar, JsonValue


@fact(kw_only=False)
class Expectation:
    """Operators and what they compare with; all must hold."""

    conditions: "tuple[tuple[str, Operand], ...]"


Operand: TypeAlias = "JsonScalar | Expectation | Sequence[Operand] | Mapping[str, Operand]"
"""What an operator compares with: JSON, with expectations where operators stood."""


def plain(operand: Operand) -> JsonValue:
    """The operand as it was written: an expectation is a mapping of ``$`` operators again."""
    if operand is None or isinstance(operand, (str, int, float)):
        return operand
    if isinstance(operand, Expectation):
        return {f"${name}": plain(inner) for name, inner in operand.conditions}
    if isinstance(operand, Mapping):
        return {name: plain(inner) for name, inner in operand.items()}
    return [plain(inner) for inner in operand]


def holds_expectation(operand: Operand) -> bool:
    """Whether operators stand anywhere in it."""
    if operand is None or isinstance(operand, (str, int, float)):
        return False
    if isinstance(operand, Expectation):
        return True
    inner = operand.values() if isinstance(operand, Mapping) else operand
    return any(holds_expectation(item) for item in inner)
