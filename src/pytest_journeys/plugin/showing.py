"""What a person sees of journeys in the terminal: how the session begins, a word per run, its steps at -v, the last section."""

from collections import Counter
from typing import Any

import pytest

from pytest_journeys.app.beginning import beginning_of, ending_of
from pytest_journeys.app.settings import Settings
from pytest_journeys.plugin.told import ATTRIBUTE, Told
from pytest_journeys.reports.terminal import beginning_lines, ending_lines
from pytest_journeys.store.manifest import Manifest
from pytest_journeys.store.session import Session


class Showing:
    """The lead's terminal."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._counts: Counter[str] = Counter()
        self._outcomes: Counter[str] = Counter()
        self._in_doubt: list[str] = []
        self._not_resumed: Counter[str] = Counter()
        self._left: Counter[str] = Counter()
        self._not_cleaned: list[str] = []
        self._last: list[str] = []

    @property
    def _terminal(self) -> Any:
        return self._config.pluginmanager.getplugin("terminalreporter")

    def begin(self, session: Session, settings: Settings) -> None:
        """One line (more when there is more to say): the store and what happens to the selected runs."""
        if self._terminal is not None and self._config.option.verbose >= 0:
            self._terminal.ensure_newline()
            for line in beginning_lines(beginning_of(session, settings, self._config.invocation_params.dir)):
                self._terminal.write_line(line)

    @pytest.hookimpl
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, Any] | None:
        """Another word, never another category, so that counts stay right."""
        told: Told | None = getattr(report, ATTRIBUTE, None)
        if told is None or told["word"] == told["outcome"].upper() or report.when != "call":
            return None
        if report.passed:
            return "passed", ".", (told["word"], {"green": True})
        if report.failed:
            return "failed", "F", (told["word"], {"red": True})
        return None

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Show the steps, count, and let go of what the report carried."""
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
        self._counts["restarted"] += told["attempt"] > 1
        self._counts["replayed_runs"] += told["opened"] == "replayed"
        for name in ("replayed_steps", "refreshed_steps", "warnings"):
            self._counts[name] += told[name]
        if told["outcome"] == "in_doubt":
            self._in_doubt.append(told["run"])
        if told["not_resumed"]:
            self._not_resumed["; ".join(told["not_resumed"])] += 1
        self._left.update(told["left"])
        self._not_cleaned += told["not_cleaned"]

    def end(self, session: Session, manifest: Manifest | None, settings: Settings) -> None:
        """Remember the last section: it is written behind pytest's own."""
        ending = ending_of(
            session,
            manifest,
            settings,
            self._config.invocation_params.dir,
            outcomes=dict(self._outcomes),
            in_doubt=tuple(self._in_doubt),
            counts=dict(self._counts),
            not_resumed=dict(self._not_resumed),
            left=dict(self._left),
            not_cleaned=tuple(self._not_cleaned),
        )
        self._last = ending_lines(ending)

    def complain(self, message: str) -> None:
        """What went wrong at the end is told in the last section."""
        self._last = [*self._last, *message.splitlines()]

    @pytest.hookimpl
    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """A short section, unless pytest is asked to be quiet and nothing is wrong."""
        if self._last and self._config.option.verbose >= 0:
            terminalreporter.write_sep("=", "journeys")
            for line in self._last:
                terminalreporter.write_line(line)
