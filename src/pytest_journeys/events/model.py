"""What happened, as frozen facts: the control part of the journal, all that recovery ever reads.

Every fact was redacted before it was made (`engine.gate`). Times are seconds since the epoch, by the wall clock. A run is
named by its id, a step by its path in the artifact. The tags are part of the format, version 1: a reader refuses a newer
one with a sentence and never skips what it does not know.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import ClassVar, Final, TypeAlias

from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonObject, JsonValue
from pytest_journeys.values.record import tagged_from_json, to_json

VERSION: Final = 1

CALL: Final = "CALL"
"""The method of an intent to call a function."""


@fact
class Place:
    """A line of a journal: where a run's last valid line stands, and its hash (the run's chain head there)."""

    session: str
    journal: str
    offset: int
    line: str


@fact
class JournalOpened:
    """The header. The digests tie the journal to the session's other files."""

    TAG: ClassVar[str] = "journal"
    session: str
    worker: str
    boot_id: str
    durability: str
    session_digest: str
    run_list_digest: str
    at: float
    version: int = VERSION


@fact
class Reentry:
    """Where a run re-enters another: that run and its last line; `step` is the first one that is carried out anew."""

    run: str
    place: Place
    step: str


@fact
class RunOpened:
    """A run begins, goes on in another session, or begins another attempt.

    `given` holds the non-secret values that the fingerprint digests: ``inputs row env fixtures subject``, so that a later
    session can clean up with the run's own values. `variables` are the recorded ones; those that are secret are named in
    `secret_variables` only; `sealed` holds those of them that cannot be computed again, where there is a key. `signals`
    are the tokens of its steps that wait for an answer, by step: who has one may answer.
    `reason` says why: ``fresh``, ``resume``, ``restart``, ``clean up`` or ``reenter``: then it
    `reenters` another run. `because` are the sentences that say why that was decided, where there is something to say.
    """

    TAG: ClassVar[str] = "run"
    run: str
    journey: str
    row: str
    repeat: int = 0
    attempt: int = 1
    artifact: str
    source_map: str
    fingerprint: str
    given: dict[str, JsonValue] = field(default_factory=dict)
    variables: dict[str, JsonValue] = field(default_factory=dict)
    secret_variables: tuple[str, ...] = ()
    signals: dict[str, str] = field(default_factory=dict)
    sealed: dict[str, str] = field(default_factory=dict)
    continues: Place | None = None
    reason: str = "fresh"
    reenters: Reentry | None = None
    because: tuple[str, ...] = ()
    at: float


@fact
class Intent:
    """A request is about to leave. `digest` is of its rendering with secrets replaced by their names.

    `generated` holds the values drawn for the step, by their ordinal in it: a retry, a re-send and a resume see the same.
    One that is a secret is null: it is in `sealed` where there is a key, else what it was sent in cannot be sent again as it was.
    `key` is the idempotency key when it is no secret. `is_question`: it asks about the step's request that is in doubt.
    Of a call the method is ``CALL``, the URL names the function, and `source` is the digest of the file that defines it.
    """

    TAG: ClassVar[str] = "intent"
    run: str
    step: str
    attempt: int
    method: str
    url: str
    digest: str
    is_safe: bool
    key: str | None = None
    generated: dict[str, JsonValue] = field(default_factory=dict)
    source: str = ""
    sealed: dict[str, str] = field(default_factory=dict)
    is_refresh: bool = False
    is_question: bool = False
    at: float


@fact
class Asked:
    """The server was asked about a request in doubt. `answer` is ``done``, ``not_done`` or ``unknown``, `reason` its words."""

    TAG: ClassVar[str] = "asked"
    run: str
    step: str
    attempt: int
    answer: str
    reason: str
    at: float


@fact
class Stashed:
    """A called function recorded how far it has come: what it is called with again after an interruption.

    Each replaces the one before. It holds nothing that is known as a secret.
    """

    TAG: ClassVar[str] = "stash"
    run: str
    step: str
    attempt: int
    value: JsonValue
    at: float


@fact
class Attempted:
    """An attempt ended and the step goes on: a poll that is not there yet, a retry. Needs no sync of its own.

    `may_have_acted`: the server may have done what was asked all the same (no whole answer came, or a 5xx).
    """

    TAG: ClassVar[str] = "attempt"
    run: str
    step: str
    attempt: int
    reason: str
    may_have_acted: bool = False
    at: float


