"""Moments as reports show them."""

from datetime import UTC, datetime
from functools import lru_cache


def rfc3339(at: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC, to the millisecond."""
    second, millisecond = divmod(int(at * 1000), 1000)
    return f"{_second(second)}.{millisecond:03d}Z"


@lru_cache(maxsize=256)
def _second(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")


def from_rfc3339(text: str) -> float:
    """Seconds since the epoch. Raises `ValueError`."""
    return datetime.fromisoformat(text).timestamp()
