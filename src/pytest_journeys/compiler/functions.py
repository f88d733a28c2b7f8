"""`call`: a Python function, known by its name only. Whether there is one is seen when a run is set up."""

from pytest_journeys.artifact.model import Call
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.expressions.template import Literal, Template
from pytest_journeys.language.steps import Act
from pytest_journeys.values.duration import Duration


def lower_call(given: Act, function: str, place: Place, scope: Scope, context: Context) -> Call:
    """The call of a step. What the defaults say of requests is not for it."""
    return Call(
        function=function,
        arguments=context.value(given.arguments or {}, place.at("with"), scope).template,
        timeout=_timeout(given.timeout, place.at("timeout"), scope, context),
        is_safe=given.safe is True,
    )


def _timeout(given: Duration | str | None, place: Place, scope: Scope, context: Context) -> Template | None:
    if given is None:
        return None
    if isinstance(given, Duration):
        return Literal(given.milliseconds)
    return context.text(given, place, scope).template
