"""The grammar: what is read, how it is written back, what is answered to other languages."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_journeys.expressions.canonical import canonical
from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.findings import calls, references
from pytest_journeys.expressions.lexer import MAX_LENGTH
from pytest_journeys.expressions.nodes import SOURCES, Constant, Index, Member, Reference
from pytest_journeys.expressions.syntax import MAX_DEPTH, parse


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("1+2*3", "1 + 2 * 3"),
        ("( 1 + 2 )*3", "(1 + 2) * 3"),
        ("1 - (2 - 3)", "1 - (2 - 3)"),
        ("(1 - 2) - 3", "1 - 2 - 3"),
        ("-(-1)", "1"),
        ("- inputs.x", "-inputs.x"),
        ("-inputs.x[0]", "-inputs.x[0]"),
        ("2*-it[0].x", "2 * -it[0].x"),
        ("2 - it[1:]%it.y", "2 - it[1:] % it.y"),
        ("(-inputs.x)[0]", "(-inputs.x)[0]"),
        ("(-1).a", "(-1).a"),
        ("1e2", "100.0"),
        ("1.50", "1.5"),
        ("'it\\'s'", '"it\'s"'),
        ('"\\u00e9\\ud83d\\ude00\\n"', '"é😀\\n"'),
        ('steps["sign-in"].token', "steps.sign-in.token"),
        ("steps . sign-in . token", "steps.sign-in.token"),
        ('row["full name"]', 'row["full name"]'),
        ('response.json["a"]["b c"]', 'response.json.a["b c"]'),
        ("inputs.not.in.if", "inputs.not.in.if"),
        ("not(inputs.a and inputs.b)", "not (inputs.a and inputs.b)"),
        ("not inputs.a == 1", "not inputs.a == 1"),
        ("(not inputs.a) == 1", "(not inputs.a) == 1"),
        ("(inputs.a or inputs.b) and inputs.c", "(inputs.a or inputs.b) and inputs.c"),
        ("inputs.a or (inputs.b and inputs.c)", "inputs.a or inputs.b and inputs.c"),
        ("it   not   in [1,2]", "it not in [1, 2]"),
        ("(1 == 2) == false", "(1 == 2) == false"),
        ("1 if it else (2 if it else 3)", "1 if it else 2 if it else 3"),
        ("(1 if it else 2) if it else 3", "(1 if it else 2) if it else 3"),
        ("it[ : ]", "it[:]"),
        ("it[1 : -1]", "it[1:-1]"),
        ("[ ]", "[]"),
        ("hmac(key='k', text='t')", 'hmac(key="k", text="t")'),
        ("hmac(text='t', key='k')", 'hmac(key="k", text="t")'),
        ("lower( it )", "lower(it)"),
    ],
)
def test_one_text_for_every_way_to_write_an_expression(written: str, expected: str) -> None:
    """Spaces, quotes and needless brackets make no difference to the canonical text, and it reads back as the same tree."""
    tree = parse(written)
    assert canonical(tree) == expected
    assert parse(expected) == tree


@pytest.mark.parametrize(
    ("written", "message", "help", "at"),
    [
        ("inputs.a = 1", "= compares nothing", "write ==", "="),
        ("inputs.a === 1", "there is no ===", "==", "==="),
        ("inputs.a && inputs.b", "there is no &&", "write and", "&&"),
        ("inputs.a || inputs.b", "there is no ||", "write or", "||"),
        ("!inputs.a", "there is no !", "write not", "!"),
        ("inputs.a ? 1 : 2", "there is no ?", "write a if c else b", "?"),
        ("inputs.a | lower", "there are no filters", "lower(x)", "|"),
        ("inputs.a is null", "is is not a word", "write == or !=", "is"),
        ("None", "None is not a word", "write null", "None"),
        ("it == True", "True is not a word", "write true", "True"),
        ('f"{it}"', "there are no f-strings", "join texts with +", 'f"'),
        ("inputs.name.lower()", "there are no methods: .lower()", "write lower(inputs.name)", "inputs.name.lower"),
        ("it.items[0].get(1)", "there are no methods: .get()", "write get(it.items[0])", "it.items[0].get"),
        ("it[0](1)", "only a function's name can be called", "", "("),
        ("x for x in it", "x is neither a source", "", "x"),
        ("it for it", "there are no loops", "", "for"),
        ("1 +", "behind + a value is missing", "", "+"),
        ("+ 1", "before + a value is missing", "", "+"),
        ("[1, ]", "before ] a value is missing", "", "]"),
        ("(1", "this ( is not closed", "end it with )", "("),
        ("[1", "this [ is not closed", "end it with ]", "["),
        ("1)", "this ) closes nothing", "", ")"),
        ("'a", "this text is not closed", "end it with '", "'a"),
        ("'a' 'b'", "between two texts an operator is missing", "join them with +", "'b'"),
        ("it 1", "1 does not belong here", "", "1"),
        ("1 < 2 < 3", "comparisons have two sides", "and", "<"),
        ("1 if it", "this if has no else", "write a if c else b", "if"),
        ("user", "user is neither a source nor a function call", "inputs.user", "user"),
        ("input.user", "input is neither a source", "did you mean inputs?", "input"),
        ("it-1", "it-1 is neither a source", "put spaces around the operator", "it-1"),
        ("inputs", "inputs lacks a name", "inputs.NAME", "inputs"),
        ("steps.pay", "steps.pay lacks a name", "steps.STEP.VALUE", "steps.pay"),
        ("steps[it].a", "directly after steps stands a name or a literal text", "", "it"),
        ("inputs[0]", "directly after inputs stands a name or a literal text", "", "0"),
        ("env('HOME')", "env is a source, not a function", "write env.NAME", "env"),
        ("it.0", "a list is indexed in brackets", "items[0]", "0"),
        ("it.", "here a name is missing", "", ""),
        ("007", "007 is no number", "", "007"),
        ("10s", "10s is no number", "durations", "10s"),
        ("1e999", "outside the float range", "", "1e999"),
        ('"\\d"', "\\d is no escape", "doubled", "\\d"),
        ('"\\ud800"', "half of a surrogate pair", "", '"\\ud800"'),
        ('"a\nb"', "a text stands on one line", "\\n", "\n"),
        ("$.id", "a JSONPath is a text here", "query(value", "$"),
        ("{}", "there are no objects", "", "{"),
        ("größe", "a name has letters a-z", "row[", "ö"),
        ("lower(it, it=1, 2)", "a value without a name stands behind a named one", "", "2"),
        ("lower(a=1, a=2)", "a is given twice", "", "a"),
        ("not not it", "before not a value is missing", "brackets", "not"),
        ("  ", "an empty expression", "inputs.user", "  "),
    ],
)
def test_what_is_wrong_is_said_where_it_stands(written: str, message: str, help: str, at: str) -> None:
    """Each mistake that people bring gets its own sentence, its place and what to write instead."""
    with pytest.raises(ExpressionFault) as caught:
        parse(written)
    fault = caught.value
    assert message in fault.message
    assert help in fault.help
    assert written[fault.offset : fault.offset + fault.length] == at


def test_limits_are_told_before_anything_breaks() -> None:
    """Depth and length end in a sentence, never in a RecursionError; what is just inside is read and written back."""
    wide = " + ".join("1" * MAX_DEPTH)
    assert canonical(parse(wide)) == wide
    for text in [
        "(" * 5000 + "1" + ")" * 5000,
        " + ".join("1" * (MAX_DEPTH + 1)),
        "[" * 60,
        "-" * 60,
        "it" + "[0]" * 150,
    ]:
        with pytest.raises(ExpressionFault):
            parse(text)
    with pytest.raises(ExpressionFault, match="is the limit"):
        parse(" " * MAX_LENGTH + "1")


def test_nodes_know_their_place() -> None:
    """A node's offset and length cut it out of the text, so that a diagnostic can point at it."""
    text = "lower( inputs.name ) + it.x"
    found = references(parse(text))
    assert [text[one.offset : one.offset + one.length] for one in found] == ["inputs.name", "it"]
    tree = parse("  it.a.b")
    assert isinstance(tree, Member)
    assert (tree.offset, tree.length) == (2, 6)


