"""Mistakes of YAML: each has its code, its place and its way out, with libyaml and without."""

import pytest

from pytest_journeys.language.reader import FastParser, read
from pytest_journeys.values.diagnostic import Severity
from pytest_journeys.values.source import Source

# text, code, line, column, end column, title, help
MISTAKES = [
    # a reference, a path, an expression between brackets
    ("a: {b: ${{ inputs.x }}}", "E119", 1, 8, 23, "a reference inside of brackets needs quotes", 'write "${{ inputs.x }}"'),
    ("a: [/x/${{ inputs.x }}/y, z]", "E119", 1, 5, 25, "a reference inside of brackets needs quotes", 'write "/x/${{ inputs.x }}/y"'),
    ("a: {$.x[0].y: 3}", "E119", 1, 5, 13, "a text with `[` needs quotes inside of brackets", 'write "$.x[0].y"'),
    ("a: {b: $.x[0]}", "E119", 1, 8, 14, "a text with `[` needs quotes inside of brackets", 'write "$.x[0]"'),
    ("a: {when: steps.a.b[0] == 1}", "E119", 1, 11, 28, "a text with `[` needs quotes inside of brackets", 'write "steps.a.b[0] == 1"'),
    ("a: {b: /x/{id}}", "E119", 1, 8, 15, "a text with `{` needs quotes inside of brackets", 'write "/x/{id}"'),
    ("a: {{ inputs.x }}", "E119", 1, 4, 18, "`{{ ... }}` is no reference", 'a reference is written "${{ inputs.x }}"'),
    # : and ? and # in texts
    ("a: first: second", "E120", 1, 4, 17, "a text with a colon and a space in it needs quotes", 'write "first: second"'),
    ("- a: b: c # d", "E120", 1, 6, 10, "a text with a colon and a space in it needs quotes", 'write "b: c"'),
    ("a: {x: b: c}", "E120", 1, 8, 12, "a text with a colon and a space in it needs quotes", 'write "b: c"'),
    ("a: {x: /y?z=1}", "E121", 1, 8, 14, "a text with ? needs quotes inside of brackets", 'write "/y?z=1"'),
    ("a: [b?, c]", "E121", 1, 5, 7, "a text with ? needs quotes inside of brackets", 'write "b?"'),
    ("a: ${{ x # y }}", "E123", 1, 10, 16, "a comment begins inside of a reference", "where `#` belongs to the text, write the whole text in quotes"),
    # signs at the beginning
    ("a: */*", "E122", 1, 4, 7, "a text that begins with * needs quotes", 'write "*/*"'),
    ("a: {x: */*, y: z}", "E122", 1, 8, 11, "a text that begins with * needs quotes", 'write "*/*"'),
    ("a: @home", "E122", 1, 4, 9, "a text that begins with @ needs quotes", 'write "@home"'),
    ("a: `x`", "E122", 1, 4, 7, "a text that begins with ` needs quotes", 'write "`x`"'),
    ("a: %x", "E122", 1, 4, 6, "a text that begins with % needs quotes", 'write "%x"'),
    ("a: |# c\n  b\n", "E122", 1, 4, 8, "a text that begins with > or | needs quotes", 'write "|# c"'),
    ("a: >x # c", "E122", 1, 4, 6, "a text that begins with > or | needs quotes", 'write ">x"'),
    ("a: *b", "E114", 1, 4, 6, "no anchor `&b` stands above", "where a text that begins with * is meant, write it in quotes"),
    ("a: &x [*x]", "E114", 1, 8, 10, "`*x` is inside of what it names", ""),
    ("a: !foo b", "E109", 1, 4, 5, "YAML tags are not used here", "remove the tag; where a text that begins with ! is meant, write it in quotes"),
    ("a: !x!y b", "E109", 1, 4, 5, "YAML tags are not used here", "remove the tag; where a text that begins with ! is meant, write it in quotes"),
    ("%YAML 1.2\n---\na: b", "E109", 1, 1, 10, "YAML directives are not used here", "remove the lines that begin with %"),
    # quotes and escapes
    ('a: "x\nb: 1\n', "E117", 1, 4, 5, "a quote is not closed", 'close it with ", or put the text into the other kind of quotes'),
    ('a: "x\nb: "y"\n', "E117", 1, 4, 5, "a quote is not closed", 'close it with ", or put the text into the other kind of quotes'),
    ("a:\n  - 'x\n  - 'y'\n", "E117", 2, 5, 6, "a quote is not closed", "close it with ', or put the text into the other kind of quotes"),
    ("a: 'it's'", "E129", 1, 8, 9, "text after the closing quote", "use the other kind of quotes around the whole text, or double a single quote inside ('it''s')"),
    ("a: [x] y", "E129", 1, 8, 9, "text after the closing `]`", "put the whole text into quotes"),
    ('a: "^\\d+$"', "E124", 1, 6, 8, "`\\d` is no escape that double quotes know", "write the text in single quotes, where a backslash is a backslash"),
    ('a: "\\U00110000"', "E124", 1, 5, 7, "`\\U` is no escape that double quotes know", "write the text in single quotes, where a backslash is a backslash"),
    ('a: "\\ud83d"', "E124", 1, 4, 12, "an escape names half of a surrogate pair", "write the character itself, or its eight digits, as in \\U0001F600"),
    # brackets
    ("a: [1, 2\nb: 3\n", "E118", 1, 4, 5, "`[` is not closed", "close it with `]`"),
    ("a:\n  - {x: 1\n  - b\n", "E118", 2, 5, 6, "`{` is not closed", "close it with `}`"),
    ("a: {x: 1", "E118", 1, 4, 5, "`{` is not closed", "close it with `}`"),
    ("a: [", "E118", 1, 4, 5, "`[` is not closed", "close it with `]`"),
    ("a: {x: 1}}\n", "E118", 1, 10, 11, "`}` closes nothing", "remove it"),
    ("a: {x: [1, 2}\n", "E118", 1, 13, 14, "`[` is closed by `}`", ""),
    ("a: {x: 1\n  y: 2}\n", "E126", 2, 3, 4, "a comma is missing inside of `{`", ""),
    ("a: {x: 1,, y: 2}\n", "E126", 1, 10, 11, "a value is missing before `,`", "a text that begins so needs quotes"),
    ("a: x/${{ b\n  c: d\n", "E128", 1, 6, 9, "`${{` is not closed", "close it with }}"),
    # tabs
    ("a:\n\tb: c", "E104", 2, 1, 2, "a tab stands where only spaces may", "use spaces"),
    ("a:\tb", "E104", 1, 3, 4, "a tab stands where only spaces may", "use spaces"),
    ("a: &x \t'b'", "E104", 1, 7, 8, "a tab stands where only spaces may", "use spaces"),
    ("a: b\t# c", "E104", 1, 5, 6, "a tab stands where only spaces may", "use spaces"),
    ("a: {b: c,\td: e}", "E104", 1, 10, 11, "a tab stands where only spaces may", "use spaces"),
    # indent
    ("s:\n  - id: a\n    request: x\n   json: y\n", "E110", 4, 4, 8, "wrong indent: `json` begins at column 4, where nothing goes on", "begin at column 5, as `request` on line 3 does"),
    ("s:\n  - id: a\n     request: x\n", "E110", 3, 6, 13, "wrong indent: `request` begins at column 6, where nothing goes on", "begin at column 5, as `id` on line 2 does"),
    ("s:\n  - a: 1\n - b: 2\n", "E110", 3, 2, 3, "wrong indent: a list item begins at column 2, where nothing goes on", "begin at column 3, as the list item on line 2 does"),
    ("a: 1\n b: 2\n", "E110", 2, 2, 3, "wrong indent: `b` begins at column 2, where nothing goes on", "begin at column 1, as `a` on line 1 does"),
    ("  a: 1\nb: 2\n", "E110", 2, 1, 2, "wrong indent: `b` begins at column 1, where nothing goes on", "begin at column 3, as `a` on line 1 does"),
    ("a: - b", "E110", 1, 4, 5, "a list cannot begin behind its key", "begin the list on the next line, or write it in brackets"),
    # keys
    ("journey:x\nsteps: 1\n", "E125", 1, 8, 9, "a space is missing after the colon", "write `journey: x`"),
    ("journey: x\nsteps\n  - a: b\n", "E125", 2, 1, 6, "this line is no `key: value`", "a text that goes on from the line above is indented deeper than its key"),
    ("a: 1\nb: 2\na: 3\n", "E111", 3, 1, 2, "the key `a` is there twice", "keep one of them"),
    ("200: x", "E112", 1, 1, 4, "the key 200 is a number, and keys are texts", 'write "200"'),
    ("a: {true: x}", "E112", 1, 5, 9, "the key true is a truth value, and keys are texts", 'write "true"'),
    ("? [a]\n: b", "E112", 1, 3, 4, "a key is a text, not a list or a mapping", "write the key as one word or in quotes"),
    (": x", "E112", 1, 1, 2, "a key is missing before the colon", ""),
    ("<<: {a: 1}", "E113", 1, 1, 3, "`<<` merges nothing here", "write the keys out, put what steps share under `defaults`, or let an alias stand for a whole value"),
    # documents
    ("---\na: 1\n---\nb: 2", "E108", 3, 1, 4, "a second document begins here", "put what follows into a file of its own"),
    ("- 1", "E107", 1, 1, 4, "a journey is a mapping of keys, and this file is a list", "begin with `journey: NAME` and `steps:`"),
    ("hello", "E107", 1, 1, 6, "a journey is a mapping of keys, and this file is one value", "begin with `journey: NAME` and `steps:`"),
]  # fmt: skip


