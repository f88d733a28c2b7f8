"""What the operators mean: one rendered operand and what was found in an answer.

Missing fails everything but ``exists: false`` (and what says the same with `not` and `any_of`).
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from pytest_journeys.expressions import containing, ordering
from pytest_journeys.expressions.diff import Difference, differences, lines, step, summary
from pytest_journeys.expressions.expectation import Expectation, Operand, plain
from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.mismatch import Context, Mismatch
from pytest_journeys.expressions.operand_checks import check_operator
from pytest_journeys.expressions.texts import digest, utf8
from pytest_journeys.expressions.unordered import without_partner
from pytest_journeys.expressions.wording import counted, noun, shown
from pytest_journeys.values.json import MISSING, JsonValue, Missing, NotJsonError, is_same, parse_json

__all__ = ["Context", "Mismatch", "check_operator", "judge", "judge_expectation"]

Verdict: TypeAlias = "tuple[str, tuple[str, ...]] | str | None"
"""None when the expectation is met, else the half sentence, with details where there are any."""


def judge(operator: str, operand: Operand, actual: JsonValue | Missing, context: Context) -> Mismatch | None:
    """Whether one operator holds. Raises `EvaluationError` for an operand that the operator cannot take."""
    try:
        verdict = _verdict(operator, operand, actual, context)
    except RecursionError:
        raise EvaluationError("a value is nested too deep to be compared") from None
    if verdict is None:
        return None
    text, details = (verdict, ()) if isinstance(verdict, str) else verdict
    return Mismatch(expected=plain(operand), actual=actual, text=text, details=details)


def judge_expectation(expectation: Expectation, actual: JsonValue | Missing, context: Context) -> tuple[Mismatch, ...]:
    """Every operator of an expectation that does not hold. Raises as `judge`."""
    judged = (judge(operator, operand, actual, context) for operator, operand in expectation.conditions)
    return tuple([mismatch for mismatch in judged if mismatch is not None])


def _verdict(operator: str, operand: Operand, actual: JsonValue | Missing, context: Context) -> Verdict:
    if operator in _OF_MISSING:
        return _OF_MISSING[operator](operand, actual, context)
    if actual is MISSING:
        return f"is missing{_expected_in_words(operator, operand)}"
    if operator in _OF_VALUES:
        if isinstance(operand, Expectation):
            raise EvaluationError(f"{operator} takes a value, not an expectation")
        return _OF_VALUES[operator](plain(operand), actual)
    if operator not in _OF_OPERANDS:
        raise EvaluationError(f"there is no operator {operator}")
    return _OF_OPERANDS[operator](operand, actual, context)


def _expected_in_words(operator: str, operand: Operand) -> str:
    return f", expected {shown(plain(operand))}" if operator == "equals" else ""


def _unmet(expectation: Expectation, actual: JsonValue | Missing, context: Context) -> str | None:
    """What keeps a value from meeting an expectation: the first operator that does not hold."""
    for operator, operand in expectation.conditions:
        verdict = _verdict(operator, operand, actual, context)
        if verdict is not None:
            return verdict if isinstance(verdict, str) else verdict[0]
    return None


def _expectation(operator: str, operand: Operand) -> Expectation:
    if not isinstance(operand, Expectation):
        raise EvaluationError(f"{operator} takes an expectation, not {noun(plain(operand))}")
    return operand


# operators that look at what is missing, too


def _exists(operand: Operand, actual: JsonValue | Missing, context: Context) -> Verdict:
    if operand is True:
        return "is missing" if actual is MISSING else None
    if operand is not False:
        raise EvaluationError(f"exists takes true or false, not {noun(plain(operand))}")
    return None if actual is MISSING else f"is {shown(actual)}, expected to be missing"


def _not(operand: Operand, actual: JsonValue | Missing, context: Context) -> Verdict:
    expectation = _expectation("not", operand)
    if actual is MISSING and expectation.conditions != (("exists", True),):
        return "is missing"
    if _unmet(expectation, actual, context) is not None:
        return None
    if actual is MISSING:
        return "is missing"
    return f"is {shown(actual)}, which is just what it should not be: {_in_words(expectation)}"


def _any_of(operand: Operand, actual: JsonValue | Missing, context: Context) -> Verdict:
    if not isinstance(operand, (list, tuple)) or not operand:
        raise EvaluationError("any_of takes a list of expectations")
    details: list[str] = []
    for at, alternative in enumerate(operand):
        unmet = _unmet(_expectation("any_of", alternative), actual, context)
        if unmet is None:
            return None
        details.append(f"{at + 1}: {unmet}")
    what = "is missing" if actual is MISSING else f"is {shown(actual)}"
    return f"{what}, which meets none of {counted(len(operand), 'expectation')}", tuple(details)


def _in_words(expectation: Expectation) -> str:
    return ", ".join(f"{operator} {shown(plain(operand))}" for operator, operand in expectation.conditions)


# operators of structures


def _equals(operand: Operand, actual: JsonValue, context: Context) -> Verdict:
    if type(operand) in _SCALARS and type(operand) is type(actual) and operand == actual:
        return None
    return _differing(operand, actual, context, is_partial=False)


def _like(operand: Operand, actual: JsonValue, context: Context) -> Verdict:
    return _differing(operand, actual, context, is_partial=True)


def _differing(operand: Operand, actual: JsonValue, context: Context, *, is_partial: bool) -> Verdict:
    found = differences(
        operand, actual, lambda expectation, value: _unmet(expectation, value, context), is_partial=is_partial
    )
    if not found:
        return None
    return summary(found), () if len(found) == 1 else lines(found)


def _unordered(operand: Operand, actual: JsonValue, context: Context) -> Verdict:
    if not isinstance(operand, (list, tuple)):
        raise EvaluationError(f"unordered takes a list, not {noun(plain(operand))}")
    if not isinstance(actual, (list, tuple)):
        return f"is {shown(actual)}, {noun(actual)}, not a list"

    def matches(expected: Operand, value: JsonValue) -> bool:
        meets = lambda expectation, item: _unmet(expectation, item, context)  # noqa: E731
        return not differences(expected, value, meets, is_partial=False)

    lacking, surplus = without_partner(operand, actual, matches)
    if not lacking and not surplus:
        return None
    found = [Difference("$", f"no element is {shown(plain(operand[at]))}") for at in lacking]
    found += [Difference("$" + step(at), f"is {shown(actual[at])}, not expected") for at in surplus]
    parts = [f"lacks {counted(len(lacking), 'element')}"] if lacking else []
    parts += [f"has {len(surplus)} too many"] if surplus else []
    return f"{' and '.join(parts)}, in any order", lines(found)


def _each(operand: Operand, actual: JsonValue, context: Context) -> Verdict:
    expectation = _expectation("each", operand)
    if not isinstance(actual, (list, tuple)):
        return f"is {shown(actual)}, {noun(actual)}, not a list"
    found: list[Difference] = []
    for at, item in enumerate(actual):
        unmet = _unmet(expectation, item, context)
        if unmet is not None:
            found.append(Difference("$" + step(at), unmet))
    if not found:
        return None
    if len(found) == 1:
        return f"has an element that does not meet the expectation: {found[0]}"
    return f"has {len(found)} of {len(actual)} elements that do not meet the expectation", lines(found)


def _any(operand: Operand, actual: JsonValue, context: Context) -> Verdict:
    expectation = _expectation("any", operand)
    if not isinstance(actual, (list, tuple)):
        return f"is {shown(actual)}, {noun(actual)}, not a list"
    found: list[Difference] = []
    for at, item in enumerate(actual):
        unmet = _unmet(expectation, item, context)
        if unmet is None:
            return None
        found.append(Difference("$" + step(at), unmet))
    if not found:
        return "is an empty list, so no element meets the expectation"
    return f"has {counted(len(found), 'element')}, none of which meets the expectation", lines(found)


def _length(operand: Operand, actual: JsonValue, context: Context) -> Verdict:
    if not isinstance(operand, Expectation):
        return containing.length(plain(operand), actual)
    size = containing.size_of(actual)
    if size is None:
        return f"is {shown(actual)}, {noun(actual)}, which has no length"
    unmet = _unmet(operand, size[0], context)
    return None if unmet is None else f"has {counted(*size)}: the length {unmet}"


# operators that read what the context brings


def _within(operand: Operand, actual: JsonValue, context: Context) -> Verdict:
    return ordering.within(plain(operand), actual, context.now)


def _equals_file(operand: Operand, actual: JsonValue, context: Context) -> Verdict:
    if not isinstance(operand, str):
        raise EvaluationError(f"equals_file takes a path, not {noun(plain(operand))}")
    data = context.read_file(operand)
    if context.body is not None:
        if data == context.body:
            return None
        return f"has {counted(len(context.body), 'byte')}, which are not those of {operand} ({len(data)})"
    try:
        expected = parse_json(data)
    except NotJsonError as error:
        raise EvaluationError(f"{operand} is not JSON: {error}") from None
    return _equals(expected, actual, context)


def _sha256(operand: Operand, actual: JsonValue, context: Context) -> Verdict:
    if not isinstance(operand, str):
        raise EvaluationError(f"sha256 takes 64 hexadecimal digits, not {noun(plain(operand))}")
    if context.body is None and not isinstance(actual, str):
        return f"is {shown(actual)}, {noun(actual)}, not a text"
    found = digest(context.body if context.body is not None else utf8(str(actual)), "sha256")
    return None if found == operand.lower() else f"has the SHA-256 {found}, expected {operand.lower()}"


# operators of plain values


def _not_equals(operand: JsonValue, actual: JsonValue) -> Verdict:
    return f"is {shown(actual)}, expected another value" if is_same(operand, actual) else None


def _one_of(operand: JsonValue, actual: JsonValue) -> Verdict:
    if not isinstance(operand, (list, tuple)):
        raise EvaluationError(f"one_of takes a list, not {noun(operand)}")
    if any(is_same(item, actual) for item in operand):
        return None
    return f"is {shown(actual)}, expected one of {shown(operand)}"


def _ordered_by(operator: str) -> Callable[[JsonValue, JsonValue], Verdict]:
    return lambda operand, actual: ordering.order(operator, operand, actual)


_SCALARS: Final = (int, str, bool, float)
_OF_MISSING: Final[Mapping[str, Callable[[Operand, "JsonValue | Missing", Context], Verdict]]] = {
    "exists": _exists,
    "not": _not,
    "any_of": _any_of,
}
_OF_VALUES: Final[Mapping[str, Callable[[JsonValue, JsonValue], Verdict]]] = {
    "not_equals": _not_equals,
    "one_of": _one_of,
    "type": containing.has_type,
    "empty": containing.empty,
    "contains": containing.contains,
    "not_contains": containing.not_contains,
    "starts_with": containing.starts_with,
    "ends_with": containing.ends_with,
    "matches": containing.matches,
    "format": containing.has_format,
    "greater_than": _ordered_by("greater_than"),
    "at_least": _ordered_by("at_least"),
    "less_than": _ordered_by("less_than"),
    "at_most": _ordered_by("at_most"),
    "between": ordering.between,
    "approx": ordering.approx,
}
_OF_OPERANDS: Final[Mapping[str, Callable[[Operand, JsonValue, Context], Verdict]]] = {
    "equals": _equals,
    "like": _like,
    "unordered": _unordered,
    "each": _each,
    "any": _any,
    "length": _length,
    "within": _within,
    "equals_file": _equals_file,
    "sha256": _sha256,
}
