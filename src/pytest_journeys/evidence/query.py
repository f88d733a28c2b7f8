"""Which runs somebody asks for, and what one line about a run says."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from typing import Final, get_args

from pytest_journeys.evidence.document import RunDocument, RunOutcome
from pytest_journeys.evidence.moment import from_rfc3339
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonObject

_IN_PROGRESS: Final = "in progress"
OUTCOMES: Final = (*get_args(RunOutcome), _IN_PROGRESS)
"""Every outcome that a run may be asked for by."""


@fact
class RunSummary:
    """A run in a line. `started` in epoch seconds; `steps` counts those of the plan, `passed` those of them that passed.

    `holder` says who holds a run that is in progress (``pid 4711 on ci-7, since 12 min``); empty otherwise.
    """

    id: str
    journey: str
    version: str | None
    row: str | None
    outcome: str
    session: str
    environment: str | None
    started: float
    duration_ms: float
    attempt: int
    passed: int
    steps: int
    replayed: int
    reason: str | None = None
    holder: str = ""

    def to_json(self) -> JsonObject:
        """The summary as `journeys runs --output json` prints it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@fact
class RunFilter:
    """What is asked for; None asks for everything. `since` is in epoch seconds, `version` is written ``v14``."""

    outcomes: frozenset[str] | None = None
    journey: str | None = None
    version: str | None = None
    environment: str | None = None
    since: float | None = None

    def takes(self, run: RunSummary) -> bool:
        """Whether the run is asked for."""
        return (
            (self.outcomes is None or run.outcome in self.outcomes)
            and (self.journey is None or run.journey == self.journey)
            and (self.version is None or run.version == self.version)
            and (self.environment is None or run.environment == self.environment)
            and (self.since is None or run.started >= self.since)
        )


def summarise(run: RunDocument, *, environment: str | None = None, holder: str = "") -> RunSummary:
    """One line about a run. A run that is held is in progress, not interrupted."""
    planned = [step for step in run["steps"] if not step["cleanup"]]
    is_running = bool(holder) and run["outcome"] == "interrupted"
    return RunSummary(
        id=run["id"],
        journey=run["journey"],
        version=run["version"],
        row=run["row"],
        outcome=_IN_PROGRESS if is_running else run["outcome"],
        session=run["sessions"][-1],
        environment=environment,
        started=from_rfc3339(run["started"]),
        duration_ms=run["duration_ms"],
        attempt=run["attempt"],
        passed=sum(step["outcome"] == "passed" for step in planned),
        steps=len(planned),
        replayed=sum(step["replayed"] for step in planned),
        reason=run["reason"],
        holder=holder if is_running else "",
    )


def choose(runs: Iterable[RunSummary], asked: RunFilter) -> Iterator[RunSummary]:
    """The runs asked for, in the order given."""
    return (run for run in runs if asked.takes(run))


def runs_named(name: str, ids: Iterable[str]) -> Sequence[str]:
    """The run ids that a person may mean: the very one, else all that begin so, with or without ``run_``; sorted."""
    known = set(ids)
    whole = name if name.startswith("run_") else f"run_{name}"
    if whole in known:
        return [whole]
    return sorted(one for one in known if one.startswith(whole))
