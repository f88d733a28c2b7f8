"""What `journeys check --against STORE` prints: what would become of each open run, and why."""

import json
from collections.abc import Sequence
from typing import Final

from pytest_journeys.reports.printable import printable
from pytest_journeys.reports.told import told_count
from pytest_journeys.values.fact import fact

RESUME: Final = "resume"
STORED: Final = "stored"
NEW: Final = "new"
GONE: Final = "gone"
_WORDS: Final = {
    RESUME: "resumes",
    STORED: "goes on with its stored artifact",
    NEW: "does not resume: a new run takes its place",
    GONE: "does not resume: nothing selects it",
}


@fact
class Fate:
    """An open run. `decision`: ``resume``, ``stored`` (it goes on with its stored artifact), ``new`` or ``gone``.

    `not_compared` names what only a run tells, and was taken to be as it was.
    """

    run: str
    journey: str
    row: str
    repeat: int
    session: str
    is_parked: bool
    decision: str
    reasons: tuple[str, ...] = ()
    not_compared: tuple[str, ...] = ()

    @property
    def goes_on(self) -> bool:
        """Whether nothing that was done would be done again."""
        return self.decision in (RESUME, STORED)


def fates_text(fates: Sequence[Fate], others: int, store: str) -> str:
    """A line for each open run, its reasons below it, and how many would not go on."""
    lines = []
    for fate in fates:
        name = f"{fate.journey}[{fate.row}]" if fate.row else fate.journey
        kind = "parked" if fate.is_parked else "interrupted"
        lines.append(f"{printable(name)} ({kind}, {fate.run[:12]}) {_WORDS[fate.decision]}")
        lines += [f"  {printable(reason)}" for reason in fate.reasons]
        if fate.not_compared:
            lines.append(f"  not compared: {printable(', '.join(fate.not_compared))}")
    not_going_on = sum(not fate.goes_on for fate in fates)
    told = f"{told_count(len(fates), 'open run')} in {printable(store)}, {not_going_on} would not resume"
    if others:
        told += f"; {others} of journeys that were not checked"
    return "\n".join([*lines, told])


def fates_json(fates: Sequence[Fate], others: int, store: str) -> str:
    """The same as JSON."""
    told = [
        {
            "run": fate.run,
            "journey": fate.journey,
            "row": fate.row,
            "repeat": fate.repeat,
            "session": fate.session,
            "parked": fate.is_parked,
            "decision": fate.decision,
            "reasons": list(fate.reasons),
            "not_compared": list(fate.not_compared),
        }
        for fate in fates
    ]
    return json.dumps({"version": 1, "store": store, "runs": told, "others": others}, indent=2)
