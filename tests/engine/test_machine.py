"""What a run does next, as a table: pure, from a plan, a state and what the process holds."""

from typing import Any

import pytest

from engine.journeys import Artifact, derive, request, step
from pytest_journeys.artifact.model import Step
from pytest_journeys.engine.doubt import counts_as_done, settle
from pytest_journeys.engine.machine import decide
from pytest_journeys.engine.moves import Conclude, End, Leave, Move, Perform, Present, Restart
from pytest_journeys.engine.plan import Plan, plan_of
from pytest_journeys.events.model import Attempted, Intent, RunDecided, RunOpened, StepEnded
from pytest_journeys.events.state import RunState
from pytest_journeys.expressions.template import Literal
from pytest_journeys.values.http import HttpRequest

UNDO = step("cart.cleanup", "DELETE /carts/${{ steps.cart.id }}")
PLAN = plan_of(
    Artifact(
        journey="j",
        steps=(
            step("cart", "POST /carts", derive=(derive("id", "$.id"),), cleanup=(UNDO,)),
            step("pay", "POST /pay/${{ steps.cart.id }}"),
            step("last", "GET /last"),
        ),
        cleanup=(step("journey.cleanup", "POST /end"),),
    )
)


def opened(attempt: int = 1) -> RunOpened:
    """An opening."""
    return RunOpened(
        run="r", journey="j", row="", attempt=attempt, artifact="a", source_map="m", fingerprint="f", at=0.0
    )


def intent(path: str, method: str = "POST", **more: Any) -> Intent:
    """A request is about to leave."""
    safe = method == "GET"
    return Intent(run="r", step=path, attempt=1, method=method, url="http://x", digest="", is_safe=safe, at=0.0, **more)


def ended(path: str, outcome: str = "passed", **more: Any) -> StepEnded:
    """A step ended."""
    return StepEnded(run="r", step=path, outcome=outcome, attempt=1, at=0.0, **more)


def decided(decision: str) -> RunDecided:
    """The attempt is to be left."""
    return RunDecided(run="r", decision=decision, reason="why", at=0.0)


def after(*events: Any, plan: Plan = PLAN, attempt: int = 1, **present: Any) -> Move:
    """The move after these events."""
    state = RunState(opened(attempt))
    for event in events:
        state.apply(event)
    given = {"has_past": False, "alive": set(), "lost_variables": frozenset(), "policy": "restart"}
    return decide(plan, state, Present(**{**given, **present}))


def told(move: Move) -> str:
    """A move in one line."""
    match move:
        case Perform(planned, is_resend, is_refresh):
            words = " again" if is_resend else " refresh" if is_refresh else ""
            return f"perform {planned.path}{words}"
        case Conclude(planned, outcome, _):
            return f"{planned.path} {outcome}"
        case Restart():
            return "restart"
        case Leave(decision):
            return f"leave to {decision.decision}"
        case End(outcome, _):
            return f"end {outcome}"


