"""One step carried out: it ends before it is sent, only checks, or is rendered, sent and judged.

Whatever goes wrong with the request or the answer is an outcome of the step, not an exception.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from pytest_journeys.engine.answering import Answerer
from pytest_journeys.engine.arguments import Arguments, PreparedCall
from pytest_journeys.engine.asking import Asker
from pytest_journeys.engine.exchange import Attempt
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.judging import Judge
from pytest_journeys.engine.plan import PlannedStep
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.rendering import Departure
from pytest_journeys.engine.safe import COOKIE, SECRET, Safe, name_of
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.sending import Sender, Sent
from pytest_journeys.engine.telling import StepTelling
from pytest_journeys.engine.waiting import Waiter
from pytest_journeys.engine.wire import InvalidRequestError
from pytest_journeys.engine.world import World
from pytest_journeys.events import codes
from pytest_journeys.events.model import Attempted
from pytest_journeys.expressions.evaluate import Evaluate
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.ports import Function
from pytest_journeys.values.json import JsonValue

if TYPE_CHECKING:
    from pytest_journeys.engine.calling import Caller


class Performer:
    """Carries out the steps of one attempt of a run; its cookies live here.

    `restored` is what was stored sealed and has not been refused since, by kind, step and name. `redrawn` is what was drawn for a step in doubt, became a secret and is here again, by the step and the ordinal.
    """

    def __init__(
        self,
        run: str,
        world: World,
        scope: RunScope,
        gate: Gate,
        record: Record,
        safe: Safe,
        functions: Mapping[str, Function],
    ) -> None:
        self._run = run
        self._clock = world.clock
        self._scope = scope
        self._gate = gate
        self._record = record
        self.telling = StepTelling(run, world, scope, gate, record, safe)
        self._judge = Judge(scope, gate, self.telling)
        self._sender = Sender(run, world, scope, gate, record, self._judge, self.telling, safe)
        self._asker = Asker(run, world, scope, gate, record, self._judge, self.telling, self._sender)
        self._answerer = Answerer(run, world, scope, gate, record, self._judge, self.telling)
        self.redrawn: dict[str, dict[str, JsonValue]] = {}
        self.restored: set[tuple[str, str, str]] = set()
        self.restore_cookies = self._sender.restore_cookies
        self._waiter = Waiter(run, world, scope, record, self.telling)
        self._functions = functions
        self._caller: Caller | None = None
        self._parts = (run, world, scope, gate, record, self._judge, self.telling, safe)

    def perform(self, planned: PlannedStep, *, is_resend: bool = False) -> None:
        """Act and record how the step ended, or that the run is parked. Raises `Interrupted` where it may not go on."""
        scope, known = self._scope, self._record.state.open_step
        scope.answer = None
        if known is not None and known.step == planned.path:
            scope.generated = {site: value for site, value in known.first.generated.items() if value is not None}
            scope.generated.update(self.redrawn.get(planned.path, {}))
            self._carry_out(planned, is_resend=is_resend, sent_before=known.attempts, is_begun=True)
            return
        scope.generated = {}
        self._carry_out(planned, is_resend=False, sent_before=0, is_begun=False)

    def ask(self, planned: PlannedStep) -> None:
        """Ask the server what became of the step's request, which is in doubt. Raises `Interrupted`."""
        self._scope.answer, self._scope.generated = None, {}
        self._asker.ask(planned)

    def refresh(self, planned: PlannedStep) -> None:
        """Run a step again for the secrets and cookies that it yields. Raises `Interrupted`."""
        scope, path = self._scope, planned.path
        scope.answer, scope.generated = None, {}
        self._carry_out(planned, is_resend=False, sent_before=0, is_begun=True, is_refresh=True)
        again = self._record.state.refreshed.get(path)
        if again is None or again.outcome != "passed":
            # The attempt cannot go on; what was made before is cleaned up under the names it had.
            scope.steps[path] = {**scope.steps.get(path, {}), **self._record.state.ended[path].derived}

    def _carry_out(
        self, planned: PlannedStep, *, is_resend: bool, sent_before: int, is_begun: bool, is_refresh: bool = False
    ) -> None:
        started, began = self._clock.now(), self._clock.monotonic()
        part = "when"
        try:
            if planned.wait is not None and self._waiter.goes_on(planned):
                return
            if planned.step.signal is not None and self._answerer.goes_on(planned, planned.step.signal):
                return
            if not is_begun:
                ended = self._ends_before_sending(planned)
                if ended is not None:
                    self.telling.end(planned, *ended)
                    return
            if planned.wait is not None:
                part = "wait"
                self._waiter.begin(planned, planned.wait)
                return
            if planned.step.signal is not None:
                part = "prompt"
                self._answerer.begin(planned, planned.step.signal)
                return
            part = "request"
            departure = None if planned.request is None else planned.request.render(self._scope)
            if planned.call is not None:
                part = "call"
                arguments = planned.call.render(self._scope)
        except MissingValueError as error:
            self._miss(planned, error, started, began, is_refresh=is_refresh)
            return
        except EvaluationError as error:
            code = codes.INVALID_REQUEST if isinstance(error, InvalidRequestError) else codes.NOT_COMPUTED
            self._err(planned, code, str(error), part, started, began, is_refresh=is_refresh)
            return
        if planned.call is not None:
            self._call(planned, planned.call, arguments, is_resend=is_resend, before=sent_before, is_refresh=is_refresh)
        elif departure is None:
            findings = self._judge.judge(planned, None, self._clock.now())
            self.telling.conclude(planned, findings, self.telling.account(planned, 0, started, began))
        else:
            self._send(planned, departure, is_resend=is_resend, sent_before=sent_before, is_refresh=is_refresh)

    def _call(
        self,
        planned: PlannedStep,
        prepared: PreparedCall,
        arguments: Arguments,
        *,
        before: int,
        is_resend: bool,
        is_refresh: bool,
    ) -> None:
        if self._caller is None:
            from pytest_journeys.engine.calling import Caller  # most journeys call nothing

            self._caller = Caller(*self._parts)
        called = self._caller.call(
            planned,
            prepared,
            self._functions[prepared.function],
            arguments,
            called_before=before,
            is_resend=is_resend,
            is_refresh=is_refresh,
        )
        self.telling.conclude(planned, called.findings, called.account, is_refresh=is_refresh)

    def _send(
        self, planned: PlannedStep, departure: Departure, *, is_resend: bool, sent_before: int, is_refresh: bool
    ) -> None:
        assert planned.request is not None
        if is_resend:
            self.telling.notes.append("sent again: it may have left before, and its outcome was not recorded")
        sent = self._sender.send(
            planned, planned.request, departure, sent_before=sent_before, is_refresh=is_refresh
        )  # fmt: skip
        state = self._record.state
        known = state.open_refresh if is_refresh else state.open_step
        findings = self._judge.judge_attempt(
            planned,
            sent.attempt,
            sent.poll_end,
            may_be_done=known is not None and known.may_be_done,
            now=self._clock.now(),
        )
        if not is_refresh and findings.outcome != "passed" and self.restored:
            stale = self._refused(planned, sent.attempt)
            if stale:
                self._try_again(planned, sent, stale)
                return
        self.telling.conclude(planned, findings, sent.account, sent.attempt, is_refresh=is_refresh)

    def _refused(self, planned: PlannedStep, attempt: Attempt) -> set[tuple[str, str, str]]:
        """What was restored, went along, and is refused (401, 403): the server may have let go of it meanwhile."""
        if attempt.answer is None or attempt.answer.response.status not in (401, 403):
            return set()
        sent = {(SECRET, need.step, need.name) for need in planned.needs}
        if planned.sends_cookies:
            sent |= {item for item in self.restored if item[0] == COOKIE}
        return sent & self.restored

    def _try_again(self, planned: PlannedStep, sent: Sent, stale: set[tuple[str, str, str]]) -> None:
        """Forget it and leave the step open: what it needs is refreshed, then it is sent once more."""
        self.restored -= stale
        assert sent.attempt.answer is not None
        status = sent.attempt.answer.response.status
        names = ", ".join(name_of(*item) for item in sorted(stale))
        self._scope.steps.pop(planned.path, None)
        self._record.tell(
            Attempted(
                run=self._run,
                step=planned.path,
                attempt=sent.account["attempt"],
                reason=self._gate.text(f"refused ({status}) with what was restored: {names}"),
                at=self._clock.now(),
            ),
            sent.account,
        )
        self.telling.notes.append(f"sent again: {status} with what was restored from sealed state ({names})")

    def _ends_before_sending(self, planned: PlannedStep) -> tuple[str, str] | None:
        """The outcome and reason of a step whose condition is false, and of one that ends the run."""
        if planned.when is not None and not self._holds(planned.when, "when"):
            return "skipped", f"when: {planned.step.when} is false"
        if planned.step.is_end:
            if planned.end_when is not None and not self._holds(planned.end_when, "end"):
                return "skipped", f"end: {planned.step.end_when} is false"
            reason = "" if planned.end_reason is None else planned.end_reason.render(self._scope)
            return "passed", str(reason)
        return None

    def _holds(self, condition: Evaluate, what: str) -> bool:
        value = condition(self._scope)
        if not isinstance(value, bool):
            raise EvaluationError(f"{what} is no condition: it yields neither true nor false")
        return value

    def _miss(
        self, planned: PlannedStep, error: MissingValueError, started: float, began: float, *, is_refresh: bool
    ) -> None:
        """A reference without a value: skipped with what it refers to, blocked by a failure; a cleanup has nothing to do."""
        source, _, rest = error.reference.partition(".")
        maker = self._record.state.ended.get(rest.partition(".")[0]) if source == "steps" else None
        if planned.is_cleanup:
            self.telling.end(planned, "skipped", str(error))
        elif maker is not None and maker.outcome != "passed":
            outcome = "skipped" if maker.outcome == "skipped" else "blocked"
            told = f"{error}: {maker.step} did not yield it"
            self.telling.end(planned, outcome, told, is_refresh=is_refresh)
        else:
            self._err(planned, codes.NOT_COMPUTED, str(error), "request", started, began, is_refresh=is_refresh)

    def _err(
        self,
        planned: PlannedStep,
        code: str,
        title: str,
        part: str,
        started: float,
        began: float,
        *,
        is_refresh: bool,
    ) -> None:
        account = self.telling.account(planned, 0, started, began)
        error = self.telling.error(code, title, f"{planned.path}/{part}")
        self.telling.end_wrongly(planned, "error", error, account, is_refresh=is_refresh)
