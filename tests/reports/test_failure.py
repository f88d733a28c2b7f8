"""The failure text: what a person reads first."""

from collections.abc import Callable

from hypothesis import given, settings
from hypothesis import strategies as st

from evidence.checkout import (
    ARTIFACT,
    RUN,
    SOURCE_MAP,
    Telling,
    account,
    assertion,
    body,
    exchange,
    failing_run,
)
from pytest_journeys.events.account import AssertionAccount, ErrorAccount, StepAccount
from pytest_journeys.events.model import RunDecided
from pytest_journeys.evidence.collect import collect_run
from pytest_journeys.reports.failure import headline, render_failure
from pytest_journeys.reports.printable import width

Golden = Callable[[str, str], None]


def failure_of(told: Telling) -> str:
    """The failure text of a checkout run."""
    return render_failure(collect_run(ARTIFACT, SOURCE_MAP, "v14", told.lines), SOURCE_MAP)


def failed_at_pay(told: StepAccount, outcome: str = "failed", reason: str = "") -> Telling:
    """A run that ends at ``pay``."""
    telling = Telling().opened(Telling().intent("sign-in")).step("sign-in").step("open-cart")
    return telling.step("pay", outcome, told=told, reason=reason).ended("failed", reason)


def pay(*assertions: AssertionAccount, error: ErrorAccount | None = None, answer: str = "{}") -> StepAccount:
    """An account of ``pay``."""
    return account("pay", exchange("POST", "/pay", answer=answer), assertions=assertions, error=error)


def json_mismatch(place: str = "pay/assert/1", **rest: object) -> AssertionAccount:
    """A failed assertion on ``$.total``."""
    told = assertion("failed", place=place, target="json $.total", expected=250, actual=0)
    return {**told, **rest}  # type: ignore[typeddict-item]


def test_the_page_of_the_contract(golden: Golden):
    """Headline, place, excerpt with carets, request, body, used values, steps, the curl line, help: in this order."""
    golden("failure_status.txt", failure_of(failing_run()))


def test_several_assertions_of_a_step(golden: Golden):
    """The first that failed is shown in full with every difference, the others and the warnings compactly."""
    like = json_mismatch(details=[f'$.items[{index}].sku is "A", expected "B"' for index in range(12)])
    missing = json_mismatch("pay/assert/0", target="json $.order_id")
    del missing["actual"]
    slow = assertion(
        "warned", place="pay/warn/0", target="duration", operator="less_than", expected="200ms", actual="812ms"
    )
    golden("failure_several.txt", failure_of(failed_at_pay(pay(like, missing, slow))))


def test_an_implied_status(golden: Golden):
    """A 404 that nothing expects has a code of its own, points to the step and says why it fails."""
    implied = assertion("failed", place="pay/request", operator="less_than", expected=400, actual=404)
    implied["text"] = "is 404, and the step says of no status that it is right"
    golden("failure_implied.txt", failure_of(failed_at_pay(pay(implied))))


def test_a_poll_that_ended(golden: Golden):
    """What was still waited for is the headline; how long it took and how the attempts were answered follow."""
    waited = assertion("failed", place="pay/until/0", target="json $.status", expected="paid", actual="new")
    waited["text"] = "is 'new', expected 'paid'"
    error: ErrorAccount = {"code": "E512", "title": "the poll ended after 7 attempts in 2m", "place": "pay/until/0"}
    told = account(
        "pay", *(exchange("GET", "/orders/1", attempt=attempt) for attempt in range(1, 8)),
        attempt=7, assertions=[waited], error=error, duration_ms=120_000,
    )  # fmt: skip
    telling = Telling().opened().step("pay", "failed", told=told, attempt=7).ended("failed")
    golden("failure_poll.txt", failure_of(telling))


def test_a_transport_error(golden: Golden):
    """No answer: the error's own code, place and help, and what the line said."""
    error: ErrorAccount = {
        "code": "E520", "title": "no answer: connection refused", "place": "pay/url",
        "notes": ["127.0.0.1:8000 refused the connection"], "help": "is the shop running?",
    }  # fmt: skip
    told = account("pay", exchange("POST", "/pay", None, error="connection refused"), error=error)
    golden("failure_transport.txt", failure_of(failed_at_pay(told, "error")))


def test_an_assertion_comes_before_a_missing_value(golden: Golden):
    """A 500 instead of a 201 is the failure; that a value was missing as well is told beside it."""
    error: ErrorAccount = {
        "code": "E530",
        "title": "order_id is missing: no $.order_id",
        "place": "pay/derive/order_id",
    }
    golden("failure_and_missing.txt", failure_of(failed_at_pay(pay(assertion("failed", actual=500), error=error))))


