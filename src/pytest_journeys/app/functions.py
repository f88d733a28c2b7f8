"""The Python functions that a journey calls, all found before a run of it sends anything."""

from collections.abc import Iterator, Mapping

from pytest_journeys.artifact.model import Artifact, Step
from pytest_journeys.expressions.template import Literal, ObjectOf
from pytest_journeys.ports import Function
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.fact import fact


@fact(kw_only=False)
class Functions:
    """The functions by name. `missing` is what a run that begins or goes on cannot do without.

    A run that is only cleaned up can: the step that calls a missing function ends in this error, the others do not.
    """

    by_name: Mapping[str, Function]
    missing: SetupError | None = None


def functions_of(artifact: Artifact) -> Functions:
    """The functions that a journey calls; nothing is imported for one that calls none."""
    found: dict[str, Function] = {}
    missing: SetupError | None = None
    for step in _steps(artifact):
        if step.call is not None:
            from pytest_journeys.adapters.functions import find_function  # most journeys call none

            arguments = step.call.arguments
            given: list[str] = []
            if isinstance(arguments, ObjectOf):
                given = [name for name, _ in arguments.members]
            elif isinstance(arguments, Literal) and isinstance(arguments.value, Mapping):
                given = list(arguments.value)
            try:
                found[step.call.function] = find_function(step.call.function, given)
            except SetupError as error:
                missing = missing or error.at(f"{step.path}/call")
                found[step.call.function] = _absent(step.call.function, error)
    return Functions(found, missing)


def _absent(name: str, error: SetupError) -> Function:
    def call(**given: object) -> object:
        raise error from None

    return Function(name=name, target=call, takes_context=False, is_async=False, source_digest="")


def _steps(artifact: Artifact) -> Iterator[Step]:
    for step in (*artifact.steps, *artifact.cleanup):
        yield step
        yield from step.cleanup
