"""The evidence part of a journal line: what reports need and recovery never reads.

Plain dictionaries, built once and encoded once on the step's path; everything in them has passed the gate. One line
carries a list of accounts; the accounts of one step's attempts are put together by `evidence`. Optional members are left
out when there is nothing to say.
"""

from typing import Literal, NotRequired, TypeAlias, TypedDict

from pytest_journeys.values.json import JsonValue


class BodyAccount(TypedDict):
    """A body: `text`, or `base64` when it is no text, or neither when it stands in ``bodies/<sha256>`` (`is_stored`).

    `size` counts the bytes received (after content decoding), `sha256` is of the redacted bytes that were kept; a body
    beyond the limit is `cut_to` so many bytes.
    """

    media_type: NotRequired[str]
    size: int
    sha256: str
    text: NotRequired[str]
    base64: NotRequired[str]
    is_stored: NotRequired[bool]
    cut_to: NotRequired[int]


class RequestAccount(TypedDict):
    """A request as it left, redacted."""

    method: str
    url: str
    headers: list[list[str]]
    body: NotRequired[BodyAccount]


class ResponseAccount(TypedDict):
    """An answer, redacted."""

    status: int
    reason: str
    http_version: str
    headers: list[list[str]]
    body: NotRequired[BodyAccount]


class QuestionAccount(TypedDict):
    """What the answer to a question about a request in doubt says: ``done``, ``not_done`` or ``unknown``, and by what."""

    answer: Literal["done", "not_done", "unknown"]
    reason: str


class ExchangeAccount(TypedDict):
    """One request and what came of it; each redirect hop is one of the same attempt.

    With `question` it is not the step's own request: it asked what had become of the attempt.
    """

    attempt: int
    request: RequestAccount
    response: NotRequired[ResponseAccount]
    timings_ms: dict[str, float]
    error: NotRequired[str]
    question: NotRequired[QuestionAccount]


class CallAccount(TypedDict):
    """One call of a function: the arguments that it was given and what it returned, as JSON, redacted.

    `stashes` counts what it stashed; `continues`: it went on with the stash of a call before it.
    """

    function: str
    arguments: NotRequired[BodyAccount]
    returned: NotRequired[BodyAccount]
    stashes: NotRequired[int]
    continues: NotRequired[bool]


class AssertionAccount(TypedDict):
    """One operator judged. `place` is its key in the source map, `target` what people read (``json $.id``).

    `expected` and `actual` are absent when there is no value; `text` and `details` tell a mismatch.
    """

    place: str
    target: str
    operator: str
    outcome: Literal["passed", "failed", "warned"]
    expected: NotRequired[JsonValue]
    actual: NotRequired[JsonValue]
    text: NotRequired[str]
    details: NotRequired[list[str]]


class ErrorAccount(TypedDict):
    """Why a step could not be judged, or what went wrong beside its assertions."""

    code: str
    title: str
    place: str
    notes: NotRequired[list[str]]
    help: NotRequired[str]


class UsedAccount(TypedDict):
    """A value that the step took from an earlier one; a secret shows no value."""

    name: str
    step: str
    value: NotRequired[JsonValue]


class StepAccount(TypedDict):
    """What there is to tell of one attempt of a step. `started` in epoch seconds, durations in milliseconds."""

    run: str
    step: str
    attempt: int
    started: float
    duration_ms: float
    exchanges: NotRequired[list[ExchangeAccount]]
    call: NotRequired[CallAccount]
    assertions: NotRequired[list[AssertionAccount]]
    derived: NotRequired[dict[str, JsonValue]]
    used: NotRequired[list[UsedAccount]]
    logs: NotRequired[list[str]]
    error: NotRequired[ErrorAccount]


Accounts: TypeAlias = list[StepAccount]
