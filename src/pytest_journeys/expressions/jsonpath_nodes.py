"""The tree of a JSONPath (RFC 9535 without functions): frozen nodes."""

from dataclasses import dataclass
from typing import TypeAlias

from pytest_journeys.values.json import JsonScalar


@dataclass(frozen=True, slots=True)
class Name:
    """A member of an object."""

    name: str


@dataclass(frozen=True, slots=True)
class At:
    """An element of a list; negative counts from the end."""

    index: int


@dataclass(frozen=True, slots=True)
class Range:
    """``start:stop:step`` of a list; None for what is not written."""

    start: int | None
    stop: int | None
    step: int | None


@dataclass(frozen=True, slots=True)
class Every:
    """``*``: every member or element."""


@dataclass(frozen=True, slots=True)
class Filter:
    """``?condition``: members and elements for which it holds."""

    condition: "Condition"


Selector: TypeAlias = Name | At | Range | Every | Filter


@dataclass(frozen=True, slots=True)
class Segment:
    """One step of a path: what is selected, of the children or (``..``) of everything below and the node itself."""

    selectors: tuple[Selector, ...]
    is_descendant: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A path inside a filter: from the root (``$``) or from the node that is judged (``@``)."""

    is_root: bool
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Given:
    """A literal inside a filter."""

    value: JsonScalar


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides and ``== != < <= > >=``; a query here is singular."""

    operator: str
    left: Query | Given
    right: Query | Given


@dataclass(frozen=True, slots=True)
class Exists:
    """The query finds something."""

    query: Query


@dataclass(frozen=True, slots=True)
class Negation:
    """``!``."""

    condition: "Condition"


@dataclass(frozen=True, slots=True)
class AllOf:
    """``&&``."""

    conditions: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """``||``."""

    conditions: "tuple[Condition, ...]"


Condition: TypeAlias = Comparison | Exists | Negation | AllOf | AnyOf


def singular_steps(segments: tuple[Segment, ...]) -> tuple[str | int, ...] | None:
    """The names and indexes of a path that yields one value at most, else None."""
    steps: list[str | int] = []
    for segment in segments:
        if segment.is_descendant or len(segment.selectors) != 1:
            return None
        match segment.selectors[0]:
            case Name(name):
                steps.append(name)
            case At(index):
                steps.append(index)
            case _:
                return None
    return tuple(steps)
