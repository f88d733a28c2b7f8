"""A step's function called as often as its poll says; the intent is recorded before each call, as it is of a request."""

from collections.abc import Mapping
from typing import Final

from pytest_journeys.engine.answer import Answer
from pytest_journeys.engine.arguments import Arguments, PreparedCall
from pytest_journeys.engine.attempts import Again, poll_after
from pytest_journeys.engine.call_context import OwnContext
from pytest_journeys.engine.exchange import Attempt
from pytest_journeys.engine.findings import Findings
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.invoking import Fault, Returned, invoke, too_late
from pytest_journeys.engine.judging import Judge
from pytest_journeys.engine.plan import PlannedStep
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.safe import GENERATED, Safe
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.telling import StepTelling
from pytest_journeys.engine.world import World
from pytest_journeys.events import codes
from pytest_journeys.events.account import CallAccount, ErrorAccount, StepAccount
from pytest_journeys.events.model import CALL, Attempted, Intent
from pytest_journeys.ports import Function
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.errors import Interrupted
from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import HttpResponse
from pytest_journeys.values.json import MISSING, JsonValue, Missing, parse_json

_JSON: Final = (("content-type", "application/json"),)


@fact
class Called:
    """What the last call of a step amounts to, and its account."""

    findings: Findings
    account: StepAccount


