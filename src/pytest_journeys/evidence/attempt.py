"""What the journal tells of one run, sorted by attempt and step; knows order and sessions, judges nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.model import (
    Asked,
    Attempted,
    Event,
    Intent,
    JournalOpened,
    JournalStopped,
    Reentry,
    RunDecided,
    RunEnded,
    RunOpened,
    RunParked,
    RunReplayed,
    Stashed,
    StepEnded,
    Waiting,
)
from pytest_journeys.values.fact import fact

Part: TypeAlias = tuple[str, str]
"""A session, and one of its workers."""


@fact
class RunLine:
    """One journal line, as far as it tells of one run. `sha256` is None where the line is known from memory only.

    A run goes through parts: the lines of one worker in one session.
    """

    session: str
    worker: str = ""
    events: Sequence[Event]
    accounts: Sequence[StepAccount] = ()
    sha256: str | None = None

    @property
    def part(self) -> Part:
        """Session and worker."""
        return self.session, self.worker


@fact(kw_only=False)
class Telling:
    """One account and where it comes from; `sent_again` says why another attempt followed it."""

    part: Part
    account: StepAccount
    sent_again: str = ""

    @property
    def session(self) -> str:
        """The session whose folder holds its large bodies."""
        return self.part[0]


@dataclass(slots=True)
class StepRecord:
    """What is known of a step: how it ended and where, its accounts in order, the request without an outcome.

    `waiting` is what it waits for, `parked` that the run was left open for it.
    `doubted` are the sendings whose outcome nobody recorded and after which the request was sent again, `unanswered`
    those that the server was asked about or that stayed in doubt, `denied` why one was sent again after it said no.
    `question` is one whose answer was not recorded. `stashes` counts what a called function stashed.
    """

    path: str
    told: list[Telling] = field(default_factory=list)
    ended: StepEnded | None = None
    ended_in: Part | None = None
    refreshes: list[Telling] = field(default_factory=list)
    refreshed: StepEnded | None = None
    intent: Intent | None = None
    is_refreshing: bool = False
    waiting: Waiting | None = None
    parked: RunParked | None = None
    doubted: list[int] = field(default_factory=list)
    unanswered: list[Intent] = field(default_factory=list)
    denied: str = ""
    question: Intent | None = None
    stashes: int = 0


@dataclass(slots=True)
class AttemptRecord:
    """One attempt of a run: `steps` in the order first heard of, `spans` the first and last moment in each part."""

    opened: RunOpened
    openings: list[tuple[Part, RunOpened]]
    steps: dict[str, StepRecord] = field(default_factory=dict)
    decision: RunDecided | None = None
    ended: RunEnded | None = None
    parked: RunParked | None = None
    replayed: RunReplayed | None = None
    spans: dict[Part, tuple[float, float]] = field(default_factory=dict)

    @property
    def duration_ms(self) -> float:
        """The time spent, without the pauses between its parts."""
        return sum(last - first for first, last in self.spans.values()) * 1000

    def reopen(self, part: Part, event: RunOpened) -> None:
        """The run goes on elsewhere; what a refresh had brought back was lost with the process before."""
        self.opened = event
        self.openings.append((part, event))
        self.parked = None
        for record in self.steps.values():
            record.refreshed = record.parked = None
            record.refreshes.clear()
            if record.is_refreshing:
                record.intent, record.is_refreshing = None, False

    def record_of(self, path: str) -> StepRecord:
        """The step's record, begun when it is first heard of."""
        found = self.steps.get(path)
        if found is None:
            found = self.steps[path] = StepRecord(path)
        return found

    def reach(self, part: Part, at: float) -> None:
        """Stretch the span of a part to a moment; a clock that jumps backwards shortens nothing."""
        known = self.spans.get(part)
        self.spans[part] = (at, at) if known is None else (known[0], max(known[1], at))


