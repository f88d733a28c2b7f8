"""What one session's journals say of each run: the newest line, whether it ended, what its opening said.

Reads every line once and parses only those that open or end a run. Every line of a run names it, so a line is given to
its run by a search; text that a server sent stands in JSON strings, where quotes are escaped, and what could still be
mistaken (a derived object with a member ``run``) is parsed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pytest_journeys.events.line import Line
from pytest_journeys.events.model import (
    Event,
    JournalOpened,
    Place,
    RunEnded,
    RunOpened,
    RunParked,
    RunReplayed,
    event_from_json,
)
from pytest_journeys.store.files import Disk
from pytest_journeys.store.journal import SUFFIX
from pytest_journeys.store.layout import Store
from pytest_journeys.store.reading import JournalReading, Placed
from pytest_journeys.store.runlist import RunKey

REPLAYED: Final = "replayed"
_RUN: Final = re.compile(rb'"run":"([^"\\]+)"')
_TURNING_POINT: Final = re.compile(rb'"is":"(?:run|end|replayed)"')
_OPENS_OR_ENDS: Final = frozenset({RunOpened.TAG, RunEnded.TAG, RunReplayed.TAG})


@dataclass(slots=True)
class RunTrace:
    """A run in one session. `outcome` is empty while it is open, ``replayed`` when it was taken over as passed.

    `place` is its last valid line (of a replayed run: where it passed). `came_from` is the line that its first opening in
    this journal continues. `tokens` are those of its signals, each with its step and attempt. `parked` is its last event when it was left open on purpose. `is_lost`: it is open in a journal that cannot be trusted to be whole. `offset`, `head` and,
    while it is open, `last` are of its last line.
    `reenters` names the run that it re-enters, if it does; `is_kept`: it failed, and its cleanup waits.
    """

    run: str
    journal: str
    key: RunKey | None = None
    fingerprint: str = ""
    attempt: int = 1
    came_from: Place | None = None
    reenters: str = ""
    is_kept: bool = False
    place: Place | None = None
    last_at: float = 0.0
    outcome: str = ""
    parked: RunParked | None = None
    tokens: dict[str, tuple[str, int]] = field(default_factory=dict)
    is_lost: bool = False
    offset: int = 0
    head: str = ""
    last: Line | None = None


@dataclass(slots=True)
class JournalFacts:
    """A journal after one pass. `last_at` is the time of its last event, 0 when it has none."""

    worker: str
    valid_bytes: int = 0
    head: str = ""
    lines: int = 0
    torn_at: int | None = None
    last_at: float = 0.0
    is_whole: bool = True
    opened: JournalOpened | None = None


@dataclass(slots=True)
class SessionIndex:
    """All journals of a session after one pass."""

    runs: dict[str, RunTrace] = field(default_factory=dict)
    journals: list[JournalFacts] = field(default_factory=list)

    @property
    def last_at(self) -> float:
        """The time of the last event, 0 when there is none."""
        return max((journal.last_at for journal in self.journals), default=0.0)


def journal_names(disk: Disk, folder: Path) -> list[str]:
    """The workers that have a journal in a session's folder."""
    return [name.removesuffix(SUFFIX) for name in disk.names(folder) if name.endswith(SUFFIX)]


def index_session(store: Store, session: str, *, sealed: "dict[str, int] | None" = None) -> SessionIndex:
    """One pass over a session's journals; `sealed` gives their valid lengths. Raises `StoreCorruptError`."""
    index = SessionIndex()
    parts = []
    for worker in journal_names(store.disk, store.session(session)):
        traces, facts = index_journal(store, session, worker, None if sealed is None else sealed.get(worker, 0))
        parts.append(traces)
        index.journals.append(facts)
    index.runs = newest_traces(parts, session)
    return index


def index_journal(
    store: Store, session: str, worker: str, sealed_bytes: int | None = None
) -> tuple[dict[str, RunTrace], JournalFacts]:
    """One pass over a journal, which need not exist: the runs in it, and what it is. Raises `StoreCorruptError`."""
    path = store.session(session) / f"{worker}{SUFFIX}"
    reading = JournalReading(store.disk, path, boot_id=store.boot_id, sealed_bytes=sealed_bytes)
    return _index_journal(reading, session, worker)


