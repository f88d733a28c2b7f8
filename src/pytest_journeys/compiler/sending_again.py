"""`retry`, `poll` and `idempotency_key`: sending a request (or calling a function) more than once, and what that needs."""

from dataclasses import replace
from typing import Final

from pytest_journeys.artifact.model import Call, Check, Poll, Request, Retry
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.assertions import PlacedCheck, lower_assertions
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.requests import REPEATABLE
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.expressions.template import Reference, Template
from pytest_journeys.language.steps import Act
from pytest_journeys.values.duration import Duration

KEY_HEADER: Final = "idempotency-key"
AUTOMATIC_KEY: Final = Reference("uuid()")
_ERRORS: Final = ("connect", "timeout", "429", "5xx")


def lower_retry(given: Act, place: Place, request: Request, context: Context) -> Retry | None:
    """Sending again after an error, if the step says so and may."""
    if given.retry is None:
        return None
    errors = _ERRORS if given.retry.errors is None else tuple(str(error) for error in given.retry.errors)
    _allow_retry(given, errors, place, request, context)
    return Retry(
        attempts=given.retry.attempts,
        delay_ms=_milliseconds(given.retry.delay, 0),
        backoff=float(given.retry.backoff),
        max_delay_ms=None if given.retry.max_delay is None else given.retry.max_delay.milliseconds,
        jitter=float(given.retry.jitter),
        errors=errors,
    )


def _allow_retry(given: Act, errors: tuple[str, ...], place: Place, request: Request, context: Context) -> None:
    acts_twice = [error for error in errors if error == "timeout" or error.startswith("5")]
    if not acts_twice or _may_be_sent_again(given, request) or given.idempotency_key is not None:
        return
    context.findings.add(
        codes.NEEDS_PERMISSION,
        f"{request.method} without an idempotency key may act twice when it is tried again after {acts_twice[0]}",
        place.at("retry"),
        on_key=True,
        help="allow it with in_doubt: resend, give it an idempotency_key, or write errors: [connect, 429]",
    )


def lower_poll(
    given: Act, place: Place, scope: Scope, request: Request | Call, checks: list[PlacedCheck], context: Context
) -> tuple[Poll | None, list[PlacedCheck], list[PlacedCheck]]:
    """Asking again, with the placed checks of `until` and `fail_if`; `checks` are the step's assertions."""
    poll = given.poll
    if poll is None:
        return None, [], []
    at = place.at("poll")
    _allow_poll(given, at, request, context)
    answer = replace(scope, has_response=True)
    until = (
        lower_assertions(poll.until, at.at("until"), answer, context)
        if poll.until
        else _implied(checks, at, scope, context)
    )
    fail_if = lower_assertions(poll.fail_if, at.at("fail_if"), answer, context) if poll.fail_if else []
    if poll.until and not until:
        context.findings.add(
            codes.NO_POLL, "an until without assertions waits for nothing", at.at("until"), on_key=True
        )
    lowered = Poll(
        until=_checks(until),
        fail_if=_checks(fail_if),
        every_ms=_milliseconds(poll.every, 1000),
        backoff=float(poll.backoff),
        max_every_ms=None if poll.max_every is None else poll.max_every.milliseconds,
        for_ms=None if poll.time_limit is None else poll.time_limit.milliseconds,
        attempts=poll.attempts,
    )
    return lowered, until, fail_if


def _implied(checks: list[PlacedCheck], place: Place, scope: Scope, context: Context) -> list[PlacedCheck]:
    """Without `until` the assertions are the condition."""
    if not checks:
        context.findings.add(
            codes.NO_POLL,
            "nothing says what the poll waits for",
            place,
            on_key=True,
            help="write it under `until`: {json: {$.status: paid}}, or under `assert`",
        )
    for one in checks:
        if scope.own in one.steps:
            context.findings.add(
                codes.TOO_EARLY,
                f"without until, this is asked of each answer, and {scope.own} derives from the last one only",
                one.place,
                help="say under until what the poll waits for",
            )
    return checks


def _allow_poll(given: Act, place: Place, request: Request | Call, context: Context) -> None:
    if isinstance(request, Call):
        if not request.is_safe and given.in_doubt != "resend":
            context.findings.add(
                codes.NEEDS_PERMISSION,
                "a polled function is called many times",
                place,
                on_key=True,
                help="allow it with in_doubt: resend; where it only reads, write safe: true",
            )
        return
    if given.idempotency_key is not None:
        context.findings.add(
            codes.NO_POLL,
            "a poll with an idempotency key gets the first answer again and again",
            place,
            on_key=True,
            help="send it once in a step of its own and poll what it made",
        )
    elif not _may_be_sent_again(given, request):
        context.findings.add(
            codes.NEEDS_PERMISSION,
            f"a polled {request.method} is sent many times",
            place,
            on_key=True,
            help="allow it with in_doubt: resend; where it only reads, write safe: true",
        )


def lower_key(given: Act, place: Place, scope: Scope, request: Request, context: Context) -> Template | None:
    """The idempotency key: ``auto`` draws one for the step."""
    if given.idempotency_key is None:
        return None
    if any(header.name.lower() == KEY_HEADER for header in request.headers):
        context.findings.add(
            codes.TWO_KEYS,
            "the idempotency key is given twice, here and under headers",
            place.at("idempotency_key"),
            on_key=True,
            help="take the header away: the key is sent in it",
        )
    if given.idempotency_key == "auto":
        return AUTOMATIC_KEY
    lowered = context.text(given.idempotency_key, place.at("idempotency_key"), scope)
    if lowered.secret is not None and lowered.draws:
        context.findings.add(
            codes.DRAWS_HERE,
            "a key that reads a secret is computed again when a run resumes, so it draws nothing",
            place.at("idempotency_key"),
            help="draw it in a variable, or leave the secret out",
        )
    return lowered.template


def _may_be_sent_again(given: Act, request: Request) -> bool:
    return request.is_safe or request.method in REPEATABLE or given.in_doubt == "resend"


def _checks(placed: list[PlacedCheck]) -> tuple[Check, ...]:
    return tuple(one.check for one in placed)


def _milliseconds(given: Duration | None, otherwise: int) -> int:
    return otherwise if given is None else given.milliseconds
