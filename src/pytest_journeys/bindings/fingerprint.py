"""What a run must have in common with its interrupted self to resume, and in words what it has not."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from pytest_journeys.bindings.given import Given
from pytest_journeys.expressions.wording import shown
from pytest_journeys.values.canonical import canonical_text, digest_of
from pytest_journeys.values.json import MISSING, JsonObject, JsonValue, Missing

_BARE: Final = re.compile(r"(?=.*[A-Za-z])(?!-?[0-9.]+[eE])[!-&(-~]{1,120}")
_WORDS: Final = frozenset({"null", "true", "false"})
_SOURCES: Final = {
    "inputs": "input",
    "row": "row value",
    "env": "environment value",
    "fixtures": "fixture value",
}


def fingerprint(artifact_digest: str, given: Given) -> str:
    """SHA-256 over artifact and recorded values: never secrets, session, host, time, or what nothing refers to."""
    return digest_of({"artifact": artifact_digest, "given": given.recorded()})


def differences(recorded: JsonObject, given: Given, *, only_common: bool = False) -> tuple[str, ...]:
    """A sentence for each value that differs from what an earlier run was given, in the order of their sources.

    With `only_common` a value that only one of both was given is no difference.
    Empty when only the artifact differs: that is the caller's to say.
    """
    now = given.recorded()
    sentences: list[str] = []
    feeding = set(given.inputs)
    for source, word in _SOURCES.items():
        for name, before, after in _changes("", recorded.get(source), now[source]):
            if source == "row" and name in feeding:
                continue  # told as the input that this column feeds
            if only_common and (before is MISSING or after is MISSING):
                continue
            sentences.append(_sentence(f"{word} {name}", before, after))
    before, after = recorded.get("subject", ""), given.subject
    if before != after:
        sentences.append(_sentence("subject", before or MISSING, after or MISSING))
    return tuple(sentences)


def _changes(
    name: str, before: JsonValue | Missing, after: JsonValue | Missing
) -> Iterator[tuple[str, JsonValue | Missing, JsonValue | Missing]]:
    """The innermost members that differ, by their dotted names."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            inner = f"{name}.{key}" if name else key
            yield from _changes(inner, before.get(key, MISSING), after.get(key, MISSING))
    elif before is MISSING or after is MISSING:
        if before is not after:
            yield name, before, after
    elif canonical_text(before) != canonical_text(after):  # as the digest sees it: 1 and 1.0 differ
        yield name, before, after


def _sentence(what: str, before: JsonValue | Missing, after: JsonValue | Missing) -> str:
    if before is MISSING:
        return f"{what} is new: {_told(after)}"
    if after is MISSING:
        return f"{what} is gone: it was {_told(before)}"
    return f"{what} changed: {_told(before)} -> {_told(after)}"


def _told(value: JsonValue | Missing) -> str:
    """A value in a sentence: a plain word or URL bare, what could be taken for something else in quotes."""
    if value is MISSING:
        return "nothing"
    if isinstance(value, str) and _BARE.fullmatch(value) and value not in _WORDS:
        return value
    return shown(value)
