"""Equality of lists but for order: which elements have no partner."""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from typing import cast

from pytest_journeys.expressions.expectation import Operand, holds_expectation
from pytest_journeys.expressions.lists import identity
from pytest_journeys.values.json import JsonValue


def without_partner(
    expected: Sequence[Operand], actual: Sequence[JsonValue], matches: Callable[[Operand, JsonValue], bool]
) -> tuple[list[int], list[int]]:
    """The positions in `expected` and in `actual` that stay alone in the largest pairing.

    Plain values pair by equality; `matches` is asked only for expected elements that hold an expectation.
    """
    places: dict[Hashable, deque[int]] = {}
    for at, value in enumerate(actual):
        places.setdefault(identity(value), deque()).append(at)
    open_places = dict.fromkeys(range(len(actual)))
    alone: list[int] = []
    choosy: list[int] = []
    for at, operand in enumerate(expected):
        if holds_expectation(operand):
            choosy.append(at)
            continue
        same = places.get(identity(cast("JsonValue", operand)))
        if same:
            del open_places[same.popleft()]
        else:
            alone.append(at)
    partners = _pair(choosy, list(open_places), lambda one, other: matches(expected[one], actual[other]))
    alone += [at for at in choosy if at not in partners.values()]
    return sorted(alone), [at for at in open_places if at not in partners]


def _pair(left: list[int], right: list[int], matches: Callable[[int, int], bool]) -> dict[int, int]:
    """A largest pairing, right to left, by augmenting paths (breadth first, so that no depth is reached)."""
    wants = {one: [other for other in right if matches(one, other)] for one in left}
    partners: dict[int, int] = {}
    for start in left:
        came_from: dict[int, int] = {}
        queue = deque([start])
        free: int | None = None
        while queue and free is None:
            one = queue.popleft()
            for other in wants[one]:
                if other in came_from:
                    continue
                came_from[other] = one
                if other not in partners:
                    free = other
                    break
                queue.append(partners[other])
        while free is not None:
            one = came_from[free]
            before = next((other for other, partner in partners.items() if partner == one), None)
            partners[free] = one
            if before is not None:
                del partners[before]
            free = before
    return partners
