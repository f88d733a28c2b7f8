"""Which earlier runs a new session takes over. Decides from what stands in the sessions; writes nothing.

The owner of a run is the newest session (by number, never by a clock) that has an event of it, or whose run list takes it
over and that is alive: a claimant that dies before its first event leaves the run where it was. Of a key's ended runs
only the newest counts: passed in an interrupted session, it is replayed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from pytest_journeys.events.model import Place
from pytest_journeys.store.history import REPLAYED, RunTrace
from pytest_journeys.store.manifest import EXPIRED, INTERRUPTED, OpenRun
from pytest_journeys.store.runlist import Earlier, RunEntry, RunKey, run_id
from pytest_journeys.store.seal import open_runs
from pytest_journeys.store.selection import Selected, Selection
from pytest_journeys.store.sessions import DIED, FINISHING, SessionView
from pytest_journeys.values.fact import fact

PASSED: Final = "passed"
REENTERED: Final = frozenset({"failed", "error", "in_doubt"})
"""The outcomes of runs that ``--journeys-resume=failed`` re-enters."""


@dataclass(slots=True)
class _Findings:
    """What the sessions seen so far, from the newest on, say of the selected keys; each with its session's number.

    `doubted` are runs that a session took over whose journals cannot be trusted to be whole: it may have acted for them.
    """

    open: dict[RunKey, list[tuple[int, OpenRun]]] = field(default_factory=dict)
    ended: dict[RunKey, tuple[int, Earlier | None]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    doubted: set[str] = field(default_factory=set)


@fact
class Choice:
    """What a session takes over. Of the sessions `finishing`, workers without a controller still work on selected runs."""

    entries: tuple[RunEntry, ...]
    finishing: tuple[SessionView, ...] = ()


def choose(
    session: str,
    selection: Selection,
    views: Sequence[SessionView],
    *,
    now: float,
    replays: bool = True,
    reenters: bool = False,
) -> Choice:
    """The run list of a new session, out of the published ones (newest first). Raises `StoreCorruptError`.

    `replays` is False for ``--journeys-resume=never``: passes are executed again; open runs are still taken over, because
    what replaces them cleans up after them. `reenters` is True for ``failed``: a run that ended so is taken over too.
    """
    wanted = {selected.key for selected in selection.runs}
    found = _Findings()
    finishing = []
    for view in views:
        if view.status == FINISHING and any(view.run_list.find(key) is not None for key in wanted):
            finishing.append(view)
        taken_since = frozenset(found.taken) if reenters else frozenset()  # by newer sessions, this one not among them
        _look_for_open(found, view, wanted)
        if replays and len(found.ended) < len(wanted):
            _look_for_ended(found, view, wanted, taken_since, reenters=reenters)
    entries = tuple(_entry(session, selected, found, now) for selected in selection.runs)
    return Choice(entries=entries, finishing=tuple(finishing))


def still_owned(view: SessionView, newer: Iterable[SessionView]) -> list[OpenRun]:
    """The open runs of a dead session that no newer one has taken over."""
    found = _Findings()
    for other in newer:
        _look_for_open(found, other, set())
    return [run for run in open_in(view) if run.run not in found.taken]


def _look_for_open(found: _Findings, view: SessionView, wanted: set[RunKey]) -> None:
    if view.is_living:
        for entry in view.run_list.taking_over():
            found.taken.update(earlier.run for earlier in entry.earlier)
    elif view.status != EXPIRED:
        for run in open_in(view):
            if run.run not in found.taken and run.key in wanted:
                known = replace(run, is_lost=True) if run.run in found.doubted else run
                found.open.setdefault(run.key, []).append((view.header.number, known))
    if view.status == DIED and not all(journal.is_whole for journal in view.index.journals):
        for entry in view.run_list.taking_over():
            found.doubted.update(earlier.run for earlier in entry.earlier)
    found.taken.update(touched_in(view))


def open_in(view: SessionView) -> tuple[OpenRun, ...]:
    """The runs that a session left open, whoever took them over since."""
    return open_runs(view.index) if view.manifest is None else view.manifest.open_runs


def touched_in(view: SessionView) -> Iterable[str]:
    """The runs of which a session has an event; of a sealed one only those that it had taken over, which is enough."""
    if view.manifest is None:
        return view.index.runs
    left = {*view.manifest.not_begun, *view.manifest.untouched}
    touched = [run.run for run in view.manifest.open_runs]
    for entry in view.run_list.taking_over():
        if entry.run not in left:
            touched += [earlier.run for earlier in entry.earlier if earlier.run not in left]
    return touched


def _look_for_ended(
    found: _Findings, view: SessionView, wanted: set[RunKey], taken_since: frozenset[str], *, reenters: bool
) -> None:
    if view.manifest is not None and view.manifest.how != INTERRUPTED and not reenters:
        _count_ended(found, view, wanted)
        return
    newest: dict[RunKey, RunTrace] = {}
    for trace in view.index.runs.values():
        if trace.outcome and trace.key in wanted and trace.key not in found.ended:
            known = newest.get(trace.key)
            if known is None or trace.last_at >= known.last_at:
                newest[trace.key] = trace
    for key, trace in newest.items():
        ended = _replayable(view, key, trace) if view.was_interrupted else None
        if reenters and trace.outcome in REENTERED and trace.place is not None and trace.fingerprint:
            ended = None if trace.run in taken_since else _taken(trace, trace.outcome)
        found.ended[key] = view.header.number, ended


def _taken(trace: RunTrace, outcome: str) -> Earlier:
    assert trace.place is not None
    return Earlier(
        run=trace.run,
        outcome=outcome,
        place=trace.place,
        fingerprint=trace.fingerprint,
        attempt=trace.attempt,
        last_at=trace.last_at,
    )


def _count_ended(found: _Findings, view: SessionView, wanted: set[RunKey]) -> None:
    """An orderly session's ended runs are executed again, so that they ended is all that counts."""
    assert view.manifest is not None
    journeys = {entry.journey for entry in view.run_list.journeys}
    not_ended = {*view.manifest.not_begun}
    still_open = {run.key for run in view.manifest.open_runs if not run.outcome}
    for key in wanted - found.ended.keys() - still_open:
        if key.journey in journeys:
            run = run_id(view.session, key)
            if run not in not_ended and view.run_list.has(run):
                found.ended[key] = view.header.number, None


