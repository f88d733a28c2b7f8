"""Runs over a fake server: outcomes, cleanup, polls, retries, what is recorded, and what comes from outside."""

from typing import Any

import pytest

from engine.journeys import (
    SID,
    TOKEN,
    Artifact,
    Bench,
    Died,
    Shop,
    answer,
    body_of,
    derive,
    header,
    replies,
    status,
    step,
    variable,
)
from pytest_journeys.artifact.model import Auth, Body, Check, Derivation, Poll, Retry, Step
from pytest_journeys.events import codes
from pytest_journeys.events.line import decode_line
from pytest_journeys.events.model import Intent, RunEnded, StepEnded, is_firm
from pytest_journeys.expressions.scan import template_of_text
from pytest_journeys.expressions.template import Literal, ObjectOf, Reference
from pytest_journeys.testing.clock import ManualClock
from pytest_journeys.values.errors import Interrupted, JournalFailedError
from pytest_journeys.values.http import FailureKind, TransportFailure

REFUSED = TransportFailure(kind=FailureKind.CONNECT, text="connection refused", may_have_left=False)
LATE = TransportFailure(kind=FailureKind.TIMEOUT, text="nothing had come after 30 s", may_have_left=True)
OK = answer(200, '{"id": 7, "name": "Ada"}')


def run(*steps: Step, table: dict[str, Any] | None = None, **more: Any) -> tuple[Bench, Any]:
    """Run steps against a table of answers."""
    artifact_more = {name: more.pop(name) for name in ("variables", "cleanup") if name in more}
    bench = Bench(Artifact(journey="j", steps=steps, **artifact_more), replies(table or {}))
    return bench, bench.run(**more)


def outcomes(bench: Bench) -> dict[str, str]:
    """How each step ended."""
    state = bench.state()
    assert state is not None
    return {path: done.outcome for path, done in state.ended.items()}


def account(result: Any, path: str) -> dict[str, Any]:
    """The last account of a step."""
    return next(one for _, accounts in reversed(result.told) for one in accounts if one["step"] == path)


def test_a_passed_run_of_seven_steps_makes_eight_appends() -> None:
    """One append per step and one for the end; at most eight lines need a sync, seven when the first intent is safe."""
    steps = [step(f"s{number}", "GET /x", expect=200) for number in range(7)]
    bench, result = run(*steps, table={"GET /x": OK})
    assert result.outcome == "passed"
    assert len(bench.journal.lines) == 8
    lines = [decode_line(line.removesuffix(b"\n")) for line in bench.journal.lines]
    assert [any(map(is_firm, line.events())) for line in lines if line] == [False, *[True] * 7]


def test_only_a_failure_blocks() -> None:
    """A skipped step's values are missing: default() takes it, else the step is skipped; a failure blocks the rest."""
    steps = (
        step("off", "GET /x", when="false", derive=(derive("id", "$.id"),)),
        step("lenient", "GET /y?id=${{ default(steps.off.id, 3) }}"),
        step("strict", "GET /y/${{ steps.off.id }}"),
        step("fails", "GET /broken"),
        step("after", "GET /y"),
    )
    bench, result = run(*steps, table={"GET /y": OK, "GET /broken": answer(500)})
    assert outcomes(bench) == {
        "off": "skipped",
        "lenient": "passed",
        "strict": "skipped",
        "fails": "failed",
        "after": "blocked",
    }
    assert result.outcome == "failed"
    assert bench.sent == ["GET /y?id=3", "GET /broken"]


def test_values_of_a_failed_step_that_exist_are_used() -> None:
    """`on_failure: continue`: what it derived may be used, what it did not blocks; the run fails."""
    both = (derive("id", "$.id"), derive("other", "$.other"))
    steps = (
        step("fails", "GET /x", expect=201, derive=both, continues_on_failure=True),
        step("uses", "GET /y/${{ steps.fails.id }}"),
        step("needs", "GET /y/${{ steps.fails.other }}"),
    )
    bench, result = run(*steps, table={"GET /x": OK, "GET /y/7": OK})
    assert outcomes(bench) == {"fails": "failed", "uses": "passed", "needs": "blocked"}
    assert result.outcome == "failed"


