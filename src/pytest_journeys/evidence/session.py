"""A session's part of the document: who ran, and totals counted while its runs pass by, so that memory stays bounded."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import field
from typing import Literal

from pytest_journeys.evidence.document import (
    FORMAT,
    VERSION,
    RunDocument,
    SessionDocument,
    SessionPart,
    TotalsDocument,
)
from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonObject


@fact
class SessionFacts:
    """What is known of a session besides its runs. Moments in epoch seconds; `ended` is None while it runs."""

    id: str
    started: float
    ended: float | None
    outcome: Literal["passed", "failed", "interrupted"]
    plugin: str
    environment: str | None = None
    subject: str | None = None
    continues: str | None = None
    lost_workers: tuple[str, ...] = ()
    host: JsonObject = field(default_factory=dict)


class Totals:
    """Counts over runs, taken in one by one."""

    def __init__(self) -> None:
        self._outcomes: Counter[str] = Counter()
        self._steps: Counter[str] = Counter()
        self._marks: Counter[str] = Counter()

    def count(self, run: RunDocument) -> None:
        """Take in one run."""
        self._outcomes[run["outcome"]] += 1
        is_replayed = run["opened"] == "replayed"
        self._marks["replayed_runs"] += is_replayed
        self._marks["restarted"] += run["attempt"] > 1 and not is_replayed
        self._marks["resumed"] += bool(run["interruptions"]) and not is_replayed
        for step in run["steps"]:
            self._steps[step["outcome"]] += 1
            self._marks["replayed_steps"] += step["replayed"]
            self._marks["refreshed_steps"] += step["refreshed"]
            self._marks["warnings"] += sum(one["outcome"] == "warned" for one in step["assertions"])

    def document(self) -> TotalsDocument:
        """What was counted so far; outcomes in the order of their names."""
        return {
            "runs": self._outcomes.total(),
            "outcomes": dict(sorted(self._outcomes.items())),
            "resumed": self._marks["resumed"],
            "restarted": self._marks["restarted"],
            "replayed_runs": self._marks["replayed_runs"],
            "steps": dict(sorted(self._steps.items())),
            "replayed_steps": self._marks["replayed_steps"],
            "refreshed_steps": self._marks["refreshed_steps"],
            "warnings": self._marks["warnings"],
        }


class CollectedSession:
    """Runs to be gone through once, then the session's own part, whose totals are complete only then."""

    def __init__(self, facts: SessionFacts, runs: Iterable[RunDocument]) -> None:
        self._facts = facts
        self._runs = runs
        self.totals = Totals()

    def runs(self) -> Iterator[RunDocument]:
        """Each run once; it is counted and let go."""
        for run in self._runs:
            self.totals.count(run)
            yield run

    def part(self) -> SessionPart:
        """The session itself, with the totals of the runs gone through so far."""
        facts = self._facts
        return {
            "id": facts.id,
            "started": rfc3339(facts.started),
            "ended": rfc3339(facts.ended) if facts.ended is not None else None,
            "outcome": facts.outcome,
            "environment": facts.environment,
            "subject": facts.subject,
            "continues": facts.continues,
            "lost_workers": list(facts.lost_workers),
            "plugin": facts.plugin,
            "host": facts.host,
            "totals": self.totals.document(),
        }


def collect_session(facts: SessionFacts, runs: Iterable[RunDocument]) -> SessionDocument:
    """The whole document at once, for sessions that fit into memory; `CollectedSession` for those that may not."""
    session = CollectedSession(facts, runs)
    listed = list(session.runs())
    return {"format": FORMAT, "version": VERSION, "runs": listed, "session": session.part()}
