"""Function calls of an expression: that there is such a function and that what is written fits it."""

import itertools
from collections.abc import Iterator
from typing import Final

from pytest_journeys.compiler import codes
from pytest_journeys.expressions.evaluate import bind, compile_expression, unknown_function
from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.nodes import Call, Constant, Expression, children
from pytest_journeys.expressions.registry import Registry
from pytest_journeys.expressions.signature import Function, Parameter, Purity, is_of
from pytest_journeys.values.fact import fact

_IMPURE: Final = {Purity.DRAWN: "draws a new value each time", Purity.READS: "reads a file"}


@fact
class Miscall:
    """What is wrong with a call, and where in the expression."""

    code: str
    title: str
    offset: int
    length: int
    help: str = ""


def miscalls(expression: Expression, registry: Registry, *, is_pure: bool) -> list[Miscall]:
    """Everything wrong with the calls of an expression; `is_pure` forbids chance, the clock and files."""
    found = [miscall for call in _calls(expression) for miscall in _of_call(call, registry, is_pure)]
    if found:
        return found
    try:
        compile_expression(expression, registry, itertools.count())
    except ExpressionFault as fault:
        return [_from_fault(codes.WRONG_ARGUMENTS, fault)]
    return []


def draws(expression: Expression, registry: Registry) -> bool:
    """Whether evaluating it draws chance or the clock."""
    functions = (registry.function(call.function) for call in _calls(expression))
    return any(function is not None and function.purity is Purity.DRAWN for function in functions)


def _calls(node: Expression) -> Iterator[Call]:
    if isinstance(node, Call):
        yield node
    for child in children(node):
        yield from _calls(child)


def _of_call(call: Call, registry: Registry, is_pure: bool) -> Iterator[Miscall]:
    function = registry.function(call.function)
    if function is None:
        yield _from_fault(codes.UNKNOWN_FUNCTION, unknown_function(call, registry))
        return
    if is_pure and function.purity in _IMPURE:
        yield Miscall(
            code=codes.DRAWS_HERE,
            title=f"{function.name}() {_IMPURE[function.purity]}, which this place may not",
            offset=call.offset,
            length=call.length,
            help="put it into a variable: variables are evaluated once and recorded",
        )
    try:
        bound = bind(call, function)
    except ExpressionFault as fault:
        yield _from_fault(codes.WRONG_ARGUMENTS, fault)
        return
    for parameter, value in zip(function.parameters, bound, strict=False):
        if isinstance(value, Constant):
            yield from _of_literal(function, parameter, value)


def _of_literal(function: Function, parameter: Parameter, given: Constant) -> Iterator[Miscall]:
    if parameter.check is None or not is_of(given.value, parameter.types):
        return
    wrong = parameter.check(given.value)
    if wrong is not None:
        what, behind, right = wrong.partition(": write ")
        yield Miscall(
            code=codes.WRONG_ARGUMENTS,
            title=f"{parameter.name} of {function.name}(): {what}",
            offset=given.offset,
            length=given.length,
            help=f"write {right}" if behind else "",
        )


def _from_fault(code: str, fault: ExpressionFault) -> Miscall:
    return Miscall(code=code, title=fault.message, offset=fault.offset, length=fault.length, help=fault.help)
