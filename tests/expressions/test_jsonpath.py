"""JSONPath: the examples of RFC 9535, what is one value and what is a list, and what is answered to other dialects."""

import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_journeys.expressions.diff import step
from pytest_journeys.expressions.faults import EvaluationError, ExpressionFault
from pytest_journeys.expressions.jsonpath import parse_path
from pytest_journeys.values.json import MISSING

STORE = {  # RFC 9535, figure 1
    "store": {
        "book": [
            {"category": "reference", "author": "Nigel Rees", "title": "Sayings of the Century", "price": 8.95},
            {"category": "fiction", "author": "Evelyn Waugh", "title": "Sword of Honour", "price": 12.99},
            {
                "category": "fiction",
                "author": "Herman Melville",
                "title": "Moby Dick",
                "isbn": "0-553-21311-3",
                "price": 8.99,
            },
            {
                "category": "fiction",
                "author": "J. R. R. Tolkien",
                "title": "The Lord of the Rings",
                "isbn": "0-395-19395-8",
                "price": 22.99,
            },
        ],
        "bicycle": {"color": "red", "price": 399},
    }
}
BOOKS = STORE["store"]["book"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [  # RFC 9535, table 2
        ("$.store.book[*].author", ["Nigel Rees", "Evelyn Waugh", "Herman Melville", "J. R. R. Tolkien"]),
        ("$..author", ["Nigel Rees", "Evelyn Waugh", "Herman Melville", "J. R. R. Tolkien"]),
        ("$.store.*", [BOOKS, STORE["store"]["bicycle"]]),
        ("$.store..price", [8.95, 12.99, 8.99, 22.99, 399]),
        ("$..book[2]", [BOOKS[2]]),
        ("$..book[2].author", ["Herman Melville"]),
        ("$..book[2].publisher", []),
        ("$..book[-1]", [BOOKS[3]]),
        ("$..book[0,1]", BOOKS[:2]),
        ("$..book[:2]", BOOKS[:2]),
        ("$..book[?@.isbn]", BOOKS[2:]),
        ("$..book[?@.price<10]", [BOOKS[0], BOOKS[2]]),
    ],
)
def test_the_bookstore(path: str, expected: Any) -> None:
    """RFC 9535, 1.5: the bookstore's queries find what the RFC prints."""
    assert parse_path(path).find(STORE) == expected


