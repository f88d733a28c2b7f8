"""The keys of sealed state, from the OS variable to what seals with them. No message ever holds a key."""

from collections.abc import Sequence
from typing import Final

from pytest_journeys.adapters.base64_text import bytes_of_base64
from pytest_journeys.ports import Sealer
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.sealed import STATE_KEY

KEY_BYTES: Final = 32
_MAKE: Final = "make one: openssl rand -base64 32"


def sealer_of(texts: Sequence[str]) -> Sealer:
    """What seals with the first of these keys and opens with all. Raises `SetupError` for no key, and without the library."""
    keys = [_key(text, number) for number, text in enumerate(texts, start=1)]
    try:
        from pytest_journeys.adapters.sealing import AesSealer
    except ImportError:
        raise SetupError(
            f"{STATE_KEY} is set, and the library that seals (cryptography) is not installed",
            help="pip install pytest-journeys[seal]",
        ) from None
    return AesSealer(keys)


def _key(text: str, number: int) -> bytes:
    try:
        key = bytes_of_base64(text)
    except ValueError:
        raise SetupError(f"key {number} in {STATE_KEY} is not base64", help=_MAKE) from None
    if len(key) != KEY_BYTES:
        raise SetupError(f"key {number} in {STATE_KEY} has {len(key)} bytes, not {KEY_BYTES}", help=_MAKE)
    return key
