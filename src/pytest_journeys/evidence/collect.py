"""From what the journal tells of a run to its part of the document.

Takes plain values, never a store: the failing item in pytest (from memory) and the reports (from the store) are told by
the same code.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, cast

from pytest_journeys.artifact.codec import shown
from pytest_journeys.artifact.model import Artifact, Step
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.evidence.attempt import AttemptRecord, RunLine, StepRecord, gather_attempts
from pytest_journeys.evidence.document import AttemptDocument, RunDocument, RunOutcome, StepDocument, StepOutcome
from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.evidence.step import step_document, unbegun_step
from pytest_journeys.expressions.template import Literal
from pytest_journeys.values.json import JsonObject, JsonValue
from pytest_journeys.values.secret import mask_of

_BLOCKING: Final = frozenset({"failed", "error", "in_doubt", "blocked"})
_SAID: Final = {"in_doubt": "is in doubt", "error": "ended in an error", "blocked": "was blocked"}
_ALWAYS_MASKED: Final = (
    "password",
    "access_token",
    "refresh_token",
    "id_token",
    "client_secret",
)
"""Masked by name, whoever made the value (durability.md, "Secrets and session state")."""


def collect_run(
    artifact: Artifact, source_map: SourceMap, version: str | None, lines: Sequence[RunLine]
) -> RunDocument:
    """What a run amounts to. `lines` are all of its lines, in order, over every session it went through.

    The session of the last line is the one reported: steps that ended in an earlier one are shown as replayed. Raises
    `ValueError` when no line opens the run.
    """
    attempts = gather_attempts(lines)
    if not attempts:
        raise ValueError("no line opens the run")
    session = lines[-1].session
    newest = attempts[-1]
    opened = newest.opened
    given = opened.given
    return {
        "id": opened.run,
        "journey": opened.journey,
        "version": version,
        "artifact": shown(opened.artifact.removeprefix("artifact_")),
        "file": source_map.file,
        "row": opened.row or None,
        "repeat": opened.repeat,
        "inputs": cast("JsonObject", given.get("inputs", {})),
        "given": {name: value for name, value in given.items() if name != "inputs"},
        "variables": _variables(newest),
        "secrets": _secrets(artifact, newest),
        "outcome": cast("RunOutcome", newest.ended.outcome) if newest.ended is not None else "interrupted",
        "reason": _reason(newest),
        "opened": "replayed" if newest.replayed is not None else opened.reason,
        "attempt": opened.attempt,
        "earlier_attempts": [_attempt_document(one, artifact, source_map, session) for one in attempts[:-1]],
        "resumed_from": _resumed_from(attempts, session),
        "reenters": None,
        "sessions": list(dict.fromkeys(line.session for line in lines)),
        "started": rfc3339(newest.openings[0][1].at),
        "duration_ms": round(newest.duration_ms, 3),
        "chain_head": _chain_head(lines, newest),
        "steps": _steps(newest, artifact, source_map, session),
    }


def _variables(attempt: AttemptRecord) -> JsonObject:
    found: dict[str, JsonValue] = {}
    for _, opened in attempt.openings:
        found.update(opened.variables)
        found.update((name, {"secret": True}) for name in opened.secret_variables)
    return found


def _secrets(artifact: Artifact, attempt: AttemptRecord) -> list[str]:
    names = {
        *artifact.secrets,
        *(one.name for one in artifact.inputs if one.is_secret),
        *(one.name for one in artifact.variables if one.is_secret),
        *attempt.opened.secret_variables,
        *_api_keys(artifact),
    }
    for record in attempt.steps.values():
        for ended in (record.ended, record.refreshed):
            if ended is not None:
                names.update(ended.secrets, ended.cookies)
    return sorted({mask_of(name)[1:] for name in (*names, *_ALWAYS_MASKED)})


def _api_keys(artifact: Artifact) -> Iterator[str]:
    """The names under which API keys are sent: their values are masked by place."""
    for step in (*artifact.steps, *_cleanups(artifact)):
        auth = step.request.auth if step.request is not None else None
        if auth is not None and auth.kind == "api_key":
            yield from (
                value.value
                for name, value in auth.values
                if name == "name" and isinstance(value, Literal) and isinstance(value.value, str)
            )


def _reason(attempt: AttemptRecord) -> str | None:
    if attempt.ended is not None:
        return attempt.ended.reason or None
    return attempt.decision.reason or None if attempt.decision is not None else None


def _resumed_from(attempts: Sequence[AttemptRecord], session: str) -> str | None:
    """The session that the reported one took the run over from; None when the run began in it."""
    replayed = attempts[-1].replayed
    if replayed is not None:
        return replayed.place.session
    opened = next((event for one in attempts for place, event in one.openings if place == session), None)
    place = opened.continues if opened is not None else None
    return place.session if place is not None and place.session != session else None


def _chain_head(lines: Sequence[RunLine], attempt: AttemptRecord) -> str | None:
    """The hash of the run's last line; of a replayed run, of the line that ended it."""
    if attempt.replayed is not None:
        return attempt.replayed.place.line
    return lines[-1].sha256


