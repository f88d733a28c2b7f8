"""What a run tells of its steps: events and accounts are made here, and what is in them has passed the gate."""

from collections.abc import Sequence
from typing import Final

from pytest_journeys.engine.exchange import Attempt, Exchange
from pytest_journeys.engine.findings import Findings
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.plan import Need, PlannedStep
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.safe import COOKIE, SECRET, Safe
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.world import World
from pytest_journeys.events.account import (
    ErrorAccount,
    ExchangeAccount,
    RequestAccount,
    StepAccount,
    UsedAccount,
)
from pytest_journeys.events.model import StepEnded
from pytest_journeys.values.http import HttpRequest, TransportFailure

_LONGEST_NOTE: Final = 200  # characters; cut behind the gate, so that no secret is cut in half


class StepTelling:
    """Tells of the steps of one attempt of a run. `notes` wait for the next account."""

    def __init__(self, run: str, world: World, scope: RunScope, gate: Gate, record: Record, safe: Safe) -> None:
        self._run = run
        self._safe = safe
        self._clock = world.clock
        self._bodies = world.bodies
        self._scope = scope
        self._gate = gate
        self._record = record
        self.notes: list[str] = []

    def account(self, planned: PlannedStep, attempt: int, started: float, began: float) -> StepAccount:
        """The account of an attempt that began at `started` by the wall clock, `began` by the monotonic one."""
        account: StepAccount = {
            "run": self._run,
            "step": planned.path,
            "attempt": attempt,
            "started": round(started, 6),
            "duration_ms": round((self._clock.monotonic() - began) * 1000, 3),
        }
        if self.notes:
            account["logs"], self.notes = [self._gate.text(note) for note in self.notes], []
        return account

    def add_exchanges(self, account: StepAccount, attempt: Attempt, shown: "ShownRequest | None") -> None:
        """Add what was sent and what came; `shown` is the first request, if it has been shown already."""
        number = account["attempt"]
        exchanges = [self._exchange(exchange, number, None) for exchange in attempt.exchanges[1:]]
        account["exchanges"] = [self._exchange(attempt.exchanges[0], number, shown), *exchanges]

    def conclude(
        self,
        planned: PlannedStep,
        findings: Findings,
        account: StepAccount,
        attempt: Attempt | None = None,
        *,
        is_refresh: bool = False,
    ) -> None:
        """A step that was judged."""
        used = self._used(planned.needs)
        if used:
            account["used"] = used
        if findings.assertions:
            account["assertions"] = findings.assertions
        if findings.derived or findings.secrets:
            account["derived"] = {**findings.derived, **{name: {"secret": True} for name in findings.secrets}}
        if findings.error is not None:
            account["error"] = findings.error
        set_here: tuple[str, ...] = ()
        deleted: tuple[str, ...] = ()
        if attempt is not None and attempt.cookies:
            now = self._clock.now()
            deleted = tuple(name for name, cookie in attempt.cookies.items() if cookie.is_deleted(now))
            set_here = tuple(name for name in attempt.cookies if name not in deleted)
        self._record.tell(
            StepEnded(
                run=self._run,
                step=planned.path,
                outcome=findings.outcome,
                attempt=account["attempt"],
                derived=findings.derived,
                secrets=tuple(findings.secrets),
                cookies=set_here,
                cookies_deleted=deleted,
                sealed=self._sealed(planned.path, findings) if findings.secrets else {},
                sealed_cookies=self._sealed_jar(planned.path, attempt),
                is_registered=not is_refresh
                and bool(planned.cleanup)
                and planned.registers(self._scope.steps.get(planned.path, {}).keys()),
                is_refresh=is_refresh,
                reason=findings.headline,
                at=self._clock.now(),
            ),
            account,
        )

    def _sealed(self, path: str, findings: Findings) -> dict[str, str]:
        values = self._scope.steps[path]
        return self._safe.seal(SECRET, path, {name: values[name] for name in findings.secrets})

    def _sealed_jar(self, path: str, attempt: Attempt | None) -> str:
        if attempt is None or attempt.jar is None:
            return ""
        return self._safe.seal(COOKIE, path, {"": attempt.jar}).get("", "")

    def end(self, planned: PlannedStep, outcome: str, reason: str, *, is_refresh: bool = False) -> None:
        """A step that ended without being carried out. In doubt it may have acted: its cleanup is registered."""
        self._record.tell(
            StepEnded(
                run=self._run,
                step=planned.path,
                outcome=outcome,
                is_registered=outcome == "in_doubt" and not is_refresh and planned.registers(frozenset()),
                is_refresh=is_refresh,
                reason=self._gate.text(reason),
                at=self._clock.now(),
            )
        )

    def pass_by(self, planned: PlannedStep, account: StepAccount) -> None:
        """A step that passed and yielded nothing."""
        used = self._used(planned.needs)
        if used:
            account["used"] = used
        self._record.tell(
            StepEnded(run=self._run, step=planned.path, outcome="passed", at=self._clock.now()),
            account,
        )

    def end_wrongly(
        self, planned: PlannedStep, outcome: str, error: ErrorAccount, account: StepAccount, *, is_refresh: bool = False
    ) -> None:
        """A step that something kept from being judged."""
        used = self._used(planned.needs)
        if used:
            account["used"] = used
        account["error"] = error
        self._record.tell(
            StepEnded(
                run=self._run,
                step=planned.path,
                outcome=outcome,
                attempt=account["attempt"],
                is_registered=outcome == "in_doubt" and not is_refresh and planned.registers(frozenset()),
                is_refresh=is_refresh,
                reason=error["title"],
                at=self._clock.now(),
            ),
            account,
        )

    def error(self, code: str, title: str, place: str, *notes: str) -> ErrorAccount:
        """Why a step could not be judged; empty notes are left out."""
        account: ErrorAccount = {"code": code, "title": self._gate.text(title), "place": place}
        told = [_cut(self._gate.text(note)) for note in notes if note]
        if told:
            account["notes"] = told
        return account

    def keep(self, body: bytes | None) -> None:
        """Keep a redacted body that is too large to be told inline."""
        if body is not None:
            self._bodies.keep(body)

    def show(self, request: HttpRequest) -> "ShownRequest":
        """A request as it may be told."""
        account, large = self._gate.request(request)
        return ShownRequest(account, large, self._gate.learned)

    def _used(self, needs: Sequence[Need]) -> list[UsedAccount]:
        """The values that a step takes from earlier ones."""
        used: list[UsedAccount] = []
        for need in needs:
            of_step = self._scope.steps.get(need.step)
            if of_step is None or need.name not in of_step:
                continue
            account: UsedAccount = {"name": need.name, "step": need.step}
            done = self._record.state.ended.get(need.step)
            if done is not None and need.name in done.derived:
                account["value"] = self._gate.value(of_step[need.name])
            used.append(account)
        return used

    def _exchange(self, exchange: Exchange, attempt: int, shown: "ShownRequest | None") -> ExchangeAccount:
        gate = self._gate
        if shown is None or shown.learned != gate.learned:
            shown = self.show(exchange.request)
        if shown.large_body is not None:
            self._bodies.keep(shown.large_body)
        came = exchange.came
        account: ExchangeAccount = {"attempt": attempt, "request": shown.account, "timings_ms": came.timings_ms}
        if isinstance(came, TransportFailure):
            account["error"] = gate.text(came.text)
            return account
        account["response"], large = gate.response(came)
        if large is not None:
            self._bodies.keep(large)
        return account


class ShownRequest:
    """A request behind the gate; as long as the gate learns nothing more it is not shown anew."""

    __slots__ = ("account", "large_body", "learned")

    def __init__(self, account: RequestAccount, large_body: bytes | None, learned: int) -> None:
        self.account = account
        self.large_body = large_body
        self.learned = learned


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST_NOTE else f"{text[: _LONGEST_NOTE - 3]}..."
