"""The operators: what holds, what the mismatch says, what missing and null mean, what a compiler can refuse."""

import hashlib
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_journeys.expressions.diff import MAX_LINES, differences
from pytest_journeys.expressions.expectation import Expectation
from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.matchers import Context, check_operator, judge, judge_expectation
from pytest_journeys.expressions.operators import OPERATORS, OperandKind
from pytest_journeys.expressions.registry import BUILT_IN
from pytest_journeys.expressions.template import Condition, Expect, ListOf, Literal, Reference
from pytest_journeys.values.json import MISSING, is_same

from .test_evaluate import json_values

NOW = 1_795_168_800.0  # 2026-11-20T10:00:00Z
FILES = {"a.json": b'{"a": [1, 2]}', "raw.bin": b"\xff\x00", "broken.json": b"{"}
CONTEXT = Context(now=NOW, read_file=FILES.__getitem__)
UUID = "7d444840-9dc0-11d1-b245-5ffdce74fad2"


def expect(**conditions: Any) -> Expectation:
    """An expectation of keyword operators; a trailing underscore escapes Python's words."""
    return Expectation(tuple((name.rstrip("_"), operand) for name, operand in conditions.items()))


HOLDS: list[tuple[str, Any, Any]] = [
    ("equals", 1, 1.0),
    ("equals", None, None),
    ("equals", {"a": [1, {"b": None}]}, {"a": [1.0, {"b": None}]}),
    ("equals", {"a": expect(type="integer")}, {"a": 1}),
    ("equals", {"a": expect(exists=False)}, {}),
    ("not_equals", 1, "1"),
    ("not_equals", 1, None),
    ("one_of", [200, 201], 201),
    ("not", expect(equals=1), 2),
    ("not", expect(exists=True), MISSING),
    ("not", expect(type="integer", at_least=5), 3),
    ("any_of", [expect(equals=1), expect(type="string")], "a"),
    ("any_of", [expect(equals=1), expect(exists=False)], MISSING),
    ("exists", True, None),
    ("exists", False, MISSING),
    ("type", "null", None),
    ("type", "integer", 1),
    ("type", "number", 1),
    ("type", "boolean", False),
    ("type", "array", []),
    ("type", ["string", "null"], None),
    ("empty", True, ""),
    ("empty", True, {}),
    ("empty", False, None),
    ("empty", False, [0]),
    ("length", 2, "é😀"),
    ("length", 1, {"a": 1}),
    ("length", expect(at_least=1, less_than=3), [1, 2]),
    ("contains", "b", "abc"),
    ("contains", ["a", "c"], "abc"),
    ("contains", 1.0, [1, 2]),
    ("contains", [1, 2], [2, 1]),
    ("contains", [[1]], [[1]]),
    ("contains", ["a"], {"a": None}),
    ("contains", [], "abc"),
    ("not_contains", "x", "abc"),
    ("not_contains", [3, "1"], [1, 2]),
    ("not_contains", "a", {"b": "a"}),
    ("starts_with", "ab", "abc"),
    ("starts_with", [1], [1, 2]),
    ("starts_with", 1, [1, 2]),
    ("ends_with", "bc", "abc"),
    ("ends_with", [1, 2], [0, 1, 2]),
    ("ends_with", [], [0]),
    ("matches", "^/carts/\\d+$", "/carts/17"),
    ("matches", "b", "abc"),
    ("format", "uuid", UUID),
    ("format", "date", "2024-02-29"),
    ("format", "datetime", "2024-02-29T23:59:60.123456789+01:00"),
    ("format", "email", "a.b+c@example.co.uk"),
    ("format", "uri", "urn:isbn:1"),
    ("format", "uri", "https://example.org/a?b=%20#c"),
    ("format", "ip", "::1"),
    ("format", "ip", "127.0.0.1"),
    ("greater_than", 1, 1.5),
    ("greater_than", "a", "b"),
    ("at_least", 2, 2),
    ("less_than", 2, 1),
    ("at_most", 2, 2.0),
    ("between", [1, 3], 3),
    ("between", ["a", "c"], "b"),
    ("approx", 0.3, 0.1 + 0.2),
    ("approx", 10**400, 10**400),
    ("within", "1m", NOW - 59),
    ("within", "1m", (NOW + 59) * 1000),
    ("within", "1m", "2026-11-20T11:00:30+01:00"),
    ("within", "1m", "Fri, 20 Nov 2026 10:00:30 GMT"),
    ("like", {"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}),
    ("like", {"items": [{"id": expect(type="integer")}]}, {"items": [{"id": 1, "x": 2}]}),
    ("like", {"gone": expect(exists=False)}, {"a": 1}),
    ("each", expect(type="integer", at_least=1), [1, 2]),
    ("each", expect(like={"a": 1}), [{"a": 1, "b": 2}]),
    ("each", expect(equals=1), []),
    ("any", expect(equals=2), [1, 2]),
    ("unordered", [2, 1, 1], [1, 1.0, 2]),
    ("unordered", [{"a": 1}, "x"], ["x", {"a": 1}]),
    ("unordered", [expect(type="integer"), 1, expect(type="integer", at_least=5)], [1, 7, 2]),
    ("unordered", [], []),
    ("equals_file", "a.json", {"a": [1, 2]}),
    ("sha256", hashlib.sha256(b"abc").hexdigest().upper(), "abc"),
]

MISSES: list[tuple[str, Any, Any, str]] = [
    ("equals", 202, 500, "is 500, expected 202"),
    ("equals", "1", 1, "is 1, expected '1'"),
    ("equals", 1, True, "is true, expected 1"),
    ("equals", "a", MISSING, "is missing, expected 'a'"),
    ("equals", "a\n", "a", "is 'a', expected \"a\\n\""),
    ("equals", {"a": 1}, [1], 'is [1], expected {"a": 1}'),
    ("equals", {"a": 1}, {"a": 2}, "differs at $['a']: is 2, expected 1"),
    ("equals", {"a": 1}, {}, "differs at $['a']: is missing, expected 1"),
    ("equals", {}, {"a": 1}, "differs at $['a']: is 1, not expected"),
    ("equals", {"$type": "string"}, "x", 'is \'x\', expected {"$type": "string"}'),
    ("not_equals", 1, 1.0, "is 1.0, expected another value"),
    ("not_equals", 1, MISSING, "is missing"),
    ("one_of", [200, 201], 404, "is 404, expected one of [200, 201]"),
    ("not", expect(equals=1), 1, "is 1, which is just what it should not be: equals 1"),
    ("not", expect(equals=1), MISSING, "is missing"),
    ("not", expect(exists=True), None, "is null, which is just what it should not be: exists true"),
    ("any_of", [expect(equals=1), expect(equals=2)], 3, "is 3, which meets none of 2 expectations"),
    ("any_of", [expect(not_equals=1)], MISSING, "is missing, which meets none of 1 expectation"),
    ("exists", True, MISSING, "is missing"),
    ("exists", False, None, "is null, expected to be missing"),
    ("type", "integer", 1.0, "is 1.0, a number, expected integer"),
    ("type", "number", True, "is true, a boolean, expected number"),
    ("type", ["string", "null"], 1, "is 1, an integer, expected string or null"),
    ("empty", True, [0], "is [0], expected nothing in it"),
    ("empty", True, None, "is null, which has no length to be empty"),
    ("empty", False, "", "is '', which is empty"),
    ("empty", False, MISSING, "is missing"),
    ("length", 2, [1], "has 1 element, expected 2"),
    ("length", 2, 12, "is 12, an integer, which has no length"),
    ("length", expect(at_least=2), "a", "has 1 character: the length is 1, expected at least 2"),
    ("contains", ["a", "x", "y"], "abc", "is 'abc', which does not contain 'x' and 'y'"),
    ("contains", "1", [1], "is [1], which does not contain '1'"),
    ("contains", 1, "1", "is '1', which does not contain 1"),
    ("contains", "a", None, "is null, null, not a text, a list or an object"),
    ("not_contains", ["x", "a"], "abc", "is 'abc', which contains 'a'"),
    ("not_contains", "a", 1, "is 1, an integer, not a text, a list or an object"),
    ("not_contains", "a", MISSING, "is missing"),
    ("starts_with", "b", "abc", "is 'abc', which does not start with 'b'"),
    ("ends_with", [1, 2, 3], [2, 3], "is [2, 3], which does not end with [1, 2, 3]"),
    ("starts_with", "b", 1, "is 1, an integer, not a text or a list"),
    ("matches", "^/carts", "/c", "is '/c', which does not match '^/carts'"),
    ("matches", "1", 1, "is 1, an integer, not a text"),
    ("format", "uuid", UUID + "0", f"is '{UUID}0', which is no uuid"),
    ("format", "date", "2023-02-29", "is '2023-02-29', which is no date"),
    ("format", "date", "20240101", "is '20240101', which is no date"),
    ("format", "datetime", "2024-02-29T24:00:00Z", "is '2024-02-29T24:00:00Z', which is no datetime"),
    ("format", "datetime", "2024-02-29T10:00:00", "is '2024-02-29T10:00:00', which is no datetime"),
    ("format", "email", "a@b@c", "is 'a@b@c', which is no email"),
    ("format", "email", ".a@b", "is '.a@b', which is no email"),
    ("format", "uri", "/path", "is '/path', which is no uri"),
    ("format", "uri", "http://a b", "is 'http://a b', which is no uri"),
    ("format", "ip", "256.1.1.1", "is '256.1.1.1', which is no ip"),
    ("format", "ip", "fe80::1%eth0", "is 'fe80::1%eth0', which is no ip"),
    ("greater_than", 5, 5, "is 5, expected more than 5"),
    ("less_than", 5, "4", "is '4', a text, which does not compare with 5: as: integer or as: number converts it first"),
    ("at_most", 5, 6, "is 6, expected at most 5"),
    ("at_least", 5, True, "is true, a boolean, which does not compare with 5"),
    ("between", [1, 5], 7, "is 7, expected between 1 and 5"),
    ("approx", 0.3, 0.31, "is 0.31, expected about 0.3"),
    ("approx", 1, "1", "is '1', a text, expected about 1"),
    ("within", "1m", NOW - 100, "is 1795168700.0, 1m40s before now, expected within 1m"),
    ("within", "1m", "2026-11-23T10:00:00Z", "is '2026-11-23T10:00:00Z', 3.0 days after now, expected within 1m"),
    ("within", "1m", "soon", "is 'soon', which is neither RFC 3339 nor an HTTP date"),
    ("within", "1m", 1e300, "is 1e+300, which is no time in seconds or milliseconds"),
    ("within", "1m", None, "is null, which is no time"),
    ("like", {"a": 1}, 1, 'is 1, expected {"a": 1}'),
    ("like", [1, 2], [1], "differs in 2 places, first at $: has 1 element, expected 2"),
    (
        "each",
        expect(type="integer"),
        [1, "a"],
        "has an element that does not meet the expectation: $[1]: is 'a', a text",
    ),
    ("each", expect(type="integer"), {"a": 1}, 'is {"a": 1}, an object, not a list'),
    ("any", expect(equals=1), [], "is an empty list, so no element meets the expectation"),
    ("any", expect(equals=1), [2, 3], "has 2 elements, none of which meets the expectation"),
    ("unordered", [1, 2], [2, 2], "lacks 1 element and has 1 too many, in any order"),
    ("unordered", [1], [1, 1], "has 1 too many, in any order"),
    ("unordered", [1], "1", "is '1', a text, not a list"),
    ("equals_file", "a.json", {"a": [1, 3]}, "differs at $['a'][1]: is 3, expected 2"),
    ("sha256", "0" * 64, 1, "is 1, an integer, not a text"),
    (
        "equals",
        "x" * 200,
        "x" * 150,
        "is a text of 150 characters, expected a text of 200 characters; they differ from",
    ),
]


@pytest.mark.parametrize(("operator", "operand", "actual"), HOLDS)
def test_what_holds(operator: str, operand: Any, actual: Any) -> None:
    """Each operator holds where the language says so."""
    assert judge(operator, operand, actual, CONTEXT) is None


@pytest.mark.parametrize(("operator", "operand", "actual", "text"), MISSES)
def test_what_misses_and_what_it_says(operator: str, operand: Any, actual: Any, text: str) -> None:
    """Each operator misses with a half sentence that goes on behind the target, and carries both values."""
    mismatch = judge(operator, operand, actual, CONTEXT)
    assert mismatch is not None
    assert text in mismatch.text
    assert mismatch.actual is actual


def test_every_operator_of_the_table_holds_and_misses_here() -> None:
    """The table and the meaning name the same operators, and each has been seen to hold and to miss."""
    names = {operator.name for operator in OPERATORS}
    assert names == {name for name, _, _ in HOLDS} == {name for name, _, _, _ in MISSES}
    with pytest.raises(EvaluationError, match="there is no operator schema"):
        judge("schema", {}, 1, CONTEXT)


@pytest.mark.parametrize("operator", sorted({operator.name for operator in OPERATORS} - {"exists", "not", "any_of"}))
def test_missing_fails(operator: str) -> None:
    """Missing fails every operator, whatever its operand, also the negative ones."""
    mismatch = judge(operator, next(operand for name, operand, _ in HOLDS if name == operator), MISSING, CONTEXT)
    assert mismatch is not None
    assert mismatch.text.startswith("is missing")
    assert mismatch.actual is MISSING


def test_every_mismatch_of_a_structure_is_told() -> None:
    """One line for each place, with its normalized path, in the order of what is expected; then what is too much."""
    expected = {"id": expect(type="integer"), "tags": ["a", "b"], "it's": {"x": 1}, "more": 1}
    actual = {"extra": None, "tags": ["a", "c", "d"], "id": "7", "it's": {"x": 2}}
    mismatch = judge("equals", expected, actual, CONTEXT)
    assert mismatch is not None
    assert mismatch.text == "differs in 7 places, first at $['id']: is '7', a text, expected integer"
    assert mismatch.details == (
        "$['id']: is '7', a text, expected integer",
        "$['tags']: has 3 elements, expected 2",
        "$['tags'][1]: is 'c', expected 'b'",
        "$['tags'][2]: is 'd', not expected",
        "$['it\\'s']['x']: is 2, expected 1",
        "$['more']: is missing, expected 1",
        "$['extra']: is null, not expected",
    )
    assert mismatch.expected == {"id": {"$type": "integer"}, "tags": ["a", "b"], "it's": {"x": 1}, "more": 1}


def test_long_accounts_are_counted_and_values_never_cut() -> None:
    """Details end with how many are left; a value is shown whole or described, so that no half secret stands there."""
    secret = "s3cret" * 100
    mismatch = judge("equals", list(range(100)), [secret] * 100, CONTEXT)
    assert mismatch is not None
    assert len(mismatch.details) == MAX_LINES + 1
    assert mismatch.details[-1] == f"and {100 - MAX_LINES} differences more"
    for operator, operand, _, _ in MISSES:
        for actual in (secret, [secret], {secret: secret}, {"a": [secret]}):
            told = judge(operator, operand, actual, CONTEXT)
            for line in (told.text, *told.details) if told else ():
                assert secret in line or "s3c" not in line


def test_alternatives_are_told_one_by_one() -> None:
    """`any_of`, `each` and `any` say for each alternative or element why it does not fit."""
    any_of = judge("any_of", [expect(equals=1), expect(type="string")], 2, CONTEXT)
    assert any_of is not None
    assert any_of.details == ("1: is 2, expected 1", "2: is 2, an integer, expected string")
    each = judge("each", expect(at_least=2), [1, 2, 0], CONTEXT)
    assert each is not None
    assert each.text == "has 2 of 3 elements that do not meet the expectation"
    assert each.details == ("$[0]: is 1, expected at least 2", "$[2]: is 0, expected at least 2")
    unordered = judge("unordered", [1, {"a": 1}], [{"a": 2}, 1], CONTEXT)
    assert unordered is not None
    assert unordered.details == ('$: no element is {"a": 1}', '$[0]: is {"a": 2}, not expected')


def test_an_expectation_tells_every_operator_that_misses() -> None:
    """All operators of an expectation are judged; one that misses hides no other."""
    found = judge_expectation(expect(type="string", at_least=5, exists=True), 3, CONTEXT)
    assert [mismatch.text for mismatch in found] == ["is 3, an integer, expected string", "is 3, expected at least 5"]


def test_bytes_are_compared_where_the_context_brings_them() -> None:
    """Under `body` a file and a digest are about the bytes, whatever their text."""
    body = Context(now=NOW, read_file=FILES.__getitem__, body=b"\xff\x00")
    assert judge("equals_file", "raw.bin", "?", body) is None
    assert judge("sha256", hashlib.sha256(b"\xff\x00").hexdigest(), "?", body) is None
    mismatch = judge("equals_file", "a.json", "?", body)
    assert mismatch is not None
    assert mismatch.text == "has 2 bytes, which are not those of a.json (13)"
    with pytest.raises(EvaluationError, match=r"broken\.json is not JSON"):
        judge("equals_file", "broken.json", 1, CONTEXT)


def test_server_data_is_never_read_as_operators() -> None:
    """A mapping with `$` keys in an answer, or from a reference, is data."""
    assert judge("equals", {"a": {"$type": "integer"}}, {"a": 1}, CONTEXT) is not None
    assert judge("like", {"a": {"$exists": False}}, {}, CONTEXT) is not None
    assert judge("equals", {"$type": "x"}, {"$type": "x"}, CONTEXT) is None


def test_depth_ends_in_a_sentence() -> None:
    """A value nested beyond the interpreter's depth is an `EvaluationError`."""
    one: Any = []
    for _ in range(50_000):
        one = [one]
    for operator in ("equals", "like", "unordered"):
        with pytest.raises(EvaluationError, match="nested too deep"):
            judge(operator, [one], [one], CONTEXT)


@pytest.mark.parametrize(
    ("operator", "wrong", "right"),
    [
        ("exists", 1, True),
        ("empty", "no", False),
        ("matches", "(", "a+"),
        ("matches", 1, ""),
        ("format", "guid", "uuid"),
        ("type", "int", "integer"),
        ("type", None, "null"),
        ("type", [], ["string", "null"]),
        ("type", ["string", "text"], "string"),
        ("one_of", [], [1]),
        ("one_of", "a", ["a"]),
        ("unordered", {"a": 1}, []),
        ("length", -1, 0),
        ("length", "3", 3),
        ("length", True, 1),
        ("greater_than", None, "a"),
        ("at_least", [1], 1.5),
        ("between", [1], [1, 2]),
        ("between", [2, 1], [1, 1]),
        ("between", [1, "a"], ["a", "b"]),
        ("approx", "1", 1),
        ("within", 60, "1m"),
        ("within", "60", "500ms"),
        ("within", "9" * 400 + "d", "1d"),
        ("sha256", "abc", "a" * 64),
        ("equals_file", "", "a.json"),
        ("starts_with", "", "a"),
        ("each", {"type": "string"}, None),
        ("any_of", [{"type": "string"}], None),
    ],
)
def test_literal_operands_are_checked_before_anything_runs(operator: str, wrong: Any, right: Any) -> None:
    """A compiler gets a sentence about an operand that can never be right, and none about one that can."""
    assert check_operator(operator, Literal(wrong))
    if right is not None:
        assert check_operator(operator, Literal(right)) is None


def test_operands_of_expectations_are_checked_by_their_shape() -> None:
    """`each` and its kin take expectations; what only the run knows is left to it."""
    inner = Expect((Condition("type", Literal("string")),))
    for operator in ("each", "any", "not"):
        assert check_operator(operator, inner) is None
        assert check_operator(operator, Reference("it"))
    assert check_operator("any_of", ListOf((inner,))) is None
    assert check_operator("any_of", ListOf(()))
    assert check_operator("length", inner) is None
    assert check_operator("equals", inner) is None
    assert check_operator("at_least", inner)
    with pytest.raises(EvaluationError, match="at_least takes a value, not an expectation"):
        judge("at_least", expect(equals=1), 1, CONTEXT)
    assert check_operator("between", Reference("it")) is None


def test_the_registry_says_what_an_operator_takes() -> None:
    """The compiler lowers operands by this table."""
    takes = {name: operator.takes for name, operator in BUILT_IN.operators.items()}
    assert {name for name, kind in takes.items() if kind is OperandKind.DATA} == {"equals", "like", "unordered"}
    assert {name for name, kind in takes.items() if kind is OperandKind.EXPECTATION} == {"each", "any", "not"}
    assert takes["any_of"] is OperandKind.EXPECTATIONS
    assert takes["length"] is OperandKind.VALUE_OR_EXPECTATION
    assert BUILT_IN.nearest_operator("gt") == "greater_than"
    assert BUILT_IN.nearest_operator("lengt") == "length"
    assert BUILT_IN.nearest_operator("xyzzy") is None


@given(json_values, json_values)
def test_equality_and_difference_agree(one: Any, other: Any) -> None:
    """`equals` holds exactly when the values are the same, and otherwise tells at least one place."""
    assert judge("equals", one, one, CONTEXT) is None
    assert (judge("equals", one, other, CONTEXT) is None) == is_same(one, other)
    assert (judge("equals", one, other, CONTEXT) is None) != (judge("not_equals", one, other, CONTEXT) is None)


@given(st.lists(json_values, max_size=6), st.randoms())
def test_order_makes_no_difference_to_unordered(values: list[Any], random: Any) -> None:
    """Any permutation is the same list but for order; one element more or less is not."""
    shuffled = values[:]
    random.shuffle(shuffled)
    assert judge("unordered", values, shuffled, CONTEXT) is None
    assert judge("unordered", values, [*shuffled, 1], CONTEXT) is not None
    assert judge("unordered", [*values, 1], shuffled, CONTEXT) is not None


@given(st.lists(st.integers(0, 5), max_size=5), st.lists(st.integers(0, 5), max_size=5))
def test_unordered_finds_a_pairing_when_there_is_one(bounds: list[int], values: list[int]) -> None:
    """With expectations among the elements, the largest pairing counts, not the first that comes to mind."""
    operand = [expect(at_least=bound) for bound in bounds]
    fits = len(bounds) == len(values) and all(a <= b for a, b in zip(sorted(bounds), sorted(values), strict=True))
    assert (judge("unordered", operand, values, CONTEXT) is None) == fits


_operands = json_values | st.sampled_from(["1m", "uuid", "string", "(", "a+", [1, 2], "a.json", True, False, "0" * 64])


@settings(max_examples=500, deadline=None)
@given(
    st.sampled_from(sorted(BUILT_IN.operators)),
    _operands | st.sampled_from([expect(equals=1), [expect(type="string")], {"a": expect(exists=False)}]),
    json_values | st.just(MISSING),
)
def test_any_operand_and_any_value_give_a_judgement(operator: str, operand: Any, actual: Any) -> None:
    """Nothing holds, misses with a text, or is refused with a sentence; nothing else can happen."""
    if operator == "equals_file":
        operand = "a.json"
    try:
        mismatch = judge(operator, operand, actual, CONTEXT)
    except EvaluationError as error:
        assert str(error)  # noqa: PT017 - a refusal is as right as a judgement
        return
    if mismatch is not None:
        assert re.match(r"(is|has|differs|lacks) ", mismatch.text)


@given(json_values, json_values)
def test_differences_are_stable(one: Any, other: Any) -> None:
    """The same two values give the same lines in the same order."""
    both = [differences(one, other, lambda expectation, value: None, is_partial=False) for _ in range(2)]
    assert both[0] == both[1]
