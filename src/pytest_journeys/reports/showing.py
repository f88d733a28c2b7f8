"""`journeys show RUN` for people: where the run comes from, each step with what was sent and what came of it."""

from collections.abc import Iterator
from typing import Final

from pytest_journeys.evidence.document import (
    AttemptDocument,
    BodyDocument,
    CallDocument,
    ExchangeDocument,
    RunDocument,
    StepDocument,
)
from pytest_journeys.reports.attempts import fold_attempts, told_sent_again
from pytest_journeys.reports.excerpt import fact_lines
from pytest_journeys.reports.failed_exchange import again_lines, is_whole
from pytest_journeys.reports.printable import cut, printable, printable_lines
from pytest_journeys.reports.told import (
    told_answer,
    told_assertion,
    told_at,
    told_body,
    told_count,
    told_members,
    told_ms,
    told_outcome,
    told_question,
    told_request,
    told_value,
)

_MOST_BODY_LINES: Final = 40


def show_run(
    run: RunDocument, *, holder: str = "", token: str = "", store: str = ".journeys", shows_all: bool = False
) -> str:
    """The run on 80 columns. `holder` says who holds a run in progress and since when, `token` what answers its signal.

    Of attempts in a row that came to the same the first is shown, unless `shows_all`.
    """
    return "\n".join(_lines(run, holder, token, store, shows_all=shows_all))


def _lines(run: RunDocument, holder: str, token: str, store: str, *, shows_all: bool) -> Iterator[str]:
    row = f"[{run['row']}]" if run["row"] else ""
    outcome = f"in progress, held by {holder}" if holder else run["outcome"]
    yield printable(f"{run['journey']}{row} {outcome}")
    facts = (
        ("run", run["id"] + (f", attempt {run['attempt']}" if run["attempt"] > 1 else "")),
        ("reason", run["reason"]),
        ("answer", f"journeys signal {token} --approve (or --reject, --value JSON) --by NAME" if token else None),
        ("artifact", f"{run['artifact']} ({run['version']})" if run["version"] else run["artifact"]),
        ("file", run["file"]),
        ("sessions", ", ".join(run["sessions"])),
        ("started", f"{run['started']}, {told_ms(run['duration_ms'])}"),
        ("inputs", told_members(run["inputs"])),
        ("variables", told_members(run["variables"])),
        ("chain head", run["chain_head"]),
    )
    for name, text in facts:
        if text:
            yield from fact_lines(0, (name, printable(text)))
    for earlier in run["earlier_attempts"]:
        yield from _attempt_lines(earlier)
    for step in run["steps"]:
        yield ""
        if _is_open(step, holder):
            yield f"{printable(step['id'])} {'under way' if step['started'] else 'not yet'}"
        else:
            yield from _step_lines(step, run["secrets"], store, shows_all=shows_all)


def _is_open(step: StepDocument, holder: str) -> bool:
    """In a run that somebody holds nothing is interrupted or in doubt: it is under way, or its turn has not come."""
    return bool(holder) and step["outcome"] in ("interrupted", "in_doubt")


def _attempt_lines(attempt: AttemptDocument) -> Iterator[str]:
    done = sum(step["outcome"] == "passed" for step in attempt["steps"])
    told = f"attempt {attempt['attempt']} was left after {told_count(done, 'step')}: {attempt['reason'] or 'no reason'}"
    yield from fact_lines(0, ("restarted", printable(told)))


