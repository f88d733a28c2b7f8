"""One step's account in the document: what its attempts and its checkpoint say, put together."""

from typing import cast

from pytest_journeys.artifact.model import Step
from pytest_journeys.events.account import AssertionAccount, ErrorAccount, StepAccount, UsedAccount
from pytest_journeys.events.model import CALL
from pytest_journeys.evidence.attempt import Part, StepRecord, Telling
from pytest_journeys.evidence.definition import Definition
from pytest_journeys.evidence.document import (
    AssertionDocument,
    ErrorDocument,
    StepDocument,
    StepOutcome,
    UsedDocument,
)
from pytest_journeys.evidence.exchanges import calls_of, exchanges_of
from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.values.json import JsonValue


def step_document(record: StepRecord, definition: Definition, step: Step | None, part: Part | None) -> StepDocument:
    """A step that began. `part` is the one reported: a step that ended in an earlier one is replayed.

    `step` is None for one that the artifact does not hold.
    """
    path = record.path
    told = [*record.told, *record.refreshes] if record.refreshes else record.told
    deciding = _deciding(record)
    outcome, reason = _outcome(record)
    document: StepDocument = {
        "id": path,
        "kind": step.kind if step is not None else "request",
        "description": definition.source_map.step_descriptions.get(path),
        "outcome": outcome,
        "replayed": record.ended is not None and record.ended_in != part,
        "refreshed": record.refreshed is not None or bool(record.refreshes),
        "cleanup": path not in definition.planned,
        "iteration": None,
        "attempts": _attempts(record),
        "reason": reason or None,
        "used": _used(told, definition),
        "at": definition.at(path),
        "started": rfc3339(told[0].account["started"]) if told else _intended(record),
        "duration_ms": _duration_ms(told),
        "exchanges": exchanges_of(record),
        "assertions": [_assertion(one, definition) for one in deciding.get("assertions", ())] if deciding else [],
        "derived": _derived(record, told),
        "logs": [log for telling in told for log in telling.account.get("logs", ())],
        "error": _error(deciding.get("error"), definition) if deciding else None,
    }
    if step is not None and step.call is not None:
        document["calls"] = calls_of(record, step.call.function)
    return document


def unbegun_step(step: Step, definition: Definition, outcome: StepOutcome, reason: str) -> StepDocument:
    """A step that never began, and why."""
    return {**step_document(StepRecord(step.path), definition, step, None), "outcome": outcome, "reason": reason}


def _deciding(record: StepRecord) -> StepAccount | None:
    """The account that the outcome rests on: the refresh's when the refresh went wrong, else the last of the step's own."""
    refreshed = record.refreshed
    if record.refreshes and (record.ended is None or (refreshed is not None and refreshed.outcome != "passed")):
        return record.refreshes[-1].account
    return record.told[-1].account if record.told else None


def _outcome(record: StepRecord) -> tuple[StepOutcome, str]:
    ended = record.ended
    if record.refreshed is not None and (ended is None or record.refreshed.outcome != "passed"):
        ended = record.refreshed
    if ended is not None:
        return cast("StepOutcome", ended.outcome), ended.reason or _sent_again(record)
    if record.parked is not None:
        return "parked", record.parked.reason
    if record.intent is not None and not record.intent.is_safe:
        if record.intent.method == CALL:
            if record.stashes:
                return "interrupted", "the session stopped in the middle of the call; it goes on with its last stash"
            return "in_doubt", "its function may have acted, and what it returned was not recorded"
        return "in_doubt", "its request may have left, and its outcome was not recorded"
    return "interrupted", "the session stopped before it was complete"


def _sent_again(record: StepRecord) -> str:
    if record.denied:
        return f"sent again: the server was asked, and it was not done ({record.denied})"
    if not record.doubted:
        return ""
    numbers = " and ".join(str(number) for number in record.doubted)
    if record.stashes:
        return f"called again with its last stash: it was interrupted in attempt {numbers}"
    if any("call" in telling.account for telling in record.told):
        return f"called again: the outcome of attempt {numbers} is not known"
    return f"sent again: the outcome of attempt {numbers} is not known"


def _attempts(record: StepRecord) -> int:
    counts = [telling.account["attempt"] for telling in record.told]
    if record.ended is not None:
        counts.append(record.ended.attempt)
    if record.intent is not None and not record.intent.is_refresh:
        counts.append(record.intent.attempt)
    return max(counts, default=0)


def _intended(record: StepRecord) -> str | None:
    if record.waiting is not None:
        return rfc3339(record.waiting.at)
    return rfc3339(record.intent.at) if record.intent is not None else None


def _duration_ms(told: list[Telling]) -> float:
    """The time from the first sending to the last answer, without the pauses between parts."""
    if len(told) < 2:
        return round(told[0].account["duration_ms"], 3) if told else 0.0
    spans: dict[Part, tuple[float, float]] = {}
    for telling in told:
        start, length = telling.account["started"], telling.account["duration_ms"]
        first, last = spans.get(telling.part, (start, start))
        spans[telling.part] = (first, max(last, start + length / 1000))
    worked = sum(telling.account["duration_ms"] for telling in told)  # a clock that jumped back shortens nothing
    return round(max(worked, sum(last - first for first, last in spans.values()) * 1000), 3)


def _derived(record: StepRecord, told: list[Telling]) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for telling in told:
        found.update(telling.account.get("derived", {}))
    for ended in (record.ended, record.refreshed):
        if ended is not None:
            found.update(ended.derived)
            found.update((name, {"secret": True}) for name in ended.secrets)
    return found


def _used(told: list[Telling], definition: Definition) -> list[UsedDocument]:
    found: dict[tuple[str, str], UsedDocument] = {}
    for telling in told:
        for account in telling.account.get("used", ()):
            found[account["step"], account["name"]] = _used_value(account, definition)
    return list(found.values())


def _used_value(account: UsedAccount, definition: Definition) -> UsedDocument:
    step, name = account["step"], account["name"]
    used: UsedDocument = {"name": name, "from": step, "at": definition.at(f"{step}/derive/{name}")}
    if "value" in account:
        used["value"] = account["value"]
    return used


def _assertion(account: AssertionAccount, definition: Definition) -> AssertionDocument:
    document: AssertionDocument = {
        "place": account["place"],
        "target": account["target"],
        "operator": account["operator"],
        "outcome": account["outcome"],
        "at": definition.at(account["place"]),
    }
    if "expected" in account:
        document["expected"] = account["expected"]
    if "actual" in account:
        document["actual"] = account["actual"]
    if "text" in account:
        document["text"] = account["text"]
    if "details" in account:
        document["details"] = account["details"]
    return document


def _error(account: ErrorAccount | None, definition: Definition) -> ErrorDocument | None:
    if account is None:
        return None
    return {
        "code": account["code"],
        "title": account["title"],
        "at": definition.at(account["place"]),
        "notes": account.get("notes", []),
        "help": account.get("help"),
    }
