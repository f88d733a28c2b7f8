"""What there is to tell of a run, as its document: from memory when it began here, from the journals when it went on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from pytest_journeys.app.journey import Journey
from pytest_journeys.app.opening import Opening
from pytest_journeys.app.settings import Settings
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.engine.runner import RunResult
from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.codes import SETUP
from pytest_journeys.events.model import Place, RunReplayed
from pytest_journeys.evidence.attempt import RunLine, reentry_of
from pytest_journeys.evidence.collect import collect_run
from pytest_journeys.evidence.document import RunDocument
from pytest_journeys.store.layout import Store
from pytest_journeys.store.parts import run_lines
from pytest_journeys.store.versions import find_version
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.errors import SetupError


class Teller:
    """Tells of the runs of one worker to the person who runs it. Versions are looked up once per artifact."""

    def __init__(self, store: Store, session: str, worker: str, settings: Settings) -> None:
        self._store = store
        self._session = session
        self._worker = worker
        self._settings = settings
        self._versions: dict[tuple[str, str], str | None] = {}
        self._source_maps: dict[str, SourceMap] = {}

    def document(
        self, opening: Opening, result: RunResult, head: str | None, *, has_details: bool = True
    ) -> RunDocument:
        """The document of a run that was carried out here; `head` is the hash of its last line.

        Without `has_details` it says how steps ended and not what they sent, got and asserted.
        """
        definition = opening.journey.definition
        earlier = opening.resumed.place if opening.resumed is not None else None
        lines = [
            *self._earlier(opening.run, earlier, has_details=has_details),
            *self._here(result, head, has_details=has_details),
        ]
        if not result.told and earlier is not None:  # it is parked, and nothing happened here
            lines.append(RunLine(session=self._session, worker=self._worker, events=(), sha256=earlier.line))
        reentered = list(self._reentered(lines, has_details=has_details))
        source_map = self.source_map(opening.journey)
        return collect_run(definition.artifact, source_map, self.version(opening), lines, reentered)

    def replayed(self, opening: Opening, event: RunReplayed, *, has_details: bool = True) -> RunDocument:
        """The document of a run that only counts here, read from the session that it passed in; `has_details` as above."""
        definition = opening.journey.definition
        earlier = self._earlier(opening.run, event.place, has_details=has_details)
        lines = [*earlier, RunLine(session=self._session, worker=self._worker, events=(event,))]
        reentered = list(self._reentered(lines, has_details=has_details))
        source_map = self.source_map(opening.journey)
        return collect_run(definition.artifact, source_map, self.version(opening), lines, reentered)

    def recorded(self, opening: Opening) -> RunDocument:
        """The document of a run that ended on a worker that was lost before it could tell."""
        definition = opening.journey.definition
        lines = list(self._earlier(opening.run, opening.recorded, has_details=True))
        reentered = list(self._reentered(lines, has_details=True))
        source_map = self.source_map(opening.journey)
        return collect_run(definition.artifact, source_map, self.version(opening), lines, reentered)

    def setup_finding(self, journey: Journey, error: SetupError) -> Diagnostic:
        """Why a run could not begin, at what needs the thing that does not fit."""
        source_map = self.source_map(journey)
        # What a secret lacks is said of it by name: it may be declared as an input.
        places = (error.place, error.place.replace("secrets/", "inputs/"), "journey")
        span = next(filter(None, map(source_map.span, places)), None)
        return Diagnostic(
            code=SETUP,
            title=f"{journey.name}: {error.args[0]}",
            file=source_map.file,
            span=span,
            excerpt=source_map.excerpt(span.line) if span is not None else "",
            help=error.help,
        )

    def source_map(self, journey: Journey) -> SourceMap:
        """The source map of a journey, its file named from where the person stands."""
        definition = journey.definition
        found = self._source_maps.get(definition.map_digest)
        if found is None:
            source_map = definition.source_map
            found = replace(source_map, file=self._settings.shown(source_map.file))
            self._source_maps[definition.map_digest] = found
        return found

    def version(self, opening: Opening) -> str | None:
        """``v14``: the number of a journey's artifact in this store."""
        definition = opening.journey.definition
        key = opening.journey.name, definition.digest
        if key not in self._versions:
            found = find_version(self._store, *key)
            self._versions[key] = None if found is None else str(found)
        return self._versions[key]

    def _reentered(self, lines: Sequence[RunLine], *, has_details: bool) -> Iterator[list[RunLine]]:
        reentry = reentry_of(lines)
        while reentry is not None:
            found = list(self._earlier(reentry.run, reentry.place, has_details=has_details))
            yield found
            reentry = reentry_of(found)

    def _earlier(self, run: str, place: Place | None, *, has_details: bool) -> Iterator[RunLine]:
        if place is None:
            return
        for line in run_lines(self._store, run, place):
            told = cast("Sequence[StepAccount]", line.accounts()) if has_details else ()
            accounts = [item for item in told if item["run"] == run]
            yield RunLine(
                session=line.place.session,
                worker=line.place.journal,
                events=line.events,
                accounts=accounts,
                sha256=line.line.sha256,
            )

    def _here(self, result: RunResult, head: str | None, *, has_details: bool) -> Iterator[RunLine]:
        last = len(result.told) - 1
        for index, (event, accounts) in enumerate(result.told):
            yield RunLine(
                session=self._session,
                worker=self._worker,
                events=(event,),
                accounts=accounts if has_details else (),
                sha256=head if index == last else None,
            )
