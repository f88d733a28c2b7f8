"""The ids of rows, as people see and select them: unique, printable, of a bearable length, independent of the order.

Knows texts and which rows are equal; knows nothing of columns or inputs.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Final

from pytest_journeys.values.canonical import digest_of_bytes

LONGEST: Final = 80
"""Characters of an id; a longer one is cut and ends in a digest of the whole."""

_DIGITS: Final = 8


def repeats_of(identities: Sequence[Hashable]) -> list[int]:
    """How many equal rows stand above each row."""
    if len(set(identities)) == len(identities):
        return [0] * len(identities)
    seen: Counter[Hashable] = Counter()
    repeats: list[int] = []
    for identity in identities:
        repeats.append(seen[identity])
        seen[identity] += 1
    return repeats


def ids_of(texts: Sequence[str], identities: Sequence[Hashable], repeats: Sequence[int]) -> list[str]:
    """One id per row. Equal rows end in ``-2``, ``-3``; different rows whose texts look alike end in a digest."""
    if all(map(str.isprintable, texts)) and max(map(len, texts), default=0) <= LONGEST and all(texts):
        shown = list(texts)
    else:
        shown = [_bearable(printable(text)) or "row" for text in texts]
    if len(set(shown)) == len(shown):
        return shown
    kinds: dict[str, set[Hashable]] = {}
    for text, identity in zip(shown, identities, strict=True):
        kinds.setdefault(text, set()).add(identity)
    told = [
        text if len(kinds[text]) == 1 else f"{text}-{_digest(repr(identity))}"
        for text, identity in zip(shown, identities, strict=True)
    ]
    return _distinct(told, repeats)


def printable(text: str) -> str:
    r"""The text with what cannot be printed escaped: ``\n``, ``\x1b``, ``\u200b``."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode("ascii")
        for character in text
    )


def _bearable(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[: LONGEST - _DIGITS - 1]}-{_digest(text)}"


def _distinct(texts: list[str], repeats: Sequence[int]) -> list[str]:
    """The texts, counted where they repeat. A first one keeps its text: ``a-2`` by itself comes before the second ``a``."""
    taken: set[str] = set()
    for place in sorted(range(len(texts)), key=lambda place: repeats[place] > 0):
        text, count = texts[place], repeats[place] + 1
        found = text if count == 1 else f"{text}-{count}"
        while found in taken:
            count += 1
            found = f"{text}-{count}"
        taken.add(found)
        texts[place] = found
    return texts


def _digest(text: str) -> str:
    return digest_of_bytes(text.encode("utf-8", "surrogatepass"))[:_DIGITS]
