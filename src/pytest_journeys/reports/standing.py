"""`journeys runs --open`: how each open run stands."""

import json
from collections.abc import Iterator, Sequence

from pytest_journeys.evidence.standing import Standing
from pytest_journeys.reports.excerpt import fact_lines
from pytest_journeys.reports.printable import printable
from pytest_journeys.reports.told import told_age, told_count
from pytest_journeys.values.moment import told_moment


def standing_text(runs: Sequence[Standing], store: str, *, now: float) -> str:
    """For people, on 80 columns: a few lines for each run."""
    if not runs:
        return f"no open runs in {printable(store)}"
    lines = [f"store: {printable(store)}"]
    for run in runs:
        lines += ["", *standing_lines(run, now=now)]
    return "\n".join([*lines, "", told_count(len(runs), "open run")])


def standing_json(runs: Sequence[Standing], store: str) -> str:
    """For programs."""
    return json.dumps({"store": store, "runs": [run.to_json() for run in runs]}, indent=2) + "\n"


def standing_lines(run: Standing, *, now: float) -> Iterator[str]:
    """The lines of one run."""
    row = f"[{run.row}]" if run.row else ""
    yield printable(f"{run.journey}{row} {run.status}")
    attempt = f", attempt {run.run_attempt}" if run.run_attempt > 1 else ""
    yield from fact_lines(0, ("run", f"{run.run}{attempt}"))
    yield from _where(run, now)


def now_lines(run: Standing, *, now: float) -> Iterator[str]:
    """How it stands, below what else is told of a run."""
    yield "now"
    yield from _where(run, now)


def _where(run: Standing, now: float) -> Iterator[str]:
    sent = f", sent {run.attempts} times" if run.attempts > 1 else ""
    facts = (
        ("step", f"{run.step}{sent}" if run.step is not None else ""),
        ("since", f"{told_moment(run.since)} ({told_age(now - run.since)} ago)"),
        ("waits for", run.waits_for),
        ("held by", run.holder),
        ("next", run.next),
    )
    for name, text in facts:
        if text:
            yield from fact_lines(0, (name, printable(text)))