def test_a_step_in_doubt(golden: Golden):
    """A run that stops at a request whose outcome is not known says so, in words and code."""
    told = Telling().opened(Telling().intent("pay")).in_session("session-2").opened(reason="resume")
    told.step("pay", "in_doubt", reason="its POST may have left and its outcome is not known")
    golden("failure_in_doubt.txt", failure_of(told.ended("in_doubt", "pay")))


def test_a_cleanup_that_failed(golden: Golden):
    """Every step passed, and the run fails: the cleanup is named with its code."""
    told = Telling().opened()
    for step in ("sign-in", "open-cart", "pay", "settled"):
        told.step(step, is_registered=step == "open-cart")
    failed = assertion("failed", place="open-cart.cleanup/assert/0", actual=500)
    told.step("open-cart.cleanup", "failed", told=account(
        "open-cart.cleanup", exchange("DELETE", "/carts/17", 500), assertions=[failed]))  # fmt: skip
    golden("failure_cleanup.txt", failure_of(told.ended("failed", "open-cart.cleanup: status is 500")))


def test_redirects_and_attempts(golden: Golden):
    """Each hop of the last attempt and how the earlier attempts were answered."""
    hops = [exchange("GET", "/a", 302, attempt=3, reason="Found"), exchange("GET", "/b", 200, attempt=3)]
    first = [
        exchange("GET", "/a", 503, attempt=1, reason="Busy"),
        exchange("GET", "/a", None, attempt=2, error="timeout"),
    ]
    told = account("pay", *first, *hops, attempt=3, assertions=[json_mismatch()])
    telling = Telling().opened().step("pay", "failed", told=told, attempt=3).ended("failed")
    golden("failure_redirects.txt", failure_of(telling))


def test_a_restarted_run(golden: Golden):
    """The attempts that were left are told with their reason."""
    told = Telling().opened(Telling().intent("pay"))
    told.line(RunDecided(run=RUN, decision="restart", reason="pay is in doubt: its POST may have left", at=told.now))
    told.opened(attempt=2, reason="restart").step("pay", "failed", told=pay(json_mismatch()))
    golden("failure_restarted.txt", failure_of(told.ended("failed")))


def test_a_run_that_could_not_begin(golden: Golden):
    """Without a step the reason of the run is the headline."""
    told = Telling().opened().ended("error", "the secret shop-password is not set")
    golden("failure_setup.txt", failure_of(told))


def test_long_and_hostile_answers(golden: Golden):
    """Escapes, bidi controls, markup and a huge line: one printable line, and what was cut is told."""
    hostile = "\x1b[31m<script>]]>\u202egnp.exe\x00 " + "x" * 5000
    told = pay(json_mismatch(actual=hostile, expected="a\nb\ud800"), answer=hostile)
    golden("failure_hostile.txt", failure_of(failed_at_pay(told)))


def test_a_large_request_body_is_left_to_show():
    """The failure text stays short: a curl command of many lines is told by `journeys show`."""
    sent = exchange("POST", "/pay", 500, sent=body("y" * 5000))
    text = failure_of(failed_at_pay(account("pay", sent, assertions=[assertion("failed", actual=500)])))
    assert "see `journeys show`" in text
    assert "yyy" not in text


def test_the_headline_is_the_first_line():
    """The short summary and JUnit's message show the first line alone."""
    run = collect_run(ARTIFACT, SOURCE_MAP, None, failing_run().lines)
    assert render_failure(run, SOURCE_MAP).splitlines()[0] == headline(run) == "E510 pay: status is 500, expected 202"


def test_a_sentence_of_the_matcher_goes_on_behind_the_target():
    """A mismatch that brings its own words keeps them."""
    text = failure_of(failed_at_pay(pay(json_mismatch(text="differs in 3 places"))))
    assert text.startswith("E510 pay: json $.total differs in 3 places\n")


def test_lines_fit_eighty_columns():
    """Whatever is told, the facts below the headline keep to 80 columns, wide characters counted as two."""
    told = pay(json_mismatch(actual="x" * 300, expected="\u6f22" * 90, details=["y" * 200]), answer="z" * 400)
    for line in failure_of(failed_at_pay(told)).splitlines()[1:]:
        assert width(line) <= 80


@settings(max_examples=60, deadline=None)
@given(st.text(), st.text(), st.recursive(st.none() | st.booleans() | st.text(), st.lists))
def test_any_text_becomes_printable_lines(answer: str, title: str, value: object):
    """Nothing that a server sends reaches the terminal as a control character, a bidi control or a surrogate."""
    error: ErrorAccount = {"code": "E530", "title": title, "place": "pay/url", "notes": [answer]}
    told = pay(json_mismatch(actual=value, details=[answer]), error=error, answer=answer)
    text = failure_of(failed_at_pay(told, reason=title))
    assert all(line.isprintable() for line in text.split("\n"))
    text.encode("utf-8")