def test_cleanup_runs_last_in_first_out_and_then_the_journeys_own() -> None:
    """After success and after failure, each though another failed; a failed cleanup fails the run."""
    steps = (
        step("one", "GET /one", cleanup=(step("one.cleanup", "DELETE /one"),)),
        step("two", "GET /two", cleanup=(step("two.cleanup", "DELETE /two"),)),
    )
    bench, result = run(
        *steps,
        cleanup=(step("journey.cleanup", "POST /end"),),
        table={"GET /one": OK, "GET /two": OK, "DELETE /two": answer(500), "DELETE /one": answer(410), "POST /end": OK},
    )
    assert bench.sent == ["GET /one", "GET /two", "DELETE /two", "DELETE /one", "POST /end"]
    assert result.outcome == "failed"
    assert result.reason.startswith("two.cleanup")
    assert outcomes(bench)["one.cleanup"] == "passed"


def test_each_cleanup_of_a_list_runs_when_its_own_values_exist() -> None:
    """A value that is missing skips the cleanup that names it and no other, also when the step failed."""
    undo = (
        step("one.cleanup", "DELETE /carts/${{ steps.one.id }}"),
        step("one.cleanup-2", "DELETE /locks/${{ steps.one.lock }}"),
    )
    both = (derive("id", "$.id"), derive("lock", "$.lock"))
    bench, _ = run(step("one", "GET /one", derive=both, cleanup=undo), table={"GET /one": OK, "DELETE /carts/7": OK})
    assert outcomes(bench) == {"one": "error", "one.cleanup": "passed", "one.cleanup-2": "skipped"}


def test_a_release_makes_a_cleanup_needless_only_when_it_passed() -> None:
    """The released cleanup is skipped with the reason; a release that failed releases nothing."""
    for selling, cleaned in ((OK, "skipped"), (answer(500), "passed")):
        steps = (
            step("open", "GET /open", cleanup=(step("open.cleanup", "DELETE /open"),)),
            step("sell", "POST /sell", releases=("open",)),
        )
        bench, _ = run(*steps, table={"GET /open": OK, "POST /sell": selling, "DELETE /open": OK})
        assert outcomes(bench)["open.cleanup"] == cleaned


def test_an_end_skips_the_rest_and_passes() -> None:
    """`end` ends the run as passed with its reason; cleanup runs."""
    end = Step(path="stop", is_end=True, end_when="steps.one.id == 7", end_reason=Literal("enough"))
    steps = (
        step("one", "GET /one", derive=(derive("id", "$.id"),), cleanup=(step("one.cleanup", "DELETE /one"),)),
        end,
        step("rest", "GET /rest"),
    )
    bench, result = run(*steps, table={"GET /one": OK, "DELETE /one": OK})
    assert (result.outcome, outcomes(bench)["rest"]) == ("passed", "skipped")
    assert bench.sent == ["GET /one", "DELETE /one"]


def test_a_run_all_of_whose_steps_were_skipped_is_skipped() -> None:
    """Nothing was tested, so nothing passed."""
    assert run(step("one", "GET /one", when="1 == 2"))[1].outcome == "skipped"


def test_a_poll_waits_whatever_the_answer_and_judges_the_last_one() -> None:
    """404, 500, a refused connection and another status are "not yet"; assertions see the last response only."""
    poll = Poll(until=(body_of("$.status", Literal("paid")),), every_ms=1000, for_ms=60_000)
    waiting = step("settled", "GET /o", poll=poll, checks=(body_of("$.n", Literal(4)),), derive=(derive("n", "$.n"),))
    replied = [answer(404), REFUSED, answer(500), answer(200, '{"status": "paid", "n": 4}')]
    bench, result = run(waiting, table={"GET /o": replied})
    assert result.outcome == "passed"
    assert bench.clock.slept == [1.0, 1.0, 1.0]
    state = bench.state()
    assert state is not None
    assert (state.ended["settled"].attempt, state.ended["settled"].derived) == (4, {"n": 4})


