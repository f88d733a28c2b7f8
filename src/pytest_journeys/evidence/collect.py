"""From what the journal tells of a run to its part of the document.

Takes plain values, never a store: the failing item in pytest (from memory) and the reports (from the store) are told by
the same code.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, cast

from pytest_journeys.artifact.codec import shown
from pytest_journeys.artifact.model import Artifact
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.events.model import RunOpened
from pytest_journeys.events.state import RunState, fold
from pytest_journeys.evidence.attempt import AttemptRecord, Part, RunLine, StepRecord, gather_attempts, take_over
from pytest_journeys.evidence.definition import Definition, prepare_definition
from pytest_journeys.evidence.document import (
    AttemptDocument,
    InterruptionDocument,
    RunDocument,
    RunOutcome,
    StepDocument,
    StepOutcome,
)
from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.evidence.step import step_document, unbegun_step
from pytest_journeys.values.json import JsonObject, JsonValue

_BLOCKING: Final = frozenset({"failed", "error", "in_doubt", "blocked"})
_SAID: Final = {"in_doubt": "is in doubt", "error": "ended in an error", "blocked": "was blocked"}


def collect_run(
    artifact: Artifact,
    source_map: SourceMap,
    version: str | None,
    lines: Sequence[RunLine],
    reentered: Sequence[Sequence[RunLine]] = (),
) -> RunDocument:
    """What a run amounts to. `lines` are all of its lines, in order, over every session and worker it went through.

    The part of the last line is the one reported: steps that ended in an earlier one are shown as replayed.
    `reentered` are the lines of the run that it re-enters, then of the one that that re-enters: what they sent is told of
    the steps that were taken over from them. Raises `ValueError` when no line opens the run.
    """
    attempts = gather_attempts(lines)
    if not attempts:
        raise ValueError("no line opens the run")
    definition = prepare_definition(artifact, source_map)
    part = lines[-1].part
    newest = attempts[-1]
    if reentered:
        take_over(attempts[0], [gather_attempts(one) for one in reentered])
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
        "secrets": definition.secrets(_learned(newest)),
        "outcome": _outcome(newest),
        "reason": _reason(newest),
        "opened": "replayed" if newest.replayed is not None else opened.reason,
        "attempt": opened.attempt,
        "earlier_attempts": [_attempt_document(one, definition, part) for one in attempts[:-1]],
        "resumed_from": _resumed_from(attempts, part[0]),
        "interruptions": list(_interruptions(lines)),
        "reenters": next((event.reenters.run for _, event in attempts[0].openings if event.reenters), None),
        "sessions": list(dict.fromkeys(line.session for line in lines)),
        "started": rfc3339(newest.openings[0][1].at),
        "duration_ms": round(newest.duration_ms, 3),
        "chain_head": _chain_head(lines, newest),
        "steps": _steps(newest, definition, part),
    }


def _variables(attempt: AttemptRecord) -> JsonObject:
    found: dict[str, JsonValue] = {}
    for _, opened in attempt.openings:
        found.update(opened.variables)
        found.update((name, {"secret": True}) for name in opened.secret_variables)
    return found


def _learned(attempt: AttemptRecord) -> Iterator[str]:
    """The names of secrets that the run made."""
    yield from attempt.opened.secret_variables
    yield from (f"{step}_token" for step in attempt.opened.signals)
    for record in attempt.steps.values():
        for ended in (record.ended, record.refreshed):
            if ended is not None:
                yield from ended.secrets
                yield from ended.cookies


def _outcome(attempt: AttemptRecord) -> RunOutcome:
    if attempt.ended is not None:
        return cast("RunOutcome", attempt.ended.outcome)
    return "interrupted" if attempt.parked is None else "parked"


def _reason(attempt: AttemptRecord) -> str | None:
    if attempt.ended is not None:
        return attempt.ended.reason or None
    if attempt.parked is not None:
        return attempt.parked.reason
    return attempt.decision.reason or None if attempt.decision is not None else None


def _resumed_from(attempts: Sequence[AttemptRecord], session: str) -> str | None:
    """The session that the reported one took the run over from; None when the run began in it."""
    replayed = attempts[-1].replayed
    if replayed is not None:
        return replayed.place.session
    opened = next((event for one in attempts for place, event in one.openings if place[0] == session), None)
    place = opened.continues if opened is not None else None
    return place.session if place is not None and place.session != session else None


def _interruptions(lines: Sequence[RunLine]) -> Iterator[InterruptionDocument]:
    """Where one part of the run ends and another goes on: its worker was lost, or its session was interrupted."""
    state: RunState | None = None
    for before, line in pairwise(lines):
        state = fold(before.events, state)
        opened = next((event for event in line.events if isinstance(event, RunOpened)), None)
        if opened is None or before.part == line.part or state is None or state.parked is not None:
            continue
        yield {
            "kind": "worker_lost" if before.session == line.session else "session_interrupted",
            "session": before.session,
            "worker": before.worker,
            "at": rfc3339(max(event.at for event in before.events)),
            "step": state.open_step.step if state.open_step is not None else None,
        }


def _chain_head(lines: Sequence[RunLine], attempt: AttemptRecord) -> str | None:
    """The hash of the run's last line; of a replayed run, of the line that ended it."""
    if attempt.replayed is not None:
        return attempt.replayed.place.line
    return lines[-1].sha256


