"""The little of a run that travels on a pytest report: small, JSON-clean, printable; bodies stay in the store."""

from typing import Final, TypedDict
from urllib.parse import urlsplit

from pytest_journeys.evidence.document import InterruptionDocument, RunDocument, StepDocument
from pytest_journeys.reports.printable import cut, printable

_LONGEST: Final = 200  # characters of a path or a reason


class StepFacts(TypedDict):
    """A step in a line. `request` is its method and path, or what it called; empty when it did neither."""

    id: str
    outcome: str
    request: str
    duration_ms: float
    attempts: int
    replayed: bool
    refreshed: bool
    cleanup: bool
    reason: str


class RunFacts(TypedDict):
    """A run in a word.

    `resumed_at` is the number of the first step that was not replayed, or 0; it is above `planned` when only cleanup was
    left to do. `left` says why each earlier attempt was left for another one, `lost` with which workers it was lost.
    """

    id: str
    outcome: str
    opened: str
    attempt: int
    resumed_from: str
    resumed_at: int
    planned: int
    left: list[str]
    lost: list[str]


def run_facts(run: RunDocument) -> RunFacts:
    """What the terminal needs to know of a run."""
    planned = [step for step in run["steps"] if not step["cleanup"]]
    is_resumed = (bool(run["interruptions"]) or run["opened"] == "reenter") and run["opened"] != "replayed"
    first = next((number for number, step in enumerate(planned, 1) if not step["replayed"]), len(planned) + 1)
    return {
        "id": run["id"],
        "outcome": run["outcome"],
        "opened": run["opened"],
        "attempt": run["attempt"],
        "resumed_from": printable(run["resumed_from"] or ""),
        "resumed_at": first if is_resumed else 0,
        "planned": len(planned),
        "left": [cut(printable(attempt["reason"] or "no reason"), _LONGEST) for attempt in run["earlier_attempts"]],
        "lost": [told_loss(one) for one in run["interruptions"] if one["kind"] == "worker_lost"],
    }


def told_loss(lost: InterruptionDocument) -> str:
    """``gw0 at pay``, ``gw0 between two steps``."""
    step = lost["step"]
    return printable(f"{lost['worker']} {'between two steps' if step is None else f'at {step}'}")


def step_facts(step: StepDocument) -> StepFacts:
    """What the terminal needs to know of a step."""
    request = step["exchanges"][0]["request"] if step["exchanges"] else None
    calls = step.get("calls", [])
    sent = (
        f"{request['method']} {_path(request['url'])}" if request else f"call {calls[0]['function']}" if calls else ""
    )
    return {
        "id": printable(step["id"]),
        "outcome": step["outcome"],
        "request": cut(printable(sent), _LONGEST),
        "duration_ms": step["duration_ms"],
        "attempts": step["attempts"],
        "replayed": step["replayed"],
        "refreshed": step["refreshed"],
        "cleanup": step["cleanup"],
        "reason": cut(printable(step["reason"] or ""), _LONGEST),
    }


def _path(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