class Caller:
    """Calls for one attempt of a run."""

    def __init__(
        self,
        run: str,
        world: World,
        scope: RunScope,
        gate: Gate,
        record: Record,
        judge: Judge,
        telling: StepTelling,
        safe: Safe,
    ) -> None:
        self._run = run
        self._world = world
        self._scope = scope
        self._gate = gate
        self._record = record
        self._judge = judge
        self._telling = telling
        self._safe = safe

    def call(
        self,
        planned: PlannedStep,
        prepared: PreparedCall,
        function: Function,
        arguments: Arguments,
        *,
        called_before: int,
        is_resend: bool,
        is_refresh: bool,
    ) -> Called:
        """Call until the poll asks for no more. Raises `Interrupted`, `JournalFailedError`, and what struck from outside."""
        clock = self._world.clock
        first_began = clock.monotonic()
        stash = self._stash(planned, is_refresh=is_refresh)
        number = called_before
        if is_resend:
            self._note_again(planned, function, has_stash=stash is not MISSING)
        while True:
            number += 1
            self._intend(planned, prepared, function, arguments, number, is_refresh=is_refresh)
            started, began = clock.now(), clock.monotonic()
            context = self._context(planned, prepared, number, stash, arguments, is_refresh=is_refresh)
            came = self._carry_out(function, arguments, context)
            spent_ms = round((clock.monotonic() - began) * 1000, 3)
            answer = _answer_of(came, function, spent_ms, clock.now())
            if planned.secret_derivations:
                self._judge.learn(planned, Attempt((), answer, None, {}))
            again = self._again(planned, answer, number, first_began)
            self._telling.notes.extend(context.lines)
            account = self._telling.account(planned, number, started, began)
            account["call"] = self._told(function, arguments, came, context, continues=stash is not MISSING)
            if not isinstance(again, Again):
                findings = self._judge.judge_call(
                    planned, answer, self._error(planned, function, came), again, clock.now()
                )
                self._refuse_secret_stash(planned, context, findings)
                return Called(findings=findings, account=account)
            stash = MISSING
            self._record.tell(
                Attempted(
                    run=self._run,
                    step=planned.path,
                    attempt=number,
                    reason=self._gate.text(again.reason),
                    at=clock.now(),
                ),
                account,
            )
            if again.delay_ms > 0:
                self._record.keep()  # an outcome that is known is not in doubt while we wait
                clock.sleep(again.delay_ms / 1000)

    # before

    def _stash(self, planned: PlannedStep, *, is_refresh: bool) -> JsonValue | Missing:
        """What the interrupted call of this step stashed; MISSING when it stashed nothing, or when there was none."""
        known = self._record.state.open_step
        if is_refresh or known is None or known.step != planned.path:
            return MISSING
        return known.stash

    def _note_again(self, planned: PlannedStep, function: Function, *, has_stash: bool) -> None:
        notes, known = self._telling.notes, self._record.state.open_step
        if has_stash:
            notes.append("called again with its last stash: the call before was interrupted")
        else:
            notes.append("called again: it may have acted before, and what it returned was not recorded")
        before = known.intent.source if known is not None and known.intent is not None else ""
        if before and function.source_digest and before != function.source_digest:
            notes.append(f"the file of {function.name} is not what it was when it was called before")

    def _intend(
        self,
        planned: PlannedStep,
        prepared: PreparedCall,
        function: Function,
        arguments: Arguments,
        number: int,
        *,
        is_refresh: bool,
    ) -> None:
        reason = self._world.stop.reason()
        if reason is not None:
            raise Interrupted(reason)
        shown = self._gate.json_body(arguments.data)[0]
        drawn = self._scope.generated
        secret = {site: value for site, value in drawn.items() if self._gate.holds(value)}
        self._record.tell(
            Intent(
                run=self._run,
                step=planned.path,
                attempt=number,
                method=CALL,
                url=function.name,
                digest=digest_of_bytes(f"{CALL}\n{function.name}\n{shown['sha256']}".encode()),
                is_safe=prepared.is_safe,
                generated={site: None if site in secret else value for site, value in drawn.items()},
                sealed=self._safe.seal(GENERATED, planned.path, secret) if secret else {},
                source=function.source_digest,
                is_refresh=is_refresh,
                at=self._world.clock.now(),
            )
        )
        self._record.keep()

    def _context(
        self,
        planned: PlannedStep,
        prepared: PreparedCall,
        number: int,
        stash: JsonValue | Missing,
        arguments: Arguments,
        *,
        is_refresh: bool,
    ) -> OwnContext:
        limit = arguments.timeout
        return OwnContext(
            run=self._run,
            step=planned.path,
            attempt=number,
            stashed=None if stash is MISSING else stash,
            may_stop=prepared.is_safe or stash is not MISSING,
            records=not is_refresh,
            deadline=None if limit is None else self._world.clock.monotonic() + limit.seconds,
            world=self._world,
            gate=self._gate,
            record=self._record,
        )

    # the call

    def _carry_out(self, function: Function, arguments: Arguments, context: OwnContext) -> Returned | Fault:
        copies = parse_json(arguments.data)
        assert isinstance(copies, Mapping)
        given: dict[str, object] = dict(copies)
        if function.takes_context:
            given["context"] = context
        limit = arguments.timeout
        came: Returned | Fault | None = None
        try:
            came = invoke(function, given, None if limit is None else limit.seconds)
        finally:
            is_too_late = isinstance(came, Fault) and came.is_too_late
            context.end(_time_is_over if is_too_late else _call_is_over)
        if context.failed is not None:
            raise context.failed
        if context.was_too_late and limit is not None and isinstance(came, Fault) and not came.is_too_late:
            return too_late(limit.seconds, "its time was over at a stash, heartbeat or log", *came.notes)
        return came

    def _again(
        self, planned: PlannedStep, answer: Answer | None, number: int, first_began: float
    ) -> Again | str | None:
        """Call again; or why a poll is over without its answer; or None."""
        poll = planned.step.poll
        if poll is None or answer is None:
            return None
        if planned.fail_if and not self._judge.first_miss(planned.fail_if, answer):
            return None
        reason = self._judge.first_miss(planned.until or planned.checks, answer)
        if not reason:
            return None
        elapsed_ms = (self._world.clock.monotonic() - first_began) * 1000
        found = poll_after(poll, number, elapsed_ms, reason)
        return found if isinstance(found, Again) else f"{reason}; {found}"

    # after

    def _told(
        self, function: Function, arguments: Arguments, came: Returned | Fault, context: OwnContext, *, continues: bool
    ) -> CallAccount:
        account: CallAccount = {"function": function.name}
        if arguments.data != b"{}":
            account["arguments"], large = self._gate.json_body(arguments.data)
            self._telling.keep(large)
        if isinstance(came, Returned):
            account["returned"], large = self._gate.json_body(came.data)
            self._telling.keep(large)
        if context.stashes:
            account["stashes"] = len(context.stashes)
        if continues:
            account["continues"] = True
        return account

    def _error(self, planned: PlannedStep, function: Function, came: Returned | Fault) -> ErrorAccount | None:
        if isinstance(came, Returned):
            return None
        return self._telling.error(came.code, f"{function.name} {came.title}", f"{planned.path}/call", *came.notes)

    def _refuse_secret_stash(self, planned: PlannedStep, context: OwnContext, findings: Findings) -> None:
        """What was stashed before anybody knew that it is a secret stands in the journal: that is told, not passed over."""
        if findings.error is None and any(self._gate.holds(stash) for stash in context.stashes):
            told = "a stash of this call holds what became a secret, and stashes are written to disk"
            findings.error = self._telling.error(codes.CALL_STASHED_SECRET, told, f"{planned.path}/call")


def _answer_of(came: Returned | Fault, function: Function, spent_ms: float, now: float) -> Answer | None:
    """What a function returned, as assertions and derived values see a body."""
    if isinstance(came, Fault):
        return None
    response = HttpResponse(status=200, reason="", http_version="", headers=_JSON, body=came.data)
    return Answer((response,), function.name, spent_ms, now)


def _time_is_over() -> Exception:
    return TimeoutError("the step's timeout is over")


def _call_is_over() -> Exception:
    return RuntimeError("the call is over: its context has ended with it")
