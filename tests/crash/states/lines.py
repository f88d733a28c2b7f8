"""Lines of journals, with the steps and runs that each completes: what has to count afterwards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pytest_journeys.events.model import Event, RunEnded, RunOpened, StepEnded
from pytest_journeys.store.layout import Store
from pytest_journeys.store.query import session_lines, workers_of
from pytest_journeys.store.sessions import look_at, sessions


@dataclass(frozen=True)
class Recorded:
    """A line of the recording: behind which operation it was handed over, and since when it had to be durable.

    `ended` are the steps that it completes (run, attempt, step), `passed` the rows whose run it ends so.
    """

    at: int
    since: int | None
    events: tuple[Event, ...]
    ended: frozenset[tuple[str, int, str]] = frozenset()
    passed: frozenset[str] = frozenset()


def with_ends(lines: Sequence[Recorded]) -> list[Recorded]:
    """The lines, in the order in which they were written, each with the steps and runs that it completes."""
    opened: dict[str, RunOpened] = {}
    found = []
    for line in lines:
        ended: set[tuple[str, int, str]] = set()
        passed: set[str] = set()
        for event in line.events:
            match event:
                case RunOpened():
                    opened[event.run] = event
                case StepEnded(is_refresh=False):
                    ended.add((event.run, opened[event.run].attempt, event.step))
                case RunEnded(outcome="passed"):
                    passed.add(opened[event.run].row)
        found.append(replace(line, ended=frozenset(ended), passed=frozenset(passed)))
    return found


def lines_in(store: Store) -> list[Recorded]:
    """The lines that can be read back now."""
    return with_ends(
        [
            Recorded(0, None, line.events())
            for view in reversed(sessions(store))
            for worker in workers_of(view)
            for line in session_lines(view, worker)
        ]
    )


def events_of(store: Store, session: str) -> Iterator[Event]:
    """What a session recorded, worker by worker; nothing if it was never published."""
    if store.disk.size(store.session(session)) is None:
        return
    view = look_at(store, session)
    for worker in workers_of(view):
        for line in session_lines(view, worker):
            yield from line.events()