CART = ended("cart", derived={"id": 7}, is_registered=True)
DONE = (CART, ended("pay"), ended("last"))


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((), "perform cart"),
        ((CART,), "perform pay"),
        ((CART, intent("pay")), "restart"),
        ((CART, intent("pay"), Attempted(run="r", step="pay", attempt=1, reason="", at=0.0)), "perform pay"),
        ((CART, ended("pay"), intent("last", "GET")), "perform last again"),
        ((ended("cart", "failed"),), "pay blocked"),
        ((ended("cart", "in_doubt"),), "pay blocked"),
        ((ended("cart", "skipped"),), "pay skipped"),
        (DONE, "perform cart.cleanup"),
        ((*DONE, ended("cart.cleanup")), "perform journey.cleanup"),
        ((*DONE, intent("cart.cleanup", "DELETE")), "perform cart.cleanup again"),
        ((*DONE, ended("cart.cleanup"), intent("journey.cleanup")), "journey.cleanup in_doubt"),
        ((*DONE, ended("cart.cleanup"), ended("journey.cleanup")), "end passed"),
        ((*DONE, ended("cart.cleanup", "failed"), ended("journey.cleanup")), "end failed"),
        ((*DONE, ended("cart.cleanup", "in_doubt"), ended("journey.cleanup")), "end failed"),
        ((CART, decided("restart")), "perform cart.cleanup"),
        ((CART, intent("pay"), decided("restart")), "perform cart.cleanup"),
        ((CART, decided("replace"), ended("cart.cleanup"), ended("journey.cleanup")), "leave to replace"),
        ((*DONE, intent("journey.cleanup"), ended("cart.cleanup"), decided("replace")), "perform journey.cleanup"),
        ((CART, ended("pay", "blocked"), ended("last"), ended("cart.cleanup"), ended("journey.cleanup")), "end failed"),
    ],
)
def test_the_next_move(events: tuple[Any, ...], expected: str) -> None:
    """Main steps in order, doubt before all else, then cleanup, then the end."""
    assert told(after(*events)) == expected


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ((CART,), "pay error"),
        ((CART, intent("pay")), "pay in_doubt"),
        ((ended("cart", "error", is_registered=True),), "pay blocked"),
        (DONE, "perform cart.cleanup"),
        ((*DONE, ended("cart.cleanup"), ended("journey.cleanup")), "end error"),
    ],
)
def test_after_a_foreign_exception_nothing_begins_but_cleanup(events: tuple[Any, ...], expected: str) -> None:
    """The step that it struck is told, the rest is blocked, and the run has not passed."""
    assert told(after(*events, aborted="LimitError: 1 s")) == expected


def test_a_third_restart_is_none() -> None:
    """After two restarts the step ends in doubt, with the count in its reason."""
    move = after(CART, intent("pay"), attempt=3)
    assert told(move) == "pay in_doubt"
    assert isinstance(move, Conclude)
    assert "restarted 2 times already" in move.reason


SECRETS = plan_of(
    Artifact(
        journey="j",
        steps=(
            step("first", "POST /first", derive=(derive("key", "$.key", is_secret=True),)),
            step("second", "POST /second/${{ steps.first.key }}", derive=(derive("token", "$.token", is_secret=True),)),
            step("third", "GET /third/${{ steps.second.token }}"),
            step("fourth", "POST /fourth", when="variables.salt == 'x'"),
        ),
    )
)
FIRST, SECOND = ended("first", secrets=("key",)), ended("second", secrets=("token",))
AGAIN = {"secrets": ("key",), "is_refresh": True}


@pytest.mark.parametrize(
    ("events", "alive", "expected"),
    [
        ((FIRST, SECOND), {"first", "second"}, "perform third"),
        ((FIRST, SECOND), set(), "perform first refresh"),
        ((FIRST, SECOND, ended("first", **AGAIN)), {"first"}, "perform second refresh"),
        ((FIRST, SECOND, ended("first", "failed", is_refresh=True)), {"first"}, "restart"),
        ((FIRST, SECOND, ended("first", is_refresh=True)), {"first"}, "restart"),
        ((FIRST, ended("second", secrets=("token",), derived={"id": 1})), set(), "restart"),
        ((FIRST, ended("second", secrets=("token",), is_registered=True)), set(), "restart"),
    ],
)
def test_what_lived_in_memory_is_brought_back_first(events: tuple[Any, ...], alive: set[str], expected: str) -> None:
    """A chain of refreshes, the earliest first; what may not run again, fails or yields less makes the run restart."""
    assert told(after(*events, plan=SECRETS, has_past=True, alive=alive)) == expected


def test_a_run_of_this_process_refreshes_nothing() -> None:
    """Without an earlier process all is in memory."""
    assert told(after(FIRST, SECOND, plan=SECRETS)) == "perform third"


