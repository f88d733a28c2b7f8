"""Files that want too much: refused at once, in a sentence."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_journeys.language.explain import MOST_TOLD, define
from pytest_journeys.language.reader import FastParser, read, read_data
from pytest_journeys.values.source import Source

PARSERS = pytest.mark.parametrize("parser", [FastParser, None], ids=["fast", "pure"])


@PARSERS
def test_an_alias_bomb_is_refused_at_once(parser: object) -> None:
    """A billion laughs: aliases of aliases are counted before they are followed."""
    levels = [f"l{level}: &l{level} [{', '.join([f'*l{level - 1}'] * 10)}]" for level in range(1, 12)]
    text = "l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n" + "\n".join(levels)
    begun = time.perf_counter()
    (found,) = read(Source("a.yaml", text), parser).diagnostics  # type: ignore[arg-type]
    assert time.perf_counter() - begun < 1
    assert (found.code, found.title) == ("E115", "aliases repeat more than 10 000 values")
    assert found.span is not None
    assert found.span.line == 4


@PARSERS
@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 50_000,
        "a: " + "{a: " * 50_000,
        "- " * 50_000,
        "\n".join(" " * depth + "a:" for depth in range(200)),
        "a: &a " + "[" * 40 + "]" * 40 + "\nb: " + "[" * 40 + "*a" + "]" * 40,
    ],
    ids=["lists", "mappings", "dashes", "block", "alias"],
)
def test_deep_nesting_is_refused_without_recursion(text: str, parser: object) -> None:
    """65 levels are one too many, however they are written; no RecursionError, no long wait."""
    begun = time.perf_counter()
    (found,) = read(Source("a.yaml", text), parser).diagnostics  # type: ignore[arg-type]
    assert time.perf_counter() - begun < 2
    assert (found.code, found.title) == ("E105", "nested deeper than 64 levels")
    assert len(found.excerpt) <= 300


def test_64_levels_are_fine() -> None:
    """The limit itself is allowed."""
    assert read(Source("a.yaml", "a: " + "[" * 63 + "]" * 63)).diagnostics == ()
    assert [found.code for found in read(Source("a.yaml", "a: " + "[" * 64 + "]" * 64)).diagnostics] == ["E105"]


def test_a_journey_with_too_many_values_is_refused_and_data_is_not() -> None:
    """Rows may hold half a million cells and are read in seconds; a journey may not."""
    text = "".join(f"- {{a: {row}, b: x{row}, c: y, d: z, e: 1.5}}\n" for row in range(20_000))
    begun = time.perf_counter()
    document = read_data(Source("rows.yaml", text))
    assert time.perf_counter() - begun < 10
    assert document.diagnostics == ()
    assert isinstance(document.tree, list)
    assert len(document.tree) == 20_000
    assert document.tree[7] == {"a": 7, "b": "x7", "c": "y", "d": "z", "e": 1.5}
    many = "a: [" + "1, " * 200_001 + "]"
    assert [found.code for found in read(Source("a.yaml", many)).diagnostics] == ["E127"]


def test_not_more_is_told_than_a_person_reads() -> None:
    """The first findings in source order, and how many are left."""
    text = "journey: many\nsteps:\n" + "".join(f"  - request: GET /{number}\n    nope: 1\n" for number in range(80))
    journey, told = define(read(Source("a.yaml", text)))
    assert journey is None
    assert len(told) == MOST_TOLD + 1
    assert told[-1].title == "30 more findings are not shown"


FRAGMENTS = [
    *("{", "}", "[", "]", ": ", ":", "- ", "\n", "\n  ", "\n    ", "\t", " #", "'", '"', "${{ x }}", "${{", "?", "? "),
    *(
        "&a ",
        "*a",
        "!t ",
        "|",
        ">",
        "%",
        "@",
        "`",
        "<<: ",
        "---\n",
        "...\n",
        "a",
        "1",
        ",",
        "\\",
        "\r\n",
        "\r",
        "é",
        "😀",
    ),
    *(
        "journey: x",
        "steps:",
        "request: GET /",
        "assert:",
        "status: 200",
        "\x00",
        "\ud800",
        "\u2028",
        "null",
        "~",
        "1e999",
    ),
]
SEED = """journey: seed
inputs: {user: {type: string, default: ada}}
x-all: &all {timeout: 3s}
steps:
  - id: sign-in
    request: POST /login
    json: {user: "${{ inputs.user }}", list: [1, 2.5, null]}
    assert: {status: 200, json: {$.name: Ada}}
    derive: {token: {json: $.token, secret: true}}
  - request: GET /me
    text: |
      two
      lines
    cleanup:
      - request: DELETE /me
"""


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """A journey with a few pieces cut out or put in."""
    text = SEED
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(["", *FRAGMENTS])) + text[at + draw(st.integers(0, 5)) :]
    return text


@settings(deadline=2_000, max_examples=150)
@given(st.one_of(damaged(), st.lists(st.sampled_from(FRAGMENTS), max_size=15).map("".join), st.text()))
def test_any_text_gives_a_document_and_the_same_one_with_either_parser(text: str) -> None:
    """Nothing is raised, in bounded time; libyaml and the pure-Python parser agree on tree, places and findings."""
    source = Source("a.journey.yaml", text)
    document = read(source)
    assert document == read(source, None)
    journey, told = define(document)
    assert (journey is None) == any(found.severity.value == "error" for found in told)
    for path, place in document.places.items():
        value = document.tree
        for name in path:
            value = value[name]  # type: ignore[index]
        if place.text_offset is not None and isinstance(value, str):
            span = document.text_span(path, 0, len(value))
            assert document.excerpt(span.line)[span.column - 1 : span.end_column - 1] == value
