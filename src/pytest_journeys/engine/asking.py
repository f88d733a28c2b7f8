"""A request in doubt is asked about: the server says whether it had been done (durability.md, "In doubt").

Done: the step is complete, its values come from this answer. Not done: it is sent again. Neither: it stays in doubt.
"""

from typing import Literal, TypeAlias

from pytest_journeys.engine.answer import Answer
from pytest_journeys.engine.assertions import UNJUDGED
from pytest_journeys.engine.doubt import says_not_done, told_departure
from pytest_journeys.engine.exchange import Attempt
from pytest_journeys.engine.findings import Findings
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.judging import Judge
from pytest_journeys.engine.plan import PlannedStep
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.sending import Sender
from pytest_journeys.engine.telling import StepTelling
from pytest_journeys.engine.world import World
from pytest_journeys.events import codes
from pytest_journeys.events.account import AssertionAccount, StepAccount
from pytest_journeys.events.model import CALL, Asked
from pytest_journeys.events.state import OpenStep
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError

Word: TypeAlias = Literal["done", "not_done", "unknown"]


class Asker:
    """Asks for one attempt of a run."""

    def __init__(
        self,
        run: str,
        world: World,
        scope: RunScope,
        gate: Gate,
        record: Record,
        judge: Judge,
        telling: StepTelling,
        sender: Sender,
    ) -> None:
        self._run = run
        self._clock = world.clock
        self._scope = scope
        self._gate = gate
        self._record = record
        self._judge = judge
        self._telling = telling
        self._sender = sender

    def ask(self, planned: PlannedStep) -> None:
        """Ask about the request in doubt of a step and record what follows. Raises `Interrupted`."""
        question, doubted = planned.ask, self._record.state.open_step
        assert question is not None
        assert question.request is not None
        assert doubted is not None
        started, began = self._clock.now(), self._clock.monotonic()
        try:
            departure = question.request.render(self._scope)
        except (EvaluationError, MissingValueError) as error:
            account = self._telling.account(planned, doubted.attempts, started, began)
            self._leave_in_doubt(planned, doubted, f"the server could not be asked: {error}", account)
            return
        sent = self._sender.ask(question, question.request, departure, doubted.attempts)
        findings, word, reason = self._understand(question, sent.attempt)
        reason = self._gate.text(reason)
        for exchange in sent.account["exchanges"]:
            exchange["question"] = {"answer": word, "reason": reason}
        asked = f"{departure.request.method} {sent.account['exchanges'][0]['request']['url']}"
        again = "called" if doubted.first.method == CALL else "sent"
        match word:
            case "done":
                self._tell(planned, doubted, word, reason)
                findings.note = f"not {again} again: {asked} says that it was done ({reason})"
                if findings.error is not None:  # its headline takes the place of the note
                    sent.account["logs"] = [*sent.account.get("logs", ()), self._gate.text(findings.note)]
                self._telling.conclude(planned, findings, sent.account, sent.attempt)
            case "not_done":
                self._tell(planned, doubted, word, reason, sent.account)
                self._telling.notes.append(f"{again} again: {asked} says that it was not done ({reason})")
            case "unknown":
                told = f"{asked} does not say whether it was done: {reason}"
                self._leave_in_doubt(planned, doubted, told, sent.account)

    def _understand(self, question: PlannedStep, attempt: Attempt) -> tuple[Findings, Word, str]:
        """What the answer amounts to as the step's own, what it says of the request, and by what."""
        answer = attempt.answer
        if answer is None:
            told = attempt.failure.text if attempt.failure is not None else "no answer came"
            return Findings(), "unknown", told
        findings = self._judge.judge(question, answer, self._clock.now())
        status = f"{answer.response.status} {answer.response.reason}".rstrip()
        missed = next((one for one in findings.assertions if one["outcome"] == "failed"), None)
        if missed is None:
            return findings, "done", status
        if not says_not_done(answer.response.status) or _is_unreadable(question, answer, missed):
            return findings, "unknown", f"{status}; {_told(missed)}"
        return findings, "not_done", f"{status}; {_told(missed)}"

    def _leave_in_doubt(self, planned: PlannedStep, doubted: OpenStep, why: str, account: StepAccount) -> None:
        self._scope.steps.pop(planned.path, None)
        self._tell(planned, doubted, "unknown", self._gate.text(why))
        title = f"its {told_departure(doubted.first)}, and {why}"
        error = self._telling.error(codes.IN_DOUBT, title, f"{planned.path}/ask")
        self._telling.end_wrongly(planned, "in_doubt", error, account)

    def _tell(self, planned: PlannedStep, doubted: OpenStep, word: Word, reason: str, *accounts: StepAccount) -> None:
        asked = Asked(
            run=self._run,
            step=planned.path,
            attempt=doubted.attempts,
            answer=word,
            reason=reason,
            at=self._clock.now(),
        )
        self._record.tell(asked, *accounts)


def _is_unreadable(question: PlannedStep, answer: Answer, missed: AssertionAccount) -> bool:
    """Whether something was found and it is not what `done_if` looks at: no JSON (somebody else's page), no such value."""
    if not 200 <= answer.response.status < 300:
        return False
    looks_at_json = any(one.section in ("json", "that") for one in question.step.checks)
    return missed.get("text", "").startswith(UNJUDGED) or (looks_at_json and answer.json_fault is not None)


def _told(missed: AssertionAccount) -> str:
    return f"{missed['target']} {missed.get('text', 'does not hold')}"
