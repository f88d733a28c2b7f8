"""An artifact and its source map, prepared to tell of runs: what all runs of a journey share is worked out once."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

from pytest_journeys.artifact.model import Artifact, Step
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.evidence.document import At
from pytest_journeys.expressions.template import Literal
from pytest_journeys.values.secret import mask_of

_KEPT: Final = 32  # definitions; a session of more journeys prepares some of them again
_ALWAYS_MASKED: Final = ("password", "access_token", "refresh_token", "id_token", "client_secret")
"""Masked by name, whoever made the value (durability.md, "Secrets and session state")."""


class Definition:
    """What is looked up for every run: the plan by path, positions by place, the names of what is masked."""

    __slots__ = ("_places", "_secrets", "artifact", "cleanups", "planned", "source_map")

    def __init__(self, artifact: Artifact, source_map: SourceMap) -> None:
        self.artifact = artifact
        self.source_map = source_map
        self.planned = {step.path: step for step in artifact.steps}
        self.cleanups = {step.path: step for step in _cleanups(artifact)}
        self._secrets = frozenset(map(mask_name, _declared(artifact, (*artifact.steps, *self.cleanups.values()))))
        self._places: dict[str, At | None] = {}

    def at(self, place: str) -> At | None:
        """Where a place was written, else where what it stands in was (``pay/url``: then ``pay``); None for neither.

        Documents share what is returned: it must not be changed.
        """
        try:
            return self._places[place]
        except KeyError:
            found = self._places[place] = self._find(place)
            return found

    def secrets(self, learned: Iterable[str]) -> list[str]:
        """The names that may stand as ``$NAME`` in a run, with those that it learned; sorted."""
        return sorted(self._secrets.union(map(mask_name, learned)))

    def _find(self, place: str) -> At | None:
        positions = self.source_map.positions
        while place and place not in positions:
            place = place.rpartition("/")[0]
        if not place:
            return None
        line, column, end_line, end_column = positions[place]
        return {
            "file": self.source_map.file,
            "line": line,
            "column": column,
            "end_line": end_line,
            "end_column": end_column,
        }


_prepared: OrderedDict[tuple[int, int], Definition] = OrderedDict()


def prepare_definition(artifact: Artifact, source_map: SourceMap) -> Definition:
    """The definition, from the last ones prepared when it is among them: by identity, which is safe as they are kept."""
    key = id(artifact), id(source_map)
    found = _prepared.get(key)
    if found is None:
        found = _prepared[key] = Definition(artifact, source_map)
        if len(_prepared) > _KEPT:
            _prepared.popitem(last=False)
    return found


@lru_cache(maxsize=1024)
def mask_name(name: str) -> str:
    """The name of a secret as it stands behind the dollar."""
    return mask_of(name)[1:]


def _cleanups(artifact: Artifact) -> Iterator[Step]:
    for step in artifact.steps:
        yield from step.cleanup
    yield from artifact.cleanup


def _declared(artifact: Artifact, steps: Iterable[Step]) -> Iterator[str]:
    yield from _ALWAYS_MASKED
    yield from artifact.secrets
    yield from (one.name for one in artifact.inputs if one.is_secret)
    yield from (one.name for one in artifact.variables if one.is_secret)
    for step in steps:
        yield from (one.name for one in step.derive if one.is_secret)
        for request in (step.request, None if step.ask is None else step.ask.request):
            auth = request.auth if request is not None else None
            if auth is not None and auth.kind == "api_key":  # masked by the name under which it is sent
                yield from (
                    value.value
                    for member, value in auth.values
                    if member == "name" and isinstance(value, Literal) and isinstance(value.value, str)
                )
