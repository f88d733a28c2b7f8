"""The hands of the machine: one run from its opening to its end, a stop or a foreign exception.

It asks `machine.decide` what comes next, has it done and records it. It decides nothing about steps itself.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Final, assert_never

from pytest_journeys.engine.answering import new_token
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.machine import MAX_ATTEMPTS, decide, has_failed
from pytest_journeys.engine.moves import Conclude, End, Leave, Perform, Present, Restart
from pytest_journeys.engine.performing import Performer
from pytest_journeys.engine.plan import Plan
from pytest_journeys.engine.record import Pending, Record
from pytest_journeys.engine.reentering import Start
from pytest_journeys.engine.restoring import Restorer, moved, newest_of
from pytest_journeys.engine.reviving import lost_cookies
from pytest_journeys.engine.safe import GENERATED, Safe
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.variables import Variables, draw_variables, restore_variables
from pytest_journeys.engine.world import Assignment, World
from pytest_journeys.events import codes
from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.model import Event, Intent, Place, RunDecided, RunEnded, RunOpened, RunParked, StepEnded
from pytest_journeys.events.state import RunState
from pytest_journeys.values.errors import Interrupted, JournalFailedError, SetupError, StoreCorruptError
from pytest_journeys.values.fact import fact

PARKED: Final = "parked"
"""The outcome of a run that was left open for a later session."""


_LEFT_AS: Final = {"replace": "replaced", "cancel": "cancelled"}
_ASKED_AGAIN: Final = {"replace": "another run was to take its place", "cancel": "it was being cancelled"}


@fact(kw_only=False)
class RunResult:
    """How a run ended or was parked (until when), in which attempt, and what this process recorded of it.

    `not_restored` are the reasons why something that was stored sealed could not be had.
    """

    outcome: str
    reason: str
    attempt: int
    told: tuple[tuple[Event, tuple[StepAccount, ...]], ...]
    until: float | None = None
    not_restored: tuple[str, ...] = ()


class Runner:
    """Carries out one run."""

    def __init__(self, plan: Plan, assignment: Assignment, world: World, pending: Pending | None = None) -> None:
        self._plan = plan
        self._assignment = assignment
        self._world = world
        self._gate = Gate(assignment.redactor, places=plan.places, body_limit=world.body_limit)
        self._scope = RunScope(assignment.sources, world.clock, world.entropy)
        self._scope.given = dict(assignment.values)
        self._record = Record(world.journal, world.listener, assignment.state)
        self._pending = pending
        self._alive: set[str] = set()
        self._lost_cookies: dict[str, str] = {}
        self._performing: Perform | None = None
        self._not_restored: tuple[str, ...] = ()
        self._present: Present
        self._begin_in_memory(1 if assignment.state is None else assignment.state.opened.attempt)

    @property
    def told(self) -> tuple[tuple[Event, tuple[StepAccount, ...]], ...]:
        """What this process has recorded of the run so far."""
        return tuple(self._record.told)

    @property
    def at(self) -> str | None:
        """The path of the step that is carried out, None between two."""
        return None if self._performing is None else self._performing.step.path

    def run(self) -> RunResult:
        """Begin or go on, to the end of the run or to a step that it is parked for (its outcome is ``parked`` then).

        Raises `Interrupted`, `StoreCorruptError` and the world's interruptions with the run left open, `JournalFailedError` when it cannot be
        recorded any more, and any other exception of a step after the step has ended and cleanup has run.
        """
        ended: RunEnded | RunParked | None = self._begin()
        foreign: BaseException | None = None
        done = -1
        while ended is None:
            try:
                ended = self._go_on()
                break
            except JournalFailedError as error:
                raise error from foreign
            except BaseException as error:
                if isinstance(error, (Interrupted, StoreCorruptError, *self._world.interruptions)):
                    with suppress(JournalFailedError):  # the interruption is what matters now
                        self._record.keep_progress()
                    raise
                foreign = foreign or error
                self._abort(error)
                if self._ended_so_far == done:
                    raise foreign from None  # nothing came to an end since the last one: it would not stop
                done = self._ended_so_far
        if foreign is not None:
            raise foreign
        if ended is None:
            raise RuntimeError("a run ends unless something ended it")
        return self._result(ended)

    def conclude(self, outcome: str, reason: str) -> RunResult:
        """Open the run and end it without a step: a skip, or a setup that failed."""
        self._open("fresh", 1, self._assignment.continues, Variables())
        return self._result(self._ended(outcome, self._gate.text(reason)))

    # beginning

    def _begin(self) -> RunEnded | None:
        """Open the run; its end when it cannot begin."""
        state, left = self._assignment.state, self._assignment.left
        if state is None and self._assignment.start is not None:
            return self._reenter(self._assignment.start)
        if state is None:
            return self._begin_attempt(1, "fresh", self._assignment.continues)
        self._resume(state, "resume" if left is None else "clean up")
        decided = state.decision.decision if state.decision is not None else None
        if left is not None and decided != left[0]:
            self._decide(*left)
        elif left is None and decided in _ASKED_AGAIN:
            self._decide("restart", f"{_ASKED_AGAIN[decided]}, and now it is asked for again")
        return None

    def _begin_attempt(self, attempt: int, reason: str, continues: Place | None) -> RunEnded | None:
        self._begin_in_memory(attempt)
        self._scope.run = {"id": self._assignment.run, "attempt": attempt, "failed": False}
        self._draw_tokens({})
        try:
            variables = draw_variables(self._plan, self._scope, self._gate, self._safe)
        except SetupError as error:
            self._open(reason, attempt, continues, Variables())
            return self._ended("error", str(error))
        self._open(reason, attempt, continues, variables)
        return None

    def _reenter(self, start: Start) -> RunEnded | None:
        """Begin where another run is re-entered: what it had done is replayed, with the values that it had."""
        opened = start.opened
        self._scope.run = {"id": self._assignment.run, "attempt": 1, "failed": False}
        known = {name: value for name, value in opened.variables.items() if name in start.variables}
        kept_secret = frozenset(opened.secret_variables) & start.variables
        find = self._world.inbox.find
        self._draw_tokens({step: token for step, token in opened.signals.items() if find(token) is None})
        before = Safe(opened.run, opened.attempt, self._world.sealer)
        restorer = Restorer(self._plan, before, self._scope, self._gate, self._performer)
        found = restorer.variables({name: text for name, text in opened.sealed.items() if name in kept_secret})
        lost = (
            frozenset(one.name for one in self._plan.variables if one.name in kept_secret and one.draws) - found.keys()
        )
        try:
            variables = draw_variables(
                self._plan, self._scope, self._gate, self._safe, known=known, opened=found, lost=lost
            )
        except SetupError as error:
            self._open("reenter", 1, None, Variables())
            return self._ended("error", str(error))
        self._open("reenter", 1, None, variables)
        if self._pending is not None:
            self._record.take_over(self._pending)
        for done in start.replayed:
            taken = moved(done, before, self._safe)
            self._record.tell(replace(taken, run=self._assignment.run, is_replayed=True))
            self._scope.steps[done.step] = dict(done.derived)
        restorer.restore_steps(start.replayed)
        for doubted in start.doubted:
            again = replace(doubted, run=self._assignment.run)
            if isinstance(again, Intent):
                again = replace(again, sealed=before.move(GENERATED, again.step, again.sealed, self._safe))
            self._record.tell(again)
        self._go_on_with(restorer.of(self._safe), self._record.state, lost)
        return None

    def _begin_in_memory(self, attempt: int) -> None:
        """Nothing is known of an earlier attempt: no values, no cookies."""
        self._scope.steps = {}
        self._alive.clear()
        self._lost_cookies = {}
        run, world = self._assignment.run, self._world
        self._safe = Safe(run, attempt, world.sealer)
        self._performer = Performer(
            run, world, self._scope, self._gate, self._record, self._safe, self._assignment.functions
        )
        self._present = Present(
            has_past=False,
            alive=self._alive,
            lost_variables=frozenset(),
            policy=self._assignment.policy,
            keeps=self._assignment.keeps_on_failure and self._assignment.expected_failure is None,
            spared=self._assignment.spared,
        )

    def _draw_tokens(self, known: Mapping[str, str]) -> None:
        """A token for each signal; one that is `known` stays: a step that is replayed may have handed it out."""
        signals = [step.path for step in self._plan.steps if step.step.signal is not None]
        self._take_tokens({path: known.get(path) or new_token(self._world.entropy) for path in signals})

    def _take_tokens(self, tokens: Mapping[str, str]) -> None:
        """Who has a token may answer: it is hidden like a secret, and stands in the run's opening, where a resume finds it."""
        self._scope.signals = dict(tokens)
        for step, token in tokens.items():
            self._gate.learn(f"{step}_token", token)

    def _resume(self, state: RunState, reason: str) -> None:
        opened = state.opened
        variables = Variables(opened.variables, opened.secret_variables, opened.sealed)
        self._scope.run = {"id": self._assignment.run, "attempt": opened.attempt, "failed": False}
        self._take_tokens(opened.signals)
        self._open(reason, opened.attempt, self._assignment.continues, variables)
        for path, ended in state.ended.items():
            self._scope.steps[path] = dict(ended.derived)
        restorer = Restorer(self._plan, self._safe, self._scope, self._gate, self._performer)
        restorer.restore_steps(newest_of(state))
        sealed = restorer.variables(opened.sealed)
        lost = restore_variables(self._plan, self._scope, self._gate, opened.variables, sealed)
        self._go_on_with(restorer, state, lost)

    def _go_on_with(self, restorer: Restorer, state: RunState, lost: frozenset[str]) -> None:
        """What is here of an earlier process, and what is not: the secret variables that are `lost` among it."""
        first = state.open_step.first if state.open_step is not None else None
        self._present = replace(
            self._present,
            has_past=True,
            lost_variables=lost,
            restored=restorer.restored.held,
            redrawn={first.step} if first is not None and first.sealed and restorer.redraw(first) else frozenset(),
        )
        self._performer.restored = restorer.restored.held
        self._lost_cookies = lost_cookies(self._plan, state, self._present)
        self._performer.telling.notes += restorer.restored.notes
        self._not_restored = tuple(restorer.restored.unopened)

    def _open(self, reason: str, attempt: int, continues: Place | None, variables: Variables) -> None:
        assignment = self._assignment
        self._record.tell(
            RunOpened(
                run=assignment.run,
                journey=assignment.journey,
                row=assignment.row,
                repeat=assignment.repeat,
                attempt=attempt,
                artifact=assignment.artifact,
                source_map=assignment.source_map,
                fingerprint=assignment.fingerprint,
                given=assignment.recorded,
                variables=variables.recorded,
                secret_variables=variables.secret,
                signals=dict(self._scope.signals),
                sealed=variables.sealed,
                continues=continues,
                reason=reason,
                reenters=assignment.reenters if reason == "reenter" else None,
                because=assignment.because if reason != "restart" else (),
                at=self._world.clock.now(),
            )
        )

    # going on

    def _go_on(self) -> RunEnded | RunParked | None:
        """The end, or how it is parked; None when a foreign exception leaves the next attempt to a later session."""
        while True:
            self._performing = None
            move = decide(self._plan, self._record.state, self._present)
            match move:
                case Perform():
                    self._perform(move)
                    if self._record.state.parked is not None:
                        self._record.keep()
                        return self._record.state.parked
                case Conclude():
                    self._performer.telling.end(move.step, move.outcome, move.reason)
                case Restart():
                    self._decide("restart", move.reason)
                case Leave():
                    is_handed_over = self._assignment.spared is not None
                    if not is_handed_over:
                        self._record.keep()
                    if move.decision.decision in _LEFT_AS:
                        left_as = _LEFT_AS[move.decision.decision]
                        return self._ended(left_as, move.decision.reason, is_handed_over=is_handed_over)
                    if self._present.aborted:
                        return None
                    attempt = self._record.state.opened.attempt + 1
                    ended = self._begin_attempt(attempt, "restart", self._world.journal.place)
                    if ended is not None:
                        return ended
                case End():
                    return self._ended(*self._verdict(move), keeps_cleanup=move.keeps_cleanup)
                case _:
                    assert_never(move)

    def _perform(self, move: Perform) -> None:
        planned = move.step
        state = self._record.state
        self._performing = move
        if planned.is_cleanup:
            self._scope.run["failed"] = has_failed(self._plan, state)
        if move.is_refresh:
            self._performer.refresh(planned)
            ended = state.refreshed.get(planned.path)
        elif move.is_question:
            self._performer.ask(planned)
            if planned.path in state.ended:
                self._alive.add(planned.path)
            return
        else:
            if self._lost_cookies and planned.sends_cookies:
                self._performer.telling.notes.append(f"sent without {self._told_cookies()}")
            self._performer.perform(planned, is_resend=move.is_resend)
            ended = state.ended.get(planned.path)
        if ended is not None and ended.outcome not in ("skipped", "blocked"):
            self._alive.add(planned.path)
            if self._lost_cookies and not move.is_refresh and ended.attempt and planned.sends_cookies:
                self._restart_without_cookies(ended, is_cleanup=planned.is_cleanup)

    def _restart_without_cookies(self, ended: StepEnded, *, is_cleanup: bool) -> None:
        """The first step after cookies were dropped is refused (401, 403): the run cannot go on without them."""
        told, self._lost_cookies = self._told_cookies(), {}
        answer = self._scope.answer
        if is_cleanup or answer is None or answer.response.status not in (401, 403) or ended.outcome == "passed":
            return
        if self._record.state.opened.attempt < MAX_ATTEMPTS:
            self._decide("restart", f"{ended.step} was refused without {told}")

    def _told_cookies(self) -> str:
        told = [f"the cookie {name} that {setter} had set" for name, setter in sorted(self._lost_cookies.items())]
        return f"{' and '.join(told)} in an earlier session: it is not stored"

    def _decide(self, decision: str, reason: str) -> None:
        """Tell it; it is kept with the first intent of the cleanup that it leads to, or before the attempt is left."""
        self._record.tell(
            RunDecided(
                run=self._assignment.run, decision=decision, reason=self._gate.text(reason), at=self._world.clock.now()
            )
        )

    # what comes from outside

    @property
    def _ended_so_far(self) -> int:
        return len(self._record.state.ended) + len(self._record.state.refreshed)

    def _abort(self, error: BaseException) -> None:
        """A foreign exception ends the step that it struck: in doubt if its request had left, else an error."""
        told = self._gate.text(f"{type(error).__name__}: {error}".strip().splitlines()[0])
        self._present = replace(self._present, aborted=told)
        struck, state = self._performing, self._record.state
        self._performing = None
        if struck is None:
            return
        path, telling = struck.step.path, self._performer.telling
        if path in (state.refreshed if struck.is_refresh else state.ended):
            return  # it struck when all was recorded
        open_step = None if struck.is_refresh else state.open_step
        has_left = open_step is not None and open_step.step == path and open_step.intent is not None
        clock = self._world.clock
        attempts = open_step.attempts if open_step is not None and has_left else 0
        account = telling.account(struck.step, attempts, clock.now(), clock.monotonic())
        found = telling.error(codes.FOREIGN_EXCEPTION, told, path)
        outcome = "in_doubt" if has_left else "error"
        telling.end_wrongly(struck.step, outcome, found, account, is_refresh=struck.is_refresh)

    # ending

    def _verdict(self, end: End) -> tuple[str, str]:
        expected = self._assignment.expected_failure
        if expected is None or self._present.aborted or end.outcome in ("skipped", "in_doubt"):
            return end.outcome, end.reason
        return ("xpassed", expected) if end.outcome == "passed" else ("xfailed", expected)

    def _ended(
        self, outcome: str, reason: str, *, keeps_cleanup: bool = False, is_handed_over: bool = False
    ) -> RunEnded:
        ended = RunEnded(
            run=self._assignment.run,
            outcome=outcome,
            reason=reason,
            keeps_cleanup=keeps_cleanup,
            at=self._world.clock.now(),
        )
        self._record.tell(ended)
        if not is_handed_over:
            self._record.keep()
        return ended

    def hand_over(self) -> Pending:
        """What of this run is not appended yet: its end, which is to stand in one line with the run that re-enters it."""
        return self._record.hand_over()

    def _result(self, ended: RunEnded | RunParked) -> RunResult:
        attempt = self._record.state.opened.attempt
        if isinstance(ended, RunParked):
            return RunResult(PARKED, ended.reason, attempt, self.told, ended.until, self._not_restored)
        return RunResult(ended.outcome, ended.reason, attempt, self.told, None, self._not_restored)
