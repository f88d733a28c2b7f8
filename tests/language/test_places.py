"""Where keys and values stand: exact lines and columns."""

import pytest

from pytest_journeys.language.document import Document, Path
from pytest_journeys.language.reader import FastParser, read, read_data
from pytest_journeys.values.source import Source, Span

TEXT = """\
# a comment
journey: käse 😀 x
steps:
  - id: open
    json: {a: "b c", 'd': [1, it's], e: }
    text: |
      two
      lines
    request: GET
      /carts
  -   {x: "t\\tb", y: 'it''s'}
empty:
"""


@pytest.fixture(params=["fast", "pure"])
def document(request: pytest.FixtureRequest) -> Document:
    """The text above, read with each parser."""
    return read(Source("a.yaml", TEXT), FastParser if request.param == "fast" else None)


def at(line: int, column: int, length: int, end_line: int | None = None, end_column: int | None = None) -> Span:
    """A span by line, column and length; its end is given where it is on another line."""
    return Span(line=line, column=column, end_line=end_line or line, end_column=end_column or column + length)


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        (("journey",), at(2, 10, 8), at(2, 1, 7)),
        (("steps",), at(4, 3, 0, 11, 30), at(3, 1, 5)),
        (("steps", 0), at(4, 5, 0, 10, 13), None),
        (("steps", 0, "id"), at(4, 9, 4), at(4, 5, 2)),
        (("steps", 0, "json"), at(5, 11, 31), at(5, 5, 4)),
        (("steps", 0, "json", "a"), at(5, 15, 5), at(5, 12, 1)),
        (("steps", 0, "json", "d"), at(5, 27, 9), at(5, 22, 3)),
        (("steps", 0, "json", "d", 1), at(5, 31, 4), None),
        (("steps", 0, "json", "e"), at(5, 38, 1), at(5, 38, 1)),
        (("steps", 0, "request"), at(9, 14, 0, 10, 13), at(9, 5, 7)),
        (("steps", 1, "y"), at(11, 22, 7), at(11, 19, 1)),
        (("empty",), at(12, 1, 5), at(12, 1, 5)),
    ],
)
def test_every_key_and_value_has_its_place(document: Document, path: Path, value: Span, key: Span | None) -> None:
    """Columns count characters, not bytes; a block ends where its last value does; an empty value stands at its key."""
    assert document.span(path) == value
    assert document.places[path].key == key
    assert document.key_span(path) == (key or value)


@pytest.mark.parametrize(
    ("path", "offset", "length", "expected"),
    [
        (("journey",), 5, 1, at(2, 15, 1)),
        (("steps", 0, "json", "a"), 2, 1, at(5, 18, 1)),
        (("steps", 0, "json", "d", 1), 0, 4, at(5, 31, 4)),
        (("steps", 0, "request"), 1, 2, at(9, 14, 0, 10, 13)),
        (("steps", 1, "x"), 0, 1, at(11, 11, 6)),
        (("steps", 1, "y"), 3, 1, at(11, 22, 7)),
    ],
)
def test_a_text_is_pointed_into_where_it_stands_letter_by_letter(
    document: Document, path: Path, offset: int, length: int, expected: Span
) -> None:
    """Plain and quoted texts on one line give exact columns; with escapes or several lines the whole value is shown."""
    assert document.text_span(path, offset, length) == expected


def test_a_text_behind_an_anchor_is_pointed_into_too() -> None:
    """The anchor is a part of the value's span and no part of its text."""
    document = read(Source("a.yaml", "x-a: &a 'GET /a'\nb: *a\n"))
    assert document.span(("x-a",)) == at(1, 6, 11)
    assert document.text_span(("x-a",), 4, 2) == at(1, 14, 2)
    assert document.span(("b",)) == at(2, 4, 2)


def test_what_an_alias_repeats_stands_where_it_was_written() -> None:
    """The alias has the place of the alias; what is in it points to the anchored text, where a mistake is corrected."""
    document = read(Source("a.yaml", "x-a: &a\n  k: [v]\nb: *a\n"))
    assert document.tree == {"x-a": {"k": ["v"]}, "b": {"k": ["v"]}}
    assert document.span(("b",)) == at(3, 4, 2)
    assert document.key_span(("b", "k")) == at(2, 3, 1)
    assert document.span(("b", "k", 0)) == at(2, 7, 1)


def test_a_path_that_was_not_written_has_the_place_of_its_parent(document: Document) -> None:
    """So that a short form is found by the path of the long one."""
    assert document.span(("steps", 0, "id", "nothing", 3)) == at(4, 9, 4)


def test_line_ends_of_any_kind_count_as_one() -> None:
    """CRLF, CR and LF give the same places."""
    for end in ("\n", "\r\n", "\r"):
        document = read(Source("a.yaml", f"a: 1{end}b: xy{end}"))
        assert document.span(("b",)) == at(2, 4, 2)
        assert document.excerpt(2) == "b: xy"


def test_mappings_keep_the_order_in_which_they_were_written() -> None:
    """A json body is sent in that order."""
    document = read(Source("a.yaml", "b: 1\na: 2\nc: {z: 1, y: 2}\n"))
    assert isinstance(document.tree, dict)
    assert list(document.tree) == ["b", "a", "c"]
    assert list(document.tree["c"]) == ["z", "y"]


def test_data_has_places_of_its_top_items_only() -> None:
    """A row is found by line; cells cost nothing."""
    document = read_data(Source("rows.yaml", "- {a: 1}\n-\n  a: 2\n"))
    assert document.tree == [{"a": 1}, {"a": 2}]
    assert set(document.places) == {(), (0,), (1,)}
    assert document.span((1,)) == at(3, 3, 4)
    assert document.span((1, "a")) == at(3, 3, 4)


def test_empty_data_is_no_mistake() -> None:
    """An environment file without values is an empty one; the caller decides."""
    document = read_data(Source("local.yaml", "# nothing yet\n"))
    assert document.tree is None
    assert document.diagnostics == ()


def test_a_very_long_line_is_not_shown_whole() -> None:
    """An excerpt helps only as far as an eye can follow."""
    document = read(Source("a.yaml", "a: " + "x" * 10_000))
    assert len(document.shown(at(1, 4, 1))) == 200
    assert document.shown(at(1, 5_000, 1)) == ""