def _replayable(view: SessionView, key: RunKey, trace: RunTrace) -> Earlier | None:
    if trace.outcome == PASSED and trace.place is not None:
        return _passed(trace, trace.fingerprint, trace.attempt, trace.place, trace.last_at)
    if trace.outcome == REPLAYED and trace.place is not None:
        entry = view.run_list.find(key)
        for earlier in () if entry is None else entry.earlier:
            if earlier.run == trace.run:
                return _passed(trace, earlier.fingerprint, earlier.attempt, trace.place, earlier.last_at)
    return None


def _passed(trace: RunTrace, fingerprint: str, attempt: int, place: Place, last_at: float) -> Earlier:
    return Earlier(
        run=trace.run, outcome=PASSED, place=place, fingerprint=fingerprint, attempt=attempt, last_at=last_at
    )


def _entry(session: str, selected: Selected, found: _Findings, now: float) -> RunEntry:
    max_age_ms = selected.journey.max_age_ms

    def is_expired(last_at: float) -> bool:
        return max_age_ms is not None and (now - last_at) * 1000 > max_age_ms

    ranked = [
        (
            number,
            Earlier(
                run=run.run,
                place=run.place,
                fingerprint=run.fingerprint,
                attempt=run.attempt,
                last_at=run.last_at,
                is_expired=not run.is_parked and is_expired(run.last_at),  # parked time does not count
                is_lost=run.is_lost,
                is_parked=run.is_parked,
                parked_until=run.parked_until,
                outcome=run.outcome,
                is_kept=bool(run.outcome),
            ),
        )
        for number, run in found.open.get(selected.key, ())
    ]
    number, ended = found.ended.get(selected.key, (0, None))
    if ended is not None and ended.run in (earlier.run for _, earlier in ranked):
        pass  # it kept its cleanup, and stands there already
    elif ended is not None and ended.outcome != PASSED:
        ranked.append((number, replace(ended, is_expired=is_expired(ended.last_at))))
    elif ended is not None and not selected.is_named and not is_expired(ended.last_at):
        ranked.append((number, ended))
    ranked.sort(key=lambda item: item[0], reverse=True)
    return RunEntry(
        key=selected.key,
        run=run_id(session, selected.key),
        journey=selected.journey,
        earlier=tuple(earlier for _, earlier in ranked),
    )
