"""A request in doubt that the server is asked about: done, not done, or neither."""

from itertools import product
from typing import Any

import pytest

from engine.journeys import Artifact, Bench, answer, body_of, derive, replies, request, status, step
from engine.test_crash import Story, _bearer, _sign_in
from pytest_journeys.artifact.model import Ask, Check
from pytest_journeys.engine.doubt import says_not_done
from pytest_journeys.events.model import Asked, Intent, RunOpened, StepEnded
from pytest_journeys.expressions.template import Literal
from pytest_journeys.values.http import FailureKind, TransportFailure

LATE = TransportFailure(kind=FailureKind.TIMEOUT, text="nothing had come after 30 s", may_have_left=True)
FOUND = answer(200, '{"id": 7, "state": "open"}')


def ask(line: str = "GET /placed", *done_if: Check, **more: Any) -> dict[str, Any]:
    """``in_doubt: {ask: {request: LINE}, done_if: ...}``."""
    return {"in_doubt": "ask", "ask": Ask(request=request(line, **more), done_if=done_if or (status(200),))}


ORDERING = Artifact(
    journey="ordering",
    steps=(
        _sign_in(in_doubt="resend"),
        step(
            "place",
            "POST /placed",
            expect=201,
            derive=(derive("id", "$.id"), derive("receipt", "$.receipt", is_secret=True)),
            cleanup=(step("place.cleanup", "DELETE /placed/${{ steps.place.id }}"),),
            **ask(**_bearer("sign-in")),
        ),
        step("look", "GET /placed/${{ steps.place.id }}", expect=200),
    ),
)
CRASHES: list[tuple[str, int, bool] | None] = [None, *product(("append", "request"), range(1, 9), (False, True))]


@pytest.mark.parametrize("crash", CRASHES[1:], ids=str)
def test_wherever_it_crashes_nothing_is_sent_twice(crash: tuple[str, int, bool]) -> None:
    """Crashes at every append and around every request, in pairs, also in the middle of asking: one order, no restart."""
    for again in CRASHES:
        story = Story(ORDERING)
        ways = iter((crash, again, None))
        result = None
        while result is None:
            state = story.bench.state()
            if state is not None and state.outcome is not None:
                break  # it died when all was recorded
            result = story.live(next(ways), "restart")
        assert result is None or result.outcome == "passed"
        assert story.shop.count("POST /placed") == 1
        assert story.attempts() == 1
        done = next(event for event in story.events() if isinstance(event, StepEnded) and event.step == "place")
        assert (done.derived, done.secrets) == ({"id": "order-1"}, ("receipt",))


def in_doubt(table: dict[str, Any], **more: Any) -> tuple[Bench, Any]:
    """A run that resumes with its POST /orders in doubt."""
    placing = step("place", "POST /orders", expect=201, derive=(derive("id", "$.id"),), **more)
    bench = Bench(Artifact(journey="j", steps=(placing, step("after", "GET /after"))), replies(table))
    opened = RunOpened(
        run="run_a", journey="j", row="", artifact="a" * 64, source_map="b" * 64, fingerprint="f", at=1.0
    )
    left = Intent(run="run_a", step="place", attempt=1, method="POST", url="/orders", digest="", is_safe=False, at=1.0)
    bench.journal.append([opened, left])
    return bench, bench.run()


def test_what_was_done_is_not_sent_again_and_yields_its_values() -> None:
    """The step is complete: its values come from the answer to the question, which stands in its account, so marked."""
    table = {"GET /orders/7": FOUND, "GET /after": FOUND}
    bench, result = in_doubt(table, **ask("GET /orders/7", status(200), body_of("$.state", Literal("open"))))
    assert (result.outcome, bench.sent) == ("passed", ["GET /orders/7", "GET /after"])
    state = bench.state()
    assert state is not None
    assert (state.ended["place"].outcome, state.ended["place"].derived) == ("passed", {"id": 7})
    assert state.ended["place"].reason.startswith("not sent again: GET http://shop.test/orders/7 says that it was done")
    asked = next(event for event, _ in result.told if isinstance(event, Asked))
    assert (asked.answer, asked.attempt, asked.reason) == ("done", 1, "200")
    told = next(one for _, accounts in result.told for one in accounts if one["step"] == "place")
    assert told["exchanges"][0]["question"] == {"answer": "done", "reason": "200"}
    assert [one["place"] for one in told["assertions"]] == ["place/done_if/0", "place/done_if/1"]


