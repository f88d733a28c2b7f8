"""What the reports of journeys' items carry: made here, where the run was, for whoever shows it."""

from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Final

import pytest

from pytest_journeys.app.journey import Journey
from pytest_journeys.app.opening import Opening
from pytest_journeys.app.settings import Settings
from pytest_journeys.app.worker import Worker
from pytest_journeys.engine.runner import RunResult
from pytest_journeys.evidence.document import RunDocument
from pytest_journeys.plugin.told import (
    ATTRIBUTE,
    GIVEN,
    SECTION,
    Told,
    told_briefly,
    told_fully,
    told_plainly,
    told_replayed,
    warned_here,
    warned_in,
)

JOURNEY: Final = pytest.StashKey[tuple[Journey, int | None]]()
"""On an item: its journey and which of its rows, None when it has none."""

_STEP_LOG: Final = ("system-out", "out-err", "all")  # the values of junit_logging that write what went to stdout
_OURS: Final = str(Path(__file__).parents[1])


class Telling:
    """Of one process that runs journeys. What nobody asked for is not made."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        self._config = config
        self._settings = settings

    def told(self, worker: Worker, opening: Opening, result: RunResult, not_cleaned: Sequence[str] = ()) -> Told:
        """What the report of a run that was carried out carries."""
        is_plain = opening.resumed is None and opening.start is None and result.attempt == 1
        has_details = not is_plain or self._wants_lines or self._wants_log(result.outcome)
        if has_details or self._wants_junit:
            run = worker.teller.document(opening, result, worker.head, has_details=has_details)
            warnings = warned_in(run) if has_details else warned_here(result)
            told = self._fully(run, opening.told, opening.goes_on, warnings=warnings)
        else:
            told = told_plainly(opening, result)
        told["not_cleaned"] = list(not_cleaned)
        told["not_restored"] = list(result.not_restored)
        told["parked_until"] = result.until
        if not result.told:  # it stays parked: nothing was replayed, nothing resumed
            told["replayed_steps"], told["opened"] = 0, ""
        return told

    def replay(self, worker: Worker, opening: Opening) -> Told:
        """Count a run that passed already, and what its report carries."""
        event = worker.replay(opening)
        if not (self._wants_lines or self._wants_junit):
            return told_replayed(opening)
        has_details = self._wants_lines or self._wants_log("passed")
        run = worker.teller.replayed(opening, event, has_details=has_details)
        return self._fully(run, opening.told, warnings=warned_in(run))

    def recorded(self, worker: Worker, opening: Opening) -> tuple[Told, RunDocument]:
        """What the report of a run carries that ended on a lost worker, and its document."""
        run = worker.teller.recorded(opening)
        return self._fully(run, opening.told, warnings=warned_in(run)), run

    def refused(self, worker: Worker, item: pytest.Item, turn: int, outcome: str, reason: str) -> Told:
        """A run that ended in its setup is recorded, and counted. Raises `JournalFailedError`."""
        run = worker.refuse(*item.stash[JOURNEY], turn=turn, outcome=outcome, reason=reason)
        return told_briefly(run, outcome)

    def failure_text(self, worker: Worker, opening: Opening, result: RunResult) -> str:
        """Why a run that was carried out here did not pass."""
        return self.text_of(worker, opening, worker.teller.document(opening, result, worker.head))

    def text_of(self, worker: Worker, opening: Opening, run: RunDocument) -> str:
        """Why a run did not pass."""
        from pytest_journeys.reports.failure import render_failure  # a session without a failure needs none of it

        source_map = worker.teller.source_map(opening.journey)
        return render_failure(run, source_map, store=self._settings.shown(self._settings.store))

    def _fully(
        self, run: RunDocument, not_resumed: Sequence[str], goes_on: Sequence[str] = (), *, warnings: int
    ) -> Told:
        evidence = self._settings.json
        return told_fully(
            run,
            not_resumed=not_resumed,
            goes_on=goes_on,
            warnings=warnings,
            environment=self._settings.environment,
            evidence=None if evidence is None else self._settings.shown(evidence),
            wants_lines=self._wants_lines,
            wants_junit=self._wants_junit,
            wants_log=self._wants_log(run["outcome"]),
        )

    @property
    def _wants_lines(self) -> bool:
        return bool(self._config.option.verbose > 0)

    @property
    def _wants_junit(self) -> bool:
        return bool(getattr(self._config.option, "xmlpath", None))

    def _wants_log(self, outcome: str) -> bool:
        if not self._wants_junit or self._config.getini("junit_logging") not in _STEP_LOG:
            return False
        return self._settings.shows_passing or outcome not in ("passed", "skipped", "xfailed")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Hand what is told to the report that shows it: the call's (a skip's setup), properties to the teardown's."""
        report = yield
        crash = getattr(report.longrepr, "reprcrash", None)
        if JOURNEY in item.stash and crash is not None and str(crash.path).startswith(_OURS):
            path, line, _ = item.reportinfo()
            crash.path, crash.lineno = str(path), (line or 0) + 1
        skipped: str | None = getattr(item, "skipped", None)
        if skipped is not None and report.skipped:
            path, line, _ = item.reportinfo()
            report.longrepr = (str(path), (line or 0) + 1, f"Skipped: {skipped}")
        told: Told | None = getattr(item, "told", None)
        if told is None:
            return report
        if report.when == "teardown":
            report.user_properties = [*report.user_properties, *((name, value) for name, value in told["properties"])]
            if told["log"]:
                report.sections.append((SECTION, told["log"]))
            setattr(report, GIVEN, len(told["properties"]))
            item.told = None  # type: ignore[attr-defined]
        elif report.when == "call" or not report.passed:
            setattr(report, ATTRIBUTE, {**told, "properties": [], "log": ""})
        return report
