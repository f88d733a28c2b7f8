"""Trees to closures: an expression is prepared once and evaluated many times without looking at its tree again."""

from collections.abc import Iterator
from typing import cast

from pytest_journeys.expressions import closures
from pytest_journeys.expressions.binding import bind, unknown_function
from pytest_journeys.expressions.canonical import canonical
from pytest_journeys.expressions.faults import EvaluationError, ExpressionFault
from pytest_journeys.expressions.nodes import (
    Binary,
    Call,
    Conditional,
    Constant,
    Expression,
    Index,
    Listing,
    Member,
    Reference,
    Slice,
    Unary,
)
from pytest_journeys.expressions.registry import Registry
from pytest_journeys.expressions.scope import OMIT, Evaluate, Scope
from pytest_journeys.expressions.signature import Function, Purity
from pytest_journeys.values.json import JsonValue

__all__ = ["OMIT", "Evaluate", "Scope", "bind", "can_omit", "compile_expression", "unknown_function"]


def compile_expression(expression: Expression, registry: Registry, sites: Iterator[int]) -> Evaluate:
    """A function from a scope to the value. Every drawn call takes the next of `sites`, in the order of the text.

    The function raises `MissingValueError` or `EvaluationError` and nothing else of its own; it may return `OMIT` where
    the expression calls ``omit``. Raises `ExpressionFault` for a call that no registry knows or that does not fit.
    """
    inner = _Preparation(registry, sites).tail(expression)
    if isinstance(expression, (Reference, Constant)):
        return inner

    def evaluate(scope: Scope) -> JsonValue:
        try:
            return inner(scope)
        except RecursionError:
            raise EvaluationError("a value is nested too deep") from None
        except OverflowError:
            raise EvaluationError("a number is outside the range") from None

    return evaluate


def can_omit(expression: Expression) -> bool:
    """Whether the value may be `OMIT`."""
    match expression:
        case Conditional():
            return can_omit(expression.then) or can_omit(expression.otherwise)
        case Call(function="default"):
            return any(can_omit(argument) for argument in expression.arguments)
        case Call():
            return expression.function == "omit"
        case _:
            return False


class _Preparation:
    """Makes the closures of one expression."""

    def __init__(self, registry: Registry, sites: Iterator[int]) -> None:
        self._registry = registry
        self._sites = sites

    def tail(self, node: Expression) -> Evaluate:
        """A place whose value is the value of the whole expression, so that ``omit()`` may stand there."""
        if isinstance(node, Conditional):
            return closures.choice(self.tail(node.then), self.inner(node.condition), self.tail(node.otherwise))
        if isinstance(node, Call) and node.function in ("default", "omit"):
            function = self._function(node)
            bound = cast("tuple[Expression, ...]", bind(node, function))
            if node.function == "omit":
                return lambda scope: cast("JsonValue", OMIT)
            return closures.with_default(self.tail(bound[0]), self.tail(bound[1]))
        return self.inner(node)

    def inner(self, node: Expression) -> Evaluate:
        match node:
            case Constant():
                constant = node.value
                return lambda scope: constant
            case Listing():
                items = [self.inner(item) for item in node.items]
                return lambda scope: [item(scope) for item in items]
            case Reference():
                source, names = node.source, node.names
                return lambda scope: scope.look_up(source, names)
            case Member():
                return closures.member_of(self.inner(node.of), node.name, canonical(node.of))
            case Index():
                return closures.element_of(self.inner(node.of), self.inner(node.at), canonical(node.of))
            case Slice():
                bounds = [None if bound is None else self.inner(bound) for bound in (node.start, node.stop)]
                return closures.slicing(self.inner(node.of), bounds[0], bounds[1], canonical(node.of))
            case Unary():
                return closures.with_one(node.operator, self.inner(node.value))
            case Binary():
                return closures.with_two(node.operator, self.inner(node.left), self.inner(node.right))
            case Conditional():
                return closures.choice(self.inner(node.then), self.inner(node.condition), self.inner(node.otherwise))
            case Call():
                return self._call(node)

    def _function(self, call: Call) -> Function:
        function = self._registry.function(call.function)
        if function is None:
            raise unknown_function(call, self._registry)
        return function

    def _call(self, call: Call) -> Evaluate:
        function = self._function(call)
        bound = bind(call, function)
        if function.name == "omit":
            raise ExpressionFault(
                "omit() leaves out the place in which it stands, so it is no part of another value",
                call.offset,
                call.length,
                "write a if c else omit()",
            )
        arguments = [None if argument is None else self.inner(argument) for argument in bound]
        if function.name == "default":
            first, second = cast("list[Evaluate]", arguments)
            return closures.with_default(first, second)
        parameters = function.parameters
        if parameters and parameters[-1].is_variadic:
            parameters = (*parameters[:-1], *(parameters[-1],) * (len(arguments) - len(parameters) + 1))
        readers = [closures.checked(function, *pair) for pair in zip(parameters, arguments, strict=True)]
        if function.purity is Purity.DRAWN:
            return closures.drawing(function.name, readers, next(self._sites))
        if function.purity is Purity.READS:
            return closures.hashing_file(readers[0])
        assert function.apply is not None
        return closures.applied(function.apply, readers)
