"""A run over all the sessions it went through: its lines, and the state that is their fold.

Goes backwards from a run's last valid line: up to an opening, then on from the place that it continues. A worker
runs one row at a time, so these lines stand together and nothing else of a long journal is read.
"""

from collections.abc import Iterator
from typing import Final

from pytest_journeys.events.line import ZEROS, Line, decode_line
from pytest_journeys.events.model import Event, JournalOpened, JournalStopped, Place, RunOpened
from pytest_journeys.events.state import RunState, fold
from pytest_journeys.store.header import SET_ASIDE
from pytest_journeys.store.journal import SUFFIX
from pytest_journeys.store.layout import Store
from pytest_journeys.values.errors import StoreCorruptError, StoreTooNewError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue

_BLOCK: Final = 1 << 16


@fact
class RunLine:
    """A line of a run: where it stands, the run's events in it, and its evidence, parsed when asked for."""

    place: Place
    events: tuple[Event, ...]
    line: Line

    def accounts(self) -> JsonValue:
        """The evidence of the line."""
        return self.line.accounts()


def run_lines(store: Store, run: str, place: Place) -> list[RunLine]:
    """All lines of a run up to `place`, the first one first. Raises `StoreCorruptError` when one is not what it was."""
    found: list[RunLine] = []
    at: Place | None = place
    while at is not None:
        at = _lines_of_part(store, run, at, found)
    return found[::-1]


def load_state(store: Store, run: str, place: Place) -> RunState:
    """The state of a run up to `place`. Raises `StoreCorruptError`."""
    lines = run_lines(store, run, place)
    state = fold(event for line in lines for event in line.events)
    if state is None:
        raise StoreCorruptError(_file(store, place), place.offset, f"no line opens {run}", help=SET_ASIDE)
    return state


def _lines_of_part(store: Store, run: str, place: Place, found: list[RunLine]) -> Place | None:
    """Collect the lines back to an opening, the last one first; the place that the part before it ends at."""
    name = f'"run":"{run}"'.encode("ascii")
    for offset, line in _backwards(store, place):
        if name not in line.control:
            continue
        events = tuple(event for event in _events_of(store, place, line) if _run_of(event) == run)
        if not events:
            continue
        found.append(
            RunLine(
                place=Place(session=place.session, journal=place.journal, offset=offset, line=line.sha256),
                events=events,
                line=line,
            )
        )
        opening = next((event for event in events if isinstance(event, RunOpened)), None)
        if opening is not None:
            return opening.continues
    raise StoreCorruptError(_file(store, place), place.offset, f"no line before it opens {run}", help=SET_ASIDE)


def _backwards(store: Store, place: Place) -> Iterator[tuple[int, Line]]:
    """The lines of a journal from `place` back to its header, each checked against the one behind it."""
    path = store.session(place.session) / f"{place.journal}{SUFFIX}"
    expected = place.line
    for offset, data in _raw_backwards(store, place):
        line = decode_line(data)
        if line is None or line.sha256 != expected:
            raise StoreCorruptError(
                str(path), offset, "the line is not the one that a later one continues", help=SET_ASIDE
            )
        yield offset, line
        expected = line.previous
        if expected == ZEROS:
            return


def _raw_backwards(store: Store, place: Place) -> Iterator[tuple[int, bytes]]:
    """The bytes of the lines, without newlines, from the one at `place` backwards."""
    path = store.session(place.session) / f"{place.journal}{SUFFIX}"
    yield place.offset, _bytes_at(store, place)
    start = place.offset  # `rest` is what stands from here to the line yielded last
    rest = b""
    while start > 0:
        end, start = start, max(0, start - _BLOCK)
        rest = store.disk.read_part(path, start, end) + rest
        while rest:
            cut = rest.rfind(b"\n", 0, len(rest) - 1)
            if cut < 0 and start > 0:
                break
            yield start + cut + 1, rest[cut + 1 : -1]
            rest = rest[: cut + 1]


def line_at(store: Store, place: Place) -> Line:
    """The line that stands at a place. Raises `StoreCorruptError` when it is another, or none."""
    line = decode_line(_bytes_at(store, place))
    if line is None or line.sha256 != place.line:
        reason = "the line is not the one that a later one continues"
        raise StoreCorruptError(_file(store, place), place.offset, reason, help=SET_ASIDE)
    return line


def _bytes_at(store: Store, place: Place) -> bytes:
    path = store.session(place.session) / f"{place.journal}{SUFFIX}"
    data = b""
    size = _BLOCK
    while b"\n" not in data:
        more = store.disk.read_part(path, place.offset + len(data), place.offset + len(data) + size)
        if not more:
            raise StoreCorruptError(str(path), place.offset, "no line stands here", help=SET_ASIDE)
        data += more
        size *= 2
    return data.partition(b"\n")[0]


def _events_of(store: Store, place: Place, line: Line) -> tuple[Event, ...]:
    try:
        return line.events()
    except ValueError as error:
        raise StoreTooNewError(
            f"{_file(store, place)} holds what this pytest-journeys does not know: {error}",
            help="upgrade pytest-journeys",
        ) from None


def _run_of(event: Event) -> str | None:
    return None if isinstance(event, JournalOpened | JournalStopped) else event.run


def _file(store: Store, place: Place) -> str:
    return str(store.session(place.session) / f"{place.journal}{SUFFIX}")
