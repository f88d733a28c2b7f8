"""Artifacts and source maps by digest: written once, read-only, checked before they are trusted."""

import re
from pathlib import Path
from typing import Final

from pytest_journeys.artifact.codec import shown
from pytest_journeys.store.layout import Store
from pytest_journeys.store.whole import put
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.errors import StoreCorruptError, UsageError

_SUFFIX: Final = ".json"
_MAP: Final = ".map.json"
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_REFERENCE: Final = re.compile(r"artifact_([0-9a-f]{6,64})")
_COMPILE_AGAIN: Final = "remove the file and compile the journey again"


def put_artifact(store: Store, data: bytes) -> str:
    """Keep an artifact's canonical bytes, durably, and return their digest. Idempotent. Raises `StoreError`."""
    digest = digest_of_bytes(data)
    _put(store, store.artifacts / f"{digest}{_SUFFIX}", data)
    return digest


def put_source_map(store: Store, artifact: str, data: bytes) -> str:
    """Keep a source map beside its artifact, durably, and return its digest. Idempotent. Raises `StoreError`."""
    digest = digest_of_bytes(data)
    _put(store, store.artifacts / f"{artifact}.{digest}{_MAP}", data)
    return digest


def get_artifact(store: Store, digest: str) -> bytes:
    """The artifact's bytes. Raises `UsageError` when the store has none, `StoreCorruptError` when they are others."""
    return _get(store, store.artifacts / f"{digest}{_SUFFIX}", digest, f"{shown(digest)} is not in {store.path}")


def get_source_map(store: Store, artifact: str, digest: str) -> bytes:
    """A source map's bytes. Raises `UsageError` when the store has none, `StoreCorruptError` when they are others."""
    path = store.artifacts / f"{artifact}.{digest}{_MAP}"
    return _get(store, path, digest, f"the source map of {shown(artifact)} is not in {store.path}")


def source_maps_of(store: Store, artifact: str) -> list[str]:
    """The digests of the source maps that stand beside an artifact, sorted."""
    start = f"{artifact}."
    return [
        name[len(start) : -len(_MAP)]
        for name in store.disk.names(store.artifacts)
        if name.startswith(start) and name.endswith(_MAP)
    ]


def artifact_digests(store: Store) -> list[str]:
    """The digests of all artifacts of the store, sorted."""
    names = (name.removesuffix(_SUFFIX) for name in store.disk.names(store.artifacts))
    return [name for name in names if _DIGEST.fullmatch(name)]


def is_artifact_reference(text: str) -> bool:
    """Whether a text has the form ``artifact_ab12cd...``."""
    return _REFERENCE.fullmatch(text) is not None


def find_artifact(store: Store, reference: str) -> str:
    """The full digest of ``artifact_ab12cd...``. Raises `UsageError` when none, or more than one, begins so."""
    match = _REFERENCE.fullmatch(reference)
    if match is None:
        raise UsageError(f"{reference!r} names no artifact", help="write artifact_ and at least 6 digits of its digest")
    found = [digest for digest in artifact_digests(store) if digest.startswith(match[1])]
    if not found:
        raise UsageError(f"{reference} is not in {store.path}")
    if len(found) > 1:
        raise UsageError(f"{reference} names {len(found)} artifacts", help="give more digits")
    return found[0]


def _put(store: Store, path: Path, data: bytes) -> None:
    if store.disk.read(path) == data:
        return
    put(store.disk, path, data)
    store.disk.protect(path)


def _get(store: Store, path: Path, digest: str, missing: str) -> bytes:
    data = store.disk.read(path)
    if data is None:
        raise UsageError(missing)
    if digest_of_bytes(data) != digest:
        raise StoreCorruptError(str(path), 0, "it does not match its digest", help=_COMPILE_AGAIN)
    return data
