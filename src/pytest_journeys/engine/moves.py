"""What a run can do next, and what it decides from beside its record."""

from collections.abc import Set
from typing import TypeAlias

from pytest_journeys.engine.plan import PlannedStep
from pytest_journeys.events.model import RunDecided
from pytest_journeys.values.fact import fact


@fact(kw_only=False)
class Perform:
    """Act: send the step's request, or judge what it checks. `is_resend`: its request may have left before.

    `is_question`: ask the server what became of the request before anything is decided about it.
    """

    step: PlannedStep
    is_resend: bool = False
    is_refresh: bool = False
    is_question: bool = False


@fact(kw_only=False)
class Conclude:
    """End the step without acting."""

    step: PlannedStep
    outcome: str
    reason: str


@fact(kw_only=False)
class Restart:
    """Leave this attempt and begin another, after its cleanup."""

    reason: str


@fact(kw_only=False)
class Leave:
    """The attempt that was decided to be left has been cleaned up."""

    decision: RunDecided


@fact(kw_only=False)
class End:
    """The run is over. `keeps_cleanup`: it failed, and what is registered waits for another session."""

    outcome: str
    reason: str
    keeps_cleanup: bool = False


Move: TypeAlias = Perform | Conclude | Restart | Leave | End


@fact
class Present:
    """What this process holds beside the record: whose secrets and cookies live in memory, and the session's policy.

    `has_past`: the attempt began in an earlier process. `alive` names the steps that ran in this one (or were refreshed),
    `lost_variables` the secret variables that cannot be computed again, `policy` what governs a step in doubt that says
    nothing itself. `restored` are the secrets and cookies that were stored sealed and are here again, as kind, step and
    name, until a server refuses them; `redrawn` the steps in doubt whose drawn values are all here again. `keeps` says whether the cleanup of a run that
    fails waits. Of a run that another one re-enters, the steps in `spared` keep their cleanup, which goes over to the
    other, as the journey's own does. `aborted` is the foreign exception that ends the run early, empty when there was none.
    """

    has_past: bool
    alive: Set[str]
    lost_variables: Set[str]
    policy: str
    restored: Set[tuple[str, str, str]] = frozenset()
    redrawn: Set[str] = frozenset()
    keeps: bool = False
    spared: Set[str] | None = None
    aborted: str = ""