def test_a_lost_variable_restarts_when_a_remaining_step_needs_it() -> None:
    """Only then."""
    lost = {"has_past": True, "alive": {"first", "second", "third"}, "lost_variables": frozenset({"salt"})}
    assert told(after(FIRST, plan=SECRETS, **lost)) == "perform second"
    assert told(after(FIRST, SECOND, ended("third"), plan=SECRETS, **lost)) == "restart"


def test_a_cookie_comes_back_from_its_last_setter_that_may_run_again() -> None:
    """A deleted cookie does not, nor one whose setter may not run again; a refresh that failed restarts."""
    plan = plan_of(
        Artifact(
            journey="j", steps=(step("a", "GET /a"), step("b", "GET /b"), step("c", "POST /c"), step("d", "GET /d"))
        )
    )
    both = (ended("a", cookies=("sid",)), ended("b", cookies=("sid",)))
    past = {"plan": plan, "has_past": True}
    assert told(after(*both, ended("c"), **past)) == "perform a refresh"  # b was sent with the cookie of a
    refreshed = ended("a", cookies=("sid",), is_refresh=True)
    assert told(after(*both, ended("c"), refreshed, **past, alive={"a"})) == "perform b refresh"
    assert told(after(*both, ended("c", cookies=("sid",)), **past)) == "perform d"
    assert told(after(*both, ended("c", cookies_deleted=("sid",)), **past)) == "perform d"
    failed = ended("b", "failed", is_refresh=True)
    assert told(after(*both, ended("c"), failed, **past, alive={"b"})) == "restart"


@pytest.mark.parametrize(
    ("method", "own", "is_keyed", "policy", "expected"),
    [
        ("GET", None, False, "fail", "resend"),
        ("PUT", None, False, "fail", "resend"),
        ("DELETE", None, False, "restart", "resend"),
        ("POST", None, False, "restart", "restart"),
        ("POST", None, False, "resend", "resend"),
        ("POST", None, False, "fail", "fail"),
        ("PATCH", None, False, "restart", "restart"),
        ("PURGE", None, False, "restart", "restart"),
        ("POST", None, True, "fail", "resend"),
        ("PATCH", None, True, "restart", "resend"),
        ("GET", "restart", False, "resend", "restart"),
        ("PUT", "restart", False, "resend", "restart"),
        ("POST", "resend", False, "fail", "resend"),
        ("POST", "fail", True, "resend", "fail"),
    ],
)
def test_in_doubt(method: str, own: str | None, is_keyed: bool, policy: str, expected: str) -> None:
    """The step's own word before everything, then what the method means, then the policy."""
    key = Literal("k") if is_keyed else None
    given = Step(path="one", request=request(f"{method} /x"), in_doubt=own, idempotency_key=key)
    assert settle(given, intent("one", method), policy) == expected


def test_what_cannot_be_repeated_is_not_sent_again_unless_it_is_safe() -> None:
    """A value that was drawn and not stored would be another one."""
    put, get = (Step(path="one", request=request(f"{method} /x")) for method in ("PUT", "GET"))
    assert settle(put, intent("one", "PUT"), "resend", is_repeatable=False) == "restart"
    assert settle(put, intent("one", "PUT"), "fail", is_repeatable=False) == "fail"
    assert settle(get, intent("one", "GET"), "fail", is_repeatable=False) == "resend"


@pytest.mark.parametrize(
    ("method", "status", "headers", "expected"),
    [
        ("DELETE", 404, (), True),
        ("DELETE", 410, (), True),
        ("DELETE", 500, (), False),
        ("PUT", 412, (("If-Match", '"1"'),), True),
        ("PUT", 412, (), False),
        ("POST", 404, (), False),
    ],
)
def test_what_a_second_sending_finds_done(
    method: str, status: int, headers: tuple[tuple[str, str], ...], expected: bool
) -> None:
    """Nothing left to delete; a condition used up."""
    sent = HttpRequest(method=method, url="http://x", headers=headers)
    assert counts_as_done(sent, status) is expected
