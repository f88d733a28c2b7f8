"""The clock of a session: this machine's, unless a conftest or plugin gives another (`pytest_journeys_clock`)."""

from typing import Final

import pytest

from pytest_journeys.adapters.clock import SystemClock
from pytest_journeys.ports import Clock

_KEY: Final = pytest.StashKey[Clock | None]()


def given_clock(config: pytest.Config) -> Clock | None:
    """The clock that somebody gave, asked for once; None when nobody did."""
    if _KEY not in config.stash:
        config.stash[_KEY] = config.hook.pytest_journeys_clock(config=config)
    return config.stash[_KEY]


def now_of(config: pytest.Config) -> float:
    """Seconds since the epoch by the session's clock."""
    return (given_clock(config) or SystemClock()).now()
