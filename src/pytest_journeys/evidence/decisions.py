"""What was decided about a run over all the sessions it went through, and why: from its recorded events. Pure."""

from collections.abc import Iterator, Sequence
from typing import Final

from pytest_journeys.events.model import (
    Asked,
    Attempted,
    Event,
    Intent,
    RunDecided,
    RunEnded,
    RunOpened,
    RunParked,
    RunReplayed,
    StepEnded,
)
from pytest_journeys.evidence.attempt import RunLine
from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonObject

_LEFT: Final = {
    "restart": "restarts from the beginning",
    "replace": "another run takes its place",
    "cancel": "cancelled: only its cleanup is carried out",
}


@fact
class Decision:
    """One decision: when (epoch seconds), in which session, what, and the sentences that say why; `step` where it is about one."""

    at: float
    session: str
    what: str
    why: tuple[str, ...] = ()
    step: str = ""

    def to_json(self) -> JsonObject:
        """The decision as ``journeys why --output json`` prints it."""
        return {
            "at": rfc3339(self.at),
            "session": self.session,
            "step": self.step or None,
            "what": self.what,
            "why": list(self.why),
        }


def decisions_of(lines: Sequence[RunLine]) -> list[Decision]:
    """The decisions about the run whose lines these are, in the order in which they were recorded."""
    found: list[Decision] = []
    doubted: dict[str, Intent] = {}
    for line in lines:
        for event in line.events:
            found.extend(_of_event(line.session, event, doubted))
    return found


def _of_event(session: str, event: Event, doubted: dict[str, Intent]) -> Iterator[Decision]:
    """What an event decided; `doubted` holds each step's request whose outcome is not recorded yet."""
    match event:
        case RunOpened():
            if event.reason == "restart":
                doubted.clear()
            yield Decision(at=event.at, session=session, what=_opened(event), why=event.because)
        case Intent(is_refresh=False, is_question=False):
            before = doubted.get(event.step)
            if before is not None:
                why = (f"attempt {before.attempt} may have left, and its outcome was not recorded",)
                yield Decision(at=event.at, session=session, what="sent again", why=why, step=event.step)
            doubted[event.step] = event
        case Asked():
            what = f"asked the server about attempt {event.attempt}: {event.answer.replace('_', ' ')}"
            yield Decision(at=event.at, session=session, what=what, why=(event.reason,), step=event.step)
            if event.answer == "not_done":
                doubted.pop(event.step, None)
        case StepEnded(is_refresh=True):
            why = ("what it had made is not stored, and a later step needs it",)
            yield Decision(at=event.at, session=session, what=f"refreshed: {event.outcome}", why=why, step=event.step)
        case StepEnded():
            doubted.pop(event.step, None)
            if event.outcome == "in_doubt":
                yield Decision(
                    at=event.at, session=session, what="left in doubt", why=_said(event.reason), step=event.step
                )
        case RunParked():
            what = "parked" if event.until is None else f"parked until {rfc3339(event.until)}"
            yield Decision(at=event.at, session=session, what=what, why=(event.reason,), step=event.step)
        case RunDecided():
            what = _LEFT[event.decision]
            yield Decision(at=event.at, session=session, what=what, why=(event.reason,))
        case RunReplayed():
            why = ("it passed in a session that was interrupted, and nothing has changed",)
            yield Decision(at=event.at, session=session, what="replayed: nothing is sent", why=why)
        case RunEnded():
            kept = "; its cleanup waits for who re-enters or replaces it" if event.keeps_cleanup else ""
            what = f"ended: {event.outcome.replace('_', ' ')}{kept}"
            yield Decision(at=event.at, session=session, what=what, why=_said(event.reason))
        case Attempted():
            doubted.pop(event.step, None)
        case _:
            pass


def _said(reason: str) -> tuple[str, ...]:
    return (reason,) if reason else ()


def _opened(event: RunOpened) -> str:
    match event.reason:
        case "fresh":
            return "began anew" if event.because else "began: no earlier run was there to go on with"
        case "resume":
            return "resumed at its first incomplete step"
        case "restart":
            return f"attempt {event.attempt} began"
        case "clean up":
            return "taken over to be cleaned up"
        case _:
            other = event.reenters
            return "re-entered another run" if other is None else f"re-enters {other.run} at {other.step}"