def test_nodes_are_frozen_values() -> None:
    """Equal by kind and values, wherever they stand; usable as keys; never changed."""
    one, other = parse("lower( it )"), parse(" lower(it)")
    assert one == other
    assert {one: 1}[other] == 1
    assert parse("[it]") != parse("it")
    assert Member(of=one, name="a", offset=0, length=0) != Index(of=one, at="a", offset=0, length=0)  # type: ignore[arg-type]
    with pytest.raises(AttributeError, match=r"cannot assign to field .offset."):
        one.offset = 3  # type: ignore[misc]
    with pytest.raises(AttributeError, match=r"cannot delete field .offset."):
        del one.offset
    assert repr(parse("it")) == "Reference(offset=0, length=2, source='it', names=())"


def test_each_source_takes_its_names() -> None:
    """What follows a source's names is ordinary access to members."""
    for source, count in SOURCES.items():
        names = tuple(f"n{number}" for number in range(count))
        tree = parse(".".join((source, *names, "more")))
        assert isinstance(tree, Member)
        assert tree.name == "more"
        assert tree.of == Reference(source=source, names=names, offset=0, length=0)


def test_references_inside_default_are_marked() -> None:
    """Only what stands in the first argument of `default` may be missing."""
    found = references(parse("default(env.a + lower(env.b), env.c) + default(env.d, default(env.e, 1))"))
    assert {one.names[0]: one.has_default for one in found} == {"a": True, "b": True, "c": False, "d": True, "e": True}


