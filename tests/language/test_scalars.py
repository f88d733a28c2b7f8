"""Plain words: YAML 1.2 core, less its surprises."""

import pytest

from pytest_journeys.language.reader import read
from pytest_journeys.language.scalars import NumberError, resolve_plain
from pytest_journeys.values.source import Source

TEXTS = (
    "on", "off", "yes", "no", "y", "n", "On", "tRue", "nUll", "nil", "none", "1:30", "12:30:45", "2024-01-02",
    "2024-01-02T10:00:00Z", "007", "00", "-01", "0x1F", "0o17", "0b1", "1_000", "1,5", "1.2.3", "1e", "e1", ".",
    "+", "...a", "١٢", "1 000", "01.5", "inf", "nan", "Infinity", "=", "200 OK", "2xx", "$.items[0]", "${{ inputs.a }}",
)  # fmt: skip


@pytest.mark.parametrize("word", TEXTS)
def test_a_word_that_only_looks_special_is_a_text(word: str) -> None:
    """Dates, sexagesimals, yes and no, leading zeros, hexadecimal forms are texts, letter by letter."""
    assert resolve_plain(word) == word
    assert read(Source("a.yaml", f"key: {word}")).tree == {"key": word}


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("", None), ("~", None), ("null", None), ("Null", None), ("NULL", None),
        ("true", True), ("True", True), ("TRUE", True), ("false", False), ("False", False), ("FALSE", False),
        ("0", 0), ("-0", 0), ("7", 7), ("+7", 7), ("-7", -7), ("12345678901234567890", 12345678901234567890),
        ("0.5", 0.5), (".5", 0.5), ("5.", 5.0), ("-1.5", -1.5), ("1e3", 1000.0), ("1E-3", 0.001), ("0e0", 0.0),
    ],
)  # fmt: skip
def test_core_words_have_their_core_values(word: str, value: object) -> None:
    """null, booleans and numbers of the core schema, with their exact types."""
    found = resolve_plain(word)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("word", [".inf", "-.INF", "+.Inf", ".nan", ".NaN", "1e999", "-1e999", "9" * 5000])
def test_a_number_that_json_cannot_carry_is_refused(word: str) -> None:
    """Infinity, NaN, numbers out of range or of thousands of digits are an error, never a silent text or an exception."""
    with pytest.raises(NumberError):
        resolve_plain(word)
    document = read(Source("a.yaml", f"key: {word}"))
    assert [found.code for found in document.diagnostics] == ["E116"]


@pytest.mark.parametrize("word", ["true", "7", "null", "1.5", "~", ""])
def test_quotes_make_a_text(word: str) -> None:
    """Whatever stands in quotes is a text."""
    assert read(Source("a.yaml", f"a: \"{word}\"\nb: '{word}'")).tree == {"a": word, "b": word}