@fact
class Waiting:
    """A step waits: for the moment `until`, in epoch seconds, or for an answer that comes until then (None: for ever).

    Recorded before the waiting begins.
    """

    TAG: ClassVar[str] = "waiting"
    run: str
    step: str
    until: float | None = None
    at: float


@fact
class RunParked:
    """The run is left open on purpose: its `step` waits for longer than a process stays. A later session goes on.

    `until` is when it can go on by the clock, None when only an answer lets it. `reason` says what it waits for.
    """

    TAG: ClassVar[str] = "parked"
    run: str
    step: str
    until: float | None = None
    reason: str
    at: float


@fact
class StepEnded:
    """The checkpoint: a step is complete, with what later steps need.

    `outcome` is ``passed failed error skipped blocked in_doubt``. `derived` holds the non-secret values, `secrets` names
    the others, `cookies` the names of the cookies that its answers set, `cookies_deleted` of those that they took away.
    Where there is a key, `sealed` holds the secrets by name, `sealed_cookies` what the jar then had of all these cookies.
    `is_registered`: its cleanup is on the stack. `is_replayed`: it ended so in the run that this one re-enters. `reason` tells why it was skipped, blocked or in doubt, or the headline of its failure.
    """

    TAG: ClassVar[str] = "step"
    run: str
    step: str
    outcome: str
    attempt: int = 0
    derived: dict[str, JsonValue] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    cookies: tuple[str, ...] = ()
    cookies_deleted: tuple[str, ...] = ()
    sealed: dict[str, str] = field(default_factory=dict)
    sealed_cookies: str = ""
    is_registered: bool = False
    is_refresh: bool = False
    is_replayed: bool = False
    reason: str = ""
    at: float


@fact
class RunDecided:
    """The open attempt will not go on, by this `decision`.

    ``restart``: another attempt of the run begins; ``replace``: another run takes its place; ``cancel``: a person ends it.
    Recorded before the cleanup that it leads to, so that a later session carries the decision out.
    """

    TAG: ClassVar[str] = "decision"
    run: str
    decision: str
    reason: str
    at: float


@fact
class RunEnded:
    """The run is over: ``passed failed error skipped xfailed xpassed in_doubt replaced cancelled``. Finished records never change.

    `keeps_cleanup`: what is registered has not run; it does in the session that re-enters or replaces the run.
    """

    TAG: ClassVar[str] = "end"
    run: str
    outcome: str
    reason: str = ""
    keeps_cleanup: bool = False
    at: float


@fact
class RunReplayed:
    """A run that passed in an interrupted session counts in this one; its evidence stays where it is."""

    TAG: ClassVar[str] = "replayed"
    run: str
    journey: str
    row: str
    repeat: int = 0
    place: Place
    at: float


@fact
class JournalStopped:
    """The worker stops at a step boundary; what is open stays resumable. Synced, so that it is trusted across a reboot."""

    TAG: ClassVar[str] = "stopped"
    reason: str
    at: float


Event: TypeAlias = (
    JournalOpened
    | RunOpened
    | Intent
    | Asked
    | Stashed
    | Attempted
    | Waiting
    | RunParked
    | StepEnded
    | RunDecided
    | RunEnded
    | RunReplayed
    | JournalStopped
)

_KINDS: Final[Mapping[str, type[Event]]] = {
    kind.TAG: kind
    for kind in (
        JournalOpened,
        RunOpened,
        Intent,
        Asked,
        Stashed,
        Attempted,
        Waiting,
        RunParked,
        StepEnded,
        RunDecided,
        RunEnded,
        RunReplayed,
        JournalStopped,
    )
}


def event_to_json(event: Event) -> JsonObject:
    """The event as it stands in the control part of a line."""
    return to_json(event)


def event_from_json(value: JsonValue) -> Event:
    """The event that `event_to_json` wrote. Raises `ValueError` for an unknown kind or field."""
    return tagged_from_json(_KINDS, value)


def is_firm(event: Event) -> bool:
    """Whether a line that holds this event is synced under ``power`` (durability.md, the journal's first rule).

    What completes a step, what may change the world, what decides over a run. Safe intents, attempts that go on, and
    what can be told again from the rest (a replay, a step that was skipped or blocked) need no sync of their own.
    """
    match event:
        case StepEnded():
            return event.outcome not in ("skipped", "blocked")
        case Intent():
            return not event.is_safe
        case JournalOpened() | Stashed() | Waiting() | RunParked() | RunDecided() | JournalStopped():
            return True
        case RunOpened() | Asked() | Attempted() | RunEnded() | RunReplayed():
            return False
