"""The operators that compare sizes: greater, less, between, approx, and within a time of now."""

import datetime
import math
from collections.abc import Callable
from typing import Final, cast

from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.formats import moment_of_rfc3339
from pytest_journeys.expressions.operations import is_number
from pytest_journeys.expressions.wording import noun, shown
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.json import JsonValue

_RELATIVE: Final = 1e-6  # as pytest.approx, so that people meet one tolerance
_ABSOLUTE: Final = 1e-12
_MILLISECONDS_FROM: Final = 1e11  # seconds of the year 5138, milliseconds of 1973

_WORDS: Final = {
    "greater_than": "more than",
    "at_least": "at least",
    "less_than": "less than",
    "at_most": "at most",
}
_HOLDS: Final[dict[str, Callable[[float, float], bool]]] = {
    "greater_than": lambda one, other: one > other,
    "at_least": lambda one, other: one >= other,
    "less_than": lambda one, other: one < other,
    "at_most": lambda one, other: one <= other,
}


def are_comparable(one: JsonValue, other: JsonValue) -> bool:
    """Two numbers or two texts."""
    return (is_number(one) and is_number(other)) or (isinstance(one, str) and isinstance(other, str))


def _incomparable(actual: JsonValue, operand: JsonValue) -> str:
    advice = ": as: integer or as: number converts it first" if isinstance(actual, str) and is_number(operand) else ""
    return f"is {shown(actual)}, {noun(actual)}, which does not compare with {shown(operand)}{advice}"


def order(operator: str, operand: JsonValue, actual: JsonValue) -> str | None:
    """``greater_than at_least less_than at_most``."""
    if not are_comparable(actual, operand):
        return _incomparable(actual, operand)
    if _HOLDS[operator](cast("float", actual), cast("float", operand)):
        return None
    return f"is {shown(actual)}, expected {_WORDS[operator]} {shown(operand)}"


def between(operand: JsonValue, actual: JsonValue) -> str | None:
    """Two bounds, both included."""
    fault = check_bounds(operand)
    if fault is not None:
        raise EvaluationError(f"between: {fault}")
    least, most = cast("list[float]", operand)
    for bound in (least, most):
        if not are_comparable(actual, bound):
            return _incomparable(actual, bound)
    if least <= cast("float", actual) <= most:
        return None
    return f"is {shown(actual)}, expected between {shown(least)} and {shown(most)}"


def check_bounds(operand: JsonValue) -> str | None:
    """What is wrong with the bounds of ``between``."""
    if not isinstance(operand, (list, tuple)) or len(operand) != 2:
        return "write two bounds, as in [1, 10]"
    if not are_comparable(operand[0], operand[1]):
        return "the bounds are two numbers, or two texts"
    if cast("float", operand[0]) > cast("float", operand[1]):
        return "the first bound is greater than the second"
    return None


def approx(operand: JsonValue, actual: JsonValue) -> str | None:
    """Nearly the same number."""
    if not is_number(operand):
        raise EvaluationError(f"approx takes a number, not {noun(operand)}")
    if not is_number(actual):
        return f"is {shown(actual)}, {noun(actual)}, expected about {shown(operand)}"
    try:
        if math.isclose(cast("float", actual), cast("float", operand), rel_tol=_RELATIVE, abs_tol=_ABSOLUTE):
            return None
    except OverflowError:
        pass  # a whole number beyond the floats is near to nothing but itself
    return None if actual == operand else f"is {shown(actual)}, expected about {shown(operand)}"


def within(operand: JsonValue, actual: JsonValue, now: float) -> str | None:
    """A moment, not further from `now` than a duration, before or after."""
    fault = check_duration(operand)
    if fault is not None:
        raise EvaluationError(f"within: {fault}")
    allowed = Duration.parse(cast("str", operand))
    moment = _moment(actual)
    if isinstance(moment, str):
        return moment
    distance = abs(moment - now)
    if distance <= allowed.seconds:
        return None
    side = "before" if moment < now else "after"
    return f"is {shown(actual)}, {_rough(distance)} {side} now, expected within {operand}"


def check_duration(operand: JsonValue) -> str | None:
    """What is wrong with a duration."""
    if not isinstance(operand, str):
        return f"write a duration, as in 500ms or 1m, not {noun(operand)}"
    try:
        Duration.parse(operand)
    except ValueError as error:
        return str(error)
    except OverflowError:
        return "a duration beyond all calendars"
    return None


def _rough(seconds: float) -> str:
    """A distance in its largest whole units."""
    whole = Duration(round(seconds * 1000))
    if seconds >= 86_400:
        return f"{seconds / 86_400:.1f} days"
    return str(whole) if seconds < 60 else str(Duration(round(seconds) * 1000))


def _moment(value: JsonValue) -> float | str:
    """Seconds since 1970 of what a server sends as a time, or a half sentence that says why it is none."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if abs(value) > 1e15:
            return f"is {shown(value)}, which is no time in seconds or milliseconds"
        return value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
    if not isinstance(value, str):
        return f"is {shown(value)}, which is no time"
    moment = moment_of_rfc3339(value)
    if moment is None:
        import email.utils

        try:
            moment = email.utils.parsedate_to_datetime(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            return f"is {shown(value)}, which is neither RFC 3339 nor an HTTP date"
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.timestamp()
