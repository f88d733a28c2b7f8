"""What of a run rides on its pytest report: words, lines and counts. JSON-clean, small, let go of once it was shown."""

from collections.abc import Sequence
from typing import Final, TypedDict

from pytest_journeys.app.opening import Opening
from pytest_journeys.engine.runner import RunResult
from pytest_journeys.evidence.document import RunDocument
from pytest_journeys.reports.junit import junit_properties, step_log
from pytest_journeys.reports.run_facts import run_facts, step_facts
from pytest_journeys.reports.terminal import note_lines, run_word, step_line

ATTRIBUTE: Final = "journey"
GIVEN: Final = "journey_given"
"""On a teardown report: how many properties of ours it carries, so that they can be taken back."""

SECTION: Final = "Captured stdout journey"
"""The step log. JUnit's system-out is what begins with "Captured stdout"; without "teardown" no terminal repeats it."""


class Told(TypedDict):
    """What a report carries. `lines` are there at -v, `properties` and `log` when JUnit is written.

    `parked_until` is when a parked run goes on, in epoch seconds. `not_resumed` says why an earlier run does not go on,
    `goes_on` why one does, `left` why attempts were left for another, `not_cleaned` what of
    earlier runs could not be cleaned up, `not_restored` why what was stored sealed could not be had.
    """

    run: str
    outcome: str
    word: str
    opened: str
    attempt: int
    replayed_steps: int
    refreshed_steps: int
    warnings: int
    parked_until: float | None
    not_resumed: list[str]
    goes_on: list[str]
    left: list[str]
    not_cleaned: list[str]
    not_restored: list[str]
    lines: list[str]
    properties: list[list[str]]
    log: str


class Left(TypedDict):
    """What a worker tells when it leaves.

    `syncs` are how many, their median and their sum in milliseconds; `trouble` is what went wrong, empty if nothing did.
    """

    syncs: tuple[int, float, float]
    trouble: str


def warned_here(result: RunResult) -> int:
    """How many assertions under ``warn`` were missed, of what this process recorded."""
    return sum(
        item["outcome"] == "warned"
        for _, accounts in result.told
        for account in accounts
        for item in account.get("assertions", ())
    )


def warned_in(run: RunDocument) -> int:
    """How many assertions under ``warn`` were missed, over all sessions of a run."""
    return sum(item["outcome"] == "warned" for step in run["steps"] for item in step["assertions"])


def told_plainly(opening: Opening, result: RunResult) -> Told:
    """A run that began and ended here, in one attempt, when nobody asked for its steps: no document is made."""
    told = _told(opening.run, result.outcome, result.outcome.upper(), warnings=warned_here(result))
    told["not_resumed"] = list(opening.told)
    return told


def told_replayed(opening: Opening) -> Told:
    """A run that only counts here, when nobody asked for its steps."""
    steps = len(opening.journey.definition.artifact.steps)
    return _told(opening.run, "passed", "PASSED (replayed)", opened="replayed", replayed_steps=steps)


def told_fully(
    run: RunDocument,
    *,
    not_resumed: Sequence[str],
    goes_on: Sequence[str] = (),
    warnings: int,
    environment: str | None,
    evidence: str | None,
    wants_lines: bool,
    wants_junit: bool,
    wants_log: bool,
) -> Told:
    """Whatever is asked for, from the run's document."""
    facts = run_facts(run)
    told = _told(
        run["id"],
        run["outcome"],
        run_word(facts),
        opened=run["opened"],
        attempt=run["attempt"],
        replayed_steps=sum(step["replayed"] for step in run["steps"]),
        refreshed_steps=sum(step["refreshed"] for step in run["steps"]),
        warnings=warnings,
    )
    told["not_resumed"] = list(not_resumed)
    told["goes_on"] = list(goes_on)
    told["left"] = facts["left"]
    if wants_lines:
        told["lines"] = [
            *note_lines(facts, not_resumed, goes_on),
            *(step_line(step_facts(step)) for step in run["steps"]),
        ]
    if wants_junit:
        pairs = junit_properties(
            run, environment=environment, evidence=evidence, not_resumed=not_resumed, goes_on=goes_on
        )
        told["properties"] = [list(pair) for pair in pairs]
    if wants_log:
        told["log"] = step_log(run)
    return told


def told_briefly(run: str, outcome: str) -> Told:
    """A run of which no more is known here than how it ended."""
    return _told(run, outcome, outcome.upper())


def _told(
    run: str,
    outcome: str,
    word: str,
    *,
    opened: str = "fresh",
    attempt: int = 1,
    replayed_steps: int = 0,
    refreshed_steps: int = 0,
    warnings: int = 0,
) -> Told:
    return {
        "run": run,
        "outcome": outcome,
        "word": word,
        "opened": opened,
        "attempt": attempt,
        "replayed_steps": replayed_steps,
        "refreshed_steps": refreshed_steps,
        "warnings": warnings,
        "parked_until": None,
        "not_resumed": [],
        "goes_on": [],
        "left": [],
        "not_cleaned": [],
        "not_restored": [],
        "lines": [],
        "properties": [],
        "log": "",
    }
