"""One step carried out: rendered, sent as often as its retry and poll say, its values derived, its assertions judged.

Whatever goes wrong with the request or the answer is an outcome of the step. What leaves this room in events and
accounts has passed the gate.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from pytest_journeys.engine.accounts import account_of, error_account, used_accounts
from pytest_journeys.engine.answer import Answer
from pytest_journeys.engine.assertions import PreparedCheck, judge_all
from pytest_journeys.engine.attempts import Again, poll_after, retry_after
from pytest_journeys.engine.deriving import MissingDerivedError
from pytest_journeys.engine.doubt import counts_as_done
from pytest_journeys.engine.exchange import Attempt, Courier, cookies_set
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.plan import PlannedStep
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.rendering import PreparedRequest
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.world import World
from pytest_journeys.events.account import AssertionAccount, ErrorAccount, StepAccount
from pytest_journeys.events.model import Attempted, Intent, StepEnded
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.values.canonical import digest_of
from pytest_journeys.values.errors import Interrupted
from pytest_journeys.values.http import FailureKind, HttpRequest, HttpResponse
from pytest_journeys.values.json import JsonValue

_FAILURE_CODES: Final = {FailureKind.TIMEOUT: "E521", FailureKind.INVALID: "E570"}


@dataclass(slots=True)
class Findings:
    """What a step's answer amounts to."""

    assertions: list[AssertionAccount] = field(default_factory=list)
    derived: dict[str, JsonValue] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    error: ErrorAccount | None = None
    reason: str = ""

    @property
    def outcome(self) -> str:
        """Failed before error: an assertion that missed explains a value that is missing."""
        if any(item["outcome"] == "failed" for item in self.assertions):
            return "failed"
        return "passed" if self.error is None else "error"