def _step_lines(step: StepDocument, secrets: list[str], store: str, *, shows_all: bool) -> Iterator[str]:
    spent = f" {told_ms(step['duration_ms'])}" if step["duration_ms"] else ""
    at = told_at(step["at"])
    yield f"{printable(step['id'])} {told_outcome(step)}{spent}{f' ({at})' if at else ''}"
    if step["description"]:
        yield f"  {printable(step['description'])}"
    if step["reason"]:
        yield from fact_lines(1, ("reason", cut(printable(step["reason"]), 600)))
    for alike in fold_attempts(step["exchanges"], shows_all=shows_all):
        for exchange in alike.exchanges:
            yield from _exchange_lines(exchange, secrets, store)
        if alike.more:
            yield from fact_lines(
                1, ("attempts" if alike.more > 1 else "attempt", f"{alike.told_more} (--all shows them)")
            )
    for call in step.get("calls", []):
        yield from _call_lines(call, store)
    for used in step["used"]:
        value = told_value(used["value"]) if "value" in used else "a secret"
        yield from fact_lines(1, ("used", f"{printable(used['name'])} = {value} from {printable(used['from'])}"))
    for one in step["assertions"]:
        told = told_assertion(one)
        if one["outcome"] == "passed":
            told = f"{printable(one['target'])} {printable(one['operator'])} {told_value(one.get('expected'))}"
        yield from fact_lines(1, (one["outcome"], told))
        for detail in one.get("details", []):
            yield from fact_lines(1, ("differs", cut(printable(detail), 300)))
    if step["derived"]:
        yield from fact_lines(1, ("derived", told_members(step["derived"])))
    if step["error"] is not None:
        yield from fact_lines(1, ("error", f"{step['error']['code']} {printable(step['error']['title'])}"))
        for note in step["error"]["notes"]:
            yield from fact_lines(1, ("note", cut(printable(note), 600)))
    for log in step["logs"]:
        yield from fact_lines(1, ("log", cut(printable(log), 300)))


def _exchange_lines(exchange: ExchangeDocument, secrets: list[str], store: str) -> Iterator[str]:
    about = "refresh" if exchange["refresh"] else f"attempt {exchange['attempt']}"
    name = "request"
    if "question" in exchange:
        name, about = "question", f"about {about}"
    spent = f", {told_ms(exchange['timings_ms']['total'])}" if "total" in exchange["timings_ms"] else ""
    yield from fact_lines(1, (name, f"{told_request(exchange, 2000)} ({about}{spent})"))
    yield from _message_lines(exchange["request"]["headers"], exchange["request"]["body"], store)
    yield from fact_lines(1, ("answer", told_answer(exchange)))
    if exchange["response"] is not None:
        yield from _message_lines(exchange["response"]["headers"], exchange["response"]["body"], store)
    if "question" in exchange:
        yield from fact_lines(1, ("so", told_question(exchange)))
    waits = told_sent_again(exchange)
    if waits:
        head, _, reason = waits.partition(": ")
        yield from fact_lines(1, (head, reason))
    if is_whole(exchange):
        yield from fact_lines(1, ("again", again_lines(exchange, secrets, store, 68)))


def _call_lines(call: CallDocument, store: str) -> Iterator[str]:
    about = "refresh" if call["refresh"] else f"attempt {call['attempt']}"
    continued = ", goes on with its stash" if call["continues"] else ""
    stashed = f", stashed {told_count(call['stashes'], 'time')}" if call["stashes"] else ""
    spent = f", {told_ms(call['duration_ms'])}" if call["duration_ms"] else ""
    yield from fact_lines(1, ("call", f"{printable(call['function'])} ({about}{spent}{continued}{stashed})"))
    for name in ("arguments", "returned"):
        body = call["arguments"] if name == "arguments" else call["returned"]
        if body is not None:
            yield from fact_lines(1, (name, ""))
            yield from _message_lines([], body, store)
    if "called_again" in call:
        head, _, reason = call["called_again"].partition(": ")
        yield from fact_lines(1, (head, cut(printable(reason), 300)))


def _message_lines(headers: list[list[str]], body: BodyDocument | None, store: str) -> Iterator[str]:
    for name, value in headers:
        yield f"     {printable(name)}: {cut(printable(value), 1000)}"
    if body is None:
        return
    if "text" not in body:
        yield f"     {told_body(body, store=store)}"
        return
    lines = printable_lines(body["text"])
    yield ""
    yield from (f"     {cut(line, 2000)}".rstrip() for line in lines[:_MOST_BODY_LINES])
    if len(lines) > _MOST_BODY_LINES:
        yield f"     ... ({len(lines) - _MOST_BODY_LINES} more lines)"
