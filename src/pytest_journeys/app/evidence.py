"""Evidence out of a store: the documents of runs, and of a whole session, run by run, so that memory stays bounded."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast

from pytest_journeys.app.settings import Settings
from pytest_journeys.artifact.codec import decode_artifact, decode_source_map
from pytest_journeys.artifact.model import Artifact
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.model import Event, Place, RunOpened, RunReplayed
from pytest_journeys.evidence.attempt import RunLine, reentry_of
from pytest_journeys.evidence.collect import collect_run
from pytest_journeys.evidence.document import RunDocument
from pytest_journeys.evidence.session import CollectedSession, SessionFacts
from pytest_journeys.reports.json_document import json_document
from pytest_journeys.store.artifacts import get_artifact, get_source_map
from pytest_journeys.store.history import REPLAYED, RunTrace
from pytest_journeys.store.layout import Store
from pytest_journeys.store.lost import lost_workers
from pytest_journeys.store.parts import run_lines
from pytest_journeys.store.sessions import SessionView, look_at
from pytest_journeys.store.versions import find_version

_FAILED = frozenset({"failed", "error", "in_doubt", "interrupted"})


class Archive:
    """The evidence of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._definition = lru_cache(maxsize=64)(self._read_definition)
        self._version = lru_cache(maxsize=256)(self._read_version)

    def runs_of(self, view: SessionView) -> Iterator[RunDocument]:
        """The runs of a session, in the order in which they began there, then those that it left parked as they were.

        Raises `StoreCorruptError`, `ArtifactError`.
        """
        traces = sorted(view.index.runs.values(), key=lambda trace: (trace.journal, trace.offset))
        for trace in traces:
            yield self.run(view, trace)
        for run, place in _left_parked(view):
            lines = [*_lines(self._store, run, place), RunLine(session=view.session, events=(), sha256=place.line)]
            yield self._document(lines)

    def run(self, view: SessionView, trace: RunTrace) -> RunDocument:
        """A run as a session has it."""
        return self._document(self.lines_of(view, trace))

    def lines_of(self, view: SessionView, trace: RunTrace) -> list[RunLine]:
        """All lines of a run as a session has it."""
        if trace.place is None:
            raise ValueError(f"{trace.run} has no line")
        more = []
        if trace.outcome == REPLAYED and trace.key is not None:
            replayed = RunReplayed(
                run=trace.run,
                journey=trace.key.journey,
                row=trace.key.row,
                repeat=trace.key.repeat,
                place=trace.place,
                at=trace.last_at,
            )
            more.append(RunLine(session=view.session, worker=trace.journal, events=(replayed,)))
        return [*_lines(self._store, trace.run, trace.place), *more]

    def _document(self, lines: list[RunLine]) -> RunDocument:
        opened = _opened([event for line in lines for event in line.events])
        artifact, source_map = self._definition(opened.artifact, opened.source_map)
        version = self._version(opened.journey, opened.artifact)
        return collect_run(artifact, source_map, version, lines, list(_reentered(self._store, lines)))

    def session(self, view: SessionView) -> CollectedSession:
        """A session with its runs, to be gone through once."""
        return CollectedSession(self.facts_of(view), self.runs_of(view))

    def facts_of(self, view: SessionView) -> SessionFacts:
        """What is known of a session besides its runs."""
        header = view.header
        first = next((earlier for entry in view.run_list.taking_over() for earlier in entry.earlier), None)
        return SessionFacts(
            id=view.session,
            started=header.started,
            ended=None if view.manifest is None else view.manifest.sealed_at,
            outcome=self._outcome(view),
            plugin=header.facts.versions.get("plugin", ""),
            environment=header.facts.environment or None,
            subject=header.facts.subject or None,
            continues=None if first is None else first.place.session,
            lost_workers=tuple(lost_workers(self._store, view.session)),
            host={"name": header.host, "pid": header.pid, "python": header.facts.versions.get("python", "")},
        )

    def _outcome(self, view: SessionView) -> Literal["passed", "failed", "interrupted"]:
        if view.was_interrupted:
            return "interrupted"
        outcomes = {trace.outcome for trace in view.index.runs.values()}
        return "failed" if outcomes & _FAILED else "passed"

    def _read_definition(self, digest: str, map_digest: str) -> tuple[Artifact, SourceMap]:
        return (
            decode_artifact(get_artifact(self._store, digest), digest=digest),
            decode_source_map(get_source_map(self._store, digest, map_digest)),
        )

    def _read_version(self, journey: str, artifact: str) -> str | None:
        found = find_version(self._store, journey, artifact)
        return None if found is None else str(found)


def write_evidence(settings: Settings, session: str, path: Path) -> None:
    """Write the evidence document of a session, aside and renamed. Raises `StoreError`, `OSError`."""
    store = Store(settings.store)
    document = Archive(store).session(look_at(store, session))
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{session}")
    with open(aside, "w", encoding="ascii") as file:
        for chunk in json_document(document, extent="always" if settings.shows_passing else "on-failure"):
            file.write(chunk)
    aside.replace(path)


def _lines(store: Store, run: str, place: Place) -> Iterator[RunLine]:
    for line in run_lines(store, run, place):
        accounts = [item for item in cast("Sequence[StepAccount]", line.accounts()) if item["run"] == run]
        yield RunLine(
            session=line.place.session,
            worker=line.place.journal,
            events=line.events,
            accounts=accounts,
            sha256=line.line.sha256,
        )


def _left_parked(view: SessionView) -> Iterator[tuple[str, Place]]:
    """The parked runs that a session took over and did not touch: their moment had not come."""
    for entry in view.run_list.taking_over():
        touched = [one.run in view.index.runs for one in entry.earlier]
        if entry.run not in view.index.runs and not any(touched) and entry.earlier[0].is_parked:
            yield entry.earlier[0].run, entry.earlier[0].place


def _reentered(store: Store, lines: Sequence[RunLine]) -> Iterator[list[RunLine]]:
    reentry = reentry_of(lines)
    while reentry is not None:
        found = list(_lines(store, reentry.run, reentry.place))
        yield found
        reentry = reentry_of(found)


def _opened(events: Sequence[Event]) -> RunOpened:
    found = next((event for event in reversed(events) if isinstance(event, RunOpened)), None)
    if found is None:
        raise ValueError("no line opens the run")
    return found
