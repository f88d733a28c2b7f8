"""What the operators of an expression do with two values. Every refusal is an `EvaluationError` that names kinds, not values."""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final, cast

from pytest_journeys.expressions.faults import AbsentValueError, EvaluationError
from pytest_journeys.expressions.wording import counted, noun
from pytest_journeys.values.json import JsonValue, is_same
from pytest_journeys.values.nearest import nearest

MAX_TEXT: Final = 10_000_000
MAX_ITEMS: Final = 1_000_000
"""Characters of a text, elements of a list, that an expression may make."""

_MAX_BITS: Final = 13_000  # whole numbers that Python still prints (4 300 digits)


def is_number(value: JsonValue) -> bool:
    """An integer or a number; a boolean is neither."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_list(value: JsonValue) -> bool:
    """A list."""
    return isinstance(value, (list, tuple))


def finite(number: float) -> float:
    """The number, when JSON can carry it. Raises `EvaluationError`."""
    if isinstance(number, int):
        if number.bit_length() > _MAX_BITS:
            raise EvaluationError("the result is a number of too many digits")
    elif not math.isfinite(number):
        raise EvaluationError("the result is outside the range of numbers")
    return number


def sized(value: JsonValue) -> JsonValue:
    """The value, when it is not larger than an expression may make it. Raises `EvaluationError`."""
    if isinstance(value, str):
        if len(value) > MAX_TEXT:
            raise EvaluationError(f"the result is a text of {len(value)} characters; {MAX_TEXT} is the limit")
    elif isinstance(value, list) and len(value) > MAX_ITEMS:
        raise EvaluationError(f"the result is a list of {len(value)} elements; {MAX_ITEMS} is the limit")
    return value


def _numbers(operator: str, left: JsonValue, right: JsonValue) -> tuple[float, float]:
    if is_number(left) and is_number(right):
        return cast("tuple[float, float]", (left, right))
    raise EvaluationError(f"{operator} takes two numbers, not {noun(left)} and {noun(right)}")


def add(left: JsonValue, right: JsonValue) -> JsonValue:
    """Sum of numbers, texts joined, lists joined."""
    if isinstance(left, str) and isinstance(right, str):
        return sized(left + right)
    if is_list(left) and is_list(right):
        return sized([*cast("Sequence[JsonValue]", left), *cast("Sequence[JsonValue]", right)])
    if is_number(left) and is_number(right):
        return finite(cast("float", left) + cast("float", right))
    advice = ": write str(...) around what is no text" if isinstance(left, str) or isinstance(right, str) else ""
    raise EvaluationError(f"+ takes two numbers, two texts or two lists, not {noun(left)} and {noun(right)}{advice}")


def subtract(left: JsonValue, right: JsonValue) -> JsonValue:
    """Difference of numbers."""
    one, other = _numbers("-", left, right)
    return finite(one - other)


def multiply(left: JsonValue, right: JsonValue) -> JsonValue:
    """Product of numbers; texts and lists are not repeated."""
    one, other = _numbers("*", left, right)
    return finite(one * other)


def divide(left: JsonValue, right: JsonValue) -> JsonValue:
    """Quotient; of two integers that divide evenly an integer, so that it reads as one in a text."""
    one, other = _numbers("/", left, right)
    if other == 0:
        raise EvaluationError("division by zero")
    if isinstance(one, int) and isinstance(other, int) and one % other == 0:
        return one // other
    return finite(one / other)


def modulo(left: JsonValue, right: JsonValue) -> JsonValue:
    """Remainder, with the sign of the divisor."""
    one, other = _numbers("%", left, right)
    if other == 0:
        raise EvaluationError("division by zero")
    return finite(one % other)


def negate(value: JsonValue) -> JsonValue:
    """The number with the other sign."""
    if not is_number(value):
        raise EvaluationError(f"- takes a number, not {noun(value)}")
    return -cast("float", value)


def is_less(operator: str, left: JsonValue, right: JsonValue) -> bool:
    """Numbers among themselves, texts among themselves by code point."""
    if isinstance(left, str) and isinstance(right, str):
        return left < right
    if is_number(left) and is_number(right):
        return cast("float", left) < cast("float", right)
    raise EvaluationError(f"{operator} takes two numbers or two texts, not {noun(left)} and {noun(right)}")


def is_in(left: JsonValue, right: JsonValue) -> bool:
    """A part of a text, an element of a list, a member's name of an object."""
    if isinstance(right, str):
        if isinstance(left, str):
            return left in right
        raise EvaluationError(f"in takes a text on both sides, not {noun(left)} and a text")
    if isinstance(right, Mapping):
        if isinstance(left, str):
            return left in right
        raise EvaluationError(f"the members of an object have texts as names, not {noun(left)}")
    if is_list(right):
        return any(is_same(left, item) for item in cast("Sequence[JsonValue]", right))
    raise EvaluationError(f"in takes a text, a list or an object on its right, not {noun(right)}")


