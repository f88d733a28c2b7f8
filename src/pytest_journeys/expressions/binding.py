"""A call and the function it names: which argument is which parameter."""

from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.nodes import Call, Expression
from pytest_journeys.expressions.registry import Registry
from pytest_journeys.expressions.signature import Function


def bind(call: Call, function: Function) -> tuple[Expression | None, ...]:
    """The call's arguments in the order of the parameters, None for one not given. Raises `ExpressionFault`."""
    given = dict(call.keywords)
    parameters = function.parameters
    if parameters and parameters[-1].is_variadic:
        if call.keywords or not call.arguments:
            raise _misfit(call, function)
        return call.arguments
    if len(call.arguments) > len(parameters):
        raise _misfit(call, function)
    bound: list[Expression | None] = list(call.arguments)
    for parameter in parameters[len(bound) :]:
        value = given.pop(parameter.name, None)
        if value is None and not parameter.is_optional:
            raise _misfit(call, function)
        bound.append(value)
    if given:
        raise _misfit(call, function)
    return tuple(bound)


def _misfit(call: Call, function: Function) -> ExpressionFault:
    return ExpressionFault(
        f"the arguments of {function.name} do not fit", call.offset, call.length, f"write {function.usage}"
    )


def unknown_function(call: Call, registry: Registry) -> ExpressionFault:
    """The fault of a call to a function that is not there."""
    near = registry.nearest_function(call.function)
    advice = f"did you mean {registry.functions[near].usage}?" if near else ""
    return ExpressionFault(f"there is no function {call.function}", call.offset, len(call.function), advice)
