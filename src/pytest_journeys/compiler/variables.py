"""Variables: evaluated once per attempt of a run, in the order written."""

from collections.abc import Mapping

from pytest_journeys.artifact.model import Variable
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.scope import Moment, Scope
from pytest_journeys.values.json import JsonValue


def lower_variables(given: Mapping[str, JsonValue], context: Context) -> tuple[Variable, ...]:
    """All variables; what is known of each is declared for those that follow."""
    return tuple(_variable(name, value, before, context) for before, (name, value) in enumerate(given.items()))


def _variable(name: str, written: JsonValue, before: int, context: Context) -> Variable:
    place = Place(("variables", name))
    value, is_secret = written, False
    if isinstance(written, Mapping) and set(written) == {"value", "secret"}:
        value, is_secret = written["value"], _is_true(written["secret"], place.at("secret"), context)
        place = place.at("value")
    lowered = context.value(value, place, Scope(moment=Moment.VARIABLES, variables_before=before))
    if lowered.secret is not None and lowered.draws:
        context.findings.add(
            codes.DRAWS_HERE,
            f"{name} reads a secret, so it is computed again when a run resumes, and draws nothing",
            place,
            notes=(f"it reads {lowered.secret}",),
            help="draw the value in a variable of its own",
        )
    is_secret = is_secret or lowered.secret is not None
    context.declared.mark_variable(name, kinds=lowered.kinds, is_secret=is_secret)
    return Variable(name=name, value=lowered.template, is_secret=is_secret)


def _is_true(value: JsonValue, place: Place, context: Context) -> bool:
    if isinstance(value, bool):
        return value
    context.findings.add(
        codes.VARIABLE_SECRET,
        "secret is true or false",
        place,
        help="a mapping of exactly value and secret makes a generated secret; add a member to make an object of it",
    )
    return False