def test_everything_below_the_bookstore() -> None:
    """RFC 9535, table 2: `$..*` is every member value and element, 27 of them."""
    found: Any = parse_path("$..*").find(STORE)
    assert len(found) == 27
    assert found[0] == STORE["store"]


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        # 2.3.1 names
        ("$.o['j j']", {"o": {"j j": {"k.k": 3}}}, {"k.k": 3}),
        ("$.o['j j']['k.k']", {"o": {"j j": {"k.k": 3}}}, 3),
        ('$.o["j j"]["k.k"]', {"o": {"j j": {"k.k": 3}}}, 3),
        ('$["\'"]["@"]', {"'": {"@": 2}}, 2),
        # 2.3.2 wildcards
        ("$[*]", {"o": {"j": 1, "k": 2}, "a": [5, 3]}, [{"j": 1, "k": 2}, [5, 3]]),
        ("$.o[*, *]", {"o": {"j": 1, "k": 2}}, [1, 2, 1, 2]),
        ("$.a[*]", {"a": [5, 3]}, [5, 3]),
        ("$.*", 1, []),
        ("$.a.*", {"a": "text"}, []),
        # 2.3.3 indexes
        ("$[1]", ["a", "b"], "b"),
        ("$[-2]", ["a", "b"], "a"),
        ("$[-3]", ["a", "b"], MISSING),
        ("$[0]", "ab", MISSING),
        ("$[0]", {"0": 1}, MISSING),
        # 2.3.4 slices
        ("$[1:3]", list("abcdefg"), ["b", "c"]),
        ("$[5:]", list("abcdefg"), ["f", "g"]),
        ("$[1:5:2]", list("abcdefg"), ["b", "d"]),
        ("$[5:1:-2]", list("abcdefg"), ["f", "d"]),
        ("$[::-1]", list("abcdefg"), list("gfedcba")),
        ("$[:]", [1, 2], [1, 2]),
        ("$[:]", {"a": 1}, []),
        ("$[::]", [1], [1]),
        ("$[0:5:0]", [1, 2], []),
        ("$[1 : 3]", list("abc"), ["b", "c"]),
        # 2.5.1 several selectors
        ("$[0, 3]", list("abcdefg"), ["a", "d"]),
        ("$[0:2, 5]", list("abcdefg"), ["a", "b", "f"]),
        ("$[0, 0]", list("abcdefg"), ["a", "a"]),
        # 2.5.2 descendants
        ("$..j", {"o": {"j": 1, "k": 2}, "a": [5, 3, [{"j": 4}, {"k": 6}]]}, [1, 4]),
        ("$..[0]", {"o": {"j": 1, "k": 2}, "a": [5, 3, [{"j": 4}, {"k": 6}]]}, [5, {"j": 4}]),
        ("$.a..[0, 1]", {"a": [5, 3, [{"j": 4}, {"k": 6}]]}, [5, 3, {"j": 4}, {"k": 6}]),
        ("$.o..[*, *]", {"o": {"j": 1, "k": 2}}, [1, 2, 1, 2]),
        # 2.6 null
        ("$.a", {"a": None, "b": [None]}, None),
        ("$.a[0]", {"a": None}, MISSING),
        ("$.a.d", {"a": None}, MISSING),
        ("$.b[*]", {"b": [None]}, [None]),
        ("$.b[?@]", {"b": [None]}, [None]),
        ("$.b[?@==null]", {"b": [None]}, [None]),
        ("$.c[?@.d==null]", {"c": [{}]}, []),
        ("$.null", {"null": 1}, 1),
        # types are never mixed in an ordering, indexes reach 2**53 - 1
        ("$[?@ < 2]", [True, 1, "1", None], [1]),
        ("$[?@ <= true]", [True, 1, False], [True]),
        ("$[9007199254740991]", [1], MISSING),
        # ours: odd names, names that other dialects give a meaning
        ("$", 1, 1),
        ("$.größe.日本", {"größe": {"日本": 1}}, 1),
        ("$['*']", {"*": 1, "a": 2}, 1),
        ("$['*', 'a']", {"*": 1, "a": 2}, [1, 2]),
        ("$['*']", {"a": 2}, MISSING),
        ("$..['*']", {"a": {"*": 1}}, [1]),
        ("$['\\u00e9\\n']", {"é\n": 1}, 1),
        ("$ .a [0]", {"a": [1]}, 1),
        ("$.$a", {}, ExpressionFault),
    ],
)
def test_each_selector(path: str, value: Any, expected: Any) -> None:
    """RFC 9535, 2.3 to 2.6; names and indexes alone yield one value or are missing, the rest lists."""
    if expected is ExpressionFault:
        with pytest.raises(ExpressionFault):
            parse_path(path)
        return
    found = parse_path(path).find(value)
    assert found is expected if expected in (None, MISSING) else found == expected


