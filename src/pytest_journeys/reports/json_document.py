"""The evidence document as JSON text, in chunks: one run after the other, so that 10 000 runs need the memory of one.

Members stand in the order of the schema, `session` with its totals last: they are known when the last run has passed by.
A run is a line, so that the file can be searched and compared by lines, and because json indents ten times slower.
"""

import json
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from pytest_journeys.evidence.document import FORMAT, VERSION, ExchangeDocument, RunDocument, StepDocument
from pytest_journeys.evidence.session import CollectedSession
from pytest_journeys.reports.curl import curl_command

Extent: TypeAlias = Literal["always", "on-failure"]
"""What is shown of passing runs: everything, or all but their exchanges."""

_encoder: Final = json.JSONEncoder(ensure_ascii=True, allow_nan=False, check_circular=False)
_readable: Final = json.JSONEncoder(ensure_ascii=True, allow_nan=False, check_circular=False, indent=2)


def json_document(session: CollectedSession, *, extent: Extent = "always", store: str = ".journeys") -> Iterator[str]:
    """The document of a session. ASCII only, so that a lone surrogate that a server sent is an escape and no error."""
    yield f'{{"format": "{FORMAT}", "version": {VERSION}, "runs": ['
    separator = "\n"
    for run in session.runs():
        yield separator + _encoder.encode(told_run(run, extent=extent, store=store))
        separator = ",\n"
    yield f'\n], "session": {_encoder.encode(session.part())}}}\n'


def run_as_json(run: RunDocument, *, store: str = ".journeys") -> str:
    """One run, as `journeys show RUN --output json` prints it."""
    return _readable.encode(told_run(run, store=store)) + "\n"


def told_run(run: RunDocument, *, extent: Extent = "always", store: str = ".journeys") -> RunDocument:
    """The run as reports tell it: each exchange with its curl command; a passing run without exchanges if so asked."""
    is_brief = extent == "on-failure" and run["outcome"] in ("passed", "skipped", "xfailed")
    secrets = frozenset(run["secrets"])

    def told_step(step: StepDocument) -> StepDocument:
        exchanges = [] if is_brief else [_with_curl(one, secrets, store) for one in step["exchanges"]]
        return {**step, "exchanges": exchanges}

    earlier = [{**one, "steps": [told_step(step) for step in one["steps"]]} for one in run["earlier_attempts"]]
    return {**run, "earlier_attempts": earlier, "steps": [told_step(step) for step in run["steps"]]}  # type: ignore[typeddict-item]


def _with_curl(exchange: ExchangeDocument, secrets: frozenset[str], store: str) -> ExchangeDocument:
    return {**exchange, "curl": curl_command(exchange["request"], secrets, store=store)}
