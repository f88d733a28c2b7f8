"""``skip`` and ``xfail``: whether a journey's mark holds for a run, judged before its first step."""

from pytest_journeys.artifact.model import Mark
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.world import Assignment, World
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.values.errors import SetupError


def reason_of(mark: Mark | None, what: str, assignment: Assignment, world: World) -> str | None:
    """Why the mark holds, None when it does not. Raises `SetupError` when that cannot be told."""
    if mark is None:
        return None
    scope = RunScope(assignment.sources, world.clock, world.entropy)
    scope.given = dict(assignment.values)
    scope.run = {"id": assignment.run, "attempt": 1, "failed": False}
    preparer = Preparer()
    try:
        if mark.when is not None:
            holds = preparer.expression(mark.when)(scope)
            if not isinstance(holds, bool):
                raise SetupError(f"{what}.when is no condition: it yields neither true nor false")
            if not holds:
                return None
        reason = preparer.template(mark.reason).render(scope)
    except (EvaluationError, MissingValueError) as error:
        raise SetupError(f"{what}: {error}") from None
    return assignment.redactor.redact_text(str(reason))
