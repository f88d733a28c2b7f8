"""From bytes to text."""

import time

import pytest

from pytest_journeys.language.decoding import JOURNEY_LIMIT, decode, refuse_size
from pytest_journeys.language.reader import read
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.source import Source, Span

JOURNEY = "journey: käse\nsteps:\n  - request: GET /\n"


def refused(data: bytes) -> Diagnostic:
    """The one finding that keeps the bytes from being a text."""
    found = decode(data, "a.journey.yaml")
    assert isinstance(found, tuple)
    assert len(found) == 1
    return found[0]


def test_utf8_is_read_and_a_byte_order_mark_is_no_part_of_the_text() -> None:
    """With and without the mark the text is the same, and positions do not shift."""
    plain = decode(JOURNEY.encode(), "a.journey.yaml")
    assert plain == decode(b"\xef\xbb\xbf" + JOURNEY.encode(), "a.journey.yaml") == Source("a.journey.yaml", JOURNEY)


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-16", "UTF-16"), ("utf-16-le", "UTF-16"), ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"), ("utf-32-le", "UTF-32"), ("utf-32-be", "UTF-32"),
    ],
)  # fmt: skip
def test_other_unicode_encodings_are_named(encoding: str, name: str) -> None:
    """UTF-16 and UTF-32 are told as such, with a byte order mark or without."""
    found = refused(JOURNEY.encode(encoding))
    assert (found.code, found.title) == ("E101", f"the file is {name}, not UTF-8")


def test_a_byte_that_is_not_utf8_is_shown_where_it_stands() -> None:
    """Line and column of the first bad byte, and the line with a mark in its place."""
    found = refused("journey: a\nowner: käse\n".encode("latin-1"))
    assert found.code == "E101"
    assert found.title == "the byte 0xe4 is not UTF-8"
    assert found.span == Span(line=2, column=9, end_line=2, end_column=10)
    assert found.excerpt.startswith("owner: k\ufffd")


@pytest.mark.parametrize(
    ("character", "title", "escape"),
    [
        ("\0", "a NUL character (U+0000)", r"\x00"),
        ("\x07", "a control character (U+0007)", r"\x07"),
        ("\x1b", "a control character (U+001B)", r"\x1b"),
        ("\x7f", "a control character (U+007F)", r"\x7f"),
        ("\x85", "a next line (U+0085)", r"\x85"),
        ("\u2028", "a line separator (U+2028)", r"\u2028"),
        ("\ufeff", "a byte order mark (U+FEFF)", r"\ufeff"),
        ("\uffff", "a control character (U+FFFF)", r"\uffff"),
    ],
)
def test_a_character_that_no_editor_shows_is_refused(character: str, title: str, escape: str) -> None:
    """NUL, controls, separators: the place, the number, and the escape to write instead."""
    found = refused(f"journey: a\r\nowner: x{character}y\n".encode())
    assert found.code == "E102"
    assert found.title == f"{title} stands in the text"
    assert found.span == Span(line=2, column=9, end_line=2, end_column=10)
    assert escape.lower() in found.help.lower()
    assert "\0" not in found.excerpt


def test_a_source_with_such_a_character_is_refused_by_the_reader_too() -> None:
    """A text that did not come through `decode` never reaches a parser with a character that it would choke on."""
    for character in ("\0", "\ud800", "\x1b"):
        document = read(Source("a.yaml", f"journey: {character}"))
        assert [found.code for found in document.diagnostics] == ["E102"]


def test_a_huge_file_is_refused_before_it_is_read() -> None:
    """The size alone is enough to refuse; with the bytes in hand it takes milliseconds."""
    found = refuse_size("a.journey.yaml", 50_000_000, JOURNEY_LIMIT)
    assert found is not None
    assert (found.code, found.title) == ("E103", "the file is too large: 50 MB, at most 1 MB")
    assert refuse_size("a.journey.yaml", JOURNEY_LIMIT, JOURNEY_LIMIT) is None
    data = b"x" * 50_000_000
    begun = time.perf_counter()
    assert refused(data) == found
    assert time.perf_counter() - begun < 0.1
