"""Steps that wait, over a clock that is set, jumps, and stops: never early by the wall clock, told when late."""

import os
import time
from typing import Any

import pytest

from engine.journeys import Artifact, Bench, answer, replies, step
from pytest_journeys.artifact.model import Step, Wait
from pytest_journeys.events.model import RunParked, StepEnded, Waiting, is_firm
from pytest_journeys.expressions.scan import template_of_text
from pytest_journeys.expressions.template import Literal
from pytest_journeys.testing.clock import ManualClock
from pytest_journeys.values.errors import Interrupted

DAY = 86_400.0
OK = answer(200, "{}")


class JumpingClock(ManualClock):
    """Is set by `by` seconds while somebody sleeps for the `at`-th time; how much really passed is what was slept."""

    def __init__(self, at: int, by: float) -> None:
        super().__init__()
        self._at = at
        self._by = by

    def sleep(self, seconds: float) -> None:
        """Let time pass, and be set."""
        super().sleep(seconds)
        if len(self.slept) == self._at:
            self.jump(self._by)


def waiting(length: str | int, **more: Any) -> Bench:
    """A run that sends, waits and sends."""
    duration = Literal(length) if isinstance(length, int) else template_of_text(length)
    wait = Step(path="pause", wait=Wait(duration=duration), **more)
    steps = (step("before", "GET /a"), wait, step("after", "GET /b"))
    return Bench(Artifact(journey="j", steps=steps), replies({"GET /a": OK, "GET /b": OK}))


def logs(result: Any) -> list[str]:
    """What the step that waited tells."""
    found = [one for _, accounts in result.told for one in accounts if one["step"] == "pause"]
    return [log for one in found for log in one.get("logs", [])]


def test_a_short_wait_sleeps_until_its_deadline() -> None:
    """The deadline is on disk before anybody sleeps; the next request leaves behind it."""
    bench = waiting(1500)
    began = bench.clock.now()
    assert bench.run().outcome == "passed"
    assert sum(bench.clock.slept) == 1.5
    assert bench.sent == ["GET /a", "GET /b"]
    (deadline,) = [event for event in bench.journal.events() if isinstance(event, Waiting)]
    assert deadline.until == began + 1.5
    assert is_firm(deadline)


def test_a_wait_of_nothing_passes() -> None:
    """`wait: 0s` is no mistake."""
    bench = waiting("0s")
    assert bench.run().outcome == "passed"
    assert bench.clock.slept == []


@pytest.mark.parametrize("length", ["soon", "-1s", "${{ 1.5 }}", "9999999d"])
def test_what_is_no_length_of_time_is_an_error_of_the_step(length: str) -> None:
    """A reference that yields none, or a moment that no calendar holds; nothing waits, later steps are blocked."""
    bench = waiting(length)
    result = bench.run()
    assert result.outcome == "error"
    assert result.reason.startswith("pause: wait: ")
    assert bench.sent == ["GET /a"]


def test_a_condition_is_judged_before_the_wait_only() -> None:
    """A false one skips it; a run that waits already is not asked again."""
    bench = waiting("5d", when="false")
    assert bench.run().outcome == "passed"
    assert bench.clock.slept == []


def test_a_long_wait_parks_the_run_in_one_line() -> None:
    """The step before, the deadline and the parking are on disk when the process lets go; nothing is slept."""
    bench = waiting("3d")
    result = bench.run()
    assert (result.outcome, result.reason) == ("parked", "parked until 2025-06-18 15:06:40 UTC")
    assert bench.clock.slept == []
    parked = bench.journal.events()[-1]
    assert isinstance(parked, RunParked)
    assert parked.until == result.until == bench.clock.now() + 3 * DAY
    assert is_firm(parked)


