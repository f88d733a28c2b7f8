"""The evidence document, version 1: what a session's runs amount to, as plain JSON-clean dictionaries.

The shape is published (`schema`); members are only ever added. Everything in it has passed the redaction gate long before.
Times are RFC 3339 in UTC, durations milliseconds; `at` is null where nothing was written (an implied assertion).
"""

from typing import Final, Literal, NotRequired, TypeAlias, TypedDict

from pytest_journeys.values.json import JsonObject, JsonValue

FORMAT: Final = "pytest-journeys/evidence"
VERSION: Final = 1

RunOutcome: TypeAlias = Literal[
    "passed",
    "failed",
    "error",
    "skipped",
    "xfailed",
    "xpassed",
    "in_doubt",
    "parked",
    "interrupted",
    "replaced",
    "cancelled",
]
StepOutcome: TypeAlias = Literal["passed", "failed", "error", "skipped", "blocked", "in_doubt", "parked", "interrupted"]
AssertionOutcome: TypeAlias = Literal["passed", "failed", "warned"]


class At(TypedDict):
    """A place in a journey's file; lines and columns begin at 1, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int


class BodyDocument(TypedDict):
    """A body: `text`, or `base64`, or the `file` that holds it (relative to the store); `cut_to` when it was cut."""

    media_type: str | None
    size: int
    sha256: str
    text: NotRequired[str]
    base64: NotRequired[str]
    file: NotRequired[str]
    cut_to: NotRequired[int]


class RequestDocument(TypedDict):
    """A request as it left."""

    method: str
    url: str
    headers: list[list[str]]
    body: BodyDocument | None


class ResponseDocument(TypedDict):
    """An answer."""

    status: int
    reason: str
    http_version: str
    headers: list[list[str]]
    body: BodyDocument | None


class QuestionDocument(TypedDict):
    """What the server's answer says of a request in doubt, and by what."""

    answer: Literal["done", "not_done", "unknown"]
    reason: str


class ExchangeDocument(TypedDict):
    """One request and what came of it. A `refresh` brought a secret back; `curl` is added by the reports.

    With a `question` it asked what had become of the attempt, whose own outcome was not known.

    `sent_again` says why another attempt followed this one: ``poll: json $.status is 'new', expected 'paid'``.
    """

    attempt: int
    refresh: bool
    request: RequestDocument
    response: ResponseDocument | None
    timings_ms: dict[str, float]
    error: str | None
    question: NotRequired[QuestionDocument]
    sent_again: NotRequired[str]
    curl: NotRequired[str]


class CallDocument(TypedDict):
    """One call of a Python function. `returned` is null when it raised, did not come back, or was interrupted.

    `continues`: it was given the stash of the call before. `called_again` says why another call followed (a poll).
    """

    attempt: int
    refresh: bool
    function: str
    arguments: BodyDocument | None
    returned: BodyDocument | None
    stashes: int
    continues: bool
    duration_ms: float
    called_again: NotRequired[str]


class AssertionDocument(TypedDict):
    """One operator judged. `place` is its key in the source map, `text` goes on behind the target: "is 500, expected 202".

    `expected` and `actual` are left out where there is no value.
    """

    place: str
    target: str
    operator: str
    expected: NotRequired[JsonValue]
    actual: NotRequired[JsonValue]
    outcome: AssertionOutcome
    at: At | None
    text: NotRequired[str]
    details: NotRequired[list[str]]


class ErrorDocument(TypedDict):
    """Why a step could not be judged, or what went wrong beside its assertions."""

    code: str
    title: str
    at: At | None
    notes: list[str]
    help: str | None


# `from` is a Python keyword, so this one is written in the functional form. `value` is left out for a secret.
UsedDocument = TypedDict("UsedDocument", {"name": str, "from": str, "value": NotRequired[JsonValue], "at": At | None})


class StepDocument(TypedDict):
    """One step, or one cleanup step. `attempts` counts the sendings, `reason` tells why it has its outcome.

    `calls` are those of a step that calls a function; it has no exchanges.
    """

    id: str
    kind: str
    description: str | None
    outcome: StepOutcome
    replayed: bool
    refreshed: bool
    cleanup: bool
    iteration: int | None
    attempts: int
    reason: str | None
    used: list[UsedDocument]
    at: At | None
    started: str | None
    duration_ms: float
    exchanges: list[ExchangeDocument]
    calls: NotRequired[list[CallDocument]]
    assertions: list[AssertionDocument]
    derived: dict[str, JsonValue]
    logs: list[str]
    error: ErrorDocument | None


class AttemptDocument(TypedDict):
    """An attempt of a run that was left for another one, and why."""

    attempt: int
    reason: str | None
    started: str
    duration_ms: float
    steps: list[StepDocument]


class InterruptionDocument(TypedDict):
    """Where a run stopped and later went on: the part that ended, the moment of its last line, the step that was open."""

    kind: Literal["worker_lost", "session_interrupted"]
    session: str
    worker: str
    at: str
    step: str | None


class RunDocument(TypedDict):
    """One run. `opened` tells how its newest part began: ``fresh``, ``resume``, ``restart``, ``clean up``, ``replayed``, ``reenter``.

    Its attempt, moment of start and duration are the newest attempt's; earlier ones stand under `earlier_attempts`.
    `reenters` names the run whose steps before the failed one are replayed here.
    `secrets` are the names that may stand as ``$NAME`` in its texts, spelled as there and without the dollar.
    """

    id: str
    journey: str
    version: str | None
    artifact: str
    file: str
    row: str | None
    repeat: int
    inputs: JsonObject
    given: JsonObject
    variables: JsonObject
    secrets: list[str]
    outcome: RunOutcome
    reason: str | None
    opened: str
    attempt: int
    earlier_attempts: list[AttemptDocument]
    resumed_from: str | None
    interruptions: list[InterruptionDocument]
    reenters: str | None
    sessions: list[str]
    started: str
    duration_ms: float
    chain_head: str | None
    steps: list[StepDocument]


class TotalsDocument(TypedDict):
    """Counts over a session's runs. `resumed` runs went on from an earlier session or worker, `replayed_runs` only count again."""

    runs: int
    outcomes: dict[str, int]
    resumed: int
    restarted: int
    replayed_runs: int
    steps: dict[str, int]
    replayed_steps: int
    refreshed_steps: int
    warnings: int


class SessionPart(TypedDict):
    """The session itself. `lost_workers` died while it went on."""

    id: str
    started: str
    ended: str | None
    outcome: Literal["passed", "failed", "interrupted"]
    environment: str | None
    subject: str | None
    continues: str | None
    lost_workers: list[str]
    plugin: str
    host: JsonObject
    totals: TotalsDocument


class SessionDocument(TypedDict):
    """The whole document."""

    format: str
    version: int
    runs: list[RunDocument]
    session: SessionPart