@pytest.mark.parametrize("last", [answer(200, '{"status": "new"}'), REFUSED])
def test_a_poll_out_of_time_is_a_failure(last: Any) -> None:
    """Not an error, also when the last look got no answer; the reason says what was waited for and how long."""
    poll = Poll(until=(body_of("$.status", Literal("paid")),), every_ms=1000, for_ms=2500)
    bench, result = run(step("settled", "GET /o", poll=poll), table={"GET /o": last})
    assert len(bench.sent) == 3
    assert result.outcome == "failed"
    assert "not there after" in result.reason
    assert account(result, "settled")["error"]["code"] == codes.POLL_ENDED


@pytest.mark.parametrize("awaited", ["refused", "paid"])
def test_fail_if_ends_a_poll_at_once_as_a_failure(awaited: str) -> None:
    """It is judged before `until`: one that holds fails the step whether `until` holds too or never will."""
    poll = Poll(
        until=(body_of("$.status", Literal(awaited)),), fail_if=(body_of("$.status", Literal("refused")),), attempts=5
    )
    bench, result = run(step("settled", "GET /o", poll=poll), table={"GET /o": answer(200, '{"status": "refused"}')})
    assert (len(bench.sent), result.outcome) == (1, "failed")
    assert account(result, "settled")["error"]["code"] == codes.POLL_REFUSED


def test_a_poll_without_until_waits_for_its_assertions_and_tells_them_once() -> None:
    """The assertions are the condition; when time runs out each is told once."""
    check = body_of("$.status", Literal("paid"))
    waiting = step("settled", "GET /o", poll=Poll(until=(check,), attempts=2, every_ms=1), checks=(check,))
    _, result = run(waiting, table={"GET /o": answer(200, '{"status": "new"}')})
    assert [one["place"] for one in account(result, "settled")["assertions"]] == ["settled/assert/0"]


def test_a_retry_is_decided_before_assertions_and_honours_retry_after() -> None:
    """429 with Retry-After waits that long; what `errors` does not name is not tried again."""
    retry = Retry(attempts=4, delay_ms=10, backoff=2.0, errors=("429", "connect"))
    replied = [answer(429, retry_after="3"), REFUSED, answer(500)]
    bench, result = run(step("one", "GET /o", retry=retry, expect=200), table={"GET /o": replied})
    assert bench.clock.slept == [3.0, 0.02]
    assert (len(bench.sent), result.outcome) == (3, "failed")


def test_what_a_server_asks_for_is_bounded() -> None:
    """A Retry-After beyond max_delay, or of many digits, or a backoff beyond all numbers, waits no longer than allowed."""
    retry = Retry(attempts=2, delay_ms=10, max_delay_ms=2000, errors=("429",))
    bench, _ = run(step("one", "GET /o", retry=retry), table={"GET /o": answer(429, retry_after="9" * 5000)})
    assert bench.clock.slept == [2.0]
    poll = Poll(until=(status(201),), every_ms=1, backoff=10.0, max_every_ms=2, attempts=400)
    bench, _ = run(step("one", "GET /o", poll=poll), table={"GET /o": OK})
    assert max(bench.clock.slept) == 0.002


def test_a_transport_failure_is_an_error_and_a_timeout_has_its_own_code() -> None:
    """Nothing could be judged; the code says whether time ran out or the line did."""
    for failure, code in ((LATE, codes.TIMEOUT), (REFUSED, codes.TRANSPORT)):
        _, result = run(step("one", "GET /o"), table={"GET /o": failure})
        assert result.outcome == "error"
        assert account(result, "one")["error"]["code"] == code


def test_a_bad_timeout_or_cookie_is_an_outcome_and_no_exception() -> None:
    """What cannot be rendered ends the step as an error, wherever in the request it stands."""
    bad = step("one", "GET /o", request={"timeout": template_of_text("${{ 'soon' }}")})
    _, result = run(bad)
    assert result.outcome == "error"
    assert account(result, "one")["error"]["code"] == codes.NOT_COMPUTED


def test_an_implied_status_fails_and_says_so() -> None:
    """4xx and 5xx fail a step that says nothing of the status."""
    _, result = run(step("one", "GET /o"), table={"GET /o": answer(404)})
    assert result.outcome == "failed"
    assert account(result, "one")["assertions"][0]["place"] == "one/request"