def gather_attempts(lines: Iterable[RunLine]) -> list[AttemptRecord]:
    """The attempts of one run, oldest first; empty when no line opens it. Events of other runs are passed over."""
    attempts: list[AttemptRecord] = []
    run = ""
    for line in lines:
        accounts = list(line.accounts)
        for event in line.events:
            if isinstance(event, (JournalOpened, JournalStopped)):
                continue
            if isinstance(event, RunOpened):
                run = run or event.run
                if event.run == run:
                    _open(attempts, line.part, event)
            elif attempts and event.run == run:
                _take(attempts[-1], line.part, event, accounts)
        if attempts:
            for account in accounts:
                attempts[-1].record_of(account["step"]).told.append(Telling(line.part, account))
    return attempts


def reentry_of(lines: Iterable[RunLine]) -> Reentry | None:
    """Where a run re-enters another; None for one that does not."""
    openings = (event for line in lines for event in line.events if isinstance(event, RunOpened))
    return next((opening.reenters for opening in openings if opening.reenters is not None), None)


def take_over(attempt: AttemptRecord, reentered: Sequence[Sequence[AttemptRecord]]) -> None:
    """Of steps that were replayed from other runs, what these told of them: the newest that carried the step out."""
    for record in attempt.steps.values():
        if record.ended is None or not record.ended.is_replayed:
            continue
        for attempts in reentered:
            found = attempts[-1].steps.get(record.path) if attempts else None
            if found is not None and found.told:
                record.told[:0] = found.told
                break


def _open(attempts: list[AttemptRecord], part: Part, event: RunOpened) -> None:
    if attempts and attempts[-1].opened.attempt == event.attempt:
        attempts[-1].reopen(part, event)
    else:
        attempts.append(AttemptRecord(event, [(part, event)]))
    attempts[-1].reach(part, event.at)


def _take(
    attempt: AttemptRecord,
    part: Part,
    event: Intent | Asked | Stashed | Attempted | Waiting | RunParked | StepEnded | RunDecided | RunEnded | RunReplayed,
    accounts: list[StepAccount],
) -> None:
    attempt.reach(part, event.at)
    match event:
        case Intent(is_question=True):
            attempt.record_of(event.step).question = event
        case Asked():
            record = attempt.record_of(event.step)
            record.question = None
            if record.intent is not None and event.answer != "unknown":
                record.unanswered.append(record.intent)
                record.intent = None
            if event.answer == "not_done":
                record.denied = event.reason
                _tell(record, part, accounts, is_refresh=False)
        case Intent():
            record = attempt.record_of(event.step)
            before = record.intent
            if before is not None and not before.is_refresh and not event.is_refresh:
                record.doubted.append(before.attempt)
            record.intent, record.is_refreshing = event, event.is_refresh
        case Stashed():
            attempt.record_of(event.step).stashes += 1
        case Attempted():
            record = attempt.record_of(event.step)
            record.intent = None
            _tell(record, part, accounts, is_refresh=record.is_refreshing, sent_again=event.reason)
        case Waiting():
            attempt.record_of(event.step).waiting = event
        case RunParked():
            attempt.parked = attempt.record_of(event.step).parked = event
        case StepEnded():
            record = attempt.record_of(event.step)
            if record.intent is not None and event.outcome == "in_doubt" and not event.is_refresh:
                record.unanswered.append(record.intent)
            record.intent, record.is_refreshing = None, False
            _tell(record, part, accounts, is_refresh=event.is_refresh)
            if event.is_refresh:
                record.refreshed = event
            else:
                record.ended, record.ended_in = event, None if event.is_replayed else part
        case RunDecided():
            attempt.decision = event
        case RunEnded():
            attempt.ended = event
        case RunReplayed():
            attempt.replayed = event


def _tell(
    record: StepRecord, part: Part, accounts: list[StepAccount], *, is_refresh: bool, sent_again: str = ""
) -> None:
    mine = [account for account in accounts if account["step"] == record.path]
    for account in mine:
        accounts.remove(account)
        (record.refreshes if is_refresh else record.told).append(Telling(part, account, sent_again))
