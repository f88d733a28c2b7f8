"""Questions to a store: which runs there are, what one of them amounts to, whether everything is as it was written."""

import time
from collections.abc import Iterator

from pytest_journeys.app.evidence import Archive
from pytest_journeys.evidence.decisions import Decision, decisions_of
from pytest_journeys.evidence.document import RunDocument
from pytest_journeys.evidence.query import RunFilter, RunSummary, choose, runs_named, summarise
from pytest_journeys.reports.listing import Damage
from pytest_journeys.reports.told import told_age, told_count
from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.history import RunTrace
from pytest_journeys.store.inbox import find
from pytest_journeys.store.layout import Store
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.sessions import SessionView, sessions
from pytest_journeys.values.errors import UsageError
from pytest_journeys.values.fact import fact


@fact
class FoundRun:
    """A run as its newest session has it. `holder` says who holds it while it is in progress, empty otherwise.

    `token` is what a signal that it waits for is answered with, empty when it waits for none. It stands in no report: who
    reads this store may answer.
    """

    document: RunDocument
    holder: str
    token: str = ""


@fact
class ExplainedRun:
    """A run and every decision about it, in the order in which they were recorded."""

    found: FoundRun
    decisions: tuple[Decision, ...]


@fact
class Verification:
    """What a check of the store found. `checked` says what was looked at."""

    damages: tuple[Damage, ...]
    checked: str
    is_altered: bool


def list_runs(store: Store, asked: RunFilter, session: str | None = None) -> Iterator[RunSummary]:
    """The runs asked for, the newest session first; each run once. Raises `StoreCorruptError`."""
    archive = Archive(store)
    return choose(
        (
            summarise(
                archive.run(view, trace), environment=view.header.facts.environment or None, holder=holder_of(view)
            )
            for view, trace in newest_runs(store)
            if session is None or view.session == session
        ),
        asked,
    )


def find_run(store: Store, name: str) -> FoundRun:
    """The run that a person names by its id or the beginning of it. Raises `UsageError`, `StoreCorruptError`."""
    view, trace = trace_named(store, name)
    holder = holder_of(view) if not trace.outcome else ""
    return FoundRun(document=Archive(store).run(view, trace), holder=holder, token=_token_of(store, trace))


def trace_named(store: Store, name: str) -> tuple[SessionView, RunTrace]:
    """The run that a person names, in the newest session that has an event of it. Raises as `find_run` does."""
    traces = {trace.run: (view, trace) for view, trace in newest_runs(store)}
    named = runs_named(name, traces)
    if not named:
        raise UsageError(f"there is no run {name} in {store.path}", help="see which there are with: journeys runs")
    if len(named) > 1:
        raise UsageError(f"{name} could be {', '.join(named[:5])}", help="write more of its id")
    return traces[named[0]]


def explain_run(store: Store, name: str) -> ExplainedRun:
    """Why a run went as it did: every decision about it that was recorded. Raises as `find_run` does."""
    found = find_run(store, name)
    run = found.document["id"]
    archive = Archive(store)
    decisions: list[Decision] = []
    for view, trace in reversed(list(newest_runs(store))):
        if trace.run == run:
            decisions += decisions_of(archive.lines_of(view, trace))
        elif trace.reenters == run:
            told = f"{trace.run} re-enters it"
            decisions.append(Decision(at=view.header.started, session=view.session, what=told))
    return ExplainedRun(found=found, decisions=tuple(decisions))


def verify_store(store: Store) -> Verification:
    """Every chain, digest and seal of a store. Reads only."""
    findings = verify(store)
    ids = store.session_ids()
    return Verification(
        damages=tuple(
            Damage(
                file=found.file, byte=found.byte, reason=f"{found.kind.value}: {found.reason}", help=_help(found.kind)
            )
            for found in findings
        ),
        checked=told_count(len(ids), "session"),
        is_altered=any(found.kind is Kind.ALTERED for found in findings),
    )


def _help(kind: Kind) -> str:
    match kind:
        case Kind.TORN:
            return "nothing to do: the torn end is ignored, and the next pytest goes on"
        case Kind.INCOMPLETE:
            return "evidence is missing; what is there can be trusted"
        case _:
            return "restore the file from a backup, or move the session's folder elsewhere"


def newest_runs(store: Store) -> Iterator[tuple[SessionView, RunTrace]]:
    """Every run once, in the newest session that has an event of it."""
    seen: set[str] = set()
    for view in sessions(store):
        for trace in sorted(view.index.runs.values(), key=lambda trace: (trace.journal, trace.offset)):
            if trace.run not in seen and trace.place is not None:
                seen.add(trace.run)
                yield view, trace


def _token_of(store: Store, trace: RunTrace) -> str:
    if trace.outcome or trace.place is None or not trace.tokens:
        return ""
    state = load_state(store, trace.run, trace.place)
    waiting = state.waiting
    token = state.opened.signals.get(waiting.step, "") if waiting is not None else ""
    return token if token and find(store, token) is None else ""


def holder_of(view: SessionView) -> str:
    """Who holds the runs of a session and since when; empty when nobody does."""
    if not view.is_living:
        return ""
    return f"pid {view.header.pid} on {view.header.host}, since {told_age(time.time() - view.header.started)}"
