"""A run's record as it is made: state, journal and memory of one run are told the same facts, in the same order.

Facts wait for the next append, so that the outcome of one step and the intent of the next share a line.
"""

from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.model import Event, RunOpened, StepEnded
from pytest_journeys.events.state import RunState
from pytest_journeys.ports import Journal, Listener
from pytest_journeys.values.fact import fact


@fact(kw_only=False)
class Pending:
    """Facts of one run that are appended with those of another."""

    events: tuple[Event, ...] = ()
    accounts: tuple[StepAccount, ...] = ()


class Record:
    """The facts of one run in this process. `told` pairs each event with the accounts that came with it."""

    def __init__(self, journal: Journal, listener: Listener, state: RunState | None) -> None:
        self._journal = journal
        self._listener = listener
        self._state = state
        self._events: list[Event] = []
        self._accounts: list[StepAccount] = []
        self.told: list[tuple[Event, tuple[StepAccount, ...]]] = []

    @property
    def state(self) -> RunState:
        """Where the run stands, what waits to be appended included."""
        if self._state is None:
            raise RuntimeError("a run has no state before it is opened")
        return self._state

    def tell(self, event: Event, *accounts: StepAccount) -> None:
        """Take in a fact; it is appended with the next `keep`."""
        if self._state is not None:
            self._state.apply(event)
        elif isinstance(event, RunOpened):
            self._state = RunState(event)
        self._events.append(event)
        self._accounts.extend(accounts)
        self.told.append((event, accounts))
        if isinstance(event, StepEnded):
            self._listener.step_ended(event.run, event.step, event.outcome)

    def keep(self) -> None:
        """Append what was told, in one line. Raises `JournalFailedError`.

        What an exception (a time limit) kept from being appended waits for the next time: twice told is better than lost.
        """
        if self._events:
            self._journal.append(self._events, self._accounts)
            self._events, self._accounts = [], []

    def hand_over(self) -> Pending:
        """What waits to be appended, for the record of the run that goes on from this one: in one line with its opening."""
        pending = Pending(tuple(self._events), tuple(self._accounts))
        self._events, self._accounts = [], []
        return pending

    def take_over(self, pending: Pending) -> None:
        """Append it with the next `keep`, before anything of this run."""
        self._events[:0] = pending.events
        self._accounts[:0] = pending.accounts

    def keep_progress(self) -> None:
        """Append what was told, unless it is nothing but an opening: whoever did nothing leaves the run where it was."""
        if any(not isinstance(event, RunOpened) for event in self._events):
            self.keep()
