"""What a run adds to pytest's own JUnit testcase: properties, and a step log for its system-out.

Property names are code, or are made legal here: pytest escapes values and not names. Everything is JSON-clean, so that it
crosses a worker channel.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from pytest_journeys.evidence.document import RunDocument, StepDocument
from pytest_journeys.reports.printable import cut, printable
from pytest_journeys.reports.run_facts import told_loss
from pytest_journeys.reports.told import (
    told_answer,
    told_assertion,
    told_at,
    told_call,
    told_ms,
    told_outcome,
    told_request,
)

_NOT_IN_NAMES: Final = re.compile(r"[^A-Za-z0-9_.\[\]-]")
_LONGEST_VALUE: Final = 1000  # characters


def junit_properties(
    run: RunDocument,
    *,
    environment: str | None = None,
    evidence: str | None = None,
    not_resumed: Sequence[str] = (),
    goes_on: Sequence[str] = (),
) -> list[tuple[str, str]]:
    """Names and values in the order written. `evidence` is the path of the evidence document, when one is written.

    `not_resumed` says why an earlier run did not go on, `goes_on` why one did.
    """
    pairs: list[tuple[str, str | None]] = [
        ("journey", run["journey"]),
        ("journey_version", run["version"]),
        ("artifact", run["artifact"]),
        ("run", run["id"]),
        ("environment", environment),
        ("resumed_from", run["resumed_from"]),
        *(("lost_worker", lost) for lost in _losses(run)),
        ("reenters", run["reenters"]),
        *(("not_resumed", reason) for reason in not_resumed),
        *(("goes_on", reason) for reason in goes_on),
        *(
            ("restarted", f"attempt {earlier['attempt']} was left: {earlier['reason'] or 'no reason'}")
            for earlier in run["earlier_attempts"]
        ),
        ("chain_head", run["chain_head"]),
        *((f"step[{step['outcome']}]", _told_step(step)) for step in run["steps"]),
        ("evidence", evidence),
    ]
    return [junit_property(name, value) for name, value in pairs if value is not None]


def junit_property(name: str, value: str) -> tuple[str, str]:
    """One property, legal in XML whatever it was made of."""
    return _NOT_IN_NAMES.sub("_", name), cut(printable(value), _LONGEST_VALUE)


def step_log(run: RunDocument) -> str:
    """The steps of a run for the system-out: a line each, then its requests, what failed, and what it derived."""
    return "".join(f"{line}\n" for line in _log_lines(run))


def _losses(run: RunDocument) -> list[str]:
    return [told_loss(one) for one in run["interruptions"] if one["kind"] == "worker_lost"]


def _told_step(step: StepDocument) -> str:
    """``pay``, ``sign-in (replayed)``: the value says what the outcome in the name does not."""
    marks = [mark for mark, is_set in (("replayed", step["replayed"]), ("refreshed", step["refreshed"])) if is_set]
    told = f"{step['id']} ({', '.join(marks)})" if marks else step["id"]
    return f"{told}: {step['reason']}" if step["reason"] else told


def _log_lines(run: RunDocument) -> Iterator[str]:
    row = f"[{printable(run['row'])}]" if run["row"] else ""
    resumed = f", resumed from {printable(run['resumed_from'])}" if run["resumed_from"] else ""
    yield f"{printable(run['journey'])}{row} {run['version'] or run['artifact']} {run['id']}{resumed}"
    for lost in _losses(run):
        yield f"  lost with the worker {lost}, resumed on another"
    for earlier in run["earlier_attempts"]:
        yield f"  attempt {earlier['attempt']} was left: {printable(earlier['reason'] or 'no reason')}"
    for step in run["steps"]:
        yield from _step_lines(step)


def _step_lines(step: StepDocument) -> Iterator[str]:
    spent = f" {told_ms(step['duration_ms'])}" if step["started"] else ""
    reason = f": {cut(printable(step['reason']), 300)}" if step["reason"] else ""
    yield f"  {printable(step['id'])} {told_outcome(step)}{spent}{reason}"
    for exchange in step["exchanges"]:
        mark = " (refresh)" if exchange["refresh"] else ""
        yield f"    {told_request(exchange)} -> {told_answer(exchange)}{mark}"
    for call in step.get("calls", []):
        yield f"    {told_call(call)}"
    for one in step["assertions"]:
        if one["outcome"] != "passed":
            at = told_at(one["at"])
            yield f"    {one['outcome']}: {told_assertion(one)}{f' ({at})' if at else ''}"
    if step["error"] is not None:
        yield f"    {step['error']['code']} {cut(printable(step['error']['title']), 300)}"
    for log in step["logs"]:
        yield f"    log: {cut(printable(log), 300)}"
