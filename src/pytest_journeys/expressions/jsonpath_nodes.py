"""The tree of a JSONPath (RFC 9535 without functions): frozen nodes."""

from typing import TypeAlias

from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonScalar


@fact(kw_only=False)
class Name:
    """A member of an object."""

    name: str


@fact(kw_only=False)
class At:
    """An element of a list; negative counts from the end."""

    index: int


@fact(kw_only=False)
class Range:
    """``start:stop:step`` of a list; None for what is not written."""

    start: int | None
    stop: int | None
    step: int | None


@fact(kw_only=False)
class Every:
    """``*``: every member or element."""


@fact(kw_only=False)
class Filter:
    """``?condition``: members and elements for which it holds."""

    condition: "Condition"


Selector: TypeAlias = Name | At | Range | Every | Filter


@fact(kw_only=False)
class Segment:
    """One step of a path: what is selected, of the children or (``..``) of everything below and the node itself."""

    selectors: tuple[Selector, ...]
    is_descendant: bool = False


@fact(kw_only=False)
class Query:
    """A path inside a filter: from the root (``$``) or from the node that is judged (``@``)."""

    is_root: bool
    segments: tuple[Segment, ...]


@fact(kw_only=False)
class Given:
    """A literal inside a filter."""

    value: JsonScalar


@fact(kw_only=False)
class Comparison:
    """Two sides and ``== != < <= > >=``; a query here is singular."""

    operator: str
    left: Query | Given
    right: Query | Given


@fact(kw_only=False)
class Exists:
    """The query finds something."""

    query: Query


@fact(kw_only=False)
class Negation:
    """``!``."""

    condition: "Condition"


@fact(kw_only=False)
class AllOf:
    """``&&``."""

    conditions: "tuple[Condition, ...]"


@fact(kw_only=False)
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
