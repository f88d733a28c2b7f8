"""Where an expression's values come from, and what `omit` yields: the two things that evaluation knows of the world."""

from collections.abc import Callable
from enum import Enum
from typing import Final, Protocol, TypeAlias

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
