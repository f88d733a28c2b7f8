"""A step that waits for an answer from outside: one that is there counts, one that comes in time is waited for.

What cannot be over soon parks the run, and no process stays for it. Who has the token may answer; the inbox keeps the first.
"""

import base64
from typing import Final

from pytest_journeys.artifact.model import Signal
from pytest_journeys.engine.answer import Answer
from pytest_journeys.engine.findings import Findings
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.judging import Judge
from pytest_journeys.engine.plan import PlannedStep
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.telling import StepTelling
from pytest_journeys.engine.world import World
from pytest_journeys.events.model import RunParked, Waiting
from pytest_journeys.ports import Delivery, Entropy
from pytest_journeys.values.canonical import canonical_bytes
from pytest_journeys.values.errors import Interrupted
from pytest_journeys.values.http import HttpResponse
from pytest_journeys.values.moment import told_moment

_LOOKS_EVERY: Final = 0.2  # seconds
_LONGEST_PROMPT: Final = 300  # characters; cut behind the gate


def new_token(entropy: Entropy) -> str:
    """``sig_`` and 26 characters of lower-case base32: 128 bits of chance."""
    return "sig_" + base64.b32encode(entropy.draw(16))[:26].decode("ascii").lower()


class Answerer:
    """Carries out the signals of one attempt of a run."""

    def __init__(
        self, run: str, world: World, scope: RunScope, gate: Gate, record: Record, judge: Judge, telling: StepTelling
    ) -> None:
        self._run = run
        self._world = world
        self._scope = scope
        self._gate = gate
        self._record = record
        self._judge = judge
        self._telling = telling

    def begin(self, planned: PlannedStep, signal: Signal) -> None:
        """Record until when there is time to answer, then look for the answer. Raises `EvaluationError`, `Interrupted`."""
        self._prompt(planned)
        now = self._world.clock.now()
        until = None if signal.for_ms is None else round(now + signal.for_ms / 1000, 6)
        self._record.tell(Waiting(run=self._run, step=planned.path, until=until, at=now))
        self.goes_on(planned, signal)

    def goes_on(self, planned: PlannedStep, signal: Signal) -> bool:
        """Look for the answer until there is no more time for it: the step ends then, or the run is parked.

        False when the step has not begun. Raises `Interrupted` when the session stops, `StoreError`.
        """
        known = self._record.state.waiting
        if known is None or known.step != planned.path:
            return False
        clock, began = self._world.clock, self._world.clock.monotonic()
        while True:
            delivery = self._world.inbox.find(self._scope.signals[planned.path])
            if delivery is not None and (known.until is None or delivery.at <= known.until):
                findings = self._answered(planned, delivery)
                break
            left = None if known.until is None else known.until - clock.now()
            if left is not None and left <= 0:
                findings = self._unanswered(planned, signal, known.until, delivery)
                break
            if left is None or left > self._world.park_after:
                self._park(planned, signal, known)
                return True
            self._record.keep()
            clock.sleep(min(left, _LOOKS_EVERY))
            reason = self._world.stop.reason()
            if reason is not None:
                raise Interrupted(reason)
        self._telling.conclude(planned, findings, self._telling.account(planned, 0, known.at, began))
        return True

    def _answered(self, planned: PlannedStep, delivery: Delivery) -> Findings:
        now = self._world.clock.now()
        said = {True: "approved", False: "rejected", None: "answered"}[delivery.is_approved]
        by = f" by {delivery.by}" if delivery.by else ""
        self._telling.notes.append(f"{said}{by} at {told_moment(delivery.at)}")
        response = HttpResponse(
            status=200,
            reason="",
            http_version="",
            headers=(("content-type", "application/json"),),
            body=canonical_bytes(delivery.value),
        )
        answer = Answer((response,), "", 0.0, now)
        rejected_by = delivery.by if delivery.is_approved is False else None
        return self._judge.judge_answer(planned, answer, now, rejected_by=rejected_by)

    def _unanswered(
        self, planned: PlannedStep, signal: Signal, until: float | None, delivery: Delivery | None
    ) -> Findings:
        if delivery is not None:
            self._telling.notes.append(f"an answer came at {told_moment(delivery.at)}: too late, it does not count")
        told = f"no answer to {signal.name} until {told_moment(until or 0.0)}"
        return self._judge.judge_unanswered(planned, told)

    def _park(self, planned: PlannedStep, signal: Signal, known: Waiting) -> None:
        prompt = self._prompt(planned)
        until = "" if known.until is None else f" until {told_moment(known.until)}"
        self._record.tell(
            RunParked(
                run=self._run,
                step=planned.path,
                until=known.until,
                reason=f"parked{until}: {signal.name} waits for an answer{f': {prompt}' if prompt else ''}",
                at=self._world.clock.now(),
            )
        )

    def _prompt(self, planned: PlannedStep) -> str:
        if planned.prompt is None:
            return ""
        text = self._gate.text(str(planned.prompt.render(self._scope)))
        return text if len(text) <= _LONGEST_PROMPT else f"{text[: _LONGEST_PROMPT - 3]}..."
