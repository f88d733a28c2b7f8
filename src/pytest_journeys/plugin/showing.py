"""What a person sees of journeys in the terminal: how the session begins, a word per run, its steps at -v, the last section."""

from collections import Counter
from typing import Any, Final

import pytest

from pytest_journeys.app.beginning import beginning_of, ending_of
from pytest_journeys.app.settings import Settings
from pytest_journeys.plugin.told import ATTRIBUTE, GIVEN, SECTION, Left, Told
from pytest_journeys.reports.terminal import Syncs, beginning_lines, ending_lines
from pytest_journeys.store.manifest import Manifest
from pytest_journeys.store.session import Session

_SHOWN: Final = {"passed": (".", "PASSED", "green"), "failed": ("F", "FAILED", "red")}
"""Where a run's word adds how it came about; a step error is a failure of the call phase, as an assertion is."""


class Showing:
    """The lead's terminal."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._counts: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._in_doubt: list[str] = []
        self._not_resumed: Counter[str] = Counter()
        self._parked_until: list[float] = []
        self._went_on: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self._not_cleaned: list[str] = []
        self._not_restored: Counter[str] = Counter()
        self._syncs: list[tuple[int, float, float]] = []
        self._complaints: list[str] = []
        self._last: list[str] = []

    @property
    def _terminal(self) -> Any:
        return self._config.pluginmanager.getplugin("terminalreporter")

    def begin(self, session: Session, settings: Settings, *, now: float) -> None:
        """One line (more when there is more to say): the store and what happens to the selected runs."""
        if self._terminal is not None and self._config.option.verbose >= 0:
            self._terminal.ensure_newline()
            for line in beginning_lines(beginning_of(session, settings, now=now)):
                self._terminal.write_line(line)

    @pytest.hookimpl
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, Any] | None:
        """Another word, never another category, so that counts stay right."""
        told: Told | None = getattr(report, ATTRIBUTE, None)
        if told is None or report.when != "call" or hasattr(report, "wasxfail") or report.outcome not in _SHOWN:
            return None
        _, bracket, how = told["word"].partition(" (")
        if not bracket:
            return None
        letter, word, colour = _SHOWN[report.outcome]
        return report.outcome, letter, (f"{word} ({how}", {colour: True})

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show the steps, count, and let go of what the report carried."""
        given: int | None = report.__dict__.pop(GIVEN, None)
        if given is not None:
            report.user_properties = report.user_properties[: len(report.user_properties) - given]
            report.sections = [section for section in report.sections if section[0] != SECTION]
        told: Told | None = getattr(report, ATTRIBUTE, None)
        if told is None:
            return
        delattr(report, ATTRIBUTE)
        if told["lines"] and self._terminal is not None:
            self._terminal.ensure_newline()
            for line in told["lines"]:
                self._terminal.write_line(line)
        self._outcomes[told["outcome"]] += 1
        self._counts["resumed"] += told["opened"] == "resume"
        self._counts["reentered"] += told["opened"] == "reenter"
        self._counts["restarted"] += told["attempt"] > 1
        self._counts["replayed_runs"] += told["opened"] == "replayed"
        for name in ("replayed_steps", "refreshed_steps", "warnings"):
            self._counts[name] += told[name]
        if told["outcome"] == "in_doubt":
            self._in_doubt.append(told["run"])
        if told["parked_until"] is not None:
            self._parked_until.append(told["parked_until"])
        if told["not_resumed"]:
            self._not_resumed["; ".join(told["not_resumed"])] += 1
        if told["goes_on"]:
            self._went_on["; ".join(told["goes_on"])] += 1
        self._left.update(told["left"])
        self._not_cleaned += told["not_cleaned"]
        self._not_restored.update(told["not_restored"])

    def end(self, session: Session, manifest: Manifest | None, settings: Settings) -> None:
        """Remember the last section: it is written behind pytest's own."""
        ending = ending_of(
            session,
            manifest,
            settings,
            outcomes=dict(self._outcomes),
            in_doubt=tuple(self._in_doubt),
            counts=dict(self._counts),
            not_resumed=dict(self._not_resumed),
            went_on=dict(self._went_on),
            left=dict(self._left),
            not_cleaned=tuple(self._not_cleaned),
            not_restored=dict(self._not_restored),
            parked_until=self._parked_until,
            syncs=self._told_syncs(),
        )
        self._last = ending_lines(ending)

    def worker_left(self, left: Left) -> None:
        """What a worker said at its end."""
        count, median, total = left["syncs"]
        self._syncs.append((count, median, total))
        if left["trouble"]:
            self.complain(left["trouble"])

    def _told_syncs(self) -> Syncs | None:
        """Of all workers; the median is that of the one that synced most."""
        if not self._syncs:
            return None
        return Syncs(
            count=sum(count for count, _, _ in self._syncs),
            median_ms=max(self._syncs)[1],
            total_ms=sum(total for _, _, total in self._syncs),
        )

    def complain(self, message: str) -> None:
        """What went wrong at the end is told in the last section, and fails the session."""
        self._complaints += message.splitlines()

    @property
    def has_complaints(self) -> bool:
        """Whether something that was asked for could not be done."""
        return bool(self._complaints)

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """A short section; where pytest is asked to be quiet, only what went wrong."""
        lines = [*(self._last if self._config.option.verbose >= 0 else ()), *self._complaints]
        if lines:
            terminalreporter.write_sep("=", "journeys")
            for line in lines:
                terminalreporter.write_line(line)