@pytest.mark.parametrize("parser", ["fast", "pure"])
@pytest.mark.parametrize(
    ("text", "code", "line", "column", "end_column", "title", "help"),
    MISTAKES,
    ids=[mistake[0] for mistake in MISTAKES],
)
def test_a_mistake_is_told_at_its_place_with_a_way_out(
    text: str, code: str, line: int, column: int, end_column: int, title: str, help: str, parser: str
) -> None:
    """One finding, exact in every word, whichever parser is at hand; three lines above shift it by three."""
    for lines_above in (0, 3) if not text.startswith("%") else (0,):
        source = Source("a.journey.yaml", "# a comment\n" * lines_above + text)
        document = read(source, FastParser if parser == "fast" else None)
        assert len(document.diagnostics) == 1
        found = document.diagnostics[0]
        assert found.span is not None
        place = (found.span.line, found.span.column, found.span.end_column)
        shifted = help
        for number in range(9, 0, -1):
            shifted = shifted.replace(f"on line {number}", f"on line {number + lines_above}")
        assert (found.code, place, found.title, found.help) == (
            code, (line + lines_above, column, end_column), title, shifted,
        )  # fmt: skip
        assert found.excerpt == source.line(found.span.line)
        assert found.severity is Severity.ERROR


@pytest.mark.parametrize("text", [*(mistake[0] for mistake in MISTAKES), "'a\tb #'\t", "# \ta\nb: 'c'\t#d"])
def test_both_parsers_give_the_same_document(text: str) -> None:
    """Tree, places and findings are equal: libyaml only saves time."""
    assert read(Source("a.yaml", text)) == read(Source("a.yaml", text), None)


