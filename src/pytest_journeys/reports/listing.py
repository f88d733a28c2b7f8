"""Tables for `journeys runs` and `journeys verify`: people read them on 80 columns, programs as JSON."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.evidence.query import RunSummary
from pytest_journeys.reports.excerpt import COLUMNS, fact_lines
from pytest_journeys.reports.printable import printable, width
from pytest_journeys.reports.told import told_count, told_ms
from pytest_journeys.values.fact import fact

_ID: Final = 12  # characters of a run id: `run_` and 8, enough to name it
_OUTCOME: Final = 11
_STEPS: Final = 5
_STARTED: Final = 11
_SPENT: Final = 8
_NAME: Final = COLUMNS - _ID - _OUTCOME - _STEPS - _STARTED - _SPENT - 5


@fact
class Damage:
    """Something that the checker found: the file, the byte where it begins, what is wrong, what to do."""

    file: str
    reason: str
    byte: int | None = None
    help: str = ""


def runs_table(runs: Iterable[RunSummary], store: str) -> str:
    """The store, a line for each run in the order given, how many there are; who holds a run in progress below it."""
    lines = [f"store: {printable(store)}", _row("RUN", "OUTCOME", "JOURNEY", "STEPS", "STARTED UTC", "TIME")]
    count = 0
    for run in runs:
        count += 1
        lines.append(_run_row(run))
        if run.holder:
            lines.append(f"{'':{_ID}} held by {printable(run.holder)}")
    if not count:
        return f"no runs in {printable(store)}"
    return "\n".join([*lines, told_count(count, "run")])


def runs_json(runs: Iterable[RunSummary], store: str) -> str:
    """The same as JSON: the store's absolute path and a list of runs; moments as RFC 3339."""
    told = [{**run.to_json(), "started": rfc3339(run.started)} for run in runs]
    return json.dumps({"store": store, "runs": told}, indent=2) + "\n"


def damage_table(damages: Sequence[Damage], checked: str) -> str:
    """What `journeys verify` found. `checked` says what was looked at: ``3 sessions, 40 runs``."""
    lines: list[str] = []
    for damage in damages:
        place = f"{printable(damage.file)}: byte {damage.byte}" if damage.byte is not None else printable(damage.file)
        lines.append(f"{place}: {printable(damage.reason)}")
        if damage.help:
            lines.extend(fact_lines(1, ("help", printable(damage.help))))
    found = f"{told_count(len(damages), 'finding')}" if damages else "no damage"
    return "\n".join([*lines, f"{checked}: {found}"])


def damage_json(damages: Sequence[Damage], checked: str) -> str:
    """The same as JSON."""
    told = [{"file": one.file, "byte": one.byte, "reason": one.reason, "help": one.help} for one in damages]
    return json.dumps({"checked": checked, "damage": told}, indent=2) + "\n"


def _run_row(run: RunSummary) -> str:
    name = printable(f"{run.journey}[{run.row}]" if run.row else run.journey)
    if run.version:
        name = f"{_short(name, _NAME - len(run.version) - 1)} {run.version}"
    started = rfc3339(run.started)[5:16].replace("T", " ")
    outcome = "in doubt" if run.outcome == "in_doubt" else run.outcome
    return _row(run.id[:_ID], outcome, name, f"{run.passed}/{run.steps}", started, told_ms(run.duration_ms))


def _row(run: str, outcome: str, name: str, steps: str, started: str, spent: str) -> str:
    cells = (
        _padded(printable(run), _ID),
        _padded(outcome, _OUTCOME),
        _padded(_short(name, _NAME), _NAME),
        _padded(steps, _STEPS),
        _padded(started, _STARTED),
        spent,
    )
    return " ".join(cells).rstrip()


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - width(text))


def _short(text: str, columns: int) -> str:
    """The text, cut in its middle: rows of one journey differ at their end."""
    if width(text) <= columns:
        return text
    head, tail = text[: columns // 2], text[len(text) - columns // 2 :]
    while width(head) + width(tail) + 2 > columns:
        head, tail = head[:-1], tail[1:]
    return f"{head}..{tail}"
