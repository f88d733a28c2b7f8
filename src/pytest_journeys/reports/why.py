"""`journeys why RUN`: what was decided about a run, when, and by what."""

import json
from collections.abc import Iterator, Sequence

from pytest_journeys.evidence.decisions import Decision
from pytest_journeys.evidence.document import RunDocument
from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.evidence.standing import Standing
from pytest_journeys.reports.excerpt import fact_lines
from pytest_journeys.reports.printable import cut, printable


def why_text(run: RunDocument, decisions: Sequence[Decision], *, holder: str = "") -> str:
    """For people, on 80 columns: a line for each decision under its session, the reasons below it."""
    return "\n".join(_lines(run, decisions, holder))


def why_json(
    run: RunDocument, decisions: Sequence[Decision], *, holder: str = "", standing: Standing | None = None
) -> str:
    """The same for programs; `standing` is how an open run stands now."""
    told = {
        "run": run["id"],
        "journey": run["journey"],
        "row": run["row"],
        "outcome": run["outcome"],
        "held_by": holder or None,
        "decisions": [decision.to_json() for decision in decisions],
        "now": None if standing is None else standing.to_json(),
    }
    return json.dumps(told, indent=2) + "\n"


def _lines(run: RunDocument, decisions: Sequence[Decision], holder: str) -> Iterator[str]:
    row = f"[{run['row']}]" if run["row"] else ""
    outcome = f"in progress, held by {holder}" if holder else run["outcome"].replace("_", " ")
    yield printable(f"{run['journey']}{row} {outcome}")
    yield from fact_lines(0, ("run", run["id"]))
    session = ""
    for decision in decisions:
        if decision.session != session:
            session = decision.session
            yield ""
            yield printable(f"session {session}")
        step = f"{decision.step}: " if decision.step else ""
        yield printable(f"  {rfc3339(decision.at)[11:19]} {step}{decision.what}")
        for sentence in decision.why:
            yield from fact_lines(1, ("because", cut(printable(sentence), 600)))
