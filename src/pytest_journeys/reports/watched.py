"""What `journeys watch` prints: a line for each thing that happens, for people or as JSON (docs/formats.md, a watch)."""

import json
from typing import Final

from pytest_journeys.events.model import (
    JournalStopped,
    RunDecided,
    RunEnded,
    RunOpened,
    RunParked,
    RunReplayed,
    StepEnded,
    Waiting,
    event_to_json,
)
from pytest_journeys.evidence.followed import EventFollowed, Followed, RunnerLost, SessionFollowed, SessionSealed
from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.reports.printable import cut, printable
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.moment import told_moment

FORMAT: Final = "pytest-journeys/watch"
VERSION: Final = 1
_LONGEST: Final = 200
_OPENED: Final = {
    "fresh": "begins",
    "resume": "goes on",
    "restart": "begins again",
    "clean up": "is cleaned up",
    "reenter": "begins behind what was done",
}


def followed_line(followed: Followed) -> str:
    """One line for people; empty for what they need not see: intents, attempts, stashes."""
    match followed:
        case SessionFollowed():
            holder = f"process {followed.pid} on {followed.host or 'an unnamed machine'}"
            if followed.continues is None:
                return f"{_time(followed.started)} session {followed.session}, {printable(holder)}"
            return f"{_time(followed.started)} session {followed.session} goes on with it, {printable(holder)}"
        case RunnerLost():
            return (
                f"         session {followed.session} was interrupted: its process is gone;"
                " waiting for a session that goes on with it"
            )
        case SessionSealed():
            counts = ", ".join(f"{count} {outcome.replace('_', ' ')}" for outcome, count in followed.outcomes.items())
            return f"{_time(followed.at)} session {followed.session} ended: {followed.how}; {counts or 'no run ended'}"
        case EventFollowed():
            told = _told(followed)
            return f"{_time(followed.at)} {printable(followed.worker)}: {told}" if told else ""


def followed_json(followed: Followed) -> str:
    """One JSON object on one line."""
    told: dict[str, JsonValue] = {"session": followed.session}
    match followed:
        case SessionFollowed():
            told |= {
                "is": "session",
                "format": FORMAT,
                "version": VERSION,
                "number": followed.number,
                "started": rfc3339(followed.started),
                "continues": followed.continues,
                "pid": followed.pid,
                "host": followed.host,
            }
        case EventFollowed():
            told |= {
                "is": "event",
                "worker": followed.worker,
                "name": followed.name or None,
                "at": rfc3339(followed.at),
                "event": event_to_json(followed.event),
            }
        case RunnerLost():
            told |= {"is": "lost"}
        case SessionSealed():
            told |= {
                "is": "sealed",
                "how": followed.how,
                "at": rfc3339(followed.at),
                "outcomes": dict(followed.outcomes),
                "has_failed": followed.has_failed,
            }
    return json.dumps({**told, "cursor": followed.cursor})


def _told(followed: EventFollowed) -> str:
    name = printable(followed.name)
    match followed.event:
        case RunOpened() as opened:
            attempt = f" (attempt {opened.attempt})" if opened.attempt > 1 else ""
            because = f": {'; '.join(opened.because)}" if opened.because else ""
            return _bounded(f"{name} {_OPENED.get(opened.reason, opened.reason)}{attempt}", because)
        case StepEnded() as step:
            marks = [word for word, is_so in (("replayed", step.is_replayed), ("refreshed", step.is_refresh)) if is_so]
            marked = f" ({', '.join(marks)})" if marks else ""
            reason = f": {step.reason}" if step.reason else ""
            return _bounded(f"{name} {printable(step.step)} {_word(step.outcome)}{marked}", reason)
        case Waiting() as waiting:
            until = "" if waiting.until is None else f" until {told_moment(waiting.until)}"
            return f"{name} {printable(waiting.step)} waits{until}"
        case RunParked() as parked:
            return _bounded(f"{name} parked", f": {parked.reason}")
        case RunDecided() as decided:
            return _bounded(f"{name} {decided.decision}", f": {decided.reason}")
        case RunEnded() as ended:
            return _bounded(f"{name} {_word(ended.outcome)}", f": {ended.reason}" if ended.reason else "")
        case RunReplayed():
            return f"{name} passed (replayed)"
        case JournalStopped() as stopped:
            return _bounded("interrupted", f": {stopped.reason}")
    return ""


def _bounded(told: str, reason: str) -> str:
    return told + cut(printable(reason), _LONGEST)


def _word(outcome: str) -> str:
    return {"failed": "FAILED", "error": "ERROR", "in_doubt": "IN DOUBT"}.get(outcome, outcome)


def _time(at: float) -> str:
    return rfc3339(at)[11:19]
