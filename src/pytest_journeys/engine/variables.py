"""The variables of one attempt of a run: drawn when it begins, the same when it goes on."""

from collections.abc import Mapping, Set
from dataclasses import field
from typing import Final

from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.plan import Plan
from pytest_journeys.engine.safe import VARIABLE, Safe
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue

_NOTHING: Final[Mapping[str, JsonValue]] = {}


@fact(kw_only=False)
class Variables:
    """What may be recorded of an attempt's variables: values, the names of the secret ones, and what is sealed of those."""

    recorded: dict[str, JsonValue] = field(default_factory=dict)
    secret: tuple[str, ...] = ()
    sealed: dict[str, str] = field(default_factory=dict)


def draw_variables(
    plan: Plan,
    scope: RunScope,
    gate: Gate,
    safe: Safe,
    *,
    known: Mapping[str, JsonValue] = _NOTHING,
    opened: Mapping[str, JsonValue] = _NOTHING,
    lost: Set[str] = frozenset(),
) -> Variables:
    """Evaluate every variable into the scope. Raises `SetupError` for one that has no value.

    Those that are `known` keep their values, and so do secret ones that were `opened`; those that are `lost` are secret
    and have none.
    """
    scope.generated = {}
    scope.variables = {}
    recorded: dict[str, JsonValue] = {}
    secret: list[str] = []
    drawn: dict[str, JsonValue] = {}
    for variable in plan.variables:
        if variable.name in known:
            scope.variables[variable.name] = recorded[variable.name] = known[variable.name]
            continue
        if variable.name in lost:
            secret.append(variable.name)
            continue
        try:
            value = opened[variable.name] if variable.name in opened else variable.value.render(scope)
        except (EvaluationError, MissingValueError) as error:
            raise SetupError(f"the variable {variable.name} has no value: {gate.text(str(error))}") from None
        scope.variables[variable.name] = value
        if variable.is_secret or gate.value(value, name=variable.name) is not value:
            gate.learn(variable.name, value)
            secret.append(variable.name)
            if variable.draws:
                drawn[variable.name] = value
        else:
            recorded[variable.name] = value
    return Variables(recorded, tuple(secret), safe.seal(VARIABLE, "", drawn))


def restore_variables(
    plan: Plan, scope: RunScope, gate: Gate, recorded: Mapping[str, JsonValue], opened: Mapping[str, JsonValue]
) -> frozenset[str]:
    """Put values back as they were, recorded or `opened`, and compute other secret ones again.

    The names of those that chance had made and nobody kept.
    """
    scope.generated = {}
    lost: set[str] = set()
    for variable in plan.variables:
        name = variable.name
        if name in recorded:
            scope.variables[name] = recorded[name]
            continue
        try:
            if name in opened:
                value = opened[name]
            elif variable.draws:
                raise MissingValueError(f"variables.{name}")
            else:
                value = variable.value.render(scope)
        except (EvaluationError, MissingValueError):
            lost.add(name)
            continue
        scope.variables[name] = value
        gate.learn(name, value)
    return frozenset(lost)