def condition(value: JsonValue, what: str) -> bool:
    """A boolean, and nothing else."""
    if value is True or value is False:
        return value
    raise EvaluationError(f"{what} is {noun(value)}; only booleans are conditions")


def member(value: JsonValue, name: str, of: str) -> JsonValue:
    """A member of an object; `of` is how the object is written."""
    if isinstance(value, Mapping):
        if name in value:
            return value[name]
        raise AbsentValueError(f"{of} has no member {name!r}{_instead(name, value)}")
    advice = ": write len(...)" if name in ("length", "size", "count") and not isinstance(value, (int, float)) else ""
    raise EvaluationError(f"{of} is {noun(value)}, so it has no member {name!r}{advice}")


def _instead(name: str, value: Mapping[str, JsonValue]) -> str:
    near = nearest(name, value)
    if near is not None:
        return f"; did you mean {near}?"
    if not value:
        return "; it is empty"
    names = [key for key in list(value)[:8] if len(key) <= 40]
    more = ", ..." if len(value) > len(names) else ""
    return f"; it has {', '.join(names)}{more}" if names else ""


def element(value: JsonValue, at: JsonValue, of: str) -> JsonValue:
    """An element of a list, a character of a text, a member of an object; negative positions count from the end."""
    if isinstance(at, str):
        return member(value, at, of)
    if not is_list(value) and not isinstance(value, str):
        raise EvaluationError(f"{of} is {noun(value)}, so it has no elements")
    if isinstance(at, bool) or not isinstance(at, int):
        raise EvaluationError(f"an index is an integer, not {noun(at)}")
    items = cast("Sequence[JsonValue]", value)
    if -len(items) <= at < len(items):
        return items[at]
    word = "character" if isinstance(value, str) else "element"
    raise AbsentValueError(
        f"{of} has {counted(len(items), word)}, so there is no [{at if abs(at) < 10**18 else '...'}]"
    )


def part(value: JsonValue, start: JsonValue, stop: JsonValue, of: str) -> JsonValue:
    """A part of a list or text; a bound of None is not written."""
    chosen = slice(_bound(start), _bound(stop))
    if isinstance(value, str):
        return value[chosen]
    if is_list(value):
        return list(cast("Sequence[JsonValue]", value)[chosen])
    raise EvaluationError(f"{of} is {noun(value)}, so it has no slices")


def _bound(value: JsonValue) -> int | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    raise EvaluationError(f"the bounds of a slice are integers, not {noun(value)}")


ARITHMETIC: Final[dict[str, Callable[[JsonValue, JsonValue], JsonValue]]] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "%": modulo,
    "==": is_same,
    "!=": lambda left, right: not is_same(left, right),
    "<": lambda left, right: is_less("<", left, right),
    ">": lambda left, right: is_less(">", right, left),
    "<=": lambda left, right: not is_less("<=", right, left),
    ">=": lambda left, right: not is_less(">=", left, right),
    "in": is_in,
    "not in": lambda left, right: not is_in(left, right),
}
"""The operators that take two values and always look at both."""