FILTERED = {  # RFC 9535, 2.3.5.3
    "a": [3, 5, 1, 2, 4, 6, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}],
    "o": {"p": 1, "q": 2, "r": 3, "s": 5, "t": {"u": 6}},
    "e": "f",
}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.a[?@.b == 'kilo']", [{"b": "kilo"}]),
        ("$.a[?(@.b == 'kilo')]", [{"b": "kilo"}]),
        ("$.a[?@>3.5]", [5, 4, 6]),
        ("$.a[?@.b]", [{"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]),
        ("$[?@.*]", [FILTERED["a"], FILTERED["o"]]),
        ("$[?@[?@.b]]", [FILTERED["a"]]),
        ("$.o[?@<3, ?@<3]", [1, 2, 1, 2]),
        ('$.a[?@<2 || @.b == "k"]', [1, {"b": "k"}]),
        ("$.o[?@>1 && @<4]", [2, 3]),
        ("$.o[?@.u || @.x]", [{"u": 6}]),
        ("$.a[?@.b == $.x]", [3, 5, 1, 2, 4, 6]),
        ("$.a[?@ == @]", FILTERED["a"]),
        ("$.a[?!@.b]", [3, 5, 1, 2, 4, 6]),
        ("$.a[?!(@ > 1)]", [1, {"b": "j"}, {"b": "k"}, {"b": {}}, {"b": "kilo"}]),
        ("$.a[?@ > 5 || @ < 2 && @ > 0]", [1, 6]),
        ("$.a[?(@ > 5 || @ < 2) && @ > 2]", [6]),
        ("$.a[?$.o.p == @]", [1]),
        ("$.a[?@ == true]", []),
        ("$.a[?@ == 1.0]", [1]),
        ("$.a[?@ == 1e0]", [1]),
        ("$.a[?@ >= 'a']", []),
        ("$.a[?@.b >= 'k']", [{"b": "k"}, {"b": "kilo"}]),
        ("$.a[?@.b <= @.b].b", ["j", "k", {}, "kilo"]),
        ("$..[?@.u == 6].u", [6]),
        ("$.a[?@.b != 'j'][0]", []),
    ],
)
def test_filters(path: str, expected: Any) -> None:
    """RFC 9535, 2.3.5: existence, comparison, both roots, precedence; types are never mixed."""
    found: Any = parse_path(path).find(FILTERED)
    if path == "$.a[?@.b <= @.b].b":  # missing is the same as missing, so numbers pass and have no b
        assert found == expected
        return
    assert found == expected


@pytest.mark.parametrize(
    ("path", "message", "help", "at"),
    [
        ("store.book", "a path begins with $", "write $.store.book", "store.book"),
        ("[0]", "a path begins with $", "write $[0]", "[0]"),
        ("", "an empty path", "the whole body is $", ""),
        ("$id", "behind $ a dot is missing", "write $.id", "id"),
        ("$.", "behind the dot a name is missing", "", "."),
        ("$.a.", "behind the dot a name is missing", "", "."),
        ("$..", "behind the dot a name is missing", "", "."),
        ("$.a.length()", "there are no functions in a path: length()", "{length: ...}", "length"),
        ("$.a[?length(@.b) > 1]", "there are no functions in a path: length()", "len(it)", "length"),
        ("$.a[?match(@.b, 'x')]", "there are no functions in a path: match()", "", "match"),
        ("$.content-type", "the name content-type needs quotes", 'write ["content-type"]', "content-type"),
        ("$.a:b", "the name a:b needs quotes", 'write ["a:b"]', "a:b"),
        ("$.0", "an index stands in brackets", "write [0]", "0"),
        ("$.'a'", "a name in quotes stands in brackets", "write ['a']", "'a'"),
        ("$[name]", "the name name needs quotes here", 'write ["name"]', "name"),
        ("$[0", "this [ is not closed", "end it with ]", "["),
        ("$.a[", "this [ is not closed", "end it with ]", "["),
        ("$['a]", "this quote is not closed", "end it with '", "'a]"),
        ("$.a]", "this ] closes nothing", "", "]"),
        ("$[]", "nothing stands between these brackets", "", "]"),
        ("$[01]", "01 is no index", "leading zeros", "01"),
        ("$[-0]", "-0 is no index", "", "-0"),
        ("$[-9007199254740992]", "an index beyond", "", "-9007199254740992"),
        ("$[99999999999999999999]", "an index beyond", "", "99999999999999999999"),
        ("$[(@.length-1)]", "there are no scripts in a path", "[-1]", "("),
        ("$[\\a]", "there is no sorting in a path", "sorted", "\\"),
        ("$.a.`len`", "`len` is no part of RFC 9535", "length", "`len`"),
        ("$.a + 1", "a path ends without a space", "", " + 1"),
        ("$.a*2", "a*2 needs quotes", "", "a*2"),
        ("$[0]*2", "a path selects and does not compute", "it", "*2"),
        ("$.a ", "a path ends without a space", "", " "),
        (" $.a", "a path begins with $, without a space", "", " "),
        ("$[?@.a = 1]", "= is no operator of a filter", "write ==", "="),
        ("$[?@.a =~ 'x']", "=~ is no operator of a filter", "matches", "=~"),
        ("$[?@.a == 1 and @.b == 2]", "and is no operator of a filter", "write &&", "and"),
        ("$[?@.a & @.b]", "& is no operator of a filter", "write &&", "&"),
        ("$[?@.a === 1]", "=== is no operator of a filter", "write ==", "==="),
        ("$[?@.a in [1]]", "in is no operator of a filter", "||", "in"),
        ("$[?@.a == None]", "None is no JSON", "write null", "None"),
        ("$[?a == 1]", "a is neither a path nor a value", "write @.a", "a"),
        ("$[?not @.a]", "not is no word of a filter", "write !", "not"),
        ("$[?@.* == 1]", "a comparison takes a path of names and indexes alone", "", "@.*"),
        ("$[?1]", "a value alone is no condition", "", "1"),
        ("$[@.a]", "a filter begins with ?", "[?@...]", "@"),
        ("$[?@.a == ]", "here a value or a path is missing", "", "]"),
        ("$[?(@.a]", "] does not belong here", "", "]"),
        ("$[?@.a", "this [ is not closed", "", "["),
        ("$['\\x']", "\\x is no escape", "", "\\x"),
    ],
)
def test_other_dialects_are_answered(path: str, message: str, help: str, at: str) -> None:
    """What is no RFC 9535 path is refused at its place, with what to write; no dialect comes through."""
    with pytest.raises(ExpressionFault) as caught:
        parse_path(path)
    fault = caught.value
    assert message in fault.message
    assert help in fault.help
    assert path[fault.offset : fault.offset + fault.length] == at


@pytest.mark.parametrize(
    ("path", "singular"),
    [("$", True), ("$.a[0]['b'][-1]", True), ("$.a[0,1]", False), ("$..a", False), ("$.*", False), ("$[:1]", False)],
)
def test_names_and_indexes_alone_are_singular(path: str, singular: bool) -> None:
    """A compiler can tell a path that yields one value from one that yields a list."""
    assert parse_path(path).is_singular is singular


def test_deep_values_end_in_a_sentence() -> None:
    """A value nested beyond what can be searched is an `EvaluationError`, not a crash; a deep one below that is found."""
    deep: Any = 1
    for _ in range(300):
        deep = [deep]
    assert len(parse_path("$..*").find(deep)) == 300  # type: ignore[arg-type]
    with pytest.raises(ExpressionFault, match="nested more than"):
        parse_path("$" + "[?@" * 30 + "]" * 30)
    nested: Any = 1
    for _ in range(100_000):
        nested = [nested]
    with pytest.raises(EvaluationError, match="nested too deep"):
        parse_path("$[?@ == @]").find([nested, nested])


def test_plain_paths_never_import_jsonpath_ng() -> None:
    """Parsing any path, and finding along names and indexes, imports no library."""
    code = (
        "import sys; from pytest_journeys.expressions.jsonpath import parse_path; "
        "assert parse_path('$.a[0]').find({'a': [7]}) == 7; parse_path('$..a'); "
        "assert 'jsonpath_ng' not in sys.modules; parse_path('$..a').find({}); assert 'jsonpath_ng' in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


def _places(value: Any, path: str) -> list[tuple[str, Any]]:
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [(path, value)] + [place for key, child in children for place in _places(child, path + step(key))]


@settings(max_examples=200, deadline=None)
@given(_json.filter(lambda value: "\ud800" not in repr(value)))
def test_normalized_paths_find_their_place(value: Any) -> None:
    """Every place of any value is found by its normalized path, and `$..*` finds all of them but the root."""
    places = _places(value, "$")
    for path, there in places:
        assert parse_path(path).find(value) is there
    found: Any = parse_path("$..*").find(value)
    assert len(found) == len(places) - 1


def _fault_of(text: str) -> ExpressionFault | None:
    try:
        parse_path(text).find(STORE)
    except ExpressionFault as fault:
        return fault
    return None


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from("$.[]*?@'\"()=!<>&|:,-+0123abook isbn\\`é/"), max_size=20).map("$".__add__))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    """Parsing is total: a path that can be asked, or a fault that points into the text."""
    fault = _fault_of(text)
    if fault is not None:
        assert fault.message
        assert 0 <= fault.offset <= len(text)
        assert fault.offset + fault.length <= len(text) + 1