def test_a_missed_assertion_comes_before_a_missing_value() -> None:
    """A 500 instead of a 201 explains that the id is missing: the step is failed, not an error."""
    _, result = run(step("one", "GET /o", expect=201, derive=(derive("id", "$.id"),)), table={"GET /o": answer(500)})
    assert result.outcome == "failed"
    assert result.reason.startswith("one: status is 500")


def test_a_variable_without_a_value_ends_the_run_as_an_error() -> None:
    """Nothing is sent, and the journal holds the run with its reason."""
    bench, result = run(step("one", "GET /o"), variables=(variable("bad", "1 / 0"),))
    assert result.outcome == "error"
    assert "the variable bad" in result.reason
    assert [type(event).__name__ for event in bench.journal.events()] == ["RunOpened", "RunEnded"]


# secrets


def test_derived_secrets_and_cookies_are_in_no_line() -> None:
    """`secret: true`, what a gate finds secret, cookies of any length and masked members are never written."""
    steps = (
        step("sign-in", "POST /s", derive=(derive("token", "$.token", is_secret=True),)),
        step("echo", "GET /e", derive=(derive("copy", "$.said"), derive("pin", "$.pin", is_secret=True))),
        step("jar", "GET /c", derive=(Derivation(name="theme", source="cookie", argument="theme"),)),
        step(
            "member",
            "GET /m",
            derive=(derive("word", "$.password"),),
            checks=(body_of("$.password", Literal("abcd"), "not_equals"),),
        ),
    )
    table = {
        "POST /s": answer(200, f'{{"token": "{TOKEN}"}}'),
        "GET /e": answer(200, f'{{"said": "it is {TOKEN}", "pin": 4711}}'),
        "GET /c": answer(200, "{}", set_cookie="theme=dk77"),
        "GET /m": answer(200, '{"password": "xq9z"}'),
    }
    bench, result = run(*steps, table=table)
    assert result.outcome == "passed"
    everything = b"".join(bench.journal.lines)
    for secret in (TOKEN, "4711", "dk77", "xq9z"):
        assert secret.encode() not in everything
    state = bench.state()
    assert state is not None
    assert [done.secrets for done in state.ended.values()] == [("token",), ("copy", "pin"), ("theme",), ("word",)]


def test_what_the_response_had_instead_is_cut_behind_the_gate() -> None:
    """A note never holds half a secret, wherever the text is cut."""
    steps = (step("one", "GET /o", derive=(Derivation(name="x", source="regex", argument="never"),)),)
    body = "a" * 60 + "correct horse battery staple" + "b" * 200
    bench, result = run(*steps, table={"GET /o": answer(200, body)}, secrets={"pw": "correct horse battery staple"})
    assert b"correct horse" not in b"".join(bench.journal.lines)
    assert "$PW" in account(result, "one")["error"]["notes"][0]


def test_a_generated_value_that_is_a_secret_is_not_stored_and_not_sent_again_changed() -> None:
    """A password drawn for a step is null in the intent; in doubt such a request restarts instead of leaving changed."""
    body = Body(kind="json", value=ObjectOf((("password", Reference("random_string(20)")),)))
    shop = Shop()
    shop.dies = (1, "after")
    sign_up = step("one", "PUT /users", request={"body": body})
    bench = Bench(Artifact(journey="j", steps=(sign_up,)), shop)
    with pytest.raises(Died):
        bench.run(world=bench.world(interruptions=(Died,)))
    intent = next(event for event in bench.journal.events() if isinstance(event, Intent))
    assert intent.generated == {"0": None}
    shop.dies = None
    assert (bench.run().attempt, shop.count("PUT /users")) == (2, 2)


def test_an_idempotency_key_is_the_same_for_every_retry() -> None:
    """Drawn once, recorded in the intent, sent with each attempt."""
    paying = step(
        "pay", "POST /pay", idempotency_key=Reference("uuid()"), retry=Retry(attempts=3, errors=("5xx",)), expect=200
    )
    bench, _ = run(paying, table={"POST /pay": [answer(500), answer(503), OK]})
    keys = {dict(sent.headers)["Idempotency-Key"] for sent in bench.transport.sent}
    assert len(bench.sent) == 3
    assert keys == {event.key for event in bench.journal.events() if isinstance(event, Intent)}
    assert len(keys) == 1


# going on


