"""The hands of the machine: one run from its opening to its end, a stop or a foreign exception.

It asks `machine.decide` what comes next, has it done and records it. It decides nothing about steps itself.
"""

from dataclasses import dataclass
from typing import assert_never

from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.machine import (
    MAX_ATTEMPTS,
    Conclude,
    End,
    Leave,
    Perform,
    Present,
    Restart,
    decide,
    has_failed,
    lost_cookies,
)
from pytest_journeys.engine.performing import Performer
from pytest_journeys.engine.plan import Plan, PlannedStep
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.world import Assignment, World
from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.model import Event, RunDecided, RunEnded, RunOpened, StepEnded
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.values.errors import Interrupted, JournalFailedError, SetupError
from pytest_journeys.values.json import JsonValue


@dataclass(frozen=True, slots=True)
class RunResult:
    """How a run ended, in which attempt, and what this process recorded of it."""

    outcome: str
    reason: str
    attempt: int
    told: tuple[tuple[Event, tuple[StepAccount, ...]], ...]


class Runner:
    """Carries out one run."""

    def __init__(self, plan: Plan, assignment: Assignment, world: World) -> None:
        self._plan = plan
        self._assignment = assignment
        self._world = world
        self._gate = Gate(assignment.redactor, body_limit=world.body_limit)
        self._scope = RunScope(assignment.sources, world.clock, world.entropy)
        self._record = Record(world.journal, world.listener, assignment.state)
        self._performer = Performer(world, self._scope, self._gate, self._record, assignment.run)
        self._alive: set[str] = set()
        self._lost_variables: set[str] = set()
        self._lost_cookies: dict[str, str] = {}
        self._aborted = ""

    @property
    def told(self) -> tuple[tuple[Event, tuple[StepAccount, ...]], ...]:
        """What this process has recorded of the run so far."""
        return tuple(self._record.told)

    def run(self) -> RunResult:
        """Begin or go on, to the end of the run.

        Raises `Interrupted` and the world's interruptions with the run left open, `JournalFailedError` when it cannot be
        recorded any more, and any other exception of a step after the step has ended and cleanup has run.
        """
        self._begin()
        foreign: BaseException | None = None
        while True:
            try:
                ended = self._go_on()
                break
            except JournalFailedError:
                raise
            except BaseException as error:
                if isinstance(error, (Interrupted, *self._world.interruptions)):
                    self._record.keep_progress()
                    raise
                if foreign is not None:
                    raise
                foreign = error
                self._abort(error)
        if foreign is not None:
            raise foreign
        return self._result(ended)

    def conclude(self, outcome: str, reason: str) -> RunResult:
        """Open the run and end it without a step: a skip, or a setup that failed."""
        self._open(reason="fresh", attempt=1)
        return self._result(self._ended(outcome, self._gate.text(reason)))

    # beginning

    def _begin(self) -> None:
        assignment = self._assignment
        self._scope.given = dict(assignment.values)
        state = assignment.state
        if state is None:
            self._begin_attempt(1, "fresh")
            return
        self._open(
            reason="clean up" if assignment.replaced_because is not None else "resume", attempt=state.opened.attempt
        )
        for path, ended in state.ended.items():
            self._scope.steps[path] = dict(ended.derived)
        self._lost_cookies = lost_cookies(self._plan, state, self._alive)
        self._restore_variables(state.opened)
        if assignment.replaced_because is not None and state.decision is None:
            self._decide("replace", assignment.replaced_because)

    def _begin_attempt(self, attempt: int, reason: str) -> None:
        self._scope.steps = {}
        self._alive = set()
        self._lost_variables = set()
        self._lost_cookies = {}
        self._performer = Performer(self._world, self._scope, self._gate, self._record, self._assignment.run)
        self._scope.run = {"id": self._assignment.run, "attempt": attempt, "failed": False}
        variables, secret = self._draw_variables()
        self._open(reason=reason, attempt=attempt, variables=variables, secret_variables=secret)

    def _open(
        self,
        *,
        reason: str,
        attempt: int,
        variables: dict[str, JsonValue] | None = None,
        secret_variables: tuple[str, ...] = (),
    ) -> None:
        assignment = self._assignment
        known = assignment.state.opened if assignment.state is not None and variables is None else None
        self._scope.run = {"id": assignment.run, "attempt": attempt, "failed": False}
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
                variables=known.variables if known is not None else variables or {},
                secret_variables=known.secret_variables if known is not None else secret_variables,
                continues=assignment.continues,
                reason=reason,
                at=self._world.clock.now(),
            )
        )

    def _draw_variables(self) -> tuple[dict[str, JsonValue], tuple[str, ...]]:
        scope = self._scope
        scope.generated = {}
        scope.variables = {}
        told: dict[str, JsonValue] = {}
        secret: list[str] = []
        for variable in self._plan.variables:
            try:
                value = variable.value.render(scope)
            except (EvaluationError, MissingValueError) as error:
                raise SetupError(f"the variable {variable.name} has no value: {self._gate.text(str(error))}") from None
            scope.variables[variable.name] = value
            if variable.is_secret or self._gate.holds(value):
                self._gate.learn(variable.name, value)
                secret.append(variable.name)
            else:
                told[variable.name] = value
        return told, tuple(secret)

    def _restore_variables(self, opened: RunOpened) -> None:
        """Recorded values as they were; a secret one is computed again, unless chance made it."""
        scope = self._scope
        scope.generated = {}
        for variable in self._plan.variables:
            if variable.name in opened.variables:
                scope.variables[variable.name] = opened.variables[variable.name]
            elif variable.draws:
                self._lost_variables.add(variable.name)
            else:
                try:
                    value = variable.value.render(scope)
                except (EvaluationError, MissingValueError):
                    self._lost_variables.add(variable.name)
                    continue
                scope.variables[variable.name] = value
                self._gate.learn(variable.name, value)

    # going on

    def _go_on(self) -> RunEnded:
        while True:
            state = self._record.state
            present = Present(
                alive=self._alive,
                lost_variables=self._lost_variables,
                policy=self._assignment.policy,
                aborted=self._aborted,
            )
            move = decide(self._plan, state, present)
            match move:
                case Perform():
                    self._perform(move)
                case Conclude():
                    self._end_step(move.step, move.outcome, move.reason)
                case Restart():
                    self._decide("restart", move.reason)
                case Leave():
                    if move.decision.decision == "replace":
                        return self._ended("replaced", move.decision.reason)
                    self._record.keep()
                    self._begin_attempt(state.opened.attempt + 1, "restart")
                case End():
                    return self._ended(*self._verdict(move))
                case _:
                    assert_never(move)

    def _perform(self, move: Perform) -> None:
        planned = move.step
        state = self._record.state
        if "." in planned.path:
            self._scope.run["failed"] = has_failed(self._plan, state)
        before = len(self._record.told)
        self._performer.perform(planned, is_resend=move.is_resend, is_refresh=move.is_refresh)
        ended = state.refreshed.get(planned.path) if move.is_refresh else state.ended.get(planned.path)
        if ended is not None and ended.outcome not in ("skipped", "blocked"):
            self._alive.add(planned.path)
            self._restart_without_cookies(ended, before, is_refresh=move.is_refresh)

    def _restart_without_cookies(self, ended: StepEnded, before: int, *, is_refresh: bool) -> None:
        """The first step after cookies were dropped is refused (401, 403): the run cannot go on without them."""
        if not self._lost_cookies or is_refresh or ended.attempt == 0 or "." in ended.step:
            return
        lost, self._lost_cookies = self._lost_cookies, {}
        answer = self._scope.answer
        if answer is None or answer.response.status not in (401, 403) or ended.outcome == "passed":
            return
        if self._record.state.opened.attempt < MAX_ATTEMPTS:
            names = ", ".join(f"{name} (set by {setter})" for name, setter in sorted(lost.items()))
            self._decide("restart", f"{ended.step} was refused without the cookies of the earlier session: {names}")

    def _end_step(self, planned: PlannedStep, outcome: str, reason: str) -> None:
        self._record.tell(
            StepEnded(
                run=self._assignment.run,
                step=planned.path,
                outcome=outcome,
                reason=self._gate.text(reason),
                at=self._world.clock.now(),
            )
        )

    def _decide(self, decision: str, reason: str) -> None:
        self._record.tell(
            RunDecided(
                run=self._assignment.run, decision=decision, reason=self._gate.text(reason), at=self._world.clock.now()
            )
        )
        self._record.keep()

    def _abort(self, error: BaseException) -> None:
        """A foreign exception ends the step that it struck: in doubt if its request had left, else an error."""
        told = self._gate.text(f"{type(error).__name__}: {error}".strip().splitlines()[0])
        self._aborted = told
        open_step = self._record.state.open_step
        if open_step is None or self._record.state.decision is not None:
            return
        planned = self._plan.by_path[open_step.step]
        self._end_step(planned, "in_doubt" if open_step.intent is not None else "error", told)

    # ending

    def _verdict(self, end: End) -> tuple[str, str]:
        expected = self._assignment.expected_failure
        if expected is None or end.outcome == "skipped":
            return end.outcome, end.reason
        return ("xpassed", expected) if end.outcome == "passed" else ("xfailed", expected)

    def _ended(self, outcome: str, reason: str) -> RunEnded:
        ended = RunEnded(run=self._assignment.run, outcome=outcome, reason=reason, at=self._world.clock.now())
        self._record.tell(ended)
        self._record.keep()
        return ended

    def _result(self, ended: RunEnded) -> RunResult:
        return RunResult(ended.outcome, ended.reason, self._record.state.opened.attempt, self.told)
