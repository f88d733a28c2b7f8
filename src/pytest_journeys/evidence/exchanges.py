"""Requests and answers, and calls of functions, as the document shows them."""

from collections.abc import Iterable

from pytest_journeys.events.account import BodyAccount, ExchangeAccount
from pytest_journeys.events.model import CALL, Intent
from pytest_journeys.evidence.attempt import StepRecord, Telling
from pytest_journeys.evidence.document import (
    BodyDocument,
    CallDocument,
    ExchangeDocument,
    RequestDocument,
    ResponseDocument,
)


def exchanges_of(record: StepRecord) -> list[ExchangeDocument]:
    """Every exchange of a step in the order sent, refreshes last, then the request whose outcome is not known."""
    found = list(_told(record.told, is_refresh=False))
    for intent in record.unanswered:
        if intent.method == CALL:
            continue
        found.insert(_place_among(found, intent), _unanswered(intent))
    found.extend(_told(record.refreshes, is_refresh=True))
    for open_intent in (record.intent, record.question):
        if open_intent is not None and open_intent.method != CALL:
            found.append(_unanswered(open_intent))
    return found


def _place_among(exchanges: list[ExchangeDocument], intent: Intent) -> int:
    """Before the question about it and before what was sent later."""
    later = (place for place, one in enumerate(exchanges) if one["attempt"] >= intent.attempt)
    return next(later, len(exchanges))


def calls_of(record: StepRecord, function: str) -> list[CallDocument]:
    """Every call of a step's function in order, refreshes last, then the one that did not come back."""
    found: list[CallDocument] = []
    for told, is_refresh in ((record.told, False), (record.refreshes, True)):
        for telling in told:
            if "call" in telling.account:
                found.append(_call(telling, is_refresh=is_refresh))
    found.extend(
        {
            "attempt": intent.attempt,
            "refresh": intent.is_refresh,
            "function": function,
            "arguments": None,
            "returned": None,
            "stashes": record.stashes,
            "continues": False,
            "duration_ms": 0.0,
        }
        for intent in (*record.unanswered, record.intent)
        if intent is not None and intent.method == CALL
    )
    return sorted(found, key=lambda call: (call["refresh"], call["attempt"]))


def _call(telling: Telling, *, is_refresh: bool) -> CallDocument:
    account = telling.account
    call = account["call"]
    document: CallDocument = {
        "attempt": account["attempt"],
        "refresh": is_refresh,
        "function": call["function"],
        "arguments": _body(call.get("arguments"), telling.session),
        "returned": _body(call.get("returned"), telling.session),
        "stashes": call.get("stashes", 0),
        "continues": call.get("continues", False),
        "duration_ms": account["duration_ms"],
    }
    if telling.sent_again:
        document["called_again"] = telling.sent_again
    return document


def _told(told: Iterable[Telling], *, is_refresh: bool) -> Iterable[ExchangeDocument]:
    for telling in told:
        for exchange in telling.account.get("exchanges", ()):
            document = _exchange(exchange, telling.session, is_refresh=is_refresh)
            if telling.sent_again:
                document["sent_again"] = telling.sent_again
            yield document


def _exchange(account: ExchangeAccount, session: str, *, is_refresh: bool) -> ExchangeDocument:
    sent = account["request"]
    request: RequestDocument = {
        "method": sent["method"],
        "url": sent["url"],
        "headers": sent["headers"],
        "body": _body(sent.get("body"), session),
    }
    answered = account.get("response")
    response: ResponseDocument | None = None
    if answered is not None:
        response = {
            "status": answered["status"],
            "reason": answered["reason"],
            "http_version": answered["http_version"],
            "headers": answered["headers"],
            "body": _body(answered.get("body"), session),
        }
    document: ExchangeDocument = {
        "attempt": account["attempt"],
        "refresh": is_refresh,
        "request": request,
        "response": response,
        "timings_ms": account["timings_ms"],
        "error": account.get("error"),
    }
    if "question" in account:
        document["question"] = {"answer": account["question"]["answer"], "reason": account["question"]["reason"]}
    return document


def _unanswered(intent: Intent) -> ExchangeDocument:
    document: ExchangeDocument = {
        "attempt": intent.attempt,
        "refresh": intent.is_refresh,
        "request": {"method": intent.method, "url": intent.url, "headers": [], "body": None},
        "response": None,
        "timings_ms": {},
        "error": "the request may have left; its outcome was not recorded",
    }
    if intent.is_question:
        document["question"] = {"answer": "unknown", "reason": "the session ended before its answer was recorded"}
    return document


def _body(account: BodyAccount | None, session: str) -> BodyDocument | None:
    if account is None:
        return None
    body: BodyDocument = {
        "media_type": account.get("media_type"),
        "size": account["size"],
        "sha256": account["sha256"],
    }
    if "text" in account:
        body["text"] = account["text"]
    if "base64" in account:
        body["base64"] = account["base64"]
    if account.get("is_stored"):
        body["file"] = f"sessions/{session}/bodies/{account['sha256']}"
    if "cut_to" in account:
        body["cut_to"] = account["cut_to"]
    return body
