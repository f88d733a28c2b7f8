"""A key that the file format does not have: what was meant by it."""

from difflib import SequenceMatcher
from typing import Final

from pytest_journeys.language.document import Document, Path
from pytest_journeys.language.places import NAMES, keys_of, name_at, place_of, places_with
from pytest_journeys.language.words import FOREIGN, LATER
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.nearest import nearest

_VERY_NEAR: Final = 0.75
_HOMES: Final = (
    "step",
    "journey",
    "assertions",
    "defaults",
    "derivation",
    "poll",
    "retry",
    "recovery",
    "scheme",
    "input",
)


def explain_unknown_key(document: Document, path: Path) -> Diagnostic:
    """Of a later version, of another tool, misspelt, in the wrong place, or unknown, in this order."""
    key, place = str(path[-1]), place_of(path[:-1])
    span = document.key_span(path)
    shown = key if len(key) <= 40 else f"{key[:37]}..."
    name = name_at(path[:-1])
    later = LATER.get(place, {}).get(key)
    if later is not None:
        return document.diagnose("E202", f"`{shown}` is not in this version", span, help=later)
    foreign = FOREIGN.get(place, {}).get(key)
    if foreign is not None:
        return document.diagnose("E203", f"{name} has no `{shown}`", span, help=foreign)
    return document.diagnose("E201", f"{name} has no `{shown}`", span, help=_what_was_meant(key, place))


def _what_was_meant(key: str, place: str) -> str:
    known = keys_of(place)
    before, colon, after = key.partition(":")
    if colon and before in known:
        return f"a space is missing after the colon: write `{before}: {after}`"
    near = nearest(key, known)
    homes = [home for home in _HOMES if home != place and home in places_with(key)]
    if near is not None and (not homes or SequenceMatcher(None, key, near).ratio() >= _VERY_NEAR):
        return f"did you mean `{near}`?"
    if homes:
        return f"it is a key of {NAMES[homes[0]]}: is the indent right?"
    if len(known) > 12:
        return (
            f"the nearest words are {', '.join(f'`{word}`' for word in _nearby(key, known))}"
            if _nearby(key, known)
            else ""
        )
    return f"{NAMES.get(place, 'it')} takes {', '.join(f'`{word}`' for word in known)}"


def _nearby(key: str, known: tuple[str, ...]) -> list[str]:
    return [word for word in known if word[:3] == key[:3] or key in word or word in key][:4]
