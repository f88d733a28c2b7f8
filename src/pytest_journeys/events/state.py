"""The state of a run: the fold of its events, over every session it went through.

Starting is resuming with an empty journal: the engine decides from this state and from nothing else. The fold is total:
every order of events that a journal can hold is accepted, because a later session must be able to read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from pytest_journeys.events.model import (
    Attempted,
    Event,
    Intent,
    JournalOpened,
    JournalStopped,
    RunDecided,
    RunEnded,
    RunOpened,
    RunReplayed,
    StepEnded,
)


@dataclass(slots=True)
class OpenStep:
    """A step that has begun and not ended. `intent` is the request whose outcome is not known, if there is one.

    `attempts` counts the sendings so far, `generated` holds the values drawn at the first.
    """

    step: str
    attempts: int
    intent: Intent | None
    first: Intent


@dataclass(slots=True)
class RunState:
    """Where a run stands.

    `opened` is the newest opening; `ended` the steps and cleanup steps that ended in this attempt, by path; `stack` the
    steps whose cleanup is registered, in that order; `refreshed` the steps that ran again in this session, by path;
    `decision` an attempt that is to be cleaned up and left; `outcome` the end.
    """

    opened: RunOpened
    ended: dict[str, StepEnded] = field(default_factory=dict)
    stack: list[str] = field(default_factory=list)
    refreshed: dict[str, StepEnded] = field(default_factory=dict)
    open_step: OpenStep | None = None
    decision: RunDecided | None = None
    outcome: RunEnded | None = None

    @property
    def in_doubt(self) -> Intent | None:
        """The request that may have left and whose outcome was not recorded."""
        return self.open_step.intent if self.open_step is not None else None

    def apply(self, event: Event) -> None:
        """Take in one event of this run."""
        match event:
            case RunOpened():
                self._open(event)
            case Intent():
                known = self.open_step
                first = known.first if known is not None and known.step == event.step else event
                self.open_step = OpenStep(event.step, event.attempt, event, first)
            case Attempted():
                if self.open_step is not None:
                    self.open_step.intent = None
            case StepEnded():
                self._end_step(event)
            case RunDecided():
                self.decision = event
                self.open_step = None
            case RunEnded():
                self.outcome = event
                self.open_step = None
            case JournalOpened() | RunReplayed() | JournalStopped():
                pass

    def _open(self, event: RunOpened) -> None:
        is_new_attempt = event.attempt != self.opened.attempt
        self.opened = event
        self.refreshed.clear()  # what a refresh brought back lived in the memory of the session before
        if is_new_attempt:
            self.ended.clear()
            self.stack.clear()
            self.open_step = None
            self.decision = None

    def _end_step(self, event: StepEnded) -> None:
        self.open_step = None
        if event.is_refresh:
            self.refreshed[event.step] = event
            return
        self.ended[event.step] = event
        if event.is_registered:
            self.stack.append(event.step)


def fold(events: Iterable[Event], known: RunState | None = None) -> RunState | None:
    """The state after the events of one run; None when none of them opens it."""
    state = known
    for event in events:
        if state is not None:
            state.apply(event)
        elif isinstance(event, RunOpened):
            state = RunState(event)
    return state
