"""Moments as people read them: UTC, whole seconds, never earlier than they are."""

import datetime
import math


def told_moment(at: float) -> str:
    """``2026-11-23 10:00:00 UTC`` of seconds since the epoch; a fraction of a second is rounded up."""
    return f"{datetime.datetime.fromtimestamp(math.ceil(at), datetime.UTC):%Y-%m-%d %H:%M:%S} UTC"
