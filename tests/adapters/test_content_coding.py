"""Undoing content codings within bounds."""

import gzip
import tracemalloc
import zlib

import pytest

from pytest_journeys.adapters.content_coding import ContentCodingError, Decoder, decode_content


def _nobody(coding: str) -> Decoder | None:
    return None


@pytest.mark.parametrize(
    "body", [gzip.compress(b"\0" * 50_000_000), gzip.compress(b"\0" * 60_000) * 900], ids=["one member", "many members"]
)
def test_a_bomb_takes_no_memory(body: bytes) -> None:
    """Decoding stops one byte beyond the limit, not when the memory is full."""
    tracemalloc.start()
    with pytest.raises(ContentCodingError, match="larger than 100000 bytes"):
        decode_content(body, "gzip", 100_000, _nobody)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


def test_a_body_of_just_the_limit_passes() -> None:
    """The limit itself is allowed, with either coding; the end of the stream is still checked."""
    whole = b"x" * 1000
    for coding, body in (("gzip", gzip.compress(whole, mtime=0)), ("deflate", zlib.compress(whole))):
        assert decode_content(body, coding, 1000, _nobody) == whole
        with pytest.raises(ContentCodingError, match="larger than 999"):
            decode_content(body, coding, 999, _nobody)
        with pytest.raises(ContentCodingError, match="ends in the middle"):
            decode_content(body[:-6], coding, 2000, _nobody)


def test_other_codings_are_left_to_who_knows_them() -> None:
    """A decoder that is found is used, in its turn; without one the bytes stay as they came."""
    assert (
        decode_content(b"olleh", "gzip, mirror", 9, lambda coding: lambda data, limit: gzip.compress(data[::-1]))
        == b"hello"
    )
    assert decode_content(b"coded", "mirror", 9, _nobody) == b"coded"
