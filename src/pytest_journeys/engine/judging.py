"""An answer judged: its values derived first, then its assertions, then what a poll or a second sending makes of it.

What a gate finds secret in a derived value is a secret from then on.
"""

from collections.abc import Sequence
from contextlib import suppress

from pytest_journeys.engine.answer import Answer
from pytest_journeys.engine.assertions import PreparedCheck, judge_all
from pytest_journeys.engine.deriving import MissingDerivedError, PreparedDerivation
from pytest_journeys.engine.doubt import counts_as_done
from pytest_journeys.engine.exchange import Attempt
from pytest_journeys.engine.findings import Findings
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.plan import PlannedStep
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.telling import StepTelling
from pytest_journeys.events import codes
from pytest_journeys.events.account import AssertionAccount, ErrorAccount
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.expressions.mismatch import Context
from pytest_journeys.values.http import FailureKind, TransportFailure
from pytest_journeys.values.json import JsonValue

_FAILURE_CODES = {FailureKind.TIMEOUT: codes.TIMEOUT, FailureKind.INVALID: codes.INVALID_REQUEST}


class Judge:
    """Judges the steps of one attempt of a run."""

    def __init__(self, scope: RunScope, gate: Gate, telling: StepTelling) -> None:
        self._scope = scope
        self._gate = gate
        self._telling = telling

    def learn(self, planned: PlannedStep, attempt: Attempt) -> None:
        """Teach the gate what is secret in an answer before anything of it is told."""
        for name, cookie in attempt.cookies.items():
            hide_cookie(name, cookie.value, self._gate)
        if attempt.answer is None:
            return
        for derivation in planned.secret_derivations:
            try:
                hide_derived(derivation, derivation.take(attempt.answer, self._scope), self._gate)
            except (MissingDerivedError, EvaluationError, MissingValueError):
                continue  # told when the step's values are taken

    def judge(self, planned: PlannedStep, answer: Answer | None, now: float) -> Findings:
        """What an answer amounts to by itself; a step that only checks has none."""
        scope, gate = self._scope, self._gate
        scope.answer = answer
        findings = Findings()
        scope.steps[planned.path] = {}
        if planned.derive:
            self._derive(planned, answer, findings)
        findings.assertions = judge_all(planned.checks, answer, scope, gate, now)
        if planned.warnings:
            findings.assertions += judge_all(planned.warnings, answer, scope, gate, now, missed="warned")
        return findings

    def judge_attempt(
        self, planned: PlannedStep, attempt: Attempt, poll_end: str | None, *, may_be_done: bool, now: float
    ) -> Findings:
        """What the last attempt of a step amounts to. `poll_end` says why a poll is over without its answer.

        `may_be_done`: an attempt before it may have done the step's work.
        """
        answer = attempt.answer
        if attempt.failure is not None or answer is None:
            return self._failed(planned, attempt.failure, poll_end)
        findings = self.judge(planned, answer, now)
        status = answer.response.status
        if may_be_done and counts_as_done(attempt.exchanges[0].request, status):
            return Findings(
                derived=findings.derived,
                secrets=findings.secrets,
                note=f"sent again: {status} says that it was done already",
            )
        self._judge_poll(planned, answer, poll_end, findings, now)
        if planned.step.expects_success and status >= 400 and not _is_undone(planned, status):
            findings.assertions.insert(0, _status_implied(planned, status))
        return findings

    def judge_call(
        self, planned: PlannedStep, answer: Answer | None, error: ErrorAccount | None, poll_end: str | None, now: float
    ) -> Findings:
        """What the last call of a step's function amounts to; `error` says why it returned nothing."""
        if answer is None:
            self._scope.answer = None
            self._scope.steps[planned.path] = {}
            return Findings(error=error)
        findings = self.judge(planned, answer, now)
        self._judge_poll(planned, answer, poll_end, findings, now)
        return findings

    def _judge_poll(
        self, planned: PlannedStep, answer: Answer, poll_end: str | None, findings: Findings, now: float
    ) -> None:
        if poll_end is not None:
            missed = judge_all(planned.waits_for, answer, self._scope, self._gate, now)
            findings.assertions = [*(one for one in missed if one["outcome"] == "failed"), *findings.assertions]
            findings.error = self._telling.error(codes.POLL_ENDED, poll_end, f"{planned.path}/until/0")
            findings.is_failure = True
        elif planned.fail_if and not self.first_miss(planned.fail_if, answer):
            check = planned.fail_if[0]
            told = f"the poll ended: fail_if {check.target} holds"
            findings.error = self._telling.error(codes.POLL_REFUSED, told, check.place)
            findings.is_failure = True

    def judge_answer(self, planned: PlannedStep, answer: Answer, now: float, *, rejected_by: str | None) -> Findings:
        """What the answer to a signal amounts to; `rejected_by` says who said no, None when nobody did."""
        findings = self.judge(planned, answer, now)
        self._mark_answered(planned, findings, is_answered=True)
        if rejected_by is not None and planned.step.expects_success:
            told = f"rejected by {rejected_by}" if rejected_by else "rejected"
            findings.error = self._telling.error(codes.REJECTED, told, f"{planned.path}/signal")
            findings.is_failure = True
        return findings

    def judge_unanswered(self, planned: PlannedStep, told: str) -> Findings:
        """What a signal that nobody answered in time amounts to: a failure, or what can be had without an answer."""
        self._scope.answer = None
        values = self._scope.steps[planned.path] = {}
        findings = Findings()
        self._mark_answered(planned, findings, is_answered=False)
        signal = planned.step.signal
        if signal is not None and signal.if_late == "continue":
            for derivation in planned.derive:
                with suppress(MissingDerivedError, EvaluationError, MissingValueError):
                    value = values[derivation.name] = derivation.without_answer(self._scope)
                    if derivation.is_secret:
                        hide_derived(derivation, value, self._gate)
                        findings.secrets.append(derivation.name)
                    else:
                        findings.derived[derivation.name] = value
            findings.note = told
        else:
            findings.error = self._telling.error(codes.NOT_ANSWERED, told, f"{planned.path}/signal")
            findings.is_failure = True
        return findings

    def _mark_answered(self, planned: PlannedStep, findings: Findings, *, is_answered: bool) -> None:
        self._scope.steps[planned.path]["answered"] = findings.derived["answered"] = is_answered

    def first_miss(self, checks: Sequence[PreparedCheck], answer: Answer) -> str:
        """The first condition that an answer does not meet, in words; empty when it meets all."""
        self._scope.answer = answer
        context = Context(now=answer.received, read_file=self._scope.read_file)
        for check in checks:
            mismatch = check.judge(answer, self._scope, context).mismatch
            if mismatch is not None:
                return f"{check.target} {check.told(mismatch, self._gate)}"
        return ""

    def _failed(self, planned: PlannedStep, failure: TransportFailure | None, poll_end: str | None) -> Findings:
        self._scope.answer = None
        self._scope.steps[planned.path] = {}
        if poll_end is not None:
            error = self._telling.error(codes.POLL_ENDED, poll_end, f"{planned.path}/until/0")
            return Findings(error=error, is_failure=True)
        text = failure.text if failure is not None else "no answer came"
        code = codes.TRANSPORT if failure is None else _FAILURE_CODES.get(failure.kind, codes.TRANSPORT)
        return Findings(error=self._telling.error(code, text, f"{planned.path}/request"))

    def _derive(self, planned: PlannedStep, answer: Answer | None, findings: Findings) -> None:
        values = self._scope.steps[planned.path]
        for derivation in planned.derive:
            try:
                value = derivation.take(answer, self._scope)
            except MissingDerivedError as error:
                findings.error = findings.error or self._telling.error(
                    codes.MISSING_VALUE, error.title, derivation.place, error.instead
                )
                continue
            except (EvaluationError, MissingValueError) as error:
                findings.error = findings.error or self._telling.error(
                    codes.NOT_COMPUTED, f"{derivation.name}: {error}", derivation.place
                )
                continue
            values[derivation.name] = value
            if derivation.is_secret or self._gate.value(value, name=derivation.member) is not value:
                hide_derived(derivation, value, self._gate)
                findings.secrets.append(derivation.name)
            else:
                findings.derived[derivation.name] = value


def hide_derived(derivation: PreparedDerivation, value: JsonValue, gate: Gate) -> None:
    """Hide a secret wherever it stands; what is too short to be recognised is hidden in its place."""
    gate.learn(derivation.name, value)
    if derivation.member and not (isinstance(value, str) and len(value) >= 4):
        gate.learn_member(derivation.member)


def hide_cookie(name: str, value: str, gate: Gate) -> None:
    """Hide the value of a cookie; a shorter one is masked in its place."""
    if len(value) >= 8:
        gate.learn(name, value)


def _is_undone(planned: PlannedStep, status: int) -> bool:
    """A cleanup DELETE that finds nothing left has done its work."""
    request = planned.step.request
    return planned.is_cleanup and request is not None and request.method == "DELETE" and status in (404, 410)


def _status_implied(planned: PlannedStep, status: int) -> AssertionAccount:
    return {
        "place": f"{planned.path}/request",
        "target": "status",
        "operator": "less_than",
        "outcome": "failed",
        "expected": 400,
        "actual": status,
        "text": f"is {status}, and the step says of no status that it is right",
    }