def test_what_was_not_done_is_sent_again_once() -> None:
    """A 404, and an answer that does not meet `done_if`; the answer is on the disk before the request leaves again."""
    for said in (answer(404, "{}"), answer(200, '{"id": 7, "state": "none"}')):
        table = {"GET /orders/7": said, "POST /orders": answer(201, '{"id": 8}'), "GET /after": FOUND}
        bench, result = in_doubt(table, **ask("GET /orders/7", status(200), body_of("$.state", Literal("open"))))
        assert (result.outcome, bench.sent) == ("passed", ["GET /orders/7", "POST /orders", "GET /after"])
        events = bench.journal.events()
        asked = next(place for place, event in enumerate(events) if isinstance(event, Asked))
        assert [type(event) for event in events[asked : asked + 2]] == [Asked, Intent]
        assert (events[asked].answer, events[asked + 1].attempt) == ("not_done", 2)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (LATE, "nothing had come after 30 s"),
        (answer(500, "{}"), "500; status is 500, expected 200"),
        (answer(401, "{}"), "401; status is 401, expected 200"),
        (answer(301, "{}"), "301; status is 301, expected 200"),
        (answer(200, "<html>Welcome</html>"), "200; json $.state is missing: the body is not JSON"),
    ],
)
def test_an_answer_that_tells_neither_leaves_it_in_doubt(said: Any, told: str) -> None:
    """Nothing is sent again and nothing restarts: the run ends in doubt and says what was asked and answered."""
    checks = (status(200), body_of("$.state", Literal("open")))
    bench, result = in_doubt({"GET /orders/7": said}, **ask("GET /orders/7", *checks))
    assert (result.outcome, bench.sent) == ("in_doubt", ["GET /orders/7"])
    assert result.reason.startswith(
        "place: its POST may have left, and GET http://shop.test/orders/7 does not say whether it was done: "
    )
    assert told.partition(";")[0] in result.reason


def test_a_question_that_cannot_be_asked_leaves_it_in_doubt() -> None:
    """A value that is missing, or one that cannot be brought back: said, and nothing is sent."""
    bench, result = in_doubt({}, **ask("GET /orders/${{ steps.never.id }}"))
    assert (result.outcome, bench.sent) == ("in_doubt", [])
    assert "the server could not be asked: steps.never.id" in result.reason


def test_done_without_the_value_that_it_derives_is_an_error() -> None:
    """It was done, so it is not sent again; the value that is missing is told, and so is what the server said."""
    bench, result = in_doubt({"GET /orders/7": answer(200, "{}")}, **ask("GET /orders/7"))
    assert (result.outcome, bench.sent) == ("error", ["GET /orders/7"])
    told = next(one for _, accounts in result.told for one in accounts if one["step"] == "place")
    assert told["logs"][0].startswith("not sent again: GET http://shop.test/orders/7 says that it was done")


def test_a_cleanup_in_doubt_is_asked_about_too() -> None:
    """Done, it has passed; the next cleanup goes on."""
    undo = step("one.cleanup", "POST /undo", **ask("GET /undone"))
    bench = Bench(
        Artifact(journey="j", steps=(step("one", "GET /one", cleanup=(undo,)),)), replies({"GET /undone": FOUND})
    )
    run = {"run": "run_a", "at": 1.0}
    bench.journal.append(
        [
            RunOpened(journey="j", row="", artifact="a" * 64, source_map="b" * 64, fingerprint="f", **run),  # type: ignore[arg-type]
            StepEnded(step="one", outcome="passed", attempt=1, is_registered=True, **run),  # type: ignore[arg-type]
            Intent(step="one.cleanup", attempt=1, method="POST", url="", digest="", is_safe=False, **run),  # type: ignore[arg-type]
        ]
    )
    assert (bench.run().outcome, bench.sent) == ("passed", ["GET /undone"])


@pytest.mark.parametrize(
    ("code", "expected"),
    [(200, True), (204, True), (404, True), (409, True), (410, True)]
    + [(code, False) for code in (301, 304, 401, 403, 407, 408, 425, 429, 500, 503)],
)
def test_which_answers_say_that_nothing_was_done(code: int, expected: bool) -> None:
    """One that looks and does not find; not one that will not say."""
    assert says_not_done(code) is expected
