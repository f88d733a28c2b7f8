"""Assertions in their order: what each looks at, whether it holds, and the account of it.

What an operator means is `expressions.matchers`; here is which part of the answer it sees (language.md, "Assertions").
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, NamedTuple, cast

from pytest_journeys.artifact.model import Check
from pytest_journeys.engine.answer import Answer, media_type_of
from pytest_journeys.engine.conversion import ConversionError, convert
from pytest_journeys.engine.cookies import cookies_of
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.members import last_member
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.events.account import AssertionAccount
from pytest_journeys.expressions.expectation import Expectation, Operand
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.expressions.jsonpath import parse_path
from pytest_journeys.expressions.matchers import Context, Mismatch, judge
from pytest_journeys.expressions.nodes import Binary
from pytest_journeys.expressions.syntax import parse
from pytest_journeys.expressions.template import Literal as LiteralTemplate
from pytest_journeys.expressions.wording import noun
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.json import MISSING, JsonValue, Missing

Outcome = Literal["passed", "failed", "warned"]
_WHOLE_LIST: Final = frozenset({"length", "contains", "each", "any", "not_contains", "unordered", "empty"})
_COMPARISONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in"})
_DIFFERS: Final = "is not what is expected, and stands in a place that is masked"
_PROBE: Final = True  # a value that nobody learns from
_LONGEST_PASSED: Final = 20  # members of a value that an assertion which held still shows; the body has it all


class _CannotLookError(Exception):
    """What the assertion looks at cannot be had; the message is the half sentence behind the target."""


UNJUDGED: Final = "cannot be judged"
"""How a mismatch begins when an expression could not be evaluated."""


class PreparedCheck:
    """One assertion of a plan."""

    def __init__(self, check: Check, place: str, preparer: Preparer) -> None:
        self.place = place
        self.target = _target_of(check)
        self.operator = check.operator
        self.member = _member_of(check)
        self._check = check
        self._takes_bytes = check.section == "body"
        self._operand = preparer.operand(check.operand)
        self._is_literal = isinstance(check.operand, LiteralTemplate)
        self._condition = _PreparedCondition(check.argument or "true", preparer) if check.section == "that" else None
        self._read = _READERS[check.section](check) if check.section != "that" else None

    def judge(self, answer: Answer | None, scope: RunScope, context: Context) -> "Judgement":
        """Whether it holds. Whatever keeps it from being judged is a mismatch that says so."""
        operand: Operand = None
        actual: JsonValue | Missing = MISSING
        try:
            if self._condition is not None:
                return Judgement(self._condition.judge(scope), True, True)
            operand = self._operand.render(scope)
            if answer is None or self._read is None:
                return _unjudged("there is no response", operand)
            actual = self._read(answer)
            if self._takes_bytes:
                context = replace(context, body=answer.response.body)
            return Judgement(self._compare(actual, operand, context), operand, actual)
        except (EvaluationError, MissingValueError) as error:
            return _unjudged(f"{UNJUDGED}: {error}", operand)
        except (_CannotLookError, ConversionError) as error:
            return _unjudged(str(error), operand, actual)

    def told(self, mismatch: Mismatch, gate: Gate) -> str:
        """The mismatch in words, behind the gate: where the place is masked, values are not told."""
        return _DIFFERS if _is_masked(self.member, gate) else gate.text(mismatch.text)

    def _compare(self, actual: JsonValue | Missing, operand: Operand, context: Context) -> Mismatch | None:
        check = self._check
        if check.section == "headers":
            if isinstance(actual, list) and self.operator not in _WHOLE_LIST:
                return self._any_of_several(actual, operand, context)
            actual = self._media_type(actual, operand)
        if check.convert is not None and actual is not MISSING:
            actual = convert(actual, check.convert)
        if check.section == "duration":
            operand = _milliseconds(operand)
        return judge(self.operator, operand, actual, context)

    def _any_of_several(self, values: list[JsonValue], operand: Operand, context: Context) -> Mismatch | None:
        last: Mismatch | None = None
        for value in values:
            found = value if self._check.convert is None else convert(value, self._check.convert)
            last = judge(self.operator, operand, found, context)
            if last is None:
                return None
        return last

    def _media_type(self, actual: JsonValue | Missing, operand: Operand) -> JsonValue | Missing:
        """A literal content type without parameters is compared with the media type alone."""
        is_plain = self._is_literal and self.operator == "equals" and isinstance(operand, str) and ";" not in operand
        if is_plain and isinstance(actual, str) and (self._check.argument or "").lower() == "content-type":
            media_type, wanted = media_type_of(actual), str(operand)
            return wanted if media_type == wanted.strip().lower() else media_type
        return actual


class Judgement(NamedTuple):
    """An assertion judged: the mismatch, None when it held, and what was compared."""

    mismatch: Mismatch | None
    expected: Operand
    actual: JsonValue | Missing


class _PreparedCondition:
    """An expression that must be true; a comparison shows both sides when it is not."""

    def __init__(self, text: str, preparer: Preparer) -> None:
        tree = parse(text)
        self._whole = preparer.expression(text)
        self._sides = None
        if isinstance(tree, Binary) and tree.operator in _COMPARISONS:
            self._sides = preparer.tree(tree.left), preparer.tree(tree.right)

    def judge(self, scope: RunScope) -> Mismatch | None:
        value = self._whole(scope)
        if value is True:
            return None
        if value is not False:
            raise EvaluationError(f"it is no condition: it yields {noun(value)}")
        if self._sides is None:
            return Mismatch(expected=True, actual=False, text="is false", details=())
        left, right = (side(scope) for side in self._sides)
        return Mismatch(expected=right, actual=left, text="is false", details=())


def judge_all(
    checks: Sequence[PreparedCheck],
    answer: Answer | None,
    scope: RunScope,
    gate: Gate,
    now: float,
    missed: Outcome = "failed",
) -> list[AssertionAccount]:
    """Every assertion judged, none left out because another failed; redacted."""
    accounts: list[AssertionAccount] = []
    context = Context(now=now, read_file=scope.read_file)
    for check in checks:
        judged = check.judge(answer, scope, context)
        mismatch = judged.mismatch
        account: AssertionAccount = {
            "place": check.place,
            "target": gate.text(check.target),
            "operator": check.operator,
            "outcome": "passed" if mismatch is None else missed,
        }
        if mismatch is None:
            _tell_held(account, check, judged, gate)
        else:
            _tell_missed(account, check, mismatch, gate)
        accounts.append(account)
    return accounts


def _tell_held(account: AssertionAccount, check: PreparedCheck, judged: Judgement, gate: Gate) -> None:
    member, actual = check.member, judged.actual
    expected = plain(judged.expected)
    shown = account["expected"] = gate.value(expected, name=member)
    if actual == expected and type(actual) is type(expected) and not isinstance(actual, (dict, list)):
        account["actual"] = shown
    elif actual is not MISSING and not (isinstance(actual, (dict, list)) and len(actual) > _LONGEST_PASSED):
        account["actual"] = gate.value(actual, name=member)


def _tell_missed(account: AssertionAccount, check: PreparedCheck, mismatch: Mismatch, gate: Gate) -> None:
    member = check.member
    account["expected"] = gate.value(plain(mismatch.expected), name=member)
    if mismatch.actual is not MISSING:
        account["actual"] = gate.value(mismatch.actual, name=member)
    account["text"] = check.told(mismatch, gate)
    if mismatch.details and not _is_masked(member, gate):
        account["details"] = [gate.text(detail) for detail in mismatch.details]


def _is_masked(member: str, gate: Gate) -> bool:
    return bool(member) and gate.value(_PROBE, name=member) is not _PROBE


def _member_of(check: Check) -> str:
    """The name under which a value stands; what a cookie holds is masked like a password."""
    if check.section == "cookies" and check.attribute in (None, "value"):
        return "password"
    return last_member(check.argument) if check.section == "json" else ""


def _unjudged(text: str, operand: Operand, actual: JsonValue | Missing = MISSING) -> Judgement:
    return Judgement(Mismatch(expected=plain(operand), actual=actual, text=text, details=()), operand, actual)


def plain(operand: Operand) -> JsonValue:
    """An operand as people wrote it: an expectation inside data is a mapping of ``$`` operators again."""
    if operand is None or isinstance(operand, (str, int, float)):
        return operand
    if isinstance(operand, Expectation):
        return {f"${name}": plain(inner) for name, inner in operand.conditions}
    if isinstance(operand, Mapping):
        return {name: plain(inner) for name, inner in operand.items()}
    if isinstance(operand, (list, tuple)):
        return [plain(inner) for inner in operand]
    return cast("JsonValue", operand)


def _milliseconds(operand: Operand) -> Operand:
    """Durations under ``duration`` are compared in milliseconds, however they were written."""
    if isinstance(operand, str):
        try:
            return Duration.parse(operand).milliseconds
        except ValueError as error:
            raise EvaluationError(str(error)) from None
    if isinstance(operand, (list, tuple)):
        return [_milliseconds(item) for item in operand]
    if isinstance(operand, Expectation):
        return Expectation(tuple((name, _milliseconds(inner)) for name, inner in operand.conditions))
    return operand


# what each section looks at

_Reader = Callable[[Answer], "JsonValue | Missing"]


def _json_reader(check: Check) -> _Reader:
    path = parse_path(check.argument or "$")

    def read(answer: Answer) -> JsonValue | Missing:
        body = answer.json
        if body is MISSING:
            raise _CannotLookError(f"cannot be found: the body is {answer.json_fault}")
        return path.find(body)

    return read


def _header_reader(check: Check) -> _Reader:
    name = check.argument or ""
    as_list = check.operator in _WHOLE_LIST

    def read(answer: Answer) -> JsonValue | Missing:
        values: list[JsonValue] = list(answer.response.header_values(name))
        if not values:
            return MISSING
        return values[0] if len(values) == 1 and not as_list else values

    return _single_unless_several(read) if as_list else read


def _single_unless_several(read: _Reader) -> _Reader:
    """One value stays a text: ``contains: json`` looks into it; several are the list."""

    def single(answer: Answer) -> JsonValue | Missing:
        values = read(answer)
        return values[0] if isinstance(values, list) and len(values) == 1 else values

    return single


def _cookie_reader(check: Check) -> _Reader:
    def read(answer: Answer) -> JsonValue | Missing:
        cookie = cookies_of(answer.responses).get(check.argument or "")
        return MISSING if cookie is None else cookie.attribute(check.attribute or "value", answer.received)

    return read


_READERS: Final[Mapping[str, Callable[[Check], _Reader]]] = {
    "status": lambda check: lambda answer: answer.response.status,
    "headers": _header_reader,
    "cookies": _cookie_reader,
    "json": _json_reader,
    "body": lambda check: lambda answer: answer.text,
    "duration": lambda check: lambda answer: answer.duration_ms,
    "size": lambda check: lambda answer: len(answer.response.body),
    "url": lambda check: lambda answer: answer.url,
}


def _target_of(check: Check) -> str:
    words = {"headers": "header", "cookies": "cookie"}
    parts = (words.get(check.section, check.section), check.argument, check.attribute)
    return " ".join(part for part in parts if part)
