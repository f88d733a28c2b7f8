"""What compiles and is probably not meant: warnings. And releases, which name other steps' cleanups."""

from collections.abc import Sequence

from pytest_journeys.artifact.model import Step
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.language import definition as language
from pytest_journeys.values.nearest import nearest


def warn_of_unused(given: language.Journey, steps: Sequence[Step], context: Context) -> None:
    """Derived values and variables that nothing refers to. One that is secret may be there to be masked."""
    uses = context.expressions.uses
    for index, step in enumerate(steps):
        for derived in step.derive:
            if (step.path, derived.name) not in uses.derived and not derived.is_secret:
                context.findings.warn(
                    codes.UNUSED_VALUE,
                    f"{step.path} derives {derived.name}, and nothing uses it",
                    Place(("steps", index, "derive", derived.name)),
                    on_key=True,
                    label="never used",
                    help=f"refer to it as steps.{step.path}.{derived.name}, or take it away"
                    if given.steps[index].id is not None
                    else f"give the step an id, refer to the value as steps.ID.{derived.name}, or take it away",
                )
    for name in given.variables:
        if name not in uses.variables:
            context.findings.warn(
                codes.UNUSED_VARIABLE,
                f"nothing uses the variable {name}",
                Place(("variables", name)),
                on_key=True,
                label="never used",
                help=f"refer to it as variables.{name}, or take it away",
            )


def check_releases(given: language.Journey, steps: Sequence[Step], context: Context) -> None:
    """A step releases the cleanup of a step before it."""
    for index, step in enumerate(given.steps):
        before = {one.path: one for one in steps[:index]}
        later = {one.path for one in steps[index:]}
        for number, name in enumerate(step.releases):
            place = Place(("steps", index, "releases", number))
            if name in before and before[name].cleanup:
                continue
            if name in before:
                title, advice = f"{name} has no cleanup to release", f"give {name} a cleanup, or take this away"
            elif name in later:
                title, advice = f"{name} does not run before this step", "a step releases the cleanup of an earlier one"
            else:
                near = nearest(name, before)
                title = f"there is no step {name}"
                advice = f"did you mean {near}?" if near else "name an earlier step that has a cleanup"
            context.findings.add(codes.RELEASES, title, place, help=advice)
