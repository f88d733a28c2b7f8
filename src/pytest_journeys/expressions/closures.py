"""What each node of an expression becomes: a function of the scope. Nothing here looks at a tree."""

from collections.abc import Callable
from typing import Final, cast

from pytest_journeys.expressions import operations
from pytest_journeys.expressions.faults import AbsentValueError, EvaluationError, MissingValueError
from pytest_journeys.expressions.scope import Evaluate, Scope
from pytest_journeys.expressions.signature import Function, Parameter, is_of, types_in_words
from pytest_journeys.expressions.texts import digest
from pytest_journeys.expressions.wording import noun
from pytest_journeys.values.json import JsonValue

_MISSING_NAME: Final = object()


def checked(function: Function, parameter: Parameter, value: Evaluate | None) -> Evaluate:
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


def applied(apply: Callable[..., JsonValue], readers: list[Evaluate]) -> Evaluate:
    """A pure function of its arguments."""
    if len(readers) == 1:
        only = readers[0]
        return lambda scope: operations.sized(apply(only(scope)))
    return lambda scope: operations.sized(apply(*[read(scope) for read in readers]))


def drawing(name: str, readers: list[Evaluate], site: int) -> Evaluate:
    """A call whose value the scope generates, the same for one site."""
    return lambda scope: scope.generate(site, name, tuple([read(scope) for read in readers]))


def hashing_file(path: Evaluate) -> Evaluate:
    """The digest of a file that the scope reads."""
    return lambda scope: digest(scope.read_file(cast("str", path(scope))), "sha256")


def with_default(first: Evaluate, second: Evaluate) -> Evaluate:
    """The first, or where it is not there the second."""

    def read(scope: Scope) -> JsonValue:
        try:
            return first(scope)
        except (MissingValueError, AbsentValueError):
            return second(scope)

    return read


def choice(then: Evaluate, condition: Evaluate, otherwise: Evaluate) -> Evaluate:
    """``then if condition else otherwise``."""

    def read(scope: Scope) -> JsonValue:
        return then(scope) if operations.condition(condition(scope), "what stands behind if") else otherwise(scope)

    return read


def member_of(of: Evaluate, name: str, shown: str) -> Evaluate:
    """A member of an object; `shown` is how the object is written."""

    def read(scope: Scope) -> JsonValue:
        value = of(scope)
        if isinstance(value, dict):
            found = value.get(name, _MISSING_NAME)
            if found is not _MISSING_NAME:
                return cast("JsonValue", found)
        return operations.member(value, name, shown)

    return read


def element_of(of: Evaluate, at: Evaluate, shown: str) -> Evaluate:
    """An element of a list; `shown` is how the list is written."""
    return lambda scope: operations.element(of(scope), at(scope), shown)


def slicing(of: Evaluate, start: Evaluate | None, stop: Evaluate | None, shown: str) -> Evaluate:
    """A part of a list or a text."""

    def bound(read: Evaluate | None, scope: Scope) -> JsonValue:
        if read is None:
            return None
        value = read(scope)
        if value is None:
            raise EvaluationError("the bounds of a slice are integers, not null")
        return value

    return lambda scope: operations.part(of(scope), bound(start, scope), bound(stop, scope), shown)


def with_one(operator: str, value: Evaluate) -> Evaluate:
    """``-`` or ``not``."""
    if operator == "-":
        return lambda scope: operations.negate(value(scope))
    return lambda scope: not operations.condition(value(scope), "what stands behind not")


def with_two(operator: str, left: Evaluate, right: Evaluate) -> Evaluate:
    """An operator with two sides; ``and`` and ``or`` look at the right one only when they must."""
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