@pytest.mark.parametrize("text", ["", "\n", "# only a comment\n", "---\n", "~"])
def test_an_empty_file_says_how_to_begin(text: str) -> None:
    """No place to point to, but a first line to write."""
    (found,) = read(Source("a.yaml", text)).diagnostics
    assert (found.code, found.title) == ("E106", "the file is empty")
    assert found.help == "begin with `journey: NAME` and `steps:`"


def test_a_comment_that_looks_like_text_is_a_warning() -> None:
    """`Issue #5` is read as `Issue`; it is said, and nothing else about comments is."""
    document = read(Source("a.yaml", "a: Issue #5\nb: 200 #5\nc: text # a comment\nd: text #comment\n"))
    assert document.tree == {"a": "Issue", "b": 200, "c": "text", "d": "text"}
    (found,) = document.diagnostics
    assert (found.code, found.severity, found.title) == (
        "E123",
        Severity.WARNING,
        'the text ends before ` #`: it is "Issue"',
    )


def test_what_can_be_read_around_a_mistake_is_read() -> None:
    """Several soft mistakes are told together, in order, and the rest of the tree is there."""
    document = read(Source("a.yaml", "a: !t 1\nb: .inf\nb: 2\n<<: {z: 1}\nc: {5: x}\n"))
    assert [found.code for found in document.diagnostics] == ["E109", "E116", "E111", "E113", "E112"]
    assert document.tree == {"a": 1, "b": ".inf", "c": {"5": "x"}}


@pytest.mark.parametrize(
    "text",
    [
        "a: {b: c/d, e: 'x: y', f: \"${{ g }}\"}", "a: ${{ steps.b.c[0] }}/d", "a: http://x/y?z=1&b=[1]", "a: it's",
        "a: $.items[0].id", "'a b': 1", "a: |\n  \tb: c # d\n", "# \ta\nb: 'c\td'", "a: \"\\u00e9\\t\"", "---\na: 1\n...\n",
        "a: &x [1]\nb: *x", "x-a: {b: -1}", "a: b:c", "a: >-\n  x\n  y", "\"a\": \"b\"", '{"a": {"b": [1, null]}}', "a: <<",
        "a: 100%", "a: b*c&d!e|f>g@h`i",
    ],
)  # fmt: skip
def test_what_is_right_is_left_alone(text: str) -> None:
    """No rule sees a mistake where there is none."""
    document = read(Source("a.yaml", text))
    assert document.diagnostics == ()
    assert isinstance(document.tree, dict)
