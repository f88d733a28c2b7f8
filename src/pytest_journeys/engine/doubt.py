"""What becomes of a request that may have left and whose outcome was not recorded (durability.md, "In doubt").

The method says what a second sending would do (RFC 9110, 9.2): nothing (safe), the same (idempotent), or something new.
A step's own ``in_doubt`` stands before everything; the session's option before the journey's ``recovery``.
"""

from typing import Final, Literal, TypeAlias

from pytest_journeys.artifact.model import Step
from pytest_journeys.events.model import CALL, Intent
from pytest_journeys.values.http import HttpRequest

Verdict: TypeAlias = Literal["resend", "restart", "fail", "ask"]

_IDEMPOTENT: Final = frozenset({"PUT", "DELETE"})
_TELLS_NOTHING: Final = frozenset({401, 403, 407, 408, 425, 429})
"""The server will not say, or not now."""
_CONDITIONS: Final = frozenset({"if-match", "if-none-match", "if-unmodified-since"})


def settle(step: Step, intent: Intent, policy: str, *, is_repeatable: bool = True) -> Verdict:
    """What to do with the intent of `step`; `policy` is what governs a step that says nothing itself.

    A request that is not `is_repeatable` would not leave as it was: only a safe one is sent all the same.
    """
    verdict = _wanted(step, intent, policy)
    if verdict == "resend" and not is_repeatable and not intent.is_safe:
        return "fail" if policy == "fail" else "restart"
    return verdict


def _wanted(step: Step, intent: Intent, policy: str) -> Verdict:
    if step.in_doubt is not None:
        return _verdict(step.in_doubt)
    if intent.is_safe or intent.method in _IDEMPOTENT or step.idempotency_key is not None:
        return "resend"
    return _verdict(policy)


def says_not_done(status: int) -> bool:
    """Whether an answer to a question that does not meet ``done_if`` says that nothing was done.

    A redirect that is not followed, a refusal and an error of the server say neither.
    """
    return 200 <= status < 300 or (400 <= status < 500 and status not in _TELLS_NOTHING)


def counts_as_done(request: HttpRequest, status: int) -> bool:
    """Whether the answer to a second sending says that the first one had already done it.

    A DELETE finds nothing left (404, 410), a conditional PUT finds its condition used up (412).
    """
    if request.method == "DELETE":
        return status in (404, 410)
    return request.method == "PUT" and status == 412 and any(name.lower() in _CONDITIONS for name, _ in request.headers)


def told_departure(intent: Intent) -> str:
    """``POST may have left``, ``call of shop.orders:restock may have acted``."""
    return f"call of {intent.url} may have acted" if intent.method == CALL else f"{intent.method} may have left"


def _verdict(word: str) -> Verdict:
    match word:
        case "resend":
            return "resend"
        case "fail":
            return "fail"
        case "ask":
            return "ask"
        case _:
            return "restart"