def _until(bench: Bench, reason_after: int) -> None:
    """Ask to stop after so many requests."""
    answering = bench.transport._answering

    def counted(sent: Any) -> Any:
        found = answering(sent)
        if len(bench.transport.sent) == reason_after:
            bench.stop.because = "Ctrl-C"
        return found

    bench.transport._answering = counted


def test_a_stop_leaves_the_run_open_at_the_step_boundary() -> None:
    """The step in flight is complete, no further request begins, and the next session goes on there."""
    bench = Bench(
        Artifact(journey="j", steps=(step("one", "POST /one"), step("two", "POST /two"))),
        replies({"POST /one": OK, "POST /two": OK}),
    )
    _until(bench, 1)
    with pytest.raises(Interrupted):
        bench.run()
    bench.stop.because = None
    assert bench.run().outcome == "passed"
    assert bench.sent == ["POST /one", "POST /two"]


def test_an_outcome_that_is_known_is_not_in_doubt_while_a_retry_waits() -> None:
    """Killed between a 429 and the next try, an unkeyed POST is tried again and the run does not restart."""
    retry = Retry(attempts=3, delay_ms=1000, errors=("429",))
    one = step("one", "POST /one", retry=retry, expect=200)
    bench = Bench(Artifact(journey="j", steps=(one,)), replies({"POST /one": [answer(429), OK]}))

    class Dying(ManualClock):
        """Time in which the process is killed as soon as it waits."""

        def sleep(self, seconds: float) -> None:
            journal.is_dead = True
            raise Died

    journal = _Mortal(bench)
    with pytest.raises(Died):
        bench.run(world=bench.world(interruptions=(Died,), journal=journal, clock=Dying()))
    assert bench.run().attempt == 1
    assert bench.sent == ["POST /one", "POST /one"]


@pytest.mark.parametrize("came", [LATE, answer(503)], ids=["timeout", "503"])
def test_a_retry_killed_while_it_waits_remembers_that_the_first_may_have_acted(came: Any) -> None:
    """The session that goes on takes a 404 for a DELETE as done, as the killed one would have."""
    retry = Retry(attempts=3, delay_ms=1000, errors=("timeout", "503"))
    gone = step("gone", "DELETE /o", retry=retry, expect=204)
    bench = Bench(Artifact(journey="j", steps=(gone,)), replies({"DELETE /o": [came, answer(404)]}))

    class Dying(ManualClock):
        """Time in which the process is killed as soon as it waits."""

        def sleep(self, seconds: float) -> None:
            journal.is_dead = True
            raise Died

    journal = _Mortal(bench)
    with pytest.raises(Died):
        bench.run(world=bench.world(interruptions=(Died,), journal=journal, clock=Dying()))
    assert bench.run().outcome == "passed"
    assert bench.sent == ["DELETE /o", "DELETE /o"]


class _Mortal:
    """A journal that takes nothing more once its process is dead."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self.is_dead = False

    def append(self, events: Any, accounts: Any = ()) -> None:
        if self.is_dead:
            raise Died
        self._bench.journal.append(events, accounts)


def test_whoever_did_nothing_leaves_the_run_where_it_was() -> None:
    """A session that is stopped before its first request appends nothing."""
    bench = Bench(Artifact(journey="j", steps=(step("one", "GET /one"),)), replies({}))
    bench.stop.because = "Ctrl-C"
    with pytest.raises(Interrupted):
        bench.run()
    assert bench.journal.lines == []


def test_a_refresh_needs_no_later_cookie() -> None:
    """A sign-in is refreshed with the cookies it had: a later step's cookie, which needs that sign-in, is no loop."""
    bearer = Auth(kind="bearer", values=(("token", template_of_text("${{ steps.sign-in.token }}")),))
    steps = (
        step("sign-in", "POST /login", derive=(derive("token", "$.token", is_secret=True),)),
        step("me", "GET /me", request={"auth": bearer}),
        step("last", "GET /last", request={"auth": bearer}),
    )
    table = {
        "POST /login": answer(200, f'{{"token": "{TOKEN}"}}'),
        "GET /me": answer(200, "{}", set_cookie=f"sid={SID}"),
        "GET /last": OK,
    }
    bench = Bench(Artifact(journey="j", steps=steps), replies(table))
    _until(bench, 2)
    with pytest.raises(Interrupted):
        bench.run()
    bench.stop.because = None
    assert bench.run().outcome == "passed"
    assert bench.sent == ["POST /login", "GET /me", "POST /login", "GET /me", "GET /last"]


