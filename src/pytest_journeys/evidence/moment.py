"""Moments as reports show them."""

from datetime import UTC, datetime


def rfc3339(at: float) -> str:
    """Seconds since the epoch as RFC 3339 in UTC, to the millisecond."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def from_rfc3339(text: str) -> float:
    """Seconds since the epoch. Raises `ValueError`."""
    return datetime.fromisoformat(text).timestamp()
