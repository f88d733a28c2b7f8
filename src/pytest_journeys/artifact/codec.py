"""Artifacts as bytes: canonical JSON, named by digest; and the one-file form that travels with its source map.

An artifact's digest is the SHA-256 of its canonical bytes, shown as ``artifact_`` and the first 12 digits.
"""

from collections.abc import Mapping
from typing import Final

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.values.canonical import canonical_bytes, digest_of_bytes
from pytest_journeys.values.errors import ArtifactError
from pytest_journeys.values.json import JsonValue, NotJsonError, parse_json
from pytest_journeys.values.record import from_json, to_json

FORMAT: Final = "pytest-journeys/artifact"
VERSION: Final = 1


def encode_artifact(artifact: Artifact) -> bytes:
    """The canonical bytes, which the digest covers."""
    return canonical_bytes({"format": FORMAT, "version": VERSION, **to_json(artifact)})


def decode_artifact(data: bytes, *, digest: str | None = None) -> Artifact:
    """The artifact that `encode_artifact` wrote; with `digest`, only if the bytes are the ones it names.

    Raises `ArtifactError`.
    """
    if digest is not None and digest_of_bytes(data) != digest:
        raise ArtifactError(
            f"{shown(digest)} does not match its digest", help="remove the file and compile the journey again"
        )
    try:
        return _artifact(parse_json(data))
    except NotJsonError as error:
        raise ArtifactError(f"not an artifact: {error}") from None


def encode_source_map(source_map: SourceMap) -> bytes:
    """The canonical bytes of a source map."""
    return canonical_bytes(to_json(source_map))


def decode_source_map(data: bytes) -> SourceMap:
    """The source map that `encode_source_map` wrote. Raises `ArtifactError`."""
    try:
        return from_json(SourceMap, parse_json(data))
    except ValueError as error:
        raise ArtifactError(f"not a source map: {error}") from None


def encode_bundle(artifact: Artifact, source_map: SourceMap) -> bytes:
    """The file that `journeys compile` writes; the artifact's digest covers its ``artifact`` member alone."""
    whole = {"format": FORMAT, "version": VERSION, **to_json(artifact)}
    return canonical_bytes({"format": f"{FORMAT}-file", "artifact": whole, "source_map": to_json(source_map)}) + b"\n"


def decode_bundle(data: bytes) -> tuple[Artifact, SourceMap]:
    """What `encode_bundle` wrote. Raises `ArtifactError`."""
    try:
        whole = parse_json(data)
    except NotJsonError as error:
        raise ArtifactError(f"not an artifact file: {error}") from None
    if not isinstance(whole, Mapping) or whole.get("format") != f"{FORMAT}-file":
        raise ArtifactError("not an artifact file", help="write one with: journeys compile JOURNEY --output FILE")
    try:
        return _artifact(whole["artifact"]), from_json(SourceMap, whole["source_map"])
    except (KeyError, ValueError) as error:
        raise ArtifactError(f"not an artifact file: {error}") from None


def digest_of_artifact(artifact: Artifact) -> str:
    """The full digest, 64 hex digits."""
    return digest_of_bytes(encode_artifact(artifact))


def shown(digest: str) -> str:
    """A digest as people see it: ``artifact_ab12cd34ef56``."""
    return f"artifact_{digest[:12]}"


def _artifact(value: JsonValue) -> Artifact:
    if not isinstance(value, Mapping) or value.get("format") != FORMAT:
        raise ArtifactError("not an artifact")
    version = value.get("version")
    if version != VERSION:
        raise ArtifactError(
            f"artifact version {version}, but this pytest-journeys reads version {VERSION}",
            help="upgrade pytest-journeys",
        )
    try:
        return from_json(Artifact, {key: member for key, member in value.items() if key not in ("format", "version")})
    except ValueError as error:
        raise ArtifactError(f"not an artifact: {error}") from None