class Performer:
    """Carries out the steps of one run."""

    def __init__(self, world: World, scope: RunScope, gate: Gate, record: Record, run: str) -> None:
        self._world = world
        self._scope = scope
        self._gate = gate
        self._record = record
        self._run = run
        self._courier = Courier(world)

    def perform(self, planned: PlannedStep, *, is_resend: bool, is_refresh: bool) -> None:
        """Act and record how the step ended. Raises `Interrupted` before a request that may not begin."""
        scope, clock = self._scope, self._world.clock
        known = self._record.state.open_step
        is_going_on = known is not None and known.step == planned.path and not is_refresh
        scope.answer = None
        scope.generated = dict(known.first.generated) if known is not None and is_going_on else {}
        sent_before = known.attempts if known is not None and is_going_on else 0
        started, began = clock.now(), clock.monotonic()
        try:
            ended = None if is_refresh or is_going_on else self._ends_before_sending(planned)
            if ended is not None:
                self._end(planned, *ended, started=started, began=began)
                return
            request = None if planned.request is None else planned.request.render(scope)
        except MissingValueError as error:
            self._end(planned, *self._missing(planned, error), started=started, began=began, is_refresh=is_refresh)
            return
        except EvaluationError as error:
            self._err(planned, "E531", str(error), "request" if planned.request else "", started, began, is_refresh)
            return
        if request is None or planned.request is None:
            self._check_only(planned, started, began)
        else:
            self._send(planned, planned.request, request, sent_before, is_resend, is_refresh)

    # steps without a request, and steps that do not get to it

    def _ends_before_sending(self, planned: PlannedStep) -> tuple[str, str] | None:
        if planned.when is not None and not self._holds(planned.when(self._scope), "when"):
            return "skipped", f"when: {planned.step.when} is false"
        if planned.step.is_end:
            if planned.end_when is not None and not self._holds(planned.end_when(self._scope), "end"):
                return "skipped", f"end: {planned.step.end_when} is false"
            reason = "" if planned.end_reason is None else planned.end_reason.render(self._scope)
            return "passed", self._gate.text(str(reason))
        return None

    @staticmethod
    def _holds(value: JsonValue, what: str) -> bool:
        if not isinstance(value, bool):
            raise EvaluationError(f"{what} is no condition: it yields neither true nor false")
        return value

    def _missing(self, planned: PlannedStep, error: MissingValueError) -> tuple[str, str]:
        source, _, rest = error.reference.partition(".")
        producer = self._record.state.ended.get(rest.partition(".")[0]) if source == "steps" else None
        if producer is not None and producer.outcome != "passed":
            return (
                "skipped" if producer.outcome == "skipped" else "blocked"
            ), f"{error}: {producer.step} did not yield it"
        return "error", str(error)

    def _check_only(self, planned: PlannedStep, started: float, began: float) -> None:
        findings = self._judge(planned, None)
        account = self._account(planned, 0, started, began)
        self._tell_findings(account, findings)
        self._conclude(planned, findings, 0, {}, account, is_refresh=False)

    # sending

    def _send(
        self,
        planned: PlannedStep,
        prepared: PreparedRequest,
        request: HttpRequest,
        sent_before: int,
        is_resend: bool,
        is_refresh: bool,
    ) -> None:
        clock = self._world.clock
        timeout = prepared.timeout(self._scope)
        own_cookies = prepared.cookies(self._scope, request.url)
        first_began = clock.monotonic()
        number = sent_before
        while True:
            number += 1
            self._stop_if_asked()
            leaving = self._courier.with_cookies(request, own_cookies, prepared.sends_cookies)
            self._intend(planned, prepared, leaving, number, is_refresh)
            started, began = clock.now(), clock.monotonic()
            attempt = self._courier.send(leaving, timeout, prepared.redirects, prepared.sends_cookies)
            self._learn(planned, attempt)
            decision = self._again(planned, attempt, number, (clock.monotonic() - first_began) * 1000)
            account = self._account(planned, number, started, began)
            if not isinstance(decision, Again):
                break
            account_of(account, attempt, self._gate, self._world.bodies)
            reason = self._gate.text(decision.reason)
            self._record.tell(
                Attempted(run=self._run, step=planned.path, attempt=number, reason=reason, at=clock.now()), account
            )
            if decision.delay_ms > 0:
                self._record.keep()
                clock.sleep(decision.delay_ms / 1000)
        findings = self._find(planned, attempt, decision, is_resend)
        account_of(account, attempt, self._gate, self._world.bodies)
        self._tell_findings(account, findings)
        self._conclude(planned, findings, number, cookies_set(attempt), account, is_refresh=is_refresh)

    def _stop_if_asked(self) -> None:
        reason = self._world.stop.reason()
        if reason is not None:
            raise Interrupted(reason)

    def _intend(
        self, planned: PlannedStep, prepared: PreparedRequest, request: HttpRequest, number: int, is_refresh: bool
    ) -> None:
        shown, _ = self._gate.request(request)
        key = next((value for name, value in shown["headers"] if name == "Idempotency-Key"), None)
        generated = self._scope.generated
        self._record.tell(
            Intent(
                run=self._run,
                step=planned.path,
                attempt=number,
                method=request.method,
                url=shown["url"],
                digest=digest_of(shown),  # type: ignore[arg-type]
                is_safe=prepared.is_safe,
                key=key,
                generated={site: value for site, value in generated.items() if not self._gate.holds(value)},
                is_refresh=is_refresh,
                at=self._world.clock.now(),
            )
        )
        self._record.keep()

    def _again(self, planned: PlannedStep, attempt: Attempt, number: int, elapsed_ms: float) -> Again | str | None:
        """Send again; or why a poll is over without its answer; or None."""
        step = planned.step
        came = attempt.exchanges[-1].came
        if step.retry is not None:
            chance = int.from_bytes(self._world.entropy.draw(2)) / 0xFFFF if step.retry.jitter else 0.5
            again = retry_after(step.retry, number, came, now=self._world.clock.now(), chance=chance)
            if again is not None:
                return again
        if step.poll is None:
            return None
        reason = self._poll_reason(planned, attempt)
        if reason is None:
            return None
        found = poll_after(step.poll, number, elapsed_ms, reason)
        return found if isinstance(found, Again) else f"{reason}; {found}"

    def _poll_reason(self, planned: PlannedStep, attempt: Attempt) -> str | None:
        """Why a poll is "not yet"; None when it is there, or when it is known that it will not come."""
        if attempt.answer is None:
            failure = attempt.failure
            return failure.text if failure is not None and failure.kind is not FailureKind.INVALID else None
        self._scope.answer = attempt.answer
        if planned.fail_if and not self._first_miss(planned.fail_if, attempt.answer):
            return None
        conditions = planned.until or planned.checks
        return self._first_miss(conditions, attempt.answer) or None

    def _first_miss(self, checks: Sequence[PreparedCheck], answer: Answer) -> str:
        for check in checks:
            judged = check.judge(answer, self._scope, answer.received)
            if judged.mismatch is not None:
                return f"{check.target} {judged.mismatch.text}"
        return ""

    def _learn(self, planned: PlannedStep, attempt: Attempt) -> None:
        """Teach the gate what is secret in an answer before anything of it is told."""
        for name, value in cookies_set(attempt).items():
            if len(value) >= 8:
                self._gate.learn(name, value)
        for derivation in planned.derive:
            if derivation.is_secret and attempt.answer is not None:
                try:
                    self._gate.learn(derivation.name, derivation.take(attempt.answer, self._scope))
                except (MissingDerivedError, EvaluationError, MissingValueError):
                    continue  # told when the step's values are taken

    # what the answer amounts to

    def _find(self, planned: PlannedStep, attempt: Attempt, poll_end: str | None, is_resend: bool) -> Findings:
        failure = attempt.failure
        if failure is not None:
            code = _FAILURE_CODES.get(failure.kind, "E520")
            title = self._gate.text(poll_end or failure.text)
            self._derive_nothing(planned)
            return Findings(error=error_account(code, title, f"{planned.path}/request"), reason=title)
        findings = self._judge(planned, attempt.answer)
        came = attempt.exchanges[-1]
        if is_resend and isinstance(came.came, HttpResponse) and counts_as_done(came.request, came.came.status):
            findings.assertions = []
            findings.error = None
            findings.reason = f"sent again: {came.came.status} says that it was done already"
            return findings
        if poll_end is not None:
            findings.assertions = [*self._poll_misses(planned, attempt.answer), *findings.assertions]
            findings.error = error_account("E512", self._gate.text(poll_end), f"{planned.path}/until/0")
            findings.reason = self._gate.text(poll_end)
        elif planned.fail_if and attempt.answer is not None and not self._first_miss(planned.fail_if, attempt.answer):
            self._refused(planned, findings)
        self._expect_success(planned, attempt.answer, findings)
        return findings

    def _poll_misses(self, planned: PlannedStep, answer: Answer | None) -> list[AssertionAccount]:
        judged = judge_all(planned.until, answer, self._scope, self._gate, self._world.clock.now())
        return [item for item in judged if item["outcome"] == "failed"]

    def _refused(self, planned: PlannedStep, findings: Findings) -> None:
        check = planned.fail_if[0]
        title = self._gate.text(f"the poll ended: fail_if {check.target} holds")
        findings.error = error_account("E513", title, check.place)
        findings.reason = title

    def _expect_success(self, planned: PlannedStep, answer: Answer | None, findings: Findings) -> None:
        """Without a status assertion 4xx and 5xx fail the step; a cleanup DELETE passes with 404 and 410."""
        if not planned.step.expects_success or answer is None or answer.response.status < 400:
            return
        status = answer.response.status
        request = planned.step.request
        is_cleanup = "." in planned.path
        if is_cleanup and request is not None and request.method == "DELETE" and status in (404, 410):
            return
        findings.assertions.insert(
            0,
            {
                "place": f"{planned.path}/request",
                "target": "status",
                "operator": "less_than",
                "outcome": "failed",
                "expected": 400,
                "actual": status,
                "text": f"is {status}, and the step says of no status that it is right",
            },
        )

    def _derive_nothing(self, planned: PlannedStep) -> None:
        self._scope.steps.setdefault(planned.path, {})

    def _judge(self, planned: PlannedStep, answer: Answer | None) -> Findings:
        scope, now = self._scope, self._world.clock.now()
        scope.answer = answer
        findings = Findings()
        self._derive(planned, answer, findings)
        findings.assertions = judge_all(planned.checks, answer, scope, self._gate, now)
        if planned.warnings:
            findings.assertions += judge_all(planned.warnings, answer, scope, self._gate, now, missed="warned")
        return findings

    def _derive(self, planned: PlannedStep, answer: Answer | None, findings: Findings) -> None:
        values = self._scope.steps.setdefault(planned.path, {})
        values.clear()
        for derivation in planned.derive:
            place = f"{planned.path}/derive/{derivation.name}"
            try:
                value = derivation.take(answer, self._scope)
            except MissingDerivedError as error:
                if findings.error is None:
                    findings.error = error_account(
                        "E530", self._gate.text(error.title), place, self._gate.text(error.instead)
                    )
                continue
            except (EvaluationError, MissingValueError) as error:
                if findings.error is None:
                    findings.error = error_account("E531", self._gate.text(str(error)), place)
                continue
            values[derivation.name] = value
            if derivation.is_secret or self._gate.holds(value):
                self._gate.learn(derivation.name, value)
                findings.secrets.append(derivation.name)
            else:
                findings.derived[derivation.name] = value

    # recording

    def _account(self, planned: PlannedStep, attempt: int, started: float, began: float) -> StepAccount:
        account: StepAccount = {
            "run": self._run,
            "step": planned.path,
            "attempt": attempt,
            "started": round(started, 6),
            "duration_ms": round((self._world.clock.monotonic() - began) * 1000, 3),
        }
        used = used_accounts(planned.needs, self._scope.steps, self._record.state.ended, self._gate)
        if used:
            account["used"] = used
        return account

    def _tell_findings(self, account: StepAccount, findings: Findings) -> None:
        if findings.assertions:
            account["assertions"] = findings.assertions
        if findings.derived or findings.secrets:
            account["derived"] = {**findings.derived, **{name: {"secret": True} for name in findings.secrets}}
        if findings.error is not None:
            account["error"] = findings.error

    def _conclude(
        self,
        planned: PlannedStep,
        findings: Findings,
        attempt: int,
        cookies: dict[str, str],
        account: StepAccount,
        *,
        is_refresh: bool,
    ) -> None:
        outcome = findings.outcome
        reason = findings.reason if outcome == "passed" else _headline(findings)
        values = self._scope.steps.get(planned.path, {})
        self._record.tell(
            StepEnded(
                run=self._run,
                step=planned.path,
                outcome=outcome,
                attempt=attempt,
                derived=findings.derived,
                secrets=tuple(findings.secrets),
                cookies=tuple(cookies),
                is_registered=bool(planned.cleanup) and not is_refresh and planned.own_values <= values.keys(),
                is_refresh=is_refresh,
                reason=reason,
                at=self._world.clock.now(),
            ),
            account,
        )

    def _end(
        self,
        planned: PlannedStep,
        outcome: str,
        reason: str,
        *,
        started: float,
        began: float,
        is_refresh: bool = False,
    ) -> None:
        if outcome == "error":
            self._err(planned, "E531", reason, "request" if planned.request else "", started, began, is_refresh)
            return
        self._record.tell(
            StepEnded(
                run=self._run,
                step=planned.path,
                outcome=outcome,
                is_refresh=is_refresh,
                reason=self._gate.text(reason),
                at=self._world.clock.now(),
            )
        )

    def _err(
        self, planned: PlannedStep, code: str, title: str, part: str, started: float, began: float, is_refresh: bool
    ) -> None:
        shown = self._gate.text(title)
        account = self._account(planned, 0, started, began)
        account["error"] = error_account(code, shown, f"{planned.path}/{part}" if part else planned.path)
        self._record.tell(
            StepEnded(
                run=self._run,
                step=planned.path,
                outcome="error",
                is_refresh=is_refresh,
                reason=shown,
                at=self._world.clock.now(),
            ),
            account,
        )


def _headline(findings: Findings) -> str:
    for item in findings.assertions:
        if item["outcome"] == "failed":
            return f"{item['target']} {item.get('text', 'does not hold')}"
    return findings.error["title"] if findings.error is not None else findings.reason
