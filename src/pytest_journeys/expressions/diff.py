"""Where two values differ: one line for each place, in the order of the expected value, with normalized paths (RFC 9535)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeAlias, cast

from pytest_journeys.expressions.expectation import Expectation, Operand, plain
from pytest_journeys.expressions.wording import counted, noun, shown
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import MISSING, JsonValue, Missing, is_same

MAX_LINES: Final = 20
"""Lines of details; the rest is counted."""

Meets: TypeAlias = Callable[[Expectation, "JsonValue | Missing"], "str | None"]
"""Says what keeps a value from meeting an expectation, as a half sentence."""

_ESCAPES: Final = {"'": "\\'", "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


@fact(kw_only=False)
class Difference:
    """One place and the half sentence about it: ``is 1, expected 2``."""

    path: str
    text: str

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


def differences(expected: Operand, actual: JsonValue | Missing, meets: Meets, *, is_partial: bool) -> list[Difference]:
    """Every place in which `actual` is not what is expected; partial: objects may have more members, at any depth."""
    walk = _Walk(meets, is_partial)
    walk.compare(expected, actual, ())
    return walk.found


def lines(found: Sequence[Difference]) -> tuple[str, ...]:
    """The differences as details, cut after `MAX_LINES` with a count of the rest."""
    shown_lines = [str(difference) for difference in found[:MAX_LINES]]
    if len(found) > MAX_LINES:
        shown_lines.append(f"and {counted(len(found) - MAX_LINES, 'difference')} more")
    return tuple(shown_lines)


def summary(found: Sequence[Difference]) -> str:
    """The half sentence of a headline: the one difference, or their number and where they begin."""
    if len(found) == 1:
        only = found[0]
        return only.text if only.path == "$" else f"differs at {only.path}: {only.text}"
    return f"differs in {len(found)} places, first at {found[0].path}: {found[0].text}"


def step(key: str | int) -> str:
    """One step of a normalized path."""
    if isinstance(key, int):
        return f"[{key}]"
    escaped = "".join(
        _ESCAPES.get(character) or (f"\\u{ord(character):04x}" if character < " " else character) for character in key
    )
    return f"['{escaped}']"


def unequal(expected: JsonValue, actual: JsonValue) -> str:
    """The half sentence about two values that are not the same."""
    if isinstance(expected, str) and isinstance(actual, str):
        return _unequal_texts(expected, actual)
    one, other = shown(actual), shown(expected)
    if one == other:
        return f"is {noun(actual)} {one}, expected {noun(expected)} {other}"
    return f"is {one}, expected {other}"


def _unequal_texts(expected: str, actual: str) -> str:
    one, other = shown(actual), shown(expected)
    if one.startswith(("'", '"')) or other.startswith(("'", '"')):
        return f"is {one}, expected {other}"
    shared = next((at for at, pair in enumerate(zip(expected, actual, strict=False)) if pair[0] != pair[1]), None)
    place = min(len(expected), len(actual)) if shared is None else shared
    return f"is {one}, expected {other}; they differ from character {place + 1} on"


class _Walk:
    """Compares two trees; a place is the keys that lead to it, written out only where something differs."""

    def __init__(self, meets: Meets, is_partial: bool) -> None:
        self._meets = meets
        self._is_partial = is_partial
        self.found: list[Difference] = []

    def compare(self, expected: Operand, actual: JsonValue | Missing, place: tuple[str | int, ...]) -> None:
        if isinstance(expected, Expectation):
            text = self._meets(expected, actual)
            if text is not None:
                self._tell(text, place)
        elif actual is MISSING:
            self._tell(f"is missing, expected {shown(plain(expected))}", place)
        elif isinstance(expected, Mapping) and isinstance(actual, Mapping):
            self._objects(expected, actual, place)
        elif isinstance(expected, (list, tuple)) and isinstance(actual, (list, tuple)):
            self._lists(expected, actual, place)
        elif not is_same(cast("JsonValue", expected), actual):
            self._tell(unequal(plain(expected), actual), place)

    def _tell(self, text: str, place: tuple[str | int, ...]) -> None:
        self.found.append(Difference("$" + "".join(map(step, place)), text))

    def _objects(
        self, expected: Mapping[str, Operand], actual: Mapping[str, JsonValue], place: tuple[str | int, ...]
    ) -> None:
        for name, operand in expected.items():
            self.compare(operand, actual.get(name, MISSING), (*place, name))
        if self._is_partial:
            return
        for name, value in actual.items():
            if name not in expected:
                self._tell(f"is {shown(value)}, not expected", (*place, name))

    def _lists(self, expected: Sequence[Operand], actual: Sequence[JsonValue], place: tuple[str | int, ...]) -> None:
        if len(expected) != len(actual):
            self._tell(f"has {counted(len(actual), 'element')}, expected {len(expected)}", place)
        for at, operand in enumerate(expected):
            if at < len(actual):
                self.compare(operand, actual[at], (*place, at))
            else:
                self._tell(f"is missing, expected {shown(plain(operand))}", (*place, at))
        for at in range(len(expected), len(actual)):
            self._tell(f"is {shown(actual[at])}, not expected", (*place, at))
