"""The functions: what each yields, that the table tells the truth about them, and how drawn values are drawn."""

import base64
import hashlib
import hmac
import itertools
import re
import time
import uuid
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_journeys.expressions.drawn import draw
from pytest_journeys.expressions.evaluate import compile_expression
from pytest_journeys.expressions.faults import AbsentValueError, EvaluationError
from pytest_journeys.expressions.functions import FUNCTIONS
from pytest_journeys.expressions.registry import BUILT_IN
from pytest_journeys.expressions.signature import Purity, is_of
from pytest_journeys.expressions.syntax import parse
from pytest_journeys.expressions.texts import UrlText

from .conftest import PlainScope

BODY: dict[str, Any] = {"items": [{"id": 1}, {"id": 2}], "empty": [], "n": None}


def evaluated(text: str, it: Any = BODY) -> Any:
    """The value of a text that reads `it`."""
    world = PlainScope({"it": it}, {"f": b"abc"}, now=1795168800.5)
    return compile_expression(parse(text), BUILT_IN, itertools.count())(world)


EXAMPLES: list[tuple[str, Any]] = [
    ("base64('a é')", "YSDDqQ=="),
    ("base64_decode('YSDDqQ==')", "a é"),
    ("base64_decode('YSDDqQ')", "a é"),
    ("base64_decode('-_-_')", EvaluationError),
    ("base64_decode('a')", EvaluationError),
    ("base64_decode('é')", EvaluationError),
    ("urlencode('a b/é&+')", "a%20b%2F%C3%A9%26%2B"),
    ("urlencode(1.5)", "1.5"),
    ("urldecode('a%20b+%C3%A9')", "a b+é"),
    ("urldecode('%ff')", EvaluationError),
    ("path('a b/é')", "a%20b/%C3%A9"),
    ("raw('a b/é')", "a b/é"),
    ("json(it)", '{"items":[{"id":1},{"id":2}],"empty":[],"n":null}'),
    ("json('é')", '"é"'),
    ("json_parse('{\"a\": [1, 2.0]}')", {"a": [1, 2.0]}),
    ("json_parse('{')", EvaluationError),
    ("json_parse('1e999')", EvaluationError),
    ("hash('abc')", hashlib.sha256(b"abc").hexdigest()),
    ("hash('é', 'md5')", hashlib.md5("é".encode()).hexdigest()),
    ("hash_file('f')", hashlib.sha256(b"abc").hexdigest()),
    # RFC 4231, test case 2
    (
        "hmac('what do ya want for nothing?', 'Jefe')",
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
    ),
    ("hmac(text='a', key='b', algorithm='sha1')", hmac.new(b"b", b"a", "sha1").hexdigest()),
    ("len('aé😀')", 3),
    ("len(it)", 3),
    ("len(it.items)", 2),
    ("len(1)", EvaluationError),
    ("size('aé😀')", 7),
    ("lower('ÄB')", "äb"),
    ("upper('äb')", "ÄB"),
    ("trim(' a \\n')", "a"),
    ("replace('a.b.c', '.', '')", "abc"),
    ("replace('a', '', 'b')", EvaluationError),
    ("split('a,b,,c', ',')", ["a", "b", "", "c"]),
    ("split('a', '')", EvaluationError),
    ("join(['a', 1, true], '-')", "a-1-true"),
    ("join([null], '-')", EvaluationError),
    ("round(2.5)", 3),
    ("round(-2.5)", -3),
    ("round(2.675, 2)", 2.68),
    ("round(1234, -2)", 1200),
    ("round(7, 2)", 7),
    ("round(1, 9999)", EvaluationError),
    ("int('42')", 42),
    ("int('-7')", -7),
    ("int(4.9)", 4),
    ("int(true)", 1),
    ("int('4.0')", EvaluationError),
    ("int('')", EvaluationError),
    ("float('1.5e3')", 1500.0),
    ("float(2)", 2.0),
    ("float('nan')", EvaluationError),
    ("float('1e999')", EvaluationError),
    ("str(1.0)", "1.0"),
    ("str(null)", "null"),
    ("str([1, 'a'])", '[1,"a"]'),
    ("bool('true')", True),
    ("bool(0)", False),
    ("bool('yes')", EvaluationError),
    ("range(3)", [0, 1, 2]),
    ("range(1, 4)", [1, 2, 3]),
    ("range(5, 0, -2)", [5, 3, 1]),
    ("range(1, 2, 0)", EvaluationError),
    ("sum([1, 2.5])", 3.5),
    ("sum([])", 0),
    ("sum(['a'])", EvaluationError),
    ("min([3, 1, 2])", 1),
    ("min(3, 1)", 1),
    ("max('a', 'b')", "b"),
    ("max([])", AbsentValueError),
    ("max([1, 'a'])", EvaluationError),
    ("sorted([3, 1.5, 2])", [1.5, 2, 3]),
    ("sorted(['b', 'a'])", ["a", "b"]),
    ("sorted([true, 1])", EvaluationError),
    ("unique([1, 1.0, true, '1', [1], [1], null, null])", [1, True, "1", [1], None]),
    ("first([1, 2])", 1),
    ("last([1, 2])", 2),
    ("first(it.empty)", AbsentValueError),
    ("last(it.empty)", AbsentValueError),
    ("keys(it)", ["items", "empty", "n"]),
    ("merge(it, json_parse('{\"n\": 1}'))", {**BODY, "n": 1}),
    ("query(it, '$.items[1].id')", 2),
    ("query(it, '$.items[*].id')", [1, 2]),
    ("query(it, '$.n')", None),
    ("query(it, '$.x')", AbsentValueError),
    ("query(it, 'x')", EvaluationError),
    ("regex('order 17', '[0-9]+')", "17"),
    ("regex('order 17', 'order ([0-9]+)')", "17"),
    ("regex('order', '[0-9]')", AbsentValueError),
    ("regex('a', '(b)?a')", AbsentValueError),
    ("regex('a', '(')", EvaluationError),
    ("regex('xa', '[[a]')", "a"),
    ("default(it.items[9], 0)", 0),
    ("now()", "2026-11-20T10:00:00.500Z"),
    ("now('-1h30m')", "2026-11-20T08:30:00.500Z"),
    ("now('1d')", "2026-11-21T10:00:00.500Z"),
    ("now(format='%d.%m.%Y')", "20.11.2026"),
    ("now('soon')", EvaluationError),
    ("now('99999999d')", EvaluationError),
    ("today()", "2026-11-20"),
    ("timestamp()", 1795168800),
    ("random_int(2, 1)", EvaluationError),
    ("random_string(-1)", EvaluationError),
]


