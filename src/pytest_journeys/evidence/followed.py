"""What somebody who follows a session is told: its events as they were recorded, its beginning, its loss, its end."""

from collections.abc import Mapping
from typing import TypeAlias

from pytest_journeys.events.model import Event
from pytest_journeys.values.fact import fact


@fact
class SessionFollowed:
    """The watch begins with this session, or goes on with it behind the one that it `continues`."""

    session: str
    number: int
    pid: int
    host: str
    started: float
    continues: str | None
    cursor: str


@fact
class EventFollowed:
    """An event as a worker recorded it. `name` is of its run, as pytest names the item; `cursor` is behind the event."""

    session: str
    worker: str
    name: str
    at: float
    event: Event
    cursor: str


@fact
class RunnerLost:
    """The process that led the session is gone and has not sealed it; a session that continues it is waited for."""

    session: str
    cursor: str


@fact
class SessionSealed:
    """The end: `how` the session ended, and how many runs ended how in it. `has_failed`: a run of it failed."""

    session: str
    how: str
    at: float
    outcomes: Mapping[str, int]
    has_failed: bool
    cursor: str

    @property
    def is_orderly(self) -> bool:
        """Whether it came to its end."""
        return self.how == "orderly"


Followed: TypeAlias = SessionFollowed | EventFollowed | RunnerLost | SessionSealed
