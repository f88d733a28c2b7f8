"""A whole journey: names first, then everything in the order in which it is evaluated."""

from collections.abc import Callable

from pytest_journeys.artifact.model import Artifact, Recovery
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.compiler.assertions import lower_assertions
from pytest_journeys.compiler.auth import lower_credentials
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.default_assertions import DefaultAssertions
from pytest_journeys.compiler.expressions import Expressions
from pytest_journeys.compiler.findings import Findings, Place
from pytest_journeys.compiler.inputs import lower_inputs, lower_presets, name_inputs
from pytest_journeys.compiler.kinds import BOOLEAN
from pytest_journeys.compiler.lint import check_releases, warn_of_unused
from pytest_journeys.compiler.marks import check_descriptions, check_tags, lower_mark
from pytest_journeys.compiler.rows import inline_columns, lower_rows
from pytest_journeys.compiler.scope import Declarations, Moment, Named, Scope, StepNames
from pytest_journeys.compiler.settings import lower_settings
from pytest_journeys.compiler.source_mapping import Positions
from pytest_journeys.compiler.step_ids import name_steps
from pytest_journeys.compiler.steps import Defaults, StepLowering
from pytest_journeys.compiler.variables import lower_variables
from pytest_journeys.expressions.registry import Registry
from pytest_journeys.language import definition as language
from pytest_journeys.language.document import Document
from pytest_journeys.values.duration import Duration


def lower_journey(
    given: language.Journey,
    document: Document,
    findings: Findings,
    *,
    read: Callable[[str], bytes],
    registry: Registry,
) -> tuple[Artifact, SourceMap]:
    """The artifact and its source map; what is wrong is in `findings`, and then both are of no use."""
    ids = name_steps(given.steps, findings)
    declared = _declarations(given, ids)
    expressions = Expressions(declared, registry, findings)
    context = Context(declared=declared, expressions=expressions, findings=findings, read=read)
    positions = Positions(document)
    inputs = lower_inputs(given.inputs, context)
    variables = lower_variables(given.variables, context)
    defaults = _defaults(given, len(ids), context)
    lowering = StepLowering(context, defaults, positions)
    steps = tuple(lowering.step(step, id, index) for index, (step, id) in enumerate(zip(given.steps, ids, strict=True)))
    over = Scope(moment=Moment.CLEANUP, steps_before=len(ids))
    artifact = Artifact(
        journey=given.journey,
        inputs=inputs,
        presets=lower_presets(given.presets, inputs, context),
        secrets=tuple(sorted(set(given.secrets))),
        variables=variables,
        rows=lower_rows(given.rows, context),
        fixtures=given.fixtures,
        skip=lower_mark(given.skip, "skip", context),
        xfail=lower_mark(given.xfail, "xfail", context),
        recovery=_recovery(given.recovery),
        steps=steps,
        cleanup=lowering.cleanups(given.cleanup, "journey.cleanup", Place(("cleanup",)), over),
        environment=tuple(sorted(expressions.uses.environment)),
        fixture_values=tuple(sorted(expressions.uses.fixtures)),
    )
    _check_whole(given, artifact, context)
    _place_declarations(given, context, positions)
    return artifact, positions.source_map(given)


def _declarations(given: language.Journey, ids: list[str]) -> Declarations:
    steps: dict[str, StepNames] = {}
    for index, (step, id) in enumerate(zip(given.steps, ids, strict=True)):
        derived = {
            name: Named(kinds=None, is_secret=not isinstance(written, str) and written.secret)
            for name, written in step.derive.items()
        }
        is_signal = step.signal is not None
        if is_signal:
            derived["answered"] = Named(kinds=BOOLEAN)
        is_named = step.id is not None or id == step.signal
        steps.setdefault(id, StepNames(id=id, index=index, is_named=is_named, derived=derived, is_signal=is_signal))
    return Declarations(
        inputs=name_inputs(given.inputs),
        variables={name: Named(kinds=None) for name in given.variables},
        secrets=frozenset(given.secrets),
        fixtures=given.fixtures,
        steps=steps,
        has_rows=given.rows is not None,
        columns=inline_columns(given.rows),
    )


def _defaults(given: language.Journey, steps: int, context: Context) -> Defaults:
    """Defaults and credentials may name any step; where they apply is decided request by request."""
    everywhere = Scope(steps_before=steps)
    credentials = lower_credentials(given.credentials, everywhere, context)
    place = Place(("defaults",))
    judging = everywhere.with_response()
    return Defaults(
        settings=lower_settings(given.defaults, place, everywhere, context, credentials),
        assertions=DefaultAssertions(lower_assertions(given.defaults.assertions, place.at("assert"), judging, context)),
        credentials=credentials,
    )


def _recovery(given: language.Recovery) -> Recovery:
    max_age = given.max_age or Duration(Recovery().max_age_ms)
    return Recovery(in_doubt=given.in_doubt, max_age_ms=max_age.milliseconds, keeps_on_failure=given.keep_on_failure)


def _check_whole(given: language.Journey, artifact: Artifact, context: Context) -> None:
    check_tags(given, context)
    check_descriptions(given, len(artifact.steps), context)
    check_releases(given, artifact.steps, context)
    if not context.findings.has_errors:  # what seems unused may be what a misspelt reference meant
        warn_of_unused(given, artifact.steps, context)


def _place_declarations(given: language.Journey, context: Context, positions: Positions) -> None:
    positions.declare("journey", Place(("journey",)))
    for name in given.inputs:
        positions.declare(f"inputs/{name}", Place(("inputs", name)), on_key=True)
    for name in given.variables:
        positions.declare(f"variables/{name}", Place(("variables", name)), on_key=True)
    for index, secret in enumerate(given.secrets):
        positions.declare(f"secrets/{secret}", Place(("secrets", index)))
    if given.rows is not None:
        positions.declare("rows", Place(("rows",)))
    for name, (place, length) in context.expressions.uses.environment.items():
        positions.declare(f"env/{name}", place, length=length)
    for index, name in enumerate(given.fixtures):
        positions.declare(f"fixtures/{name}", Place(("fixtures", index)))
    for name, (place, length) in context.expressions.uses.fixtures.items():
        positions.declare(f"fixtures/{name}", place, length=length)
