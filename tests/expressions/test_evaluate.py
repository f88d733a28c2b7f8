"""Evaluation: what operators mean, what is refused, what is fixed per place."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_journeys.expressions.evaluate import OMIT, can_omit, compile_expression
from pytest_journeys.expressions.faults import AbsentValueError, EvaluationError, ExpressionFault, MissingValueError
from pytest_journeys.expressions.functions import FUNCTIONS
from pytest_journeys.expressions.registry import BUILT_IN
from pytest_journeys.expressions.syntax import parse

from .conftest import PlainScope
from .test_syntax import expressions as written_expressions

VALUES: dict[str, Any] = {
    "inputs.name": "Ada",
    "inputs.flag": True,
    "inputs.count": 3,
    "inputs.none": None,
    "inputs.big": 10**400,
    "inputs.list": [1, "a", None, [2], 1.0],
    "response.json": {"items": [{"id": 7, "sign-in": {"not": 1}}], "total": 2.5, "a b": 0},
    "it": "abc",
}


def evaluated(text: str, scope: PlainScope | None = None) -> Any:
    """The value of a text in `VALUES`."""
    scope = scope or PlainScope(VALUES, {})
    return compile_expression(parse(text), BUILT_IN, itertools.count())(scope)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("7 % 4", 3),
        ("-7 % 4", 1),
        ("6 / 3", 2),
        ("7 / 2", 3.5),
        ("0.5 + 1", 1.5),
        ("'a' + it", "aabc"),
        ("[1] + inputs.list[0:1]", [1, 1]),
        ("1 == 1.0", True),
        ("1 == true", False),
        ("1 == '1'", False),
        ("inputs.none == null", True),
        ("[1, [2]] == [1.0, [2]]", True),
        ("1 != 2", True),
        ("'a' < 'b'", True),
        ("2 >= 2.0", True),
        ("2 <= 1", False),
        ("'b' in it", True),
        ("1 in inputs.list", True),
        ("true in inputs.list", False),
        ("'total' in response.json", True),
        ("'x' not in response.json", True),
        ("not inputs.flag", False),
        ("inputs.flag and 1 == 1", True),
        ("inputs.flag or 1", True),
        ("not inputs.flag and 1", False),
        ("1 if inputs.flag else 1 / 0", 1),
        ("response.json.items[0].id", 7),
        ("response.json['items'][-1]['sign-in'].not", 1),
        ("response.json['a b']", 0),
        ("it[0]", "a"),
        ("it[1:]", "bc"),
        ("inputs.list[-2:]", [[2], 1.0]),
        ("inputs.list[5 : 9]", []),
        ("default(inputs.unknown, 1)", 1),
        ("default(inputs.none, 1)", None),
        ("default(response.json.nothing, 1)", 1),
        ("default(inputs.list[9], 1)", 1),
        ("default(regex(it, 'x'), 'none')", "none"),
        ("default(lower(inputs.unknown), inputs.name)", "Ada"),
        ("-inputs.count", -3),
    ],
)
def test_what_operators_yield(text: str, expected: Any) -> None:
    """Numbers, texts, lists, comparisons by JSON type, access, slices; what is not asked for is not evaluated."""
    found = evaluated(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "kind", "message"),
    [
        (
            "it + 1",
            EvaluationError,
            "+ takes two numbers, two texts or two lists, not a text and an integer: write str",
        ),
        ("it * 3", EvaluationError, "* takes two numbers, not a text and an integer"),
        ("true + 1", EvaluationError, "not a boolean and an integer"),
        ("1 / 0", EvaluationError, "division by zero"),
        ("1 % 0.0", EvaluationError, "division by zero"),
        ("1e308 * 10", EvaluationError, "outside the range of numbers"),
        ("inputs.big + 0.5", EvaluationError, "a number is outside the range"),
        ("inputs.big * inputs.big" + " * inputs.big" * 12, EvaluationError, "too many digits"),
        ("1 < '2'", EvaluationError, "< takes two numbers or two texts, not an integer and a text"),
        ("[1] < [2]", EvaluationError, "< takes two numbers or two texts"),
        ("1 in it", EvaluationError, "in takes a text on both sides"),
        ("1 in 2", EvaluationError, "in takes a text, a list or an object on its right"),
        ("not 1", EvaluationError, "what stands behind not is an integer; only booleans are conditions"),
        ("1 and true", EvaluationError, "the left side of and is an integer"),
        ("1 if inputs.none else 2", EvaluationError, "what stands behind if is null"),
        ("-it", EvaluationError, "- takes a number, not a text"),
        ("it.x", EvaluationError, "it is a text, so it has no member 'x'"),
        ("inputs.list.length", EvaluationError, "write len"),
        ("response.json.totl", AbsentValueError, "response.json has no member 'totl'; did you mean total?"),
        ("response.json.items[1]", AbsentValueError, "response.json.items has 1 element, so there is no [1]"),
        ("it[3]", AbsentValueError, "it has 3 characters, so there is no [3]"),
        ("it[true]", EvaluationError, "an index is an integer, not a boolean"),
        ("it['a':]", EvaluationError, "the bounds of a slice are integers"),
        ("it[null:]", EvaluationError, "the bounds of a slice are integers, not null"),
        ("inputs.count[0]", EvaluationError, "inputs.count is an integer, so it has no elements"),
        ("inputs.unknown", MissingValueError, "inputs.unknown has no value"),
        ("default(1 / 0, 2)", EvaluationError, "division by zero"),
        ("lower(1)", EvaluationError, "lower(text): text is an integer, not a text"),
        ("hash(it, 'crc')", EvaluationError, "there is no hash algorithm of that name"),
        ("range(1000000000)", EvaluationError, "more than 100000 numbers"),
        ("range(0, inputs.big)", EvaluationError, "more than 100000 numbers"),
        ("random_string(1000000000)", EvaluationError, "n is between 0 and 100000"),
        ("replace('a' + join(range(99999), 'a'), 'a', join(range(99999), ''))", EvaluationError, "longer than"),
    ],
)
def test_what_cannot_be_evaluated_is_a_sentence(text: str, kind: type[Exception], message: str) -> None:
    """Type clashes, what is not there and what would be too large name the operation and the kinds of its values."""
    with pytest.raises(kind) as caught:
        evaluated(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("nope(1)", "there is no function nope", ""),
        ("length(it)", "there is no function length", "did you mean len(value)?"),
        ("lowr(it)", "there is no function lowr", "did you mean lower(text)?"),
        ("hash()", "the arguments of hash do not fit", "write hash(text, algorithm?)"),
        ("hash(it, 'md5', 1)", "the arguments of hash do not fit", ""),
        ("hash(it, algo='md5')", "the arguments of hash do not fit", ""),
        ("uuid(1)", "the arguments of uuid do not fit", "write uuid()"),
        ("min()", "the arguments of min do not fit", "write min(values...)"),
        ("[omit()]", "omit() leaves out the place", ""),
        ("str(omit())", "omit() leaves out the place", ""),
    ],
)
def test_calls_that_do_not_fit_are_faults_of_the_text(text: str, message: str, help: str) -> None:
    """Unknown functions and wrong arguments are found before anything is evaluated, with the signature."""
    with pytest.raises(ExpressionFault) as caught:
        compile_expression(parse(text), BUILT_IN, itertools.count())
    assert message in caught.value.message
    assert help in caught.value.help


def test_drawn_calls_are_numbered_in_the_order_of_the_text(scope: Callable[..., PlainScope]) -> None:
    """Each drawn call keeps its ordinal from preparation to every evaluation, so that it sees one value."""
    sites = itertools.count(5)
    first = compile_expression(parse("uuid() + random_string(n=2) + now(format='%Y')"), BUILT_IN, sites)
    second = compile_expression(parse("1 if false else timestamp()"), BUILT_IN, sites)
    world = scope()
    assert first(world) == "00000000-0000-4000-8000-000000000000aa1970"
    assert second(world) == 0
    first(world)
    assert world.drawn == [
        (5, "uuid", ()),
        (6, "random_string", (2,)),
        (7, "now", (None, "%Y")),
        (8, "timestamp", ()),
        (5, "uuid", ()),
        (6, "random_string", (2,)),
        (7, "now", (None, "%Y")),
    ]


def test_omit_is_yielded_only_where_it_was_written() -> None:
    """`omit()` is the value of the whole expression or of a branch, and a preparation can tell beforehand."""
    assert evaluated("omit()") is OMIT
    assert evaluated("1 if not inputs.flag else omit()") is OMIT
    assert evaluated("default(inputs.unknown, omit())") is OMIT
    assert can_omit(parse("1 if inputs.flag else default(it, omit())"))
    assert not can_omit(parse("lower(it)"))


def test_hash_file_reads_through_the_scope(scope: Callable[..., PlainScope]) -> None:
    """The scope reads the file; its digest is lower-case hex."""
    world = scope(files={"a.txt": b"abc"})
    assert evaluated("hash_file('a.txt')", world).startswith("ba7816bf")
    with pytest.raises(EvaluationError, match=r"b\.txt cannot be read"):
        evaluated("hash_file('b.txt')", world)


def test_deep_values_end_in_a_sentence() -> None:
    """A value nested beyond the interpreter's depth is an `EvaluationError`."""
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]
    world = PlainScope({"it": deep, "inputs.a": [deep]}, {})
    for text in ("it == it", "json(it)", "unique([it])"):
        with pytest.raises(EvaluationError, match="nested too deep"):
            evaluated(text, world)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
