"""versions/<journey>.jsonl: v1, v2, ... of a journey, numbered at first sight in this store.

Replaced whole, its lines chained: each names the digest of the line before it.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote

from pytest_journeys.store.artifacts import get_artifact
from pytest_journeys.store.layout import Store
from pytest_journeys.store.whole import put
from pytest_journeys.values.canonical import canonical_bytes, digest_of_bytes
from pytest_journeys.values.errors import StoreCorruptError, StoreError, UsageError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue, parse_json
from pytest_journeys.values.record import from_json, to_json

_REFERENCE: Final = re.compile(r"(.+)@v([1-9][0-9]{0,8})")
_ZEROS: Final = "0" * 64
_REPAIR: Final = "remove the file: the journey's versions are numbered anew"


@fact
class Version:
    """A numbered snapshot of a journey's definition. `at` in epoch seconds, `why` it differs from the one before."""

    number: int
    artifact: str
    at: float
    why: str
    previous: str = _ZEROS

    def __str__(self) -> str:
        return f"v{self.number}"


def versions_of(store: Store, journey: str) -> list[Version]:
    """The journey's versions, v1 first; none when the store never saw it. Raises `StoreCorruptError`."""
    path = store.versions_of(journey)
    data = store.disk.read(path) or b""
    found: list[Version] = []
    previous, byte = _ZEROS, 0
    for line in data.splitlines(keepends=True):
        try:
            version = from_json(Version, parse_json(line))
        except ValueError as error:
            raise StoreCorruptError(str(path), byte, f"not a version: {error}", help=_REPAIR) from None
        if version.previous != previous or version.number != len(found) + 1 or not line.endswith(b"\n"):
            raise StoreCorruptError(str(path), byte, "the line does not continue the one before it", help=_REPAIR)
        found.append(version)
        previous = digest_of_bytes(line)
        byte += len(line)
    return found


def number_version(store: Store, journey: str, artifact: str, now: float) -> Version:
    """The version that this artifact is, numbered if it is new. Only under the store's lock. Raises `StoreError`."""
    known = versions_of(store, journey)
    for version in known:
        if version.artifact == artifact:
            return version
    data = store.disk.read(store.versions_of(journey)) or b""
    last = data.splitlines(keepends=True)[-1:]
    version = Version(
        number=len(known) + 1,
        artifact=artifact,
        at=now,
        why=_why(store, known[-1].artifact, artifact) if known else "first seen",
        previous=digest_of_bytes(last[0]) if last else _ZEROS,
    )
    put(store.disk, store.versions_of(journey), data + canonical_bytes(to_json(version)) + b"\n")
    return version


def find_version(store: Store, journey: str, artifact: str) -> Version | None:
    """The number of an artifact in this store, if it has one. Raises `StoreCorruptError`."""
    return next((version for version in versions_of(store, journey) if version.artifact == artifact), None)


def is_version_reference(text: str) -> bool:
    """Whether a text has the form ``checkout-flow@v14``."""
    return _REFERENCE.fullmatch(text) is not None


def find_by_reference(store: Store, reference: str) -> str:
    """The artifact's digest of ``checkout-flow@v14``. Raises `UsageError` when this store has no such version."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise UsageError(f"{reference!r} names no version", help="write it as in checkout-flow@v14")
    known = versions_of(store, match[1])
    if not known:
        raise UsageError(f"{store.path} knows no version of {match[1]}")
    if int(match[2]) > len(known):
        raise UsageError(f"{store.path} has no {reference}", help=f"the newest is {match[1]}@v{len(known)}")
    return known[int(match[2]) - 1].artifact


def journeys_with_versions(store: Store) -> list[str]:
    """The journeys that have numbered versions, sorted."""
    names = store.disk.names(store.path / "versions")
    return [unquote(name.removesuffix(".jsonl")) for name in names if not name.startswith(".")]


def _why(store: Store, old: str, new: str) -> str:
    """One sentence on what changed, or that it cannot be told."""
    try:
        one, other = parse_json(get_artifact(store, old)), parse_json(get_artifact(store, new))
    except (StoreError, UsageError, ValueError):
        return "the version before it is gone"
    if not isinstance(one, Mapping) or not isinstance(other, Mapping):
        return "its format changed"
    said = _steps_sentence(one.get("steps"), other.get("steps"))
    members = sorted(
        key for key in {*one, *other} - {"steps"} if canonical_bytes(one.get(key)) != canonical_bytes(other.get(key))
    )
    if members:
        said.append(f"{', '.join(members)} changed")
    return "; ".join(said) or "written anew"


def _steps_sentence(old: JsonValue, new: JsonValue) -> list[str]:
    before, after = _steps(old), _steps(new)
    groups = {
        "added": [path for path in after if path not in before],
        "removed": [path for path in before if path not in after],
        "changed": [path for path in after if path in before and before[path] != after[path]],
    }
    said = [
        f"step{'s' if len(paths) > 1 else ''} {', '.join(paths[:3])}"
        f"{f' and {len(paths) - 3} more' if len(paths) > 3 else ''} {word}"
        for word, paths in groups.items()
        if paths
    ]
    if not said and list(before) != list(after):
        said.append("steps in another order")
    return said


def _steps(value: JsonValue) -> dict[str, bytes]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        return {}
    return {
        str(step.get("path")): canonical_bytes(step) for step in value if isinstance(step, Mapping) and "path" in step
    }
