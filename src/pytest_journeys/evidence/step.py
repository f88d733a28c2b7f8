"""One step's account in the document: what its attempts and its checkpoint say, put together."""

from typing import cast

from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.events.account import AssertionAccount, ErrorAccount, UsedAccount
from pytest_journeys.evidence.attempt import StepRecord, Telling
from pytest_journeys.evidence.document import (
    AssertionDocument,
    ErrorDocument,
    StepDocument,
    StepOutcome,
    UsedDocument,
)
from pytest_journeys.evidence.exchanges import exchanges_of
from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.evidence.positions import at_nearest, at_place
from pytest_journeys.values.json import JsonValue


def step_document(
    record: StepRecord, source_map: SourceMap, *, kind: str, is_cleanup: bool, session: str
) -> StepDocument:
    """A step that began. `session` is the one reported: a step that ended in an earlier one is replayed."""
    deciding = _deciding(record)
    outcome, reason = _outcome(record)
    told = [*record.told, *record.refreshes]
    account = deciding.account if deciding is not None else None
    return {
        **_frame(record.path, source_map, kind=kind, is_cleanup=is_cleanup),
        "outcome": outcome,
        "replayed": record.ended is not None and record.ended_in != session,
        "refreshed": record.refreshed is not None or bool(record.refreshes),
        "attempts": _attempts(record),
        "reason": reason or None,
        "used": _used(told, source_map),
        "started": rfc3339(told[0].account["started"]) if told else _intended(record),
        "duration_ms": _duration_ms(told),
        "exchanges": exchanges_of(record),
        "assertions": [_assertion(one, source_map) for one in account.get("assertions", ())] if account else [],
        "derived": _derived(record, told),
        "logs": [log for telling in told for log in telling.account.get("logs", ())],
        "error": _error(account.get("error") if account else None, source_map),
    }


def unbegun_step(
    path: str, source_map: SourceMap, *, kind: str, is_cleanup: bool, outcome: StepOutcome, reason: str
) -> StepDocument:
    """A step that never began, and why."""
    return {**_frame(path, source_map, kind=kind, is_cleanup=is_cleanup), "outcome": outcome, "reason": reason}


def _frame(path: str, source_map: SourceMap, *, kind: str, is_cleanup: bool) -> StepDocument:
    return {
        "id": path,
        "kind": kind,
        "description": source_map.step_descriptions.get(path),
        "outcome": "interrupted",
        "replayed": False,
        "refreshed": False,
        "cleanup": is_cleanup,
        "iteration": None,
        "attempts": 0,
        "reason": None,
        "used": [],
        "at": at_place(source_map, path),
        "started": None,
        "duration_ms": 0.0,
        "exchanges": [],
        "assertions": [],
        "derived": {},
        "logs": [],
        "error": None,
    }


def _deciding(record: StepRecord) -> Telling | None:
    """The account that the outcome rests on: the refresh's when the refresh went wrong, else the last of the step's own."""
    refreshed = record.refreshed
    if record.refreshes and (record.ended is None or (refreshed is not None and refreshed.outcome != "passed")):
        return record.refreshes[-1]
    return record.told[-1] if record.told else None


def _outcome(record: StepRecord) -> tuple[StepOutcome, str]:
    ended = record.ended
    if record.refreshed is not None and (ended is None or record.refreshed.outcome != "passed"):
        ended = record.refreshed
    if ended is not None:
        return cast("StepOutcome", ended.outcome), ended.reason
    if record.intent is not None and not record.intent.is_safe:
        return "in_doubt", "its request may have left, and its outcome was not recorded"
    return "interrupted", "the session stopped before it was complete"


def _attempts(record: StepRecord) -> int:
    counts = [telling.account["attempt"] for telling in record.told]
    if record.ended is not None:
        counts.append(record.ended.attempt)
    if record.intent is not None and not record.intent.is_refresh:
        counts.append(record.intent.attempt)
    return max(counts, default=0)


def _intended(record: StepRecord) -> str | None:
    return rfc3339(record.intent.at) if record.intent is not None else None


def _duration_ms(told: list[Telling]) -> float:
    """The time from the first sending to the last answer, without the pauses between sessions."""
    spans: dict[str, tuple[float, float]] = {}
    worked = 0.0
    for telling in told:
        start, length = telling.account["started"], telling.account["duration_ms"]
        worked += length
        first, last = spans.get(telling.session, (start, start))
        spans[telling.session] = (first, max(last, start + length / 1000))
    if len(told) < 2:
        return round(worked, 3)
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


def _used(told: list[Telling], source_map: SourceMap) -> list[UsedDocument]:
    found: dict[tuple[str, str], UsedDocument] = {}
    for telling in told:
        for account in telling.account.get("used", ()):
            found[account["step"], account["name"]] = _used_value(account, source_map)
    return list(found.values())


def _used_value(account: UsedAccount, source_map: SourceMap) -> UsedDocument:
    step, name = account["step"], account["name"]
    used: UsedDocument = {"name": name, "from": step, "at": at_nearest(source_map, f"{step}/derive/{name}")}
    if "value" in account:
        used["value"] = account["value"]
    return used


def _assertion(account: AssertionAccount, source_map: SourceMap) -> AssertionDocument:
    document: AssertionDocument = {
        "place": account["place"],
        "target": account["target"],
        "operator": account["operator"],
        "outcome": account["outcome"],
        "at": at_nearest(source_map, account["place"]),
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


def _error(account: ErrorAccount | None, source_map: SourceMap) -> ErrorDocument | None:
    if account is None:
        return None
    return {
        "code": account["code"],
        "title": account["title"],
        "at": at_nearest(source_map, account["place"]),
        "notes": account.get("notes", []),
        "help": account.get("help"),
    }
