"""Run inputs and presets: declarations, and whether defaults and presets fit them."""

from collections.abc import Mapping
from dataclasses import replace

from pytest_journeys.artifact.fitting import MisfitError, fitted
from pytest_journeys.artifact.model import Input
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.input_schema import WORDS, faults_of
from pytest_journeys.compiler.kinds import in_words, kinds_of_type, may_be
from pytest_journeys.compiler.scope import Moment, Named, Scope
from pytest_journeys.expressions.template import Template
from pytest_journeys.language import definition as language
from pytest_journeys.values.json import MISSING, JsonValue
from pytest_journeys.values.nearest import nearest


def name_inputs(given: Mapping[str, language.Input]) -> dict[str, Named]:
    """The inputs as expressions see them."""
    return {
        name: Named(kinds=kinds_of_type(declared.type, is_optional=declared.optional), is_secret=declared.secret)
        for name, declared in given.items()
    }


def lower_inputs(given: Mapping[str, language.Input], context: Context) -> tuple[Input, ...]:
    """The declarations, their defaults lowered; a default may use the inputs before it."""
    return tuple(
        _input(name, declared, before, Place(("inputs", name)), context)
        for before, (name, declared) in enumerate(given.items())
    )


def lower_presets(
    given: Mapping[str, Mapping[str, JsonValue]], inputs: tuple[Input, ...], context: Context
) -> dict[str, dict[str, JsonValue]]:
    """The presets, each value checked against its input."""
    declared = {one.name: one for one in inputs}
    for preset, values in given.items():
        for name, value in values.items():
            place = Place(("presets", preset, name))
            if name not in declared:
                _refuse_unknown(name, place, declared, context)
            elif declared[name].is_secret:
                context.findings.add(
                    codes.SECRET_INPUT,
                    f"{name} is a secret input, and a preset is written down",
                    place,
                    help="give it in a row, or declare a secret",
                )
            elif _holds_reference(value):
                context.findings.add(
                    codes.PLAIN_VALUE, "a preset holds plain values, no references", place, help="write the value"
                )
            else:
                _check_fits(declared[name], value, place, context)
    return {preset: dict(values) for preset, values in given.items()}


def _input(name: str, given: language.Input, before: int, place: Place, context: Context) -> Input:
    schema = given.model_dump(include=set(WORDS), exclude_none=True, exclude_unset=True, mode="json")
    for fault in faults_of({"type": given.type, **schema}):
        at = place.at(*fault.path)
        context.findings.add(codes.INPUT_SCHEMA, fault.title, at, on_key=fault.on_key, help=fault.help)
    declared = Input(
        name=name,
        type=given.type,
        is_optional=given.optional,
        is_secret=given.secret,
        schema=dict(sorted(schema.items())),
    )
    if given.default is MISSING:
        return declared
    return replace(declared, default=_default(declared, given.default, before, place.at("default"), context))


def _default(declared: Input, value: JsonValue, before: int, place: Place, context: Context) -> Template:
    scope = Scope(moment=Moment.INPUTS, inputs_before=before, is_pure=True)
    lowered = context.value(value, place, scope)
    kinds = kinds_of_type(declared.type, is_optional=declared.is_optional)
    if not _holds_reference(value):
        _check_fits(declared, value, place, context)
    elif lowered.kinds is not None and not may_be(lowered.kinds, kinds):
        context.findings.add(
            codes.NO_FIT,
            f"{declared.name} is {in_words(kinds or frozenset())}, its default {in_words(lowered.kinds)}",
            place,
        )
    return lowered.template


def _check_fits(declared: Input, value: JsonValue, place: Place, context: Context) -> None:
    if any(faults_of({"type": declared.type, **declared.schema})):
        return  # told already: what a broken declaration allows is not known
    try:
        fitted(declared, value)
    except MisfitError as misfit:
        context.findings.add(codes.NO_FIT, f"{declared.name}: {misfit}", place, help=misfit.help)


def _refuse_unknown(name: str, place: Place, declared: Mapping[str, Input], context: Context) -> None:
    near = nearest(name, declared)
    context.findings.add(
        codes.UNKNOWN_NAME,
        f"a preset sets inputs, and there is no input {name}",
        place,
        on_key=True,
        label="no input of this name",
        help=f"did you mean {near}?" if near else f"declare it: inputs: {{{name}: {{type: string}}}}",
    )


def _holds_reference(value: JsonValue) -> bool:
    match value:
        case str():
            return "${{" in value
        case Mapping():
            return any(_holds_reference(member) for member in value.values())
        case list() | tuple():
            return any(_holds_reference(item) for item in value)
        case _:
            return False
