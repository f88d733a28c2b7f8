"""The canonical form, version 1: one value, one text, on every Python.

JSON with sorted members, no spaces, ASCII escapes, no NaN or infinity. Not RFC 8785: that writes ``1.0`` as ``1`` and
refuses whole numbers above 2**53, and API tests need both. Digests are SHA-256 over these bytes, in lower-case hex.
"""

import hashlib
import json
from typing import Final

from pytest_journeys.values.json import JsonValue

_encoder: Final = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, check_circular=False
)


def canonical_text(value: JsonValue) -> str:
    """The canonical form as ASCII text; raises `ValueError` for a number that is not finite."""
    return _encoder.encode(value)


def canonical_bytes(value: JsonValue) -> bytes:
    """The canonical form as bytes."""
    return _encoder.encode(value).encode("ascii")


def digest_of_bytes(data: bytes) -> str:
    """SHA-256 in lower-case hex."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: JsonValue) -> str:
    """SHA-256 of the canonical form."""
    return hashlib.sha256(_encoder.encode(value).encode("ascii")).hexdigest()