def test_a_cookie_that_cannot_come_back_is_named_and_a_refusal_restarts() -> None:
    """The setter may not be refreshed: the next step goes without, and 401 makes the run begin again."""
    steps = (
        step("enter", "POST /enter", derive=(derive("id", "$.id"),)),
        step("inside", "GET /inside", expect=200),
    )
    entered = answer(200, '{"id": 7}', set_cookie=f"sid={SID}")
    table = {"POST /enter": entered, "GET /inside": [answer(401), OK]}
    bench = Bench(Artifact(journey="j", steps=steps), replies(table))
    _until(bench, 1)
    with pytest.raises(Interrupted):
        bench.run()
    bench.stop.because = None
    result = bench.run()
    assert (result.outcome, result.attempt) == ("passed", 2)
    told = [log for _, accounts in result.told for one in accounts for log in one.get("logs", ())]
    assert told == ["sent without the cookie sid that enter had set in an earlier session: it is not stored"]


def test_a_cookie_that_was_deleted_is_not_brought_back() -> None:
    """After a sign-out nobody signs in again to resume."""
    steps = (
        step("in", "GET /in"),
        step("out", "POST /out"),
        step("last", "GET /last"),
    )
    table = {
        "GET /in": answer(200, "{}", set_cookie=f"sid={SID}"),
        "POST /out": answer(200, "{}", set_cookie="sid=; Max-Age=0"),
        "GET /last": OK,
    }
    bench = Bench(Artifact(journey="j", steps=steps), replies(table))
    _until(bench, 2)
    with pytest.raises(Interrupted):
        bench.run()
    bench.stop.because = None
    assert bench.run().outcome == "passed"
    assert bench.sent == ["GET /in", "POST /out", "GET /last"]


def test_a_lost_secret_variable_restarts_the_run() -> None:
    """A secret that chance made is not stored: a resume that needs it begins again."""
    steps = (
        step("one", "GET /one"),
        step("two", "GET /two", request={"headers": (header("x-key", "${{ variables.key }}"),)}),
    )
    artifact = Artifact(journey="j", variables=(variable("key", "random_string(20)", is_secret=True),), steps=steps)
    bench = Bench(artifact, replies({"GET /one": OK, "GET /two": OK}))
    _until(bench, 1)
    with pytest.raises(Interrupted):
        bench.run()
    bench.stop.because = None
    result = bench.run()
    assert (result.outcome, result.attempt) == ("passed", 2)


# from outside


class LimitError(Exception):
    """A time limit of another plugin."""


def _raising(error: BaseException) -> Any:
    def raise_it(sent: Any) -> Any:
        raise error

    return raise_it


def test_a_foreign_exception_ends_the_step_cleans_up_and_goes_on() -> None:
    """In a request the step is in doubt; cleanup runs, the end is recorded, then the exception is raised."""
    steps = (
        step("one", "GET /one", cleanup=(step("one.cleanup", "DELETE /one"),)),
        step("two", "POST /two", cleanup=(step("two.cleanup", "DELETE /two"),)),
        step("three", "GET /three"),
    )
    table = {"GET /one": OK, "POST /two": _raising(LimitError("1 s")), "DELETE /one": OK, "DELETE /two": OK}
    bench = Bench(Artifact(journey="j", steps=steps), replies(table))
    runner = bench.runner()
    with pytest.raises(LimitError):
        runner.run()
    assert outcomes(bench) == {
        "one": "passed",
        "two": "in_doubt",
        "three": "blocked",
        "two.cleanup": "passed",
        "one.cleanup": "passed",
    }
    assert isinstance(bench.journal.events()[-1], RunEnded)
    found = next(one for _, accounts in runner.told for one in accounts if one["step"] == "two")
    assert found["error"]["code"] == codes.FOREIGN_EXCEPTION
    assert "LimitError: 1 s" in found["error"]["title"]


