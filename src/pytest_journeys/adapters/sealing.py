"""Seals what a resume needs: AES-256-GCM of the library `cryptography`, which this module owns.

A key is named by eight digits of a keyed digest, which tell nothing of it. Each run is sealed with a key of its own
(HKDF), so that random nonces never come near their bound. No message ever holds a key or a value.
"""

import base64
import hashlib
import hmac
import os
from collections.abc import Sequence
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from pytest_journeys.adapters.base64_text import bytes_of_base64
from pytest_journeys.values.canonical import canonical_bytes
from pytest_journeys.values.json import JsonValue, parse_json
from pytest_journeys.values.sealed import STATE_KEY, Binding, Unopened, parts_of, sealed_text, told_key

_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class AesSealer:
    """Keeps the contract of `ports.Sealer`. The first of the keys, 32 bytes each, seals; all of them open."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = {key_id(key): key for key in keys}
        self._first = key_id(keys[0])
        self._known: tuple[str, str, AESGCM] | None = None

    def __repr__(self) -> str:
        return f"<AesSealer with {', '.join(self._keys)}>"

    def seal(self, value: JsonValue, binding: Binding) -> str:
        """The value as sealed text."""
        nonce = os.urandom(_NONCE_BYTES)
        data = self._cipher(self._first, binding.run).encrypt(nonce, canonical_bytes(value), binding.data())
        return sealed_text(self._first, base64.urlsafe_b64encode(nonce + data).decode("ascii").rstrip("="))

    def open(self, text: str, binding: Binding) -> "JsonValue | Unopened":
        """The value that was sealed, or why it cannot be had."""
        parts = parts_of(text)
        if parts is None:
            return Unopened(told_key(text))
        key_id, data = parts
        if key_id not in self._keys:
            return Unopened(f"{told_key(text)}, and {STATE_KEY} holds {', '.join(self._keys)}")
        try:
            sealed = bytes_of_base64(data)
            nonce, sealed = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
            return parse_json(self._cipher(key_id, binding.run).decrypt(nonce, sealed, binding.data()))
        except (InvalidTag, ValueError):
            return Unopened(f"{told_key(text)}, and it was altered or belongs elsewhere")

    def _cipher(self, key_id: str, run: str) -> AESGCM:
        """The cipher of a run; a worker carries out one run at a time."""
        known = self._known
        if known is None or known[:2] != (key_id, run):
            own = HKDFExpand(SHA256(), _KEY_BYTES, f"pytest-journeys/{run}".encode()).derive(self._keys[key_id])
            known = self._known = (key_id, run, AESGCM(own))
        return known[2]


def key_id(key: bytes) -> str:
    """How a key is named."""
    return hmac.new(key, b"pytest-journeys/key-id", hashlib.sha256).hexdigest()[:8]