@pytest.mark.parametrize(("text", "expected"), EXAMPLES)
def test_each_function(text: str, expected: Any) -> None:
    """What the manual says about each function, at its edges."""
    if isinstance(expected, type):
        with pytest.raises(expected) as caught:
            evaluated(text)
        assert type(caught.value) is expected
        return
    found = evaluated(text)
    assert found == expected
    assert type(found) in (type(expected), UrlText)
    function = BUILT_IN.functions[text.partition("(")[0]]
    assert function.result == "any" or is_of(found, (function.result,))


def test_every_function_has_an_example() -> None:
    """No function stands in the table that no test has called, and each tells what it does in one sentence."""
    called = {text.partition("(")[0] for text, _ in EXAMPLES}
    assert {function.name for function in FUNCTIONS} - called == {"uuid", "omit"}
    for function in FUNCTIONS:
        assert function.description.endswith(".")
        assert (function.apply is None) == (function.purity is not Purity.PURE)


def test_url_texts_are_marked() -> None:
    """`path` and `raw` yield texts that a URL leaves alone, and what is made from them is ordinary text again."""
    assert isinstance(evaluated("raw('a/b')"), UrlText)
    assert isinstance(evaluated("path('a/b')"), UrlText)
    assert type(evaluated("raw('a') + 'b'")) is str


def test_drawn_values_come_from_entropy_and_clock() -> None:
    """The shapes of drawn values, their bounds, and that they follow from the bytes they are given."""
    entropy = hashlib.shake_256(b"seed").digest
    identifier = uuid.UUID(str(draw("uuid", (), entropy, 0)))
    assert identifier.version == 4
    assert draw("uuid", (), entropy, 0) == str(identifier)
    text = str(draw("random_string", (200,), entropy, 0))
    assert re.fullmatch("[a-z0-9]{200}", text)
    assert draw("random_string", (0,), entropy, 0) == ""
    assert draw("timestamp", (), entropy, 12.9) == 12
    assert abs(int(str(draw("timestamp", (), entropy, time.time()))) - time.time()) < 2
    with pytest.raises(EvaluationError):
        draw("lower", (), entropy, 0)


@given(st.integers(-(10**30), 10**30), st.integers(0, 10**30), st.binary(min_size=40, max_size=40))
def test_random_integers_lie_between_their_bounds(least: int, span: int, seed: bytes) -> None:
    """Both bounds are included, whatever the entropy gives."""
    found = draw("random_int", (least, least + span), lambda count: (seed * 2)[:count], 0)
    assert isinstance(found, int)
    assert least <= found <= least + span


@given(st.text())
def test_encodings_are_undone_by_their_counterparts(text: str) -> None:
    """base64 and URL encoding lose nothing."""
    assert evaluated("base64_decode(base64(it))", text) == text
    assert evaluated("urldecode(urlencode(it))", text) == text
    assert evaluated("json_parse(json(it))", text) == text
    assert base64.b64decode(evaluated("base64(it)", text)) == text.encode()


def test_literals_are_checked_by_the_table() -> None:
    """A compiler learns from a parameter what is wrong with a literal."""
    checks = {
        (function.name, parameter.name): parameter.check
        for function in FUNCTIONS
        for parameter in function.parameters
        if parameter.check is not None
    }
    wrong = {
        ("hash", "algorithm"): "crc32",
        ("hmac", "algorithm"): "",
        ("regex", "pattern"): "(",
        ("query", "path"): "$.a.length()",
        ("now", "shift"): "soon",
    }
    right = {
        ("hash", "algorithm"): "sha512",
        ("hmac", "algorithm"): "md5",
        ("regex", "pattern"): "a+",
        ("query", "path"): "$..a",
        ("now", "shift"): "-1h",
    }
    assert checks.keys() == wrong.keys()
    for key, check in checks.items():
        assert check(wrong[key])
        assert check(right[key]) is None
