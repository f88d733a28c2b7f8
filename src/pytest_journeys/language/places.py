"""Which kind of mapping stands at a path of a journey file, what a sentence calls it, and which keys it takes."""

from typing import Final

from pydantic import BaseModel

from pytest_journeys.language.assertions import Assertions, Derivation, Poll, Retry
from pytest_journeys.language.definition import Defaults, Input, Journey, MarkWhen, Recovery, RowsFrom
from pytest_journeys.language.document import Path
from pytest_journeys.language.requests import ApiKey, Basic, BearerToken, RequestTarget, Scheme
from pytest_journeys.language.steps import Cleanup, Doubt, End, Question, Step

_ASSERTIONS: Final = {"assert": "assertions", "warn": "assertions"}
_POLL: Final = {"until": "assertions", "fail_if": "assertions"}
_ACT: Final = {
    "request": "target",
    "auth": "scheme",
    "retry": "retry",
    "poll": "poll",
    "in_doubt": "doubt",
    **_ASSERTIONS,
}

_BELOW: Final[dict[str, dict[str, str]]] = {
    "journey": {
        "steps": "steps",
        "cleanup": "cleanup",
        "defaults": "defaults",
        "recovery": "recovery",
        "rows": "rows",
        "inputs": "inputs",
        "credentials": "credentials",
        "skip": "mark",
        "xfail": "mark",
    },
    "steps": {"*": "step"},
    "inputs": {"*": "input"},
    "credentials": {"*": "scheme"},
    "derive": {"*": "derivation"},
    "step": {"cleanup": "cleanup", "derive": "derive", "end": "end", **_ACT},
    "cleanup": _ACT,
    "defaults": {"auth": "scheme", "assert": "assertions"},
    "recovery": {"in_doubt": "in_doubt"},
    "poll": _POLL,
    "doubt": {"ask": "question", "done_if": "assertions"},
    "question": {"request": "target", "auth": "scheme"},
    "scheme": {"bearer": "bearer", "basic": "basic", "api_key": "api_key"},
}

MODELS: Final[dict[str, type[BaseModel]]] = {
    "journey": Journey,
    "step": Step,
    "cleanup": Cleanup,
    "defaults": Defaults,
    "recovery": Recovery,
    "rows": RowsFrom,
    "input": Input,
    "scheme": Scheme,
    "bearer": BearerToken,
    "basic": Basic,
    "api_key": ApiKey,
    "target": RequestTarget,
    "assertions": Assertions,
    "derivation": Derivation,
    "poll": Poll,
    "retry": Retry,
    "doubt": Doubt,
    "question": Question,
    "end": End,
    "mark": MarkWhen,
}

NAMES: Final[dict[str, str]] = {
    "journey": "a journey",
    "step": "a step",
    "cleanup": "a cleanup",
    "defaults": "`defaults`",
    "recovery": "`recovery`",
    "rows": "`rows`",
    "input": "an input",
    "scheme": "`auth`",
    "bearer": "`bearer`",
    "basic": "`basic`",
    "api_key": "`api_key`",
    "target": "`request`",
    "assertions": "`assert`",
    "derivation": "a derived value",
    "poll": "`poll`",
    "retry": "`retry`",
    "end": "`end`",
    "in_doubt": "`in_doubt`",
    "doubt": "`in_doubt`",
    "question": "`ask`",
}


def name_at(path: Path) -> str:
    """What a sentence calls the mapping at a path."""
    place = place_of(path)
    if place in ("assertions", "mark"):
        return f"`{path[-1]}`"
    return NAMES.get(place, "this")


def place_of(path: Path) -> str:
    """The kind of mapping at a path; empty where the file format says nothing about its keys (data, names)."""
    place = "journey"
    for name in path:
        if place == "cleanup" and isinstance(name, int):
            continue
        below = _BELOW.get(place, {})
        place = below.get(str(name), below.get("*", ""))
    return place


def keys_of(place: str) -> tuple[str, ...]:
    """The keys that a kind of mapping takes, in the order of the manual."""
    model = MODELS.get(place)
    if model is None:
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())


def places_with(key: str) -> tuple[str, ...]:
    """The kinds of mappings that take a key."""
    return tuple(place for place in MODELS if key in keys_of(place))
