"""A step that waits: an absolute deadline is recorded first, then it sleeps, or the run is parked for a later session.

The wall clock decides, and it may be set: a wait never ends before its deadline by that clock, and what the clock did
meanwhile is told.
"""

from typing import Final

from pytest_journeys.engine.plan import PlannedStep
from pytest_journeys.engine.record import Record
from pytest_journeys.engine.rendering import duration_of
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.telling import StepTelling
from pytest_journeys.engine.world import World
from pytest_journeys.events.model import RunParked, Waiting
from pytest_journeys.events.state import RunState
from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.render import Prepared
from pytest_journeys.ports import Inbox
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import Interrupted
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.moment import told_moment

_LONGEST_NAP: Final = 1.0  # seconds; how late it is seen that the clock was set
_TOLD: Final = 2.0  # seconds; what a clock is off, or a wait is late, by less than this is not told
_LATEST: Final = 253_402_300_799.0  # the last second of the year 9999: a date that can be told


def is_still_parked(state: RunState, inbox: Inbox, now: float, park_after: float) -> bool:
    """Whether a session that comes now has nothing to do for a parked run yet. Raises `StoreError`."""
    parked = state.parked
    if parked is None or state.decision is not None:
        return False
    if parked.until is not None and parked.until - now <= park_after:
        return False
    token = state.opened.signals.get(parked.step)
    return token is None or inbox.find(token) is None


class Waiter:
    """Carries out the waits of one attempt of a run."""

    def __init__(self, run: str, world: World, scope: RunScope, record: Record, telling: StepTelling) -> None:
        self._run = run
        self._world = world
        self._scope = scope
        self._record = record
        self._telling = telling

    def begin(self, planned: PlannedStep, duration: Prepared[JsonValue]) -> None:
        """Record the deadline, then wait for it. Raises `EvaluationError`, `Interrupted`."""
        now = self._world.clock.now()
        until = now + duration_of(duration.render(self._scope), "wait").seconds
        if until > _LATEST:
            raise EvaluationError("wait: it would end after the year 9999")
        self._record.tell(Waiting(run=self._run, step=planned.path, until=round(until, 6), at=now))
        self.goes_on(planned)

    def goes_on(self, planned: PlannedStep) -> bool:
        """Wait for the deadline that was recorded, if there is one: the step ends then, or the run is parked.

        Raises `Interrupted` when the session stops; the deadline stays.
        """
        known = self._record.state.waiting
        if known is None or known.step != planned.path or known.until is None:
            return False
        clock = self._world.clock
        started, began = clock.now(), clock.monotonic()
        self._record.keep()
        while (left := known.until - clock.now()) > 0:
            if left > self._world.park_after:
                self._park(known, known.until)
                return True
            clock.sleep(min(left, _LONGEST_NAP))
            reason = self._world.stop.reason()
            if reason is not None and clock.now() < known.until:
                raise Interrupted(reason)
        self._end(planned, known.at, known.until, started, began)
        return True

    def _park(self, known: Waiting, until: float) -> None:
        self._record.tell(
            RunParked(
                run=self._run,
                step=known.step,
                until=until,
                reason=f"parked until {told_moment(until)}",
                at=self._world.clock.now(),
            )
        )

    def _end(self, planned: PlannedStep, since: float, until: float, started: float, began: float) -> None:
        clock = self._world.clock
        now, spent = clock.now(), clock.monotonic() - began
        notes = self._telling.notes
        notes.append(f"waited until {told_moment(until)}")
        if now - until >= _TOLD:
            notes.append(f"goes on {_told(now - until)} late")
        off = (now - started) - spent
        if abs(off) >= _TOLD:
            way = "forward" if off > 0 else "back"
            notes.append(f"the clock was set {way} by {_told(abs(off))} while it waited; the deadline stood")
        self._telling.pass_by(planned, self._telling.account(planned, 0, since, began))


def _told(seconds: float) -> str:
    return str(Duration(int(seconds) * 1000))
