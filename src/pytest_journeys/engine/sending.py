"""A step's request sent as often as its retry and poll say; the intent is recorded before each sending."""

from typing import Final

from pytest_journeys.engine.attempts import Again, poll_after, retry_after
from pytest_journeys.engine.exchange import Attempt, Courier
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.judging import Judge
from pytest_journeys.engine.plan import PlannedStep
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.rendering import KEY_HEADER, Departure, PreparedRequest
from pytest_journeys.engine.safe import GENERATED, Safe
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.telling import ShownRequest, StepTelling
from pytest_journeys.engine.world import World
from pytest_journeys.events.account import RequestAccount, StepAccount
from pytest_journeys.events.model import Attempted, Intent
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.errors import Interrupted
from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import FailureKind, HttpRequest, HttpResponse
from pytest_journeys.values.json import JsonValue

_KEY: Final = KEY_HEADER.lower()


@fact(kw_only=False)
class Sent:
    """The last attempt of a step and its account; `poll_end` says why a poll is over without its answer."""

    attempt: Attempt
    account: StepAccount
    poll_end: str | None


class Sender:
    """Sends for one attempt of a run."""

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
        self._courier = Courier(world)
        self.restore_cookies = self._courier.restore

    def send(
        self,
        planned: PlannedStep,
        prepared: PreparedRequest,
        departure: Departure,
        *,
        sent_before: int,
        is_refresh: bool,
    ) -> Sent:
        """Send until neither retry nor poll asks for more. Raises `Interrupted` before a request that may not begin."""
        clock = self._world.clock
        first_began = clock.monotonic()
        number = sent_before
        self._courier.begin_step()
        while True:
            number += 1
            self._stop_if_asked()
            request = self._courier.ready(departure, sends_jar=prepared.sends_cookies)
            shown = self._intend(planned, prepared, request, number, is_refresh=is_refresh)
            started, began = clock.now(), clock.monotonic()
            attempt = self._courier.send(request, departure, prepared.redirects, sends_jar=prepared.sends_cookies)
            if attempt.cookies or planned.secret_derivations:
                self._judge.learn(planned, attempt)
            decision = self._again(planned, attempt, number, first_began)
            account = self._telling.account(planned, number, started, began)
            self._telling.add_exchanges(account, attempt, shown)
            if not isinstance(decision, Again):
                return Sent(attempt, account, decision)
            reason = self._gate.text(decision.reason)
            ended = Attempted(
                run=self._run,
                step=planned.path,
                attempt=number,
                reason=reason,
                may_have_acted=_may_have_acted(attempt),
                at=clock.now(),
            )
            self._record.tell(ended, account)
            if decision.delay_ms > 0:
                self._record.keep()  # an outcome that is known is not in doubt while we wait
                clock.sleep(decision.delay_ms / 1000)

    def ask(self, question: PlannedStep, prepared: PreparedRequest, departure: Departure, number: int) -> Sent:
        """Send a question about the attempt `number` once. Raises `Interrupted` when it may not begin."""
        clock = self._world.clock
        self._stop_if_asked()
        self._courier.begin_step()
        request = self._courier.ready(departure, sends_jar=prepared.sends_cookies)
        shown = self._intend(question, prepared, request, number, is_question=True)
        started, began = clock.now(), clock.monotonic()
        attempt = self._courier.send(request, departure, prepared.redirects, sends_jar=prepared.sends_cookies)
        self._judge.learn(question, attempt)
        account = self._telling.account(question, number, started, began)
        self._telling.add_exchanges(account, attempt, shown)
        return Sent(attempt, account, None)

    def _stop_if_asked(self) -> None:
        reason = self._world.stop.reason()
        if reason is not None:
            raise Interrupted(reason)

    def _intend(
        self,
        planned: PlannedStep,
        prepared: PreparedRequest,
        request: HttpRequest,
        number: int,
        *,
        is_refresh: bool = False,
        is_question: bool = False,
    ) -> ShownRequest:
        shown = self._telling.show(request)
        account = shown.account
        generated = self._recordable() if self._scope.generated and not is_question else {}
        self._record.tell(
            Intent(
                run=self._run,
                step=planned.path,
                attempt=number,
                method=request.method,
                url=account["url"],
                digest=_digest_of(account),
                is_safe=prepared.is_safe,
                key=None if planned.step.idempotency_key is None else _key_of(request, account),
                generated=generated,
                sealed=self._sealed(planned.path, generated) if None in generated.values() else {},
                is_refresh=is_refresh,
                is_question=is_question,
                at=self._world.clock.now(),
            )
        )
        self._record.keep()
        return shown

    def _recordable(self) -> dict[str, JsonValue]:
        """What was drawn for the step; null in the place of a value that became a secret."""
        return {site: None if self._gate.holds(value) else value for site, value in self._scope.generated.items()}

    def _sealed(self, path: str, generated: dict[str, JsonValue]) -> dict[str, str]:
        drawn = self._scope.generated
        return self._safe.seal(
            GENERATED, path, {site: drawn[site] for site, value in generated.items() if value is None}
        )

    def _again(self, planned: PlannedStep, attempt: Attempt, number: int, first_began: float) -> Again | str | None:
        """Send again; or why a poll is over without its answer; or None."""
        step = planned.step
        if step.retry is not None:
            chance = int.from_bytes(self._world.entropy.draw(2)) / 0xFFFF if step.retry.jitter else 0.5
            came = attempt.failure or attempt.exchanges[-1].came
            again = retry_after(step.retry, number, came, now=self._world.clock.now(), chance=chance)
            if again is not None:
                return again
        if step.poll is None:
            return None
        reason = self._not_yet(planned, attempt)
        if reason is None:
            return None
        elapsed_ms = (self._world.clock.monotonic() - first_began) * 1000
        found = poll_after(step.poll, number, elapsed_ms, reason)
        return found if isinstance(found, Again) else f"{reason}; {found}"

    def _not_yet(self, planned: PlannedStep, attempt: Attempt) -> str | None:
        """Why a poll is "not yet"; None when it is there, or when it is known that it will not come."""
        answer = attempt.answer
        if answer is None:
            failure = attempt.failure
            return failure.text if failure is not None and failure.kind is not FailureKind.INVALID else None
        if planned.fail_if and not self._judge.first_miss(planned.fail_if, answer):
            return None
        return self._judge.first_miss(planned.until or planned.checks, answer) or None


def _may_have_acted(attempt: Attempt) -> bool:
    """Whether the server may have done what it was asked, though its answer says nothing of that."""
    if attempt.failure is not None:
        return attempt.failure.may_have_left
    came = attempt.exchanges[-1].came
    return isinstance(came, HttpResponse) and came.status >= 500


def _digest_of(account: RequestAccount) -> str:
    """Of the rendering with secrets replaced by their names; the body counts by its own digest.

    No part of a request that can be sent holds a line break, so lines tell the parts from each other.
    """
    lines = [account["method"], account["url"]]
    for name, value in account["headers"]:
        lines += (name, value)
    body = account.get("body")
    if body is not None:
        lines += (str(body["size"]), body["sha256"])
    return digest_of_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))


def _key_of(request: HttpRequest, account: RequestAccount) -> str | None:
    """The idempotency key, unless the gate changed it: then it is a secret."""
    for (name, value), (_, shown) in zip(request.headers, account["headers"], strict=True):
        if name.lower() == _KEY:
            return value if shown == value else None
    return None
