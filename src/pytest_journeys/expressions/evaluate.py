"""Trees to closures: an expression is prepared once and evaluated many times without looking at its tree again."""

from collections.abc import Callable, Iterator
from enum import Enum
from typing import Final, Protocol, TypeAlias, cast

from pytest_journeys.expressions import operations
from pytest_journeys.expressions.canonical import canonical
from pytest_journeys.expressions.faults import AbsentValueError, EvaluationError, ExpressionFault, MissingValueError
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
from pytest_journeys.expressions.signature import Function, Parameter, Purity, is_of, types_in_words
from pytest_journeys.expressions.texts import digest
from pytest_journeys.expressions.wording import noun
from pytest_journeys.values.json import JsonValue


class _Omit(Enum):
    OMIT = "omit"

    def __repr__(self) -> str:
        return "OMIT"


OMIT: Final[object] = _Omit.OMIT
"""What ``omit()`` yields: the member or element is left out. `render` takes it away; it is no JSON value."""


class Scope(Protocol):
    """Where the values of one step come from."""

    def look_up(self, source: str, names: tuple[str, ...]) -> JsonValue:
        """The value of a reference. Raises `MissingValueError`."""
        ...

    def generate(self, site: int, function: str, arguments: tuple[JsonValue, ...]) -> JsonValue:
        """The value of a drawn function: the same for one site, however often it is asked for (`drawn.draw`)."""
        ...

    def read_file(self, path: str) -> bytes:
        """The bytes of a file, named relative to the journey's file. Raises `EvaluationError`."""
        ...


Evaluate: TypeAlias = Callable[[Scope], JsonValue]
_MISSING_NAME: Final = object()


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


class _Preparation:
    """Makes the closures of one expression."""

    def __init__(self, registry: Registry, sites: Iterator[int]) -> None:
        self._registry = registry
        self._sites = sites

    def tail(self, node: Expression) -> Evaluate:
        """A place whose value is the value of the whole expression, so that ``omit()`` may stand there."""
        if isinstance(node, Conditional):
            return _choice(self.tail(node.then), self.inner(node.condition), self.tail(node.otherwise))
        if isinstance(node, Call) and node.function in ("default", "omit"):
            function = self._function(node)
            bound = cast("tuple[Expression, ...]", bind(node, function))
            if node.function == "omit":
                return lambda scope: cast("JsonValue", OMIT)
            return _with_default(self.tail(bound[0]), self.tail(bound[1]))
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
                return _member(self.inner(node.of), node.name, canonical(node.of))
            case Index():
                return _index(self.inner(node.of), self.inner(node.at), canonical(node.of))
            case Slice():
                bounds = [None if bound is None else self.inner(bound) for bound in (node.start, node.stop)]
                return _slice(self.inner(node.of), bounds[0], bounds[1], canonical(node.of))
            case Unary():
                return _unary(node.operator, self.inner(node.value))
            case Binary():
                return _binary(node.operator, self.inner(node.left), self.inner(node.right))
            case Conditional():
                return _choice(self.inner(node.then), self.inner(node.condition), self.inner(node.otherwise))
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
            return _with_default(first, second)
        parameters = function.parameters
        if parameters and parameters[-1].is_variadic:
            parameters = (*parameters[:-1], *(parameters[-1],) * (len(arguments) - len(parameters) + 1))
        readers = [_argument(function, *pair) for pair in zip(parameters, arguments, strict=True)]
        if function.purity is Purity.DRAWN:
            return _drawn(function.name, readers, next(self._sites))
        if function.purity is Purity.READS:
            return _hash_file(readers[0])
        assert function.apply is not None
        return _applied(function.apply, readers)


def _argument(function: Function, parameter: Parameter, value: Evaluate | None) -> Evaluate:
    """The argument with its type checked, or what stands in for it."""
    default = parameter.default
    if value is None:
        return lambda scope: default
    types = parameter.types
    if "any" in types:
        return value
    given = value

    def read(scope: Scope) -> JsonValue:
        found = given(scope)
        if is_of(found, types):
            return found
        if found is None and parameter.is_optional:
            return default
        raise EvaluationError(f"{function.usage}: {parameter.name} is {noun(found)}, not {types_in_words(types)}")

    return read


def _applied(apply: Callable[..., JsonValue], readers: list[Evaluate]) -> Evaluate:
    if len(readers) == 1:
        only = readers[0]
        return lambda scope: operations.sized(apply(only(scope)))
    return lambda scope: operations.sized(apply(*[read(scope) for read in readers]))


def _drawn(name: str, readers: list[Evaluate], site: int) -> Evaluate:
    return lambda scope: scope.generate(site, name, tuple([read(scope) for read in readers]))


def _hash_file(path: Evaluate) -> Evaluate:
    return lambda scope: digest(scope.read_file(cast("str", path(scope))), "sha256")


def _with_default(first: Evaluate, second: Evaluate) -> Evaluate:
    def read(scope: Scope) -> JsonValue:
        try:
            return first(scope)
        except (MissingValueError, AbsentValueError):
            return second(scope)

    return read


def _choice(then: Evaluate, condition: Evaluate, otherwise: Evaluate) -> Evaluate:
    def read(scope: Scope) -> JsonValue:
        return then(scope) if operations.condition(condition(scope), "what stands behind if") else otherwise(scope)

    return read


def _member(of: Evaluate, name: str, shown: str) -> Evaluate:
    def read(scope: Scope) -> JsonValue:
        value = of(scope)
        if isinstance(value, dict):
            found = value.get(name, _MISSING_NAME)
            if found is not _MISSING_NAME:
                return cast("JsonValue", found)
        return operations.member(value, name, shown)

    return read


def _index(of: Evaluate, at: Evaluate, shown: str) -> Evaluate:
    return lambda scope: operations.element(of(scope), at(scope), shown)


def _slice(of: Evaluate, start: Evaluate | None, stop: Evaluate | None, shown: str) -> Evaluate:
    def bound(read: Evaluate | None, scope: Scope) -> JsonValue:
        if read is None:
            return None
        value = read(scope)
        if value is None:
            raise EvaluationError("the bounds of a slice are integers, not null")
        return value

    return lambda scope: operations.part(of(scope), bound(start, scope), bound(stop, scope), shown)


def _unary(operator: str, value: Evaluate) -> Evaluate:
    if operator == "-":
        return lambda scope: operations.negate(value(scope))
    return lambda scope: not operations.condition(value(scope), "what stands behind not")


def _binary(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:
    condition = operations.condition
    if operator == "and":
        return lambda scope: (
            condition(left(scope), "the left side of and") and condition(right(scope), "the right side of and")
        )
    if operator == "or":
        return lambda scope: (
            condition(left(scope), "the left side of or") or condition(right(scope), "the right side of or")
        )
    apply = operations.ARITHMETIC[operator]
    return lambda scope: apply(left(scope), right(scope))
