"""Undoes the content coding of a body (RFC 9110, section 8.4), never beyond a limit: a few bytes may hold gigabytes."""

import zlib
from collections.abc import Callable
from typing import Final, TypeAlias

Decoder: TypeAlias = Callable[[bytes, int], bytes]
"""Decodes a whole body to at most so many bytes. Raises `ContentCodingError`."""


class ContentCodingError(Exception):
    """The body is not what its content-encoding says, or is larger than the limit."""


def decode_content(data: bytes, encoding: str, limit: int, others: Callable[[str], Decoder | None]) -> bytes:
    """The body as it was before it was coded. A coding that nobody knows leaves the bytes as they came.

    `others` finds decoders beyond ``gzip`` and ``deflate``.
    """
    for coding in reversed([part.strip().lower() for part in encoding.split(",")]):
        if not data:
            return data
        if coding in ("gzip", "x-gzip"):
            data = _gunzip(data, limit)
        elif coding == "deflate":
            data = _inflate(data, limit)
        elif coding not in ("", "identity"):
            decoder = others(coding)
            if decoder is None:
                return data
            data = decoder(data, limit)
    return data


def too_large(limit: int) -> ContentCodingError:
    """What is said of a body beyond the limit."""
    return ContentCodingError(f"the decoded body is larger than {limit} bytes")


_GZIP: Final = 16 + zlib.MAX_WBITS


def _gunzip(data: bytes, limit: int) -> bytes:
    """Every member of a gzip file (RFC 1952); padding behind the last is left alone."""
    parts: list[bytes] = []
    left = limit
    while not parts or data.startswith(b"\x1f\x8b"):
        part, data = _decompressed(data, _GZIP, left, "gzip")
        parts.append(part)
        left -= len(part)
        if left < 0:
            raise too_large(limit)
    return b"".join(parts)


def _inflate(data: bytes, limit: int) -> bytes:
    """The zlib format, as the standard says, or bare deflate, as some servers send."""
    is_zlib = len(data) > 1 and data[0] & 0x0F == 8 and (data[0] << 8 | data[1]) % 31 == 0
    part, _ = _decompressed(data, zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS, limit, "deflate")
    if len(part) > limit:
        raise too_large(limit)
    return part


def _decompressed(data: bytes, window: int, limit: int, coding: str) -> tuple[bytes, bytes]:
    """One stream, cut one byte beyond the limit, and what stands behind it."""
    decompressor = zlib.decompressobj(window)
    try:
        part = decompressor.decompress(data, limit + 1)
    except zlib.error as error:
        raise ContentCodingError(f"the body is not {coding}: {error}") from None
    if not decompressor.eof and len(part) <= limit:
        raise ContentCodingError(f"the {coding} body ends in the middle")
    return part, decompressor.unused_data
