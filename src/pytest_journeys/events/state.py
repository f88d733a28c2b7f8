"""The state of a run: the fold of its events, over every session it went through.

Starting is resuming with an empty journal: the engine decides from this state and from nothing else. The fold is total:
every order of events that a journal can hold is accepted, because a later session must be able to read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_journeys.events.model import (
    Asked,
    Attempted,
    Event,
    Intent,
    JournalOpened,
    JournalStopped,
    RunDecided,
    RunEnded,
    RunOpened,
    RunParked,
    RunReplayed,
    Stashed,
    StepEnded,
    Waiting,
)
from pytest_journeys.values.json import MISSING, JsonValue, Missing


@dataclass(slots=True)
class OpenStep:
    """A step that has begun and not ended. `intent` is the request whose outcome is not known, if there is one.

    `attempts` counts the sendings so far; `first` is the intent of the first, which holds the values drawn for the step.
    `may_be_done`: a sending before the last one may have done the step's work. `stash` is what a called function stashed
    last and no outcome has followed.
    """

    step: str
    attempts: int
    intent: Intent | None
    first: Intent
    may_be_done: bool = False
    stash: JsonValue | Missing = MISSING

    @property
    def is_repeatable(self) -> bool:
        """Whether what was sent can be sent again as it was: no value drawn for it was a secret, and so not stored."""
        return None not in self.first.generated.values()


@dataclass(slots=True)
class RunState:
    """Where a run stands.

    `opened` is the newest opening; `ended` the steps and cleanup steps that ended in this attempt, by path; `stack` the
    steps whose cleanup is registered, in that order; `refreshed` the steps that ran again in this session, by path.
    `made` is how each step ended last, in any session: of one that was refreshed, its last refresh that passed; in that order.
    `open_step` has begun and not ended; `open_refresh` is a refresh that has, which says nothing of the step that waits for
    it. `waiting` is the step that waits and until when, `parked` says that the run was left open for it. `decision` is an
    attempt that is to be cleaned up and left; `outcome` the end.
    """

    opened: RunOpened
    ended: dict[str, StepEnded] = field(default_factory=dict)
    stack: list[str] = field(default_factory=list)
    refreshed: dict[str, StepEnded] = field(default_factory=dict)
    made: dict[str, StepEnded] = field(default_factory=dict)
    open_step: OpenStep | None = None
    open_refresh: OpenStep | None = None
    waiting: Waiting | None = None
    parked: RunParked | None = None
    decision: RunDecided | None = None
    outcome: RunEnded | None = None

    @property
    def in_doubt(self) -> Intent | None:
        """The request that may have left and whose outcome was not recorded."""
        return self.open_step.intent if self.open_step is not None else None

    def apply(self, event: Event) -> None:
        """Take in one event of this run."""
        match event:
            case StepEnded():
                self._end_step(event)
            case Intent(is_question=True):
                pass  # it changes nothing: whoever does not know its answer asks again
            case Asked():
                if event.answer == "not_done" and self.open_step is not None and self.open_step.step == event.step:
                    self.open_step.intent, self.open_step.may_be_done = None, False
            case Intent():
                if event.is_refresh:
                    self.open_refresh = _begun(self.open_refresh, event)
                else:
                    self.open_step = _begun(self.open_step, event)
            case Attempted():
                for known in (self.open_step, self.open_refresh):
                    if known is not None and known.step == event.step:
                        known.intent = None
                        known.stash = MISSING
                        known.may_be_done |= event.may_have_acted
            case Waiting():
                self.waiting = event
            case RunParked():
                self.parked = event
            case Stashed():
                if self.open_step is not None and self.open_step.step == event.step:
                    self.open_step.stash = event.value
            case RunOpened():
                self._open(event)
            case RunDecided():
                self.decision = event
            case RunEnded():
                self.outcome = event
                self.open_step = self.open_refresh = None
            case JournalOpened() | RunReplayed() | JournalStopped():
                pass

    def _open(self, event: RunOpened) -> None:
        is_new_attempt = event.attempt != self.opened.attempt
        self.opened = event
        self.outcome = None  # one that kept its cleanup is opened again for it
        self.refreshed.clear()  # what a refresh brought back lived in the memory of the session before
        self.open_refresh = None
        self.parked = None
        if is_new_attempt:
            self.ended.clear()
            self.made.clear()
            self.stack.clear()
            self.open_step = None
            self.waiting = None
            self.decision = None

    def _end_step(self, event: StepEnded) -> None:
        if event.is_refresh:
            self.open_refresh = None
            self.refreshed[event.step] = event
            if event.outcome == "passed":
                self.made.pop(event.step, None)
                self.made[event.step] = event
            return
        self.open_step = self.waiting = None
        self.ended[event.step] = self.made[event.step] = event
        if event.is_registered and event.step not in self.stack:
            self.stack.append(event.step)


def _begun(known: OpenStep | None, intent: Intent) -> OpenStep:
    if known is None or known.step != intent.step:
        return OpenStep(intent.step, intent.attempt, intent, intent)
    may_be_done = known.may_be_done or known.intent is not None
    return OpenStep(intent.step, intent.attempt, intent, known.first, may_be_done, known.stash)


def fold(events: Iterable[Event], known: RunState | None = None) -> RunState | None:
    """The state after the events of one run; None when none of them opens it."""
    state = known
    for event in events:
        if state is not None:
            state.apply(event)
        elif isinstance(event, RunOpened):
            state = RunState(event)
    return state
