"""A journey's run as a pytest item. Setting up chooses and binds, running carries out; what is told rides on the report."""

from typing import Any, NoReturn

import pytest

from pytest_journeys.app.carrying import Carrying
from pytest_journeys.app.journey import Journey
from pytest_journeys.app.opening import Opening
from pytest_journeys.bindings.environment import FIXTURE
from pytest_journeys.engine.runner import RunResult
from pytest_journeys.plugin.told import Told
from pytest_journeys.plugin.work import JOURNEY, Work
from pytest_journeys.values.errors import DefinitionError, Interrupted, JourneysError, SetupError, UsageError


class JourneyItem(pytest.Item):
    """One row of a journey, or the journey itself. `told` is what its report carries, None before its setup ended."""

    def __init__(self, *, journey: Journey, index: int | None, marks: list[pytest.MarkDecorator], **more: Any) -> None:
        super().__init__(**more)
        self.journey = journey
        self.index = index
        self.stash[JOURNEY] = (journey, index)
        self.told: Told | None = None
        self._opening: Opening | None = None
        self._carrying: Carrying | None = None
        for mark in marks:
            self.add_marker(mark)

    def setup(self) -> None:
        """Bind, choose, and set up the rest of the fixtures unless the run is replayed."""
        from pytest_journeys.plugin.compat import Fixtures

        self.told = None
        self._opening = self._carrying = None
        work = Work.of(self.config)
        artifact = self.journey.definition.artifact
        fixtures = Fixtures(self, artifact.fixtures)
        try:
            work.stop_if_asked()
            environment = fixtures.value(FIXTURE) if fixtures.knows(FIXTURE) else None
            values = {name: fixtures.value(name) for name in artifact.fixture_values}
            self._opening = work.worker.open(self.journey, self.index, fixtures=values, environment=environment)
            if self._opening.replay is not None:
                return
            self._carrying = work.worker.carry(self._opening)
            reason = self._carrying.skip_reason()
            if reason is not None:
                self.told = work.told(self._opening, self._carrying.conclude("skipped", reason))
                pytest.skip(reason)
        except Interrupted as stop:
            raise KeyboardInterrupt(str(stop)) from None
        except (SetupError, UsageError, DefinitionError) as error:
            work.worker.refuse(self.journey, self.index, error)
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        except JourneysError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        fixtures.fill()

    def runtest(self) -> None:
        """Replay the run, or carry it out."""
        work = Work.of(self.config)
        opening = self._opening
        if opening is None:
            raise RuntimeError("an item runs after its setup")
        try:
            if opening.replay is not None:
                self.told = work.replay(opening)
                return
            if self._carrying is None:
                raise RuntimeError("an item runs after its setup")
            with work.in_flight():
                result = self._carrying.run()
        except Interrupted as stop:
            raise KeyboardInterrupt(str(stop)) from None
        except JourneysError as error:
            raise pytest.fail.Exception(str(error), pytrace=False) from None
        self.told = work.told(opening, result, self._carrying.not_cleaned)
        self._judge(result)

    def _judge(self, result: RunResult) -> None:
        match result.outcome:
            case "passed":
                return
            case "skipped":
                pytest.skip(result.reason)
            case "xfailed":
                pytest.xfail(result.reason)
            case _:
                self._fail(result)

    def _fail(self, result: RunResult) -> NoReturn:
        if self._opening is None:
            raise RuntimeError("an item fails after its setup")
        pytest.fail(Work.of(self.config).failure_text(self._opening, result), pytrace=False)

    def reportinfo(self) -> tuple[Any, int | None, str]:
        """File and line (from 0) of the journey, and the item's name."""
        span = self.journey.definition.source_map.span("journey")
        return self.path, span.line - 1 if span is not None else None, self.name

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **more: Any) -> Any:
        """An exception that is not ours shows the frames behind this module only."""
        if not isinstance(excinfo.value, pytest.fail.Exception):
            excinfo.traceback = excinfo.traceback.cut(path=__file__)
        return super().repr_failure(excinfo, *args, **more)
