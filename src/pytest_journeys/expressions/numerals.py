"""The functions that make numbers and booleans: what they do. Types of arguments are checked before they are called."""

import re
from typing import Final, cast

from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.operations import finite
from pytest_journeys.values.json import JsonValue

MAX_RANGE: Final = 100_000
_MAX_DIGITS: Final = 300
_WHOLE: Final = r"[+-]?[0-9]{1,4000}"
_DECIMAL: Final = r"[+-]?[0-9]{1,400}(\.[0-9]{1,400})?([eE][+-]?[0-9]{1,4})?"
_PRECISION: Final = 5000  # digits of the longest number that is rounded


def rounded(number: float, digits: int | None) -> float:
    """To so many decimals, halves away from zero as people round; without `digits` an integer."""
    if digits is not None and abs(digits) > _MAX_DIGITS:
        raise EvaluationError(f"round(number, digits): digits is between -{_MAX_DIGITS} and {_MAX_DIGITS}")
    from decimal import ROUND_HALF_UP, Context, Decimal

    places = digits or 0
    exact = Decimal(repr(number)).quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, Context(prec=_PRECISION))
    if digits is None or isinstance(number, int):
        return finite(int(exact))
    return finite(float(exact))


def to_integer(value: JsonValue) -> int:
    """A text of digits, a number without its decimals, true as 1."""
    if isinstance(value, str):
        if not re.fullmatch(_WHOLE, value.strip()):
            raise EvaluationError("int(value): the text is no whole number")
        return int(value)
    return int(cast("float", value))


def to_number(value: JsonValue) -> float:
    """A text that reads as a number, or a number."""
    if isinstance(value, str):
        if not re.fullmatch(_DECIMAL, value.strip()):
            raise EvaluationError("float(value): the text is no number")
        return finite(float(value))
    return finite(float(cast("float", value)))


def to_boolean(value: JsonValue) -> bool:
    """``true`` and ``false`` as texts, 1 and 0, or a boolean; nothing else is guessed."""
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if value in ("true", "false"):
            return value == "true"
    elif value in (0, 1):
        return value == 1
    raise EvaluationError("bool(value): only true, false, 1 and 0 become booleans")


def counting(first: int, stop: int | None, step: int | None) -> list[int]:
    """The integers from 0 to before `first`, or from `first` to before `stop`."""
    if step == 0:
        raise EvaluationError("range(start, stop, step): step is 0")
    numbers = range(first) if stop is None else range(first, stop, step or 1)
    # not len(): it fails beyond a machine word
    if numbers and abs(numbers[-1] - numbers[0]) // abs(numbers.step) >= MAX_RANGE:
        raise EvaluationError(f"range(start, stop, step): more than {MAX_RANGE} numbers")
    return list(numbers)
