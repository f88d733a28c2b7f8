"""The Python functions that a journey calls, all found before a run of it sends anything."""

from collections.abc import Iterator, Mapping

from pytest_journeys.artifact.model import Artifact, Step
from pytest_journeys.expressions.template import Literal, ObjectOf
from pytest_journeys.ports import Function
from pytest_journeys.values.errors import SetupError


def functions_of(artifact: Artifact) -> Mapping[str, Function]:
    """The functions by name; empty, and nothing imported, for a journey that calls none. Raises `SetupError`."""
    found: dict[str, Function] = {}
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
                raise error.at(f"{step.path}/call") from None
    return found


def _steps(artifact: Artifact) -> Iterator[Step]:
    for step in (*artifact.steps, *artifact.cleanup):
        yield step
        yield from step.cleanup