def newest_traces(parts: Iterable[dict[str, RunTrace]], session: str) -> dict[str, RunTrace]:
    """Of each run the part in this session that no other part goes on from: a run of a lost worker has several."""
    runs: dict[str, RunTrace] = {}
    several: dict[str, list[RunTrace]] = {}
    for traces in parts:
        for run, trace in traces.items():
            known = runs.setdefault(run, trace)
            if known is not trace:
                several.setdefault(run, [known]).append(trace)
    for run, found in several.items():
        left = {trace.came_from.journal for trace in found if trace.came_from and trace.came_from.session == session}
        last = [trace for trace in found if trace.journal not in left]
        runs[run] = max(last or found, key=lambda trace: trace.last_at)
    return runs


def _index_journal(reading: JournalReading, session: str, worker: str) -> tuple[dict[str, RunTrace], JournalFacts]:
    traces: dict[str, RunTrace] = {}
    last: Line | None = None
    lines = 0
    for placed in reading:
        last = placed.line
        lines += 1
        runs = _RUN.findall(last.control)
        if runs and runs.count(runs[0]) == len(runs) and _TURNING_POINT.search(last.control) is None:
            known = traces.get(runs[0].decode("ascii", "replace"))
            if known is not None:  # nearly every line: its run just goes on
                known.offset, known.head, known.last = placed.offset, last.sha256, last
                continue
        if runs:
            _take_in_line(traces, reading, placed, worker)
    for trace in traces.values():
        _complete(trace, reading, session, worker)
    return traces, JournalFacts(
        worker=worker,
        valid_bytes=reading.valid_bytes,
        head=reading.head,
        lines=lines,
        torn_at=reading.torn_at,
        last_at=0.0 if last is None else _time_of(reading.events_of(last)),
        is_whole=reading.is_whole,
        opened=reading.header,
    )


def _take_in_line(traces: dict[str, RunTrace], reading: JournalReading, placed: Placed, worker: str) -> None:
    for run, event in _turning_points(reading, placed.line):
        trace = traces.get(run)
        if trace is None:
            trace = traces[run] = RunTrace(run, worker)
        if event is not None:
            _take_in(trace, event)
        trace.offset, trace.head = placed.offset, placed.line.sha256
        trace.last = None if trace.outcome else placed.line


def _turning_points(reading: JournalReading, line: Line) -> Iterator[tuple[str, Event | None]]:
    """The run of each event of a line; the event itself only when it opens or ends the run."""
    found: Any = reading.parsed(line)
    for item in found:
        if "run" in item:
            yield item["run"], event_from_json(item) if item["is"] in _OPENS_OR_ENDS else None


def _complete(trace: RunTrace, reading: JournalReading, session: str, worker: str) -> None:
    """Say where the run's last line stands, and of an open one when it was; let go of its line."""
    if trace.outcome != REPLAYED:
        trace.place = Place(session=session, journal=worker, offset=trace.offset, line=trace.head)
    if trace.last is not None:
        events = reading.events_of(trace.last)
        trace.last_at = _time_of(events)
        last = [event for event in events if getattr(event, "run", None) == trace.run][-1:]
        trace.parked = next((event for event in last if isinstance(event, RunParked)), None)
        trace.is_lost = not reading.is_whole
        trace.last = None


def _take_in(trace: RunTrace, event: Event) -> None:
    match event:
        case RunOpened():
            if trace.key is None:
                trace.came_from = event.continues
            trace.key = RunKey(event.journey, event.row, event.repeat)
            if event.reenters is not None:
                trace.reenters = event.reenters.run
            trace.fingerprint, trace.attempt = event.fingerprint, event.attempt
            trace.tokens.update((token, (step, event.attempt)) for step, token in event.signals.items())
            trace.outcome, trace.is_kept = "", False
        case RunEnded():
            trace.outcome, trace.last_at, trace.is_kept = event.outcome, event.at, event.keeps_cleanup
        case RunReplayed():
            trace.key = RunKey(event.journey, event.row, event.repeat)
            trace.outcome, trace.last_at, trace.place = REPLAYED, event.at, event.place
        case _:
            pass


def _time_of(events: tuple[Event, ...]) -> float:
    return max((event.at for event in events), default=0.0)