@pytest.mark.parametrize("events_kept", range(1, 8))
def test_a_run_that_died_around_its_parking_waits_for_the_same_moment(events_kept: int) -> None:
    """Whatever was kept of the lines, the run goes on once, at the moment first recorded, and sends nothing twice."""
    bench = waiting("3d")
    bench.run()
    lines = bench.journal.lines[:]
    if events_kept > len(lines):
        return
    bench.journal.lines[:] = lines[:events_kept]
    state = bench.state()
    deadline = state.waiting.until if state is not None and state.waiting is not None else None
    bench.clock.advance(DAY)
    assert bench.run().outcome == "parked"
    state = bench.state()
    assert state is not None
    assert state.waiting is not None
    assert deadline in (None, state.waiting.until)
    bench.clock.advance(3 * DAY)
    assert bench.run().outcome == "passed"
    assert bench.sent.count("GET /b") == 1


def test_set_back_it_waits_longer() -> None:
    """By two seconds: it sleeps them too. The deadline stands, and that the clock was set is told."""
    bench = waiting("10s")
    bench.clock = JumpingClock(at=3, by=-5)
    began = bench.clock.now()
    result = bench.run()
    assert result.outcome == "passed"
    assert sum(bench.clock.slept) == 15
    assert bench.clock.now() >= began + 10
    assert "the clock was set back by 5s while it waited; the deadline stood" in logs(result)


def test_set_back_by_days_it_parks() -> None:
    """What is left is long now, and no process stays for it."""
    bench = waiting("10s")
    bench.clock = JumpingClock(at=3, by=-5 * DAY)
    assert bench.run().outcome == "parked"
    assert sum(bench.clock.slept) == 3
    bench.clock.advance(5 * DAY + 7)
    assert bench.run().outcome == "passed"


def test_set_forward_it_is_over_when_the_clock_says_so() -> None:
    """Within a second; how late it is by the clock, and why, is told."""
    bench = waiting("30s")
    bench.clock = JumpingClock(at=3, by=3600)
    result = bench.run()
    assert result.outcome == "passed"
    assert sum(bench.clock.slept) == 3
    assert logs(result)[1:] == [
        "goes on 59m33s late",
        "the clock was set forward by 1h while it waited; the deadline stood",
    ]


def test_the_next_process_tells_how_late_it_is() -> None:
    """A parked run that is gone on with two days behind its moment."""
    bench = waiting("3d")
    bench.run()
    bench.clock.advance(5 * DAY)
    result = bench.run()
    assert logs(result) == ["waited until 2025-06-18 15:06:40 UTC", "goes on 2d late"]
    waited = [event for event, _ in result.told if isinstance(event, StepEnded) and event.step == "pause"]
    assert [event.outcome for event in waited] == ["passed"]


def test_daylight_saving_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A day is 24 hours, whatever the local clock does in the night."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    try:
        bench = waiting("1d")
        bench.clock = ManualClock(1_774_715_400.0)  # 2026-03-28 17:30 in Berlin; that night has 23 hours
        result = bench.run()
        assert result.until == bench.clock.now() + DAY
        assert result.reason == "parked until 2026-03-29 16:30:00 UTC"
    finally:
        os.environ.pop("TZ", None)
        time.tzset()


def test_a_stop_ends_the_wait_and_leaves_the_deadline() -> None:
    """The run stays open; whoever goes on waits for what is left."""
    bench = waiting("40s")
    began = bench.clock.now()
    with pytest.raises(Interrupted):
        bench.runner(world=bench.world(stop=Late(2))).run()
    assert sum(bench.clock.slept) < 40
    assert bench.run().outcome == "passed"
    assert bench.clock.now() == began + 40


class Late:
    """The session is to stop from the so many-th look on."""

    def __init__(self, looks: int) -> None:
        self._looks = looks

    def reason(self) -> str | None:
        """Say so when it is time."""
        self._looks -= 1
        return "stop" if self._looks < 0 else None


def test_a_time_limit_ends_the_wait_as_an_error() -> None:
    """A foreign exception in a wait is an error of its step: no request had left."""

    class LimitError(Exception):
        """A plugin's time limit."""

    class Limited(ManualClock):
        def sleep(self, seconds: float) -> None:
            raise LimitError("too slow")

    bench = waiting("30s")
    bench.clock = Limited()
    with pytest.raises(LimitError):
        bench.run()
    state = bench.state()
    assert state is not None
    assert state.ended["pause"].outcome == "error"
    assert state.waiting is None