def test_foreign_exceptions_in_cleanups_do_not_keep_the_next_from_running() -> None:
    """Each struck cleanup ends in doubt; the last one runs, and the first exception is raised."""
    undo = tuple(step(f"one.cleanup{number}", f"DELETE /{number or 'first'}") for number in ("", "-2", "-3"))
    table = {"GET /one": OK, "DELETE /first": _raising(LimitError("a")), "DELETE /-2": _raising(LimitError("b"))}
    bench = Bench(
        Artifact(journey="j", steps=(step("one", "GET /one", cleanup=undo),)), replies({**table, "DELETE /-3": OK})
    )
    with pytest.raises(LimitError, match="a"):
        bench.run()
    assert outcomes(bench) == {
        "one": "passed",
        "one.cleanup": "in_doubt",
        "one.cleanup-2": "in_doubt",
        "one.cleanup-3": "passed",
    }


def test_an_exception_between_steps_is_an_error_of_the_later_one() -> None:
    """Also in a later session the run does not read as passed."""
    bench = Bench(
        Artifact(journey="j", steps=(step("one", "GET /one"), step("two", "GET /two"))), replies({"GET /one": OK})
    )
    calls = iter([None])

    def reason() -> str | None:
        if next(calls, "over") == "over":
            raise LimitError("between")
        return None

    bench.stop.reason = reason  # type: ignore[method-assign]
    with pytest.raises(LimitError):
        bench.run()
    assert outcomes(bench) == {"one": "passed", "two": "error"}


def test_a_keyboard_interrupt_leaves_the_run_open_with_its_step_in_doubt() -> None:
    """Nothing is cleaned up and nothing ends: the next session decides."""
    steps = (step("one", "GET /one", cleanup=(step("one.cleanup", "DELETE /one"),)), step("two", "POST /two"))
    bench = Bench(
        Artifact(journey="j", steps=steps), replies({"GET /one": OK, "POST /two": _raising(KeyboardInterrupt())})
    )
    with pytest.raises(KeyboardInterrupt):
        bench.run()
    state = bench.state()
    assert state is not None
    assert state.outcome is None
    assert state.in_doubt is not None
    assert bench.sent == ["GET /one", "POST /two"]


def test_a_journal_that_fails_ends_the_run_loudly() -> None:
    """Nothing more is sent once nothing more can be recorded, no cleanup either."""

    class Failing:
        def __init__(self, bench: Bench) -> None:
            self.bench = bench

        def append(self, events: Any, accounts: Any = ()) -> None:
            if self.bench.sent:
                raise JournalFailedError("disk full")
            self.bench.journal.append(events, accounts)

    steps = (step("one", "POST /one", cleanup=(step("one.cleanup", "DELETE /one"),)), step("two", "POST /two"))
    bench = Bench(Artifact(journey="j", steps=steps), replies({"POST /one": OK}))
    with pytest.raises(JournalFailedError):
        bench.run(world=bench.world(journal=Failing(bench)))
    assert bench.sent == ["POST /one"]


def test_an_expected_failure_is_told_as_one() -> None:
    """An xfail turns failed and error into xfailed, passed into xpassed, and leaves a skip alone."""
    for reply, expected in ((OK, "xpassed"), (answer(500), "xfailed"), (REFUSED, "xfailed")):
        _, result = run(step("one", "GET /o"), table={"GET /o": reply}, expected_failure="known")
        assert (result.outcome, result.reason) == (expected, "known")


def test_a_check_only_step_judges_without_sending() -> None:
    """A failed comparison shows both sides."""
    condition = Check(section="that", argument="1 + 1 == 3", operator="holds", operand=Literal(None))
    bench, result = run(Step(path="check", checks=(condition,)))
    told = account(result, "check")["assertions"][0]
    assert (told["actual"], told["expected"], bench.sent) == (2, 3, [])
    assert result.outcome == "failed"


def test_ended_events_tell_what_a_report_needs() -> None:
    """The checkpoint holds the derived values and the number of attempts."""
    bench, _ = run(step("one", "GET /o", derive=(derive("id", "$.id"),)), table={"GET /o": OK})
    ended = next(event for event in bench.journal.events() if isinstance(event, StepEnded))
    assert (ended.derived, ended.attempt, ended.reason) == ({"id": 7}, 1, "")
