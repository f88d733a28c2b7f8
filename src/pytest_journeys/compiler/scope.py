"""What names mean where: the journey's declarations, and which of them an expression at one place may use.

Knows nothing of files and diagnostics.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from pytest_journeys.compiler.kinds import Kinds
from pytest_journeys.values.fact import fact


@fact
class Named:
    """A declared name: the JSON types that its value may have, and whether it holds a secret."""

    kinds: Kinds
    is_secret: bool = False


@dataclass(slots=True, kw_only=True)
class StepNames:
    """A step as others see it. `derived` is complete from the start; `is_named` is False when its id is implied.

    `is_signal`: it waits for an answer, and yields ``answered``.
    """

    id: str
    index: int
    is_named: bool
    derived: dict[str, Named]
    is_signal: bool = False


@dataclass(slots=True, kw_only=True)
class Declarations:
    """All names of a journey. `columns` is None when the rows are in a file, which is not read here.

    Filled in the order of the file: a variable or derived value turns out to be secret when its expression is lowered.
    """

    inputs: dict[str, Named] = field(default_factory=dict)
    variables: dict[str, Named] = field(default_factory=dict)
    secrets: frozenset[str] = frozenset()
    fixtures: tuple[str, ...] = ()
    steps: dict[str, StepNames] = field(default_factory=dict)
    has_rows: bool = False
    columns: frozenset[str] | None = None

    def mark_variable(self, name: str, *, kinds: Kinds, is_secret: bool) -> None:
        """What lowering found out about a variable."""
        self.variables[name] = Named(kinds=kinds, is_secret=is_secret)

    def mark_derived(self, step: str, name: str, *, kinds: Kinds, is_secret: bool) -> None:
        """What lowering found out about a derived value."""
        self.steps[step].derived[name] = Named(kinds=kinds, is_secret=is_secret)

    def steps_known(self, scope: "Scope") -> frozenset[str]:
        """The steps whose derived values a place may use, its own not counted before its cleanup."""
        return frozenset(step.id for step in self.steps.values() if step.index < scope.steps_before)


class Moment(Enum):
    """When expressions of a place are evaluated; the value says it in words."""

    INPUTS = "when inputs are bound"
    SETUP = "before the run starts"
    VARIABLES = "when the run starts"
    STEPS = "when its step runs"
    CLEANUP = "when the run is over"


@fact
class Scope:
    """What an expression may use.

    `steps_before` counts the steps whose derived values are known; `own` is the step that the place belongs to and
    `own_derived` which of its values are known. `variables_before` counts the variables that are known, None for all.
    `has_response` and `has_it` say whether ``response`` and ``it`` mean something, `is_returned` that the response is what
    a function returned or a signal was answered (without status and headers), `is_deriving` that the place is under
    `derive`, where the own values known are those written before it.
    `is_pure` forbids functions that draw chance or the clock, or read a file; `shows` names what the value would be shown in.
    """

    moment: Moment = Moment.STEPS
    steps_before: int = 0
    own: str | None = None
    own_derived: frozenset[str] = frozenset()
    inputs_before: int | None = None
    variables_before: int | None = None
    has_response: bool = False
    has_it: bool = False
    is_returned: bool = False
    is_deriving: bool = False
    is_pure: bool = False
    shows: str = ""

    def after_own(self, derived: Mapping[str, object]) -> "Scope":
        """The same with all values of the own step known."""
        return replace(self, own_derived=frozenset(derived))

    def with_response(self, *, has_response: bool = True, has_it: bool = False) -> "Scope":
        """The same for an expression that may look at the answer."""
        return replace(self, has_response=has_response, has_it=has_it)
