"""How an open run stands now: where it is, since when, what it waits for, who holds it, what comes next."""

from pytest_journeys.evidence.moment import rfc3339
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonObject


@fact
class Standing:
    """An open run. `status` is ``in progress``, ``parked`` or ``interrupted``; `since` (epoch seconds) it has not moved.

    `step` is where it stands, by path, None when all its steps have ended; `attempts` counts what was sent for that step.
    `waits_for`, `holder` and `next`, what a session that resumed it now would do, are in words; `holder` empty for nobody.
    """

    run: str
    journey: str
    row: str
    session: str
    status: str
    step: str | None
    since: float
    run_attempt: int
    attempts: int
    waits_for: str
    holder: str
    next: str

    def to_json(self) -> JsonObject:
        """As `journeys runs --open --output json` prints it."""
        return {
            "id": self.run,
            "journey": self.journey,
            "row": self.row or None,
            "session": self.session,
            "status": self.status,
            "step": self.step,
            "since": rfc3339(self.since),
            "attempt": self.run_attempt,
            "step_attempts": self.attempts,
            "waits_for": self.waits_for or None,
            "held_by": self.holder or None,
            "next": self.next,
        }