def test_calls_tell_their_literal_texts() -> None:
    """A compiler sees what is literal in a call, by position and by name."""
    outer, inner = calls(parse('regex(str(it), "a+")')), calls(parse("hash(text=it, algorithm='md5')"))
    assert [(one.function, one.positional, one.texts) for one in outer] == [("regex", 2, {1: "a+"}), ("str", 1, {})]
    assert (inner[0].keywords, inner[0].texts) == (("algorithm", "text"), {"algorithm": "md5"})


_names = st.sampled_from(["a", "sign-in", "not", "x1", "_", "größe", "a b", "", "]", "'", "it"])
_leaves = st.one_of(
    st.builds(lambda value: canonical(Constant(value=value, offset=0, length=0)), st.none() | st.booleans()),
    st.integers(0, 10**6).map(str),
    st.floats(0, 1e6, allow_nan=False).map(str),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(
        lambda value: canonical(Constant(value=value, offset=0, length=0))
    ),
    st.sampled_from(["inputs.a", "steps.sign-in.token", 'row["a b"]', "it", "run.id", "response.json"]),
)


def _grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    operators = ["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]
    return st.one_of(
        st.builds("({} {} {})".format, inner, st.sampled_from(operators), inner),
        st.builds("(not {})".format, inner),
        st.builds("(- {})".format, inner),
        st.builds("({} if {} else {})".format, inner, inner, inner),
        st.builds("({})[{}]".format, inner, inner),
        st.builds("({})[{}:]".format, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("default({}, {})".format, inner, inner),
        st.builds("f(x={}, a={})".format, inner, inner),
        st.builds(lambda of, name: f"({of})[{canonical(Constant(value=name, offset=0, length=0))}]", inner, _names),
    )


expressions = st.recursive(_leaves, _grow, max_leaves=12)


@settings(max_examples=300, deadline=None)
@given(expressions)
def test_canonical_text_reads_back_as_the_same_tree(written: str) -> None:
    """For any expression: parse(canonical(e)) == e, and the canonical text is its own canonical text."""
    tree = parse(written)
    text = canonical(tree)
    assert parse(text) == tree
    assert canonical(parse(text)) == text


@settings(max_examples=500, deadline=None)
@given(st.text(st.sampled_from("inputs.ae \"'\\()[]:,+-*/%=<>!&|0123not if else$🙂\n"), max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Parsing is total: a tree or a fault that points into the text, never another exception."""
    fault = _fault_of(text)
    if fault is not None:
        assert fault.message
        assert 0 <= fault.offset <= len(text)
        assert fault.offset + fault.length <= len(text) + 1


def _fault_of(text: str) -> ExpressionFault | None:
    try:
        parse(text)
    except ExpressionFault as fault:
        return fault
    return None