def _attempt_document(attempt: AttemptRecord, definition: Definition, part: Part) -> AttemptDocument:
    return {
        "attempt": attempt.opened.attempt,
        "reason": _reason(attempt),
        "started": rfc3339(attempt.openings[0][1].at),
        "duration_ms": round(attempt.duration_ms, 3),
        "steps": _steps(attempt, definition, part),
    }


def _steps(attempt: AttemptRecord, definition: Definition, part: Part) -> list[StepDocument]:
    """The steps of the plan in order, then the cleanup steps that ran in the order they ran, then those that wait."""
    found: list[StepDocument] = []
    for path, step in definition.planned.items():
        record = attempt.steps.get(path)
        if record is not None:
            found.append(step_document(record, definition, step, part))
        else:
            found.append(unbegun_step(step, definition, *_unbegun(attempt, found, definition)))
    for path, record in attempt.steps.items():
        if path not in definition.planned:
            found.append(step_document(record, definition, definition.cleanups.get(path), part))
    if attempt.ended is None or attempt.ended.keeps_cleanup:
        found.extend(_waiting(attempt, definition))
    return found


def _waiting(attempt: AttemptRecord, definition: Definition) -> Iterator[StepDocument]:
    """The cleanup of an open run: what is registered and has not run, last-in first-out, then the journey's own."""
    registered = [path for path, record in attempt.steps.items() if _is_registered(record)]
    waiting = [
        one for path in reversed(registered) if path in definition.planned for one in definition.planned[path].cleanup
    ]
    for step in (*waiting, *definition.artifact.cleanup):
        if step.path not in attempt.steps:
            outcome: StepOutcome = "interrupted" if attempt.parked is None else "parked"
            yield unbegun_step(step, definition, outcome, "waits for the session that finishes or replaces the run")


def _is_registered(record: StepRecord) -> bool:
    return record.ended is not None and record.ended.is_registered


def _unbegun(attempt: AttemptRecord, before: Sequence[StepDocument], definition: Definition) -> tuple[StepOutcome, str]:
    """Why a step of the plan has no record."""
    blocker = next((one for one in before if one["outcome"] in _BLOCKING and _blocks(one, definition)), None)
    if blocker is not None and (attempt.ended is not None or blocker["outcome"] != "in_doubt"):
        outcome = blocker["outcome"]
        cause = blocker["reason"] if outcome == "blocked" else None
        return "blocked", cause or f"{blocker['id']} {_SAID.get(outcome, outcome)}"
    if attempt.parked is not None:
        return "parked", f"comes after {attempt.parked.step}"
    if attempt.ended is None:
        return "interrupted", "the session stopped before it began"
    last = next((one for one in reversed(before) if one["outcome"] == "passed"), None)
    if last is not None and last["kind"] == "end":
        return "skipped", f"the run ended at {last['id']}"
    if attempt.ended.outcome in ("passed", "skipped", "xpassed", "replaced", "cancelled"):
        return "skipped", attempt.ended.reason or "the run ended before it"
    return "blocked", attempt.ended.reason or "the run ended before it"


def _blocks(step: StepDocument, definition: Definition) -> bool:
    return step["outcome"] == "blocked" or not definition.planned[step["id"]].continues_on_failure
