"""Sealed values: they open where they were sealed, with a key that is there, and in no other way; nothing shows them."""

import sys
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_journeys.adapters.sealing import AesSealer, key_id
from pytest_journeys.adapters.state_keys import sealer_of
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.sealed import Binding, Unopened, key_texts, parts_of

KEY, OTHER = bytes(range(32)), bytes(range(100, 132))
BINDING = Binding(run="run_a", attempt=1, kind="secret", step="sign-in", name="token")
TOKEN = "token-0123456789"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(values)
def test_every_value_comes_back_as_it_was(value: Any) -> None:
    """Any JSON value, with texts that no encoding likes."""
    sealer = AesSealer([KEY])
    assert sealer.open(sealer.seal(value, BINDING), BINDING) == value


def test_no_two_seals_are_alike() -> None:
    """The same value, sealed twice, tells nobody that it is the same."""
    sealer = AesSealer([KEY])
    assert sealer.seal(TOKEN, BINDING) != sealer.seal(TOKEN, BINDING)


@pytest.mark.parametrize(
    "moved", [{"run": "run_b"}, {"attempt": 2}, {"kind": "variable"}, {"step": "other"}, {"name": "other"}], ids=str
)
def test_a_value_opens_nowhere_else(moved: dict[str, Any]) -> None:
    """Another run, attempt, kind, step or name: it does not open there, and the sentence names the key."""
    sealer = AesSealer([KEY])
    found = sealer.open(sealer.seal(TOKEN, BINDING), replace(BINDING, **moved))
    assert found == Unopened(f"sealed with key {key_id(KEY)}, and it was altered or belongs elsewhere")


def test_whatever_is_altered_does_not_open() -> None:
    """Every character of the text exchanged, every prefix of it: never a value, never an exception."""
    sealer = AesSealer([KEY])
    text = sealer.seal(TOKEN, BINDING)
    last = len(text) - 1  # of the last character of base64 two bits may say nothing
    for index in range(last):
        altered = text[:index] + ("A" if text[index] != "A" else "B") + text[index + 1 :]
        assert isinstance(sealer.open(altered, BINDING), Unopened), index
        assert isinstance(sealer.open(text[:index], BINDING), Unopened), index


@pytest.mark.parametrize(
    "text", ["", ".", "v1", "v1.", "v1..", "v1.0.", "v2.00000000.AAAA", "plain", "v1.é.é", "\ud800"]
)
def test_what_is_no_sealed_text_is_told(text: str) -> None:
    """A hand that wrote something else into a journal makes no exception."""
    assert isinstance(AesSealer([KEY]).open(text, BINDING), Unopened)


def test_keys_rotate() -> None:
    """The first key seals, all open; without the old one its id is told, with those that are there."""
    old, rotated, new = AesSealer([OTHER]), AesSealer([KEY, OTHER]), AesSealer([KEY])
    sealed_before, sealed_since = old.seal(TOKEN, BINDING), rotated.seal(TOKEN, BINDING)
    assert rotated.open(sealed_before, BINDING) == rotated.open(sealed_since, BINDING) == TOKEN
    assert new.open(sealed_since, BINDING) == TOKEN
    assert parts_of(sealed_since) is not None
    assert new.open(sealed_before, BINDING) == Unopened(
        f"sealed with key {key_id(OTHER)}, and JOURNEYS_STATE_KEY holds {key_id(KEY)}"
    )


def test_keys_are_read_as_people_write_them() -> None:
    """Either alphabet, padded or not, between commas, blanks and lines; an empty variable is an unset one."""
    texts = key_texts({"JOURNEYS_STATE_KEY": f" {'+/' * 21}8=,\n{'-_' * 21}8 "})
    assert len(texts) == 2
    first, second = (sealer_of([text]) for text in texts)
    assert second.open(first.seal(TOKEN, BINDING), BINDING) == TOKEN
    assert key_texts({}) == key_texts({"JOURNEYS_STATE_KEY": " "}) == []


@pytest.mark.parametrize(
    ("text", "told"), [("AAAA", "has 3 bytes, not 32"), ("no!key", "is not base64"), ("é", "is not base64")]
)
def test_what_is_no_key_is_refused_without_being_shown(text: str, told: str) -> None:
    """Which of the keys it is, what is wrong, and how to make one."""
    good = "A" * 43
    with pytest.raises(SetupError) as raised:
        sealer_of([good, text])
    assert f"key 2 in JOURNEYS_STATE_KEY {told}" in str(raised.value)
    assert "openssl rand" in raised.value.help
    assert text not in str(raised.value)


def test_a_missing_library_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra by its name."""
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    monkeypatch.delitem(sys.modules, "pytest_journeys.adapters.sealing")
    with pytest.raises(SetupError) as raised:
        sealer_of(["A" * 43])
    assert raised.value.help == "pip install pytest-journeys[seal]"


def test_nothing_prints_a_key() -> None:
    """A sealer shows the ids of its keys."""
    assert repr(AesSealer([KEY, OTHER])) == f"<AesSealer with {key_id(KEY)}, {key_id(OTHER)}>"
