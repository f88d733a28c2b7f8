"""A journey's run as a pytest item. Setting up chooses and binds, running carries out; what is told rides on the report."""

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NoReturn

import pluggy
import pytest

from pytest_journeys.app.carrying import Carrying
from pytest_journeys.app.journey import Journey
from pytest_journeys.app.opening import Opening
from pytest_journeys.bindings.environment import FIXTURE
from pytest_journeys.engine.runner import RunResult
from pytest_journeys.plugin.telling import JOURNEY
from pytest_journeys.plugin.told import Told, told_briefly
from pytest_journeys.plugin.trouble import as_pytest_tells, headline, interrupt_at
from pytest_journeys.plugin.work import Work
from pytest_journeys.reports.diagnostics import render_diagnostic
from pytest_journeys.values.errors import JourneysError, SetupError, StoreError

_LOCATION: Final = pytest.StashKey[tuple[str, int | None, str]]()
_OURS: Final = str(Path(__file__).parents[1])
_MACHINERY: Final = tuple(
    str(Path(str(module.__file__)).parent.with_name(name)) for module, name in ((pytest, "_pytest"), (pluggy, "pluggy"))
)


class JourneyItem(pytest.Item):
    """One row of a journey, or the journey itself.

    `told` is what its report carries, None while nothing is known of its run; `skipped` is the journey's own reason.
    """

    told: Told | None = None
    skipped: str | None = None
    _opening: Opening | None = None
    _carrying: Carrying | None = None
    _parked: RunResult | None = None

    def __init__(self, *, journey: Journey, index: int | None, marks: list[pytest.MarkDecorator], **more: Any) -> None:
        super().__init__(**more)
        self.journey = journey
        self.index = index
        self.stash[JOURNEY] = (journey, index)
        for mark in marks:
            self.add_marker(mark)

    def setup(self) -> None:
        """Bind, choose, and set up the rest of the fixtures unless the run is replayed."""
        self.told = self.skipped = None
        self._opening = self._carrying = self._parked = None
        work = Work.of(self.config)
        with as_pytest_tells(self._place):
            work.stop_if_asked()
            turn = work.worker.turn(self.journey, self.index)
            try:
                reason = self._set_up(work, turn)
            except pytest.skip.Exception:
                self.told = work.telling.refused(work.worker, self, turn, "skipped", "a fixture skipped it")
                raise
            except (Exception, pytest.fail.Exception) as error:
                if not isinstance(error, (StoreError, pytest.exit.Exception)):
                    self.told = work.telling.refused(work.worker, self, turn, "error", _why(error))
                if isinstance(error, SetupError):
                    text = render_diagnostic(work.worker.teller.setup_finding(self.journey, error))
                    raise pytest.fail.Exception(text, pytrace=False) from None
                raise
        if reason is not None:
            self._skip(reason)

    def _set_up(self, work: Work, turn: int) -> str | None:
        """Why the journey's ``skip`` holds, None when the run may go on."""
        from pytest_journeys.plugin.compat import Fixtures  # knows pytest's private side: nobody else pays for it

        artifact = self.journey.definition.artifact
        fixtures = Fixtures(self, artifact.fixtures)
        for name in artifact.fixtures:
            if not fixtures.knows(name):
                there = f"available are {fixtures.instead_of(name)}"
                raise SetupError(f"fixture '{name}' not found", help=there, place=f"fixtures/{name}")
        environment = fixtures.value(FIXTURE) if fixtures.knows(FIXTURE) else None
        values = {name: fixtures.value(name) for name in artifact.fixture_values}
        self._opening = work.worker.open(self.journey, self.index, turn=turn, fixtures=values, environment=environment)
        if self._opening.is_over:
            return None
        self._carrying = work.worker.carry(self._opening)
        self._parked = self._carrying.still_parked()
        if self._parked is not None:
            return None
        reason = self._carrying.skip_reason()
        if reason is None:
            fixtures.fill()
        else:
            self.told = work.telling.told(work.worker, self._opening, self._carrying.conclude("skipped", reason))
        return reason

    def runtest(self) -> None:
        """Replay the run, leave it parked, or carry it out."""
        work = Work.of(self.config)
        opening = self._opening
        if opening is None:
            raise RuntimeError("an item runs after its setup")
        with as_pytest_tells(self._place):
            if self._carrying is None:
                self._count(work, opening)
                return
            try:
                result = self._parked
                if result is None:
                    with work.in_flight():
                        result = self._carrying.run()
            except KeyboardInterrupt as stop:
                interrupt_at(*self._place(), stop)
            except (Exception, pytest.fail.Exception) as error:
                ended = self._carrying.outcome  # None at pytest.exit: the run stays open; not so at a time limit, say
                if ended is not None and not isinstance(error, StoreError):
                    self.told = told_briefly(opening.run, ended)
                raise
        self.told = work.telling.told(work.worker, opening, result, self._carrying.not_cleaned)
        self._judge(result.outcome, result.reason, lambda: work.telling.failure_text(work.worker, opening, result))

    def teardown(self) -> None:
        """Let go of the run: what thousands of rows have recorded is in the journal and stays no longer in memory."""
        self._opening = self._carrying = self._parked = None

    def _count(self, work: Work, opening: Opening) -> None:
        """Nothing is sent: the run passed in an earlier session, or ended here on a worker that was lost."""
        if opening.recorded is None:
            self.told = work.telling.replay(work.worker, opening)
            return
        self.told, run = work.telling.recorded(work.worker, opening)
        self._judge(run["outcome"], run["reason"] or "", lambda: work.telling.text_of(work.worker, opening, run))

    def _judge(self, outcome: str, reason: str, why: Callable[[], str]) -> None:
        """Pytest's own ``xfail`` judges an expected failure: its settings (strict, --runxfail) hold for journeys too."""
        match outcome:
            case "passed":
                return
            case "skipped":
                self._skip(reason)
            case "parked" if Work.of(self.config).settings.parked == "skip":
                self._skip(reason)
            case "parked":
                pytest.fail(f"{reason} (journeys_parked = fail)", pytrace=False)
            case "xpassed":
                self.add_marker(pytest.mark.xfail(reason=reason))
                return
            case "xfailed":
                self.add_marker(pytest.mark.xfail(reason=reason))
        pytest.fail(why(), pytrace=False)

    def _skip(self, reason: str) -> NoReturn:
        self.skipped = reason
        pytest.skip(reason)

    def getparent(self, cls: Any) -> Any:
        """A fixture of module scope lives as long as the rows of a file: the file stands for a module."""
        return super().getparent(pytest.File if cls is pytest.Module else cls)

    @cached_property
    def location(self) -> tuple[str, int | None, str]:
        """File, line and name as pytest reports them; of the rows of a file only the name differs."""
        assert self.parent is not None
        found = self.parent.stash.get(_LOCATION, None)
        if found is None:
            found = self.parent.stash[_LOCATION] = super().location
        return found[0], found[1], self.name

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """File and line (from 0) of the journey, and the item's name."""
        span = self.journey.definition.source_map.span("journey")
        return self.path, span.line - 1 if span is not None else None, self.name

    def _place(self) -> tuple[Path, int]:
        """The file and line of the step that is carried out, else of the journey."""
        source_map = self.journey.definition.source_map
        step = self._carrying.at if self._carrying is not None else None
        span = source_map.span(step or "journey") or source_map.span("journey")
        return self.path, 1 if span is None else span.line

    def _traceback_filter(self, excinfo: pytest.ExceptionInfo[BaseException]) -> Any:
        """Of somebody's exception their own frames are shown, as for a test; of ours those behind pytest's.

        The name is pytest's, and private: `repr_failure`, the public one, is not asked about a setup.
        """
        theirs = excinfo.traceback.filter(lambda entry: not str(entry.path).startswith(_MACHINERY))
        foreign = theirs.filter(lambda entry: not str(entry.path).startswith(_OURS))
        return foreign or theirs or excinfo.traceback


def _why(error: BaseException) -> str:
    """What the journal says of a setup that failed. What a fixture raised may hold a secret: its kind must do."""
    return headline(error) if isinstance(error, JourneysError) else f"a fixture failed: {type(error).__name__}"
