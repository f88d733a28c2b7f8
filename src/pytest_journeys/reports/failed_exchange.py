"""The request or call behind a failure: what was sent, what came back, over which redirects and attempts, how to send it again."""

import itertools
import operator
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from pytest_journeys.evidence.document import ExchangeDocument, StepDocument
from pytest_journeys.reports.curl import curl_words
from pytest_journeys.reports.excerpt import COLUMNS, Fact
from pytest_journeys.reports.printable import printable, width
from pytest_journeys.reports.told import told_answer, told_body, told_count, told_ms, told_question, told_request

_MOST_ANSWERS: Final = 5
_LONGEST_CURL: Final = 1200  # characters; a longer one is told by `journeys show`


def exchange_facts(step: StepDocument, store: str) -> Iterator[Fact]:
    """Names and texts of the facts, in the order shown; nothing for a step that sent nothing."""
    if not step["exchanges"]:
        return
    last = next((one for one in reversed(step["exchanges"]) if "question" not in one), step["exchanges"][-1])
    attempt = [one for one in step["exchanges"] if _is_same_attempt(one, last)]
    yield "request", f"{told_request(attempt[0])} ({_about(step, attempt)})"
    if len(attempt) > 1:
        yield (
            "redirects",
            ", ".join(f"{told_answer(one)} to {told_request(after, 300)}" for one, after in _pairs(attempt)),
        )
    if is_whole(last) and not _is_told_by_headline(step, last):
        yield "answer", told_answer(last)
    body = last["response"]["body"] if last["response"] is not None else None
    if body is not None:
        yield "body", told_body(body, store=store)
    if step["attempts"] > 1:
        yield "attempts", _told_attempts(step)
    for one in step["exchanges"]:
        if "question" in one:
            yield "asked", f"{told_request(one)}; {told_question(one)}"


def call_facts(step: StepDocument, store: str) -> Iterator[Fact]:
    """What was called, with what, and what it returned; nothing for a step that called nothing."""
    calls = step.get("calls", [])
    if not calls:
        return
    last = calls[-1]
    refresh = "refresh, " if last["refresh"] else ""
    yield "call", f"{printable(last['function'])} ({refresh}attempt {last['attempt']}, {told_ms(last['duration_ms'])})"
    if last["arguments"] is not None:
        yield "arguments", told_body(last["arguments"], store=store)
    if last["returned"] is not None:
        yield "returned", told_body(last["returned"], store=store)
    if step["attempts"] > 1:
        yield "attempts", f"{told_count(step['attempts'], 'attempt')} in {told_ms(step['duration_ms'])}"


def again_fact(step: StepDocument, secrets: Collection[str], store: str) -> Iterator[Fact]:
    """The command that sends the last attempt's request again."""
    if step["exchanges"] and is_whole(step["exchanges"][-1]):
        last = step["exchanges"][-1]
        first = next(one for one in step["exchanges"] if _is_same_attempt(one, last))
        yield "again", _again(first, secrets, store)


def is_whole(exchange: ExchangeDocument) -> bool:
    """Whether the whole request is known; of one whose outcome was not recorded its first line is."""
    return bool(exchange["timings_ms"] or exchange["request"]["headers"]) or exchange["response"] is not None


def again_lines(exchange: ExchangeDocument, secrets: Collection[str], store: str, columns: int) -> list[str]:
    """The curl command on lines of about so many columns, each but the last ending in a backslash."""
    lines: list[str] = []
    for word in curl_words(exchange["request"], secrets, store=store):
        if lines and width(lines[-1]) + width(word) + 3 <= columns:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def _again(exchange: ExchangeDocument, secrets: Collection[str], store: str) -> str | list[str]:
    lines = again_lines(exchange, secrets, store, COLUMNS - 13)
    return lines if sum(map(len, lines)) <= _LONGEST_CURL else "the curl command is long: see `journeys show`"


def _about(step: StepDocument, attempt: Sequence[ExchangeDocument]) -> str:
    spent = sum(one["timings_ms"].get("total", 0.0) for one in attempt)
    refresh = "refresh, " if attempt[0]["refresh"] else ""
    took = f", {told_ms(spent or step['duration_ms'])}" if is_whole(attempt[0]) else ""
    return f"{refresh}attempt {attempt[0]['attempt']}{took}"


def _is_same_attempt(one: ExchangeDocument, other: ExchangeDocument) -> bool:
    is_same_kind = one["refresh"] == other["refresh"] and ("question" in one) == ("question" in other)
    return is_same_kind and one["attempt"] == other["attempt"]


def _pairs(attempt: Sequence[ExchangeDocument]) -> Iterator[tuple[ExchangeDocument, ExchangeDocument]]:
    return itertools.pairwise(attempt)


def _is_told_by_headline(step: StepDocument, last: ExchangeDocument) -> bool:
    """Whether what came back is said in the first line: a status that was judged, or why no answer came."""
    failed = next((one for one in step["assertions"] if one["outcome"] == "failed"), None)
    if failed is not None:
        return last["response"] is not None and failed["target"] == "status"
    error = step["error"]
    if error is None or last["response"] is not None:
        return False
    return last["error"] is not None and last["error"] in error["title"]


def _told_attempts(step: StepDocument) -> str:
    """``37 attempts in 36.2 s; 1 to 3: 404 Not Found, 4 to 37: 200 OK``: how the last ones were answered."""
    answers: dict[int, str] = {}
    for one in step["exchanges"]:
        if not one["refresh"] and "question" not in one:
            answers[one["attempt"]] = told_answer(one)
    grouped = itertools.groupby(sorted(answers.items()), key=operator.itemgetter(1))
    alike = [(answer, [number for number, _ in group]) for answer, group in grouped]
    shown = [
        f"{numbers[0]} to {numbers[-1]}: {answer}" if len(numbers) > 1 else f"{numbers[0]}: {answer}"
        for answer, numbers in alike[-_MOST_ANSWERS:]
    ]
    left = "..., " if len(alike) > _MOST_ANSWERS else ""
    return f"{told_count(step['attempts'], 'attempt')} in {told_ms(step['duration_ms'])}; {left}{', '.join(shown)}"
