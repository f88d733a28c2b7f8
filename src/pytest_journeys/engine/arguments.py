"""What a function is called with: prepared once, rendered for each run."""

from pytest_journeys.artifact.model import Call
from pytest_journeys.engine.body import encode_json
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.rendering import duration_of
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.fact import fact


@fact(kw_only=False)
class Arguments:
    """The keyword arguments of one call as JSON, so that the function is given a copy; and its time limit, if any."""

    data: bytes
    timeout: Duration | None


class PreparedCall:
    """The call of a plan's step."""

    def __init__(self, call: Call, preparer: Preparer) -> None:
        self.function = call.function
        self.is_safe = call.is_safe
        self._arguments = preparer.template(call.arguments)
        self._timeout = None if call.timeout is None else preparer.template(call.timeout)

    def render(self, scope: RunScope) -> Arguments:
        """The arguments of this run. Raises `EvaluationError`, `MissingValueError`."""
        data = encode_json(self._arguments.render(scope))
        timeout = None if self._timeout is None else duration_of(self._timeout.render(scope), "timeout")
        return Arguments(data, timeout)
