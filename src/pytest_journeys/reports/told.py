"""The sentences of evidence: values, mismatches, outcomes and times as people read them. One line each, printable."""

import json
from collections.abc import Mapping
from typing import Final

from pytest_journeys.evidence.document import (
    AssertionDocument,
    At,
    BodyDocument,
    CallDocument,
    ExchangeDocument,
    StepDocument,
)
from pytest_journeys.reports.printable import cut, printable
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.json import JsonValue

_LONGEST_VALUE: Final = 100  # characters of a value inside a sentence
_OPERATORS: Final = {
    "equals": "expected",
    "not_equals": "expected anything but",
    "one_of": "expected one of",
    "like": "expected something like",
    "exists": "expected exists:",
    "type": "expected the type",
    "empty": "expected empty:",
    "length": "expected the length",
    "contains": "expected to contain",
    "not_contains": "expected not to contain",
    "starts_with": "expected to start with",
    "ends_with": "expected to end with",
    "matches": "expected to match",
    "format": "expected the format",
    "greater_than": "expected more than",
    "at_least": "expected at least",
    "less_than": "expected less than",
    "at_most": "expected at most",
    "between": "expected between",
    "approx": "expected about",
}
_ANSWERED: Final = {
    "done": "it was done",
    "not_done": "it was not done",
    "unknown": "not known whether it was done",
}
_SECRET: Final = {"secret": True}
_LOUD: Final = {"failed": "FAILED", "error": "ERROR", "in_doubt": "IN DOUBT", "interrupted": "INTERRUPTED"}


def told_value(value: JsonValue, longest: int = _LONGEST_VALUE) -> str:
    """A value in a sentence: its JSON on one line, a plain text between single quotes (as the matchers tell theirs)."""
    if isinstance(value, str) and value.isprintable() and "'" not in value:
        return cut(f"'{value}'", longest)
    return cut(printable(json.dumps(value, ensure_ascii=False)), longest)


def told_assertion(assertion: AssertionDocument, longest: int = _LONGEST_VALUE) -> str:
    """A mismatch as a sentence: ``status is 500, expected 202``. `longest` bounds each value in it."""
    target = printable(assertion["target"])
    text = assertion.get("text")
    if text:
        return f"{target} {cut(printable(text), 4 * longest)}"
    found = f"is {told_value(assertion['actual'], longest)}" if "actual" in assertion else "is missing"
    if "expected" not in assertion:
        return f"{target} {found}"
    wanted = _OPERATORS.get(assertion["operator"], f"expected {printable(assertion['operator'])}")
    return f"{target} {found}, {wanted} {told_value(assertion['expected'], longest)}"


def told_actual(assertion: AssertionDocument) -> str:
    """The words behind the carets: ``got 500``."""
    return f"got {told_value(assertion['actual'])}" if "actual" in assertion else "missing"


def told_outcome(step: StepDocument) -> str:
    """``passed``, ``passed (replayed)``, ``FAILED``."""
    word = _LOUD.get(step["outcome"], step["outcome"])
    marks = [mark for mark, is_set in (("replayed", step["replayed"]), ("refreshed", step["refreshed"])) if is_set]
    return f"{word} ({', '.join(marks)})" if marks else word


def told_ms(milliseconds: float) -> str:
    """A length of time at the size it has: ``0.4 ms``, ``143 ms``, ``2.3 s``, ``2m5s``, ``1h30m``."""
    if milliseconds < 10:
        return f"{milliseconds:.1f} ms"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    seconds = milliseconds / 1000
    if seconds < 120:
        return f"{seconds:.1f} s"
    finest = 1 if seconds < 3600 else 60 if seconds < 86_400 else 3600
    return str(Duration(int(seconds // finest) * finest * 1000))


def told_age(seconds: float) -> str:
    """How long ago, in its largest unit: ``40 s``, ``12 min``, ``3 h``, ``2 d``."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, int(seconds))} s"


def told_count(count: int, word: str) -> str:
    """``1 run``, ``2 runs``, ``2 bodies``."""
    if count == 1:
        return f"1 {word}"
    return f"{count} {word[:-1]}ies" if word.endswith("dy") else f"{count} {word}s"


def told_request(exchange: ExchangeDocument, longest: int = 600) -> str:
    """``POST http://127.0.0.1:8000/carts``."""
    request = exchange["request"]
    return f"{printable(request['method'])} {cut(printable(request['url']), longest)}"


def told_answer(exchange: ExchangeDocument) -> str:
    """``202 Accepted``, or why there is none."""
    response = exchange["response"]
    if response is None:
        return cut(printable(exchange["error"] or "no answer"), 300)
    return cut(f"{response['status']} {printable(response['reason'])}".rstrip(), 100)


def told_question(exchange: ExchangeDocument) -> str:
    """What an answer says of the request that was in doubt: ``it was not done: 404 Not Found; status is 404, expected 200``."""
    question = exchange.get("question")
    if question is None:
        return ""
    return f"{_ANSWERED[question['answer']]}: {cut(printable(question['reason']), 300)}"


def told_body(body: BodyDocument, longest: int = 240, store: str = ".journeys") -> str:
    """The body's text on one line, then what it is: ``{"a": 1} (application/json, 8 bytes)``."""
    facts = [printable(body["media_type"])] if body["media_type"] else []
    facts.append(told_count(body["size"], "byte"))
    if "cut_to" in body:
        facts.append(f"cut to {told_count(body['cut_to'], 'byte')}")
    about = ", ".join(facts)
    if "text" in body:
        text = " ".join(body["text"].split())
        return f"{cut(printable(text), longest)} ({about})" if text else f"empty ({about})"
    if "file" in body:
        return f"in {store}/{body['file']} ({about})"
    return f"binary ({about})"


def told_call(call: CallDocument) -> str:
    """``call shop.orders:restock -> {"left": 3} (application/json, 10 bytes) (refresh)``."""
    body = call["returned"]
    marks = [word for word, is_set in (("refresh", call["refresh"]), ("from its stash", call["continues"])) if is_set]
    marked = f" ({', '.join(marks)})" if marks else ""
    return (
        f"call {printable(call['function'])} -> {told_body(body) if body is not None else 'nothing came back'}{marked}"
    )


def told_at(at: At | None) -> str:
    """``checkout.journey.yaml:44:22``; empty where nothing was written."""
    return f"{printable(at['file'])}:{at['line']}:{at['column']}" if at is not None else ""


def told_members(members: Mapping[str, JsonValue]) -> str:
    """``sku = 'A-100', quantity = 2, token (a secret)``."""
    return ", ".join(
        f"{printable(name)} (a secret)" if value == _SECRET else f"{printable(name)} = {told_value(value)}"
        for name, value in members.items()
    )
