"""Every decision about a run, from its events."""

from typing import Any

from pytest_journeys.events.model import (
    Asked,
    Attempted,
    Event,
    Intent,
    Place,
    Reentry,
    RunDecided,
    RunEnded,
    RunOpened,
    RunParked,
    RunReplayed,
    StepEnded,
)
from pytest_journeys.evidence.attempt import RunLine
from pytest_journeys.evidence.decisions import decisions_of

PLACE = Place(session="s0", journal="main", offset=0, line="0" * 64)


def opened(reason: str = "fresh", **more: Any) -> RunOpened:
    """An opening."""
    given: dict[str, Any] = {"artifact": "a", "source_map": "b", "fingerprint": "f", **more}
    return RunOpened(run="r", journey="j", row="", reason=reason, at=1.0, **given)


def sent(attempt: int, **more: Any) -> Intent:
    """A request leaves."""
    return Intent(run="r", step="pay", attempt=attempt, method="POST", url="", digest="", is_safe=False, at=1.0, **more)


def told(*events: Event) -> list[str]:
    """The decisions in words."""
    found = decisions_of([RunLine(session="s", events=events)])
    return [": ".join(filter(None, (one.step, one.what, "; ".join(one.why)))) for one in found]


def test_how_it_began() -> None:
    """Afresh, anew with why, resumed, restarted, taken over, re-entered, replayed."""
    reentry = Reentry(run="old", place=PLACE, step="pay")
    assert told(
        opened(),
        opened(because=("the journey was edited",)),
        opened("resume"),
        opened("restart", attempt=2),
        opened("clean up"),
        opened("reenter", reenters=reentry, because=("pay failed",)),
        RunReplayed(run="r", journey="j", row="", place=PLACE, at=1.0),
    ) == [
        "began: no earlier run was there to go on with",
        "began anew: the journey was edited",
        "resumed at its first incomplete step",
        "attempt 2 began",
        "taken over to be cleaned up",
        "re-enters old at pay: pay failed",
        "replayed: nothing is sent: it passed in a session that was interrupted, and nothing has changed",
    ]


def test_what_became_of_a_request() -> None:
    """Sent again when nobody knows its outcome, not when it is known; asked about; left in doubt; refreshed."""
    again = Attempted(run="r", step="pay", attempt=1, reason="retry", at=1.0)
    assert told(sent(1), again, sent(2)) == []
    assert told(sent(1), sent(2)) == ["pay: sent again: attempt 1 may have left, and its outcome was not recorded"]
    asked = Asked(run="r", step="pay", attempt=1, answer="not_done", reason="404 Not Found", at=1.0)
    assert told(sent(1), sent(1, is_question=True), asked, sent(2)) == [
        "pay: asked the server about attempt 1: not done: 404 Not Found"
    ]
    assert told(sent(1), StepEnded(run="r", step="pay", outcome="in_doubt", reason="who knows", at=1.0)) == [
        "pay: left in doubt: who knows"
    ]
    assert told(StepEnded(run="r", step="login", outcome="passed", is_refresh=True, at=1.0)) == [
        "login: refreshed: passed: what it had made is not stored, and a later step needs it"
    ]


def test_what_becomes_of_the_run() -> None:
    """Restarted, replaced, parked, ended."""
    restart = RunDecided(run="r", decision="restart", reason="pay is in doubt", at=1.0)
    replace = RunDecided(run="r", decision="replace", reason="the subject changed", at=1.0)
    parked = RunParked(run="r", step="wait", until=0.0, reason="wait: 3d", at=1.0)
    ended = RunEnded(run="r", outcome="in_doubt", reason="pay: who knows", at=1.0)
    kept = RunEnded(run="r", outcome="failed", keeps_cleanup=True, at=1.0)
    assert told(kept) == ["ended: failed; its cleanup waits for who re-enters or replaces it"]
    assert told(restart, replace, parked, ended) == [
        "restarts from the beginning: pay is in doubt",
        "another run takes its place: the subject changed",
        "wait: parked until 1970-01-01T00:00:00.000Z: wait: 3d",
        "ended: in doubt: pay: who knows",
    ]
