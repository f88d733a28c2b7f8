"""An expectation with its operands filled in: what a rendered template holds where operators stood.

It is no JSON value, so data from a server can never be read as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from pytest_journeys.values.json import JsonScalar


@dataclass(frozen=True, slots=True)
class Expectation:
    """Operators and what they compare with; all must hold."""

    conditions: "tuple[tuple[str, Operand], ...]"


Operand: TypeAlias = "JsonScalar | Expectation | Sequence[Operand] | Mapping[str, Operand]"
"""What an operator compares with: JSON, with expectations where operators stood."""