def _attempt_document(
    attempt: AttemptRecord, artifact: Artifact, source_map: SourceMap, session: str
) -> AttemptDocument:
    return {
        "attempt": attempt.opened.attempt,
        "reason": _reason(attempt),
        "started": rfc3339(attempt.openings[0][1].at),
        "duration_ms": round(attempt.duration_ms, 3),
        "steps": _steps(attempt, artifact, source_map, session),
    }


def _steps(attempt: AttemptRecord, artifact: Artifact, source_map: SourceMap, session: str) -> list[StepDocument]:
    """The steps of the plan in order, then the cleanup steps that ran in the order they ran, then those that wait."""
    planned = {step.path: step for step in artifact.steps}
    cleanups = {step.path: step for step in _cleanups(artifact)}
    found: list[StepDocument] = []
    for path, step in planned.items():
        record = attempt.steps.get(path)
        if record is not None:
            found.append(step_document(record, source_map, kind=step.kind, is_cleanup=False, session=session))
        else:
            outcome, reason = _unbegun(attempt, found, planned)
            found.append(
                unbegun_step(path, source_map, kind=step.kind, is_cleanup=False, outcome=outcome, reason=reason)
            )
    for path, record in attempt.steps.items():
        if path not in planned:
            kind = cleanups[path].kind if path in cleanups else "request"
            found.append(step_document(record, source_map, kind=kind, is_cleanup=True, session=session))
    if attempt.ended is None:
        found.extend(_waiting(attempt, artifact, source_map))
    return found


def _cleanups(artifact: Artifact) -> Iterator[Step]:
    for step in artifact.steps:
        yield from step.cleanup
    yield from artifact.cleanup


def _waiting(attempt: AttemptRecord, artifact: Artifact, source_map: SourceMap) -> Iterator[StepDocument]:
    """The cleanup of an open run: what is registered and has not run, last-in first-out, then the journey's own."""
    reason = "waits for the session that finishes or replaces the run"
    registered = [path for path, record in attempt.steps.items() if _is_registered(record)]
    cleanup = {step.path: step.cleanup for step in artifact.steps}
    waiting = [one for path in reversed(registered) for one in cleanup.get(path, ())]
    for step in (*waiting, *artifact.cleanup):
        if step.path not in attempt.steps:
            yield unbegun_step(
                step.path, source_map, kind=step.kind, is_cleanup=True, outcome="interrupted", reason=reason
            )


def _is_registered(record: StepRecord) -> bool:
    return record.ended is not None and record.ended.is_registered


def _unbegun(
    attempt: AttemptRecord, before: Sequence[StepDocument], planned: Mapping[str, Step]
) -> tuple[StepOutcome, str]:
    """Why a step of the plan has no record."""
    blocker = next((one for one in before if one["outcome"] in _BLOCKING and _blocks(one, planned)), None)
    if blocker is not None and (attempt.ended is not None or blocker["outcome"] != "in_doubt"):
        outcome = blocker["outcome"]
        cause = blocker["reason"] if outcome == "blocked" else None
        return "blocked", cause or f"{blocker['id']} {_SAID.get(outcome, outcome)}"
    if attempt.ended is None:
        return "interrupted", "the session stopped before it began"
    last = next((one for one in reversed(before) if one["outcome"] == "passed"), None)
    if last is not None and last["kind"] == "end":
        return "skipped", f"the run ended at {last['id']}"
    if attempt.ended.outcome in ("passed", "skipped", "xpassed", "replaced"):
        return "skipped", attempt.ended.reason or "the run ended before it"
    return "blocked", attempt.ended.reason or "the run ended before it"


def _blocks(step: StepDocument, planned: Mapping[str, Step]) -> bool:
    return step["outcome"] == "blocked" or not planned[step["id"]].continues_on_failure


def collect_runs(
    told: Iterable[tuple[Artifact, SourceMap, str | None, Sequence[RunLine]]],
) -> Iterator[RunDocument]:
    """One document after the other, so that a session of 10 000 runs is never in memory at once."""
    for artifact, source_map, version, lines in told:
        yield collect_run(artifact, source_map, version, lines)