_arguments = st.lists(
    json_values | st.integers(-5, 10**9) | st.text("aé1 =&%/{}[]().*+?\\$-\ud800", max_size=8), max_size=4
)


def _outcome(evaluate: Callable[[], Any]) -> Any:
    try:
        return evaluate()
    except (EvaluationError, MissingValueError) as error:
        assert str(error)  # noqa: PT017 - a sentence is as right as a value
        return None


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(written_expressions, json_values, json_values)
def test_any_expression_yields_a_value_or_a_sentence(text: str, one: Any, other: Any) -> None:
    """Random expressions over random values: a value, `MissingValueError` or `EvaluationError`, and nothing else."""
    world = PlainScope({"inputs.a": one, "it": other, "row.a b": one, "response.json": [one, {"a": other}]}, {})
    text = text.replace("f(", "hmac(").replace("x=", "key=").replace("a=", "text=")
    _outcome(lambda: evaluated(text, world))


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(FUNCTIONS), _arguments)
def test_any_function_takes_anything(function: Any, arguments: list[Any]) -> None:
    """Every function, with any number of arguments of any kind: a value, a sentence, or a fault of the call."""
    world = PlainScope({f"inputs.a{at}": value for at, value in enumerate(arguments)}, {})
    text = f"{function.name}({', '.join(f'inputs.a{at}' for at in range(len(arguments)))})"
    try:
        evaluate = compile_expression(parse(text), BUILT_IN, itertools.count())
    except ExpressionFault as fault:
        assert function.usage in fault.help  # noqa: PT017 - either way is right, this one says how to call it
        return
    _outcome(lambda: evaluate(world))
