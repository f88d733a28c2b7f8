"""The state of a run as the fold of its events."""

from typing import Any

import pytest

from pytest_journeys.events.model import Attempted, Intent, RunDecided, RunEnded, RunOpened, StepEnded
from pytest_journeys.events.state import RunState, fold


def opened(attempt: int = 1, reason: str = "fresh") -> RunOpened:
    """An opening."""
    return RunOpened(
        run="r",
        journey="j",
        row="",
        attempt=attempt,
        artifact="a",
        source_map="m",
        fingerprint="f",
        reason=reason,
        at=0.0,
    )


def intent(step: str, attempt: int = 1, **more: Any) -> Intent:
    """A request is about to leave."""
    return Intent(
        run="r", step=step, attempt=attempt, method="POST", url="u", digest="d", is_safe=False, at=0.0, **more
    )


def ended(step: str, **more: Any) -> StepEnded:
    """A step ended."""
    return StepEnded(run="r", step=step, outcome="passed", at=0.0, **more)


def state(*events: Any) -> RunState:
    """The state after these events."""
    found = fold(events)
    assert found is not None
    return found


def test_nothing_opens_nothing() -> None:
    """Events without an opening are no run."""
    assert fold([intent("one"), ended("one")]) is None


def test_a_refresh_does_not_hide_what_is_in_doubt() -> None:
    """Neither its intent, nor its end, nor the opening of another session."""
    doubt = (opened(), ended("sign-in"), intent("pay", generated={"0": "key"}), opened(reason="resume"))
    for more in ((), (intent("sign-in", is_refresh=True),), (intent("sign-in", is_refresh=True), opened())):
        found = state(*doubt, *more)
        assert found.in_doubt is not None
        assert found.in_doubt.step == "pay"
    found = state(*doubt, intent("sign-in", is_refresh=True), ended("sign-in", is_refresh=True))
    assert found.open_step is not None
    assert found.open_step.first.generated == {"0": "key"}
    assert list(found.refreshed) == ["sign-in"]


def test_what_was_refreshed_is_lost_with_the_session() -> None:
    """The next session refreshes again."""
    refresh = (intent("one", is_refresh=True), ended("one", is_refresh=True))
    assert not state(opened(), ended("one"), *refresh, opened(reason="resume")).refreshed
    assert state(opened(), intent("one", is_refresh=True), opened(reason="resume")).open_refresh is None


def test_an_attempt_that_ended_is_not_in_doubt_and_keeps_what_was_drawn() -> None:
    """A poll or retry goes on with the values of the first intent, and the count of sendings."""
    again = Attempted(run="r", step="one", attempt=1, reason="", at=0.0)
    found = state(opened(), intent("one", generated={"0": "drawn"}), again)
    assert found.in_doubt is None
    found.apply(intent("one", attempt=2, generated={"0": "other"}))
    assert found.open_step is not None
    assert (found.open_step.attempts, found.open_step.first.generated) == (2, {"0": "drawn"})


@pytest.mark.parametrize(
    ("between", "may_be_done"),
    [
        ((), True),
        ((Attempted(run="r", step="one", attempt=1, reason="", may_have_acted=True, at=0.0),), True),
        ((Attempted(run="r", step="one", attempt=1, reason="", at=0.0),), False),
    ],
)
def test_what_was_sent_before_may_have_done_the_work(between: tuple[Attempted, ...], *, may_be_done: bool) -> None:
    """An intent without an outcome, and an attempt that may have acted; known of each later one, and only of later ones."""
    found = state(opened(), intent("one"), *between)
    assert found.open_step is not None
    found.apply(intent("one", attempt=2))
    assert found.open_step.may_be_done is may_be_done
    found.apply(Attempted(run="r", step="one", attempt=2, reason="", at=0.0))
    found.apply(intent("one", attempt=3))
    assert found.open_step.may_be_done is may_be_done
    found.apply(ended("one"))
    found.apply(intent("two"))
    assert not found.open_step.may_be_done


def test_another_attempt_begins_empty_and_a_resume_does_not() -> None:
    """A restart forgets steps, stack, doubt and decision; a resume keeps them."""
    before = (
        opened(),
        ended("one", is_registered=True),
        intent("two"),
        RunDecided(run="r", decision="restart", reason="", at=0.0),
    )
    kept = state(*before, opened(reason="resume"))
    assert (list(kept.ended), kept.stack, kept.decision is not None) == (["one"], ["one"], True)
    anew = state(*before, opened(attempt=2))
    assert (anew.ended, anew.stack, anew.decision, anew.open_step) == ({}, [], None, None)


def test_a_cleanup_is_registered_once() -> None:
    """An event that was appended twice registers nothing twice."""
    assert state(opened(), ended("one", is_registered=True), ended("one", is_registered=True)).stack == ["one"]


def test_a_decision_does_not_forget_a_cleanup_in_doubt() -> None:
    """Whoever replaces a run sees that its cleanup may have left."""
    found = state(opened(), intent("one.cleanup"), RunDecided(run="r", decision="replace", reason="", at=0.0))
    assert found.in_doubt is not None


def test_a_value_that_was_not_stored_cannot_be_repeated() -> None:
    """Null in the place of a drawn value says so."""
    whole = state(opened(), intent("one", generated={"0": "a"})).open_step
    lost = state(opened(), intent("one", generated={"0": "a", "1": None})).open_step
    assert whole is not None
    assert lost is not None
    assert (whole.is_repeatable, lost.is_repeatable) == (True, False)


def test_an_end_closes_what_was_open() -> None:
    """A finished run is in no doubt."""
    found = state(opened(), intent("one"), RunEnded(run="r", outcome="failed", at=0.0))
    assert found.in_doubt is None
    assert found.outcome is not None
