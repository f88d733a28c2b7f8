"""A journey file, compiled: from the cache when neither it nor what it includes has changed, else anew.

A file that is found in the cache imports neither yaml nor pydantic. The cache may be removed at any time; it is written
when a session begins, never while collecting.
"""

from dataclasses import field
from pathlib import Path
from typing import Final

from pytest_journeys import __version__
from pytest_journeys.artifact.codec import (
    decode_artifact,
    decode_bundle,
    decode_source_map,
    encode_artifact,
    encode_source_map,
)
from pytest_journeys.artifact.model import Artifact
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.language.decoding import JOURNEY_LIMIT, decode, refuse_size
from pytest_journeys.values.canonical import canonical_bytes, digest_of, digest_of_bytes
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.errors import DefinitionError, JourneysError, UsageError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue, NotJsonError, parse_json
from pytest_journeys.values.record import from_json, to_json
from pytest_journeys.values.source import Source

_CACHE: Final = "compiled"


@fact
class Definition:
    """A compiled journey. `digest` and `map_digest` name the bytes; `folder` is where its files are.

    `cache_entry` is what the next session may write to the cache, None when it came from there.
    """

    artifact: Artifact
    source_map: SourceMap
    artifact_bytes: bytes
    map_bytes: bytes
    folder: Path
    warnings: tuple[Diagnostic, ...] = ()
    cache_entry: "CacheEntry | None" = None
    digest: str = field(default="")
    map_digest: str = field(default="")


@fact
class CacheEntry:
    """A compile result. `key` covers source, file name and plugin; `reads` the digests of the files read on the way."""

    key: str
    reads: tuple[tuple[str, str], ...]
    artifact: str
    source_map: str
    warnings: tuple[dict[str, JsonValue], ...] = ()


def load_definition(path: Path, *, root: Path, cache: Path | None) -> Definition:
    """Compile a journey file, or find it in the cache. Raises `DefinitionError` with every diagnostic of the file."""
    shown = _shown(path, root)
    too_large = refuse_size(shown, path.stat().st_size, JOURNEY_LIMIT)
    if too_large is not None:
        raise DefinitionError((too_large,))
    data = path.read_bytes()
    key = digest_of([__version__, shown, digest_of_bytes(data)])
    found = None if cache is None else _cached(cache, key, path.parent)
    return found if found is not None else _compiled(path, data, shown, key)


def load_artifact_file(path: Path) -> Definition:
    """The artifact and source map that `journeys compile` wrote. Raises `ArtifactError`."""
    try:
        artifact, source_map = decode_bundle(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    return _definition(artifact, source_map, path.parent)


def definition_of(artifact: bytes, source_map: bytes, folder: Path, *, digest: str) -> Definition:
    """A stored artifact. Raises `ArtifactError`."""
    return _definition(decode_artifact(artifact, digest=digest), decode_source_map(source_map), folder)


def keep_in_cache(cache: Path, definitions: "list[Definition]") -> None:
    """Write what was compiled anew. The cache is a convenience: what cannot be written is not."""
    for definition in definitions:
        entry = definition.cache_entry
        if entry is None:
            continue
        target = _entry_file(cache, entry.key)
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            aside = target.with_suffix(f".{id(entry)}.aside")
            aside.write_bytes(canonical_bytes(to_json(entry)))
            aside.replace(target)
        except OSError:
            return


def _compiled(path: Path, data: bytes, shown: str, key: str) -> Definition:
    source = decode(data, shown)
    if not isinstance(source, Source):
        raise DefinitionError(source)
    from pytest_journeys.compiler.compiler import compile_journey  # brings yaml and pydantic

    reads: dict[str, str] = {}

    def read(name: str) -> bytes:
        found = (path.parent / name).read_bytes()
        reads[name] = digest_of_bytes(found)
        return found

    compiled = compile_journey(source, read=read)
    if compiled.artifact is None or compiled.source_map is None:
        raise DefinitionError(compiled.diagnostics)
    warnings = tuple(item for item in compiled.diagnostics if item.severity is Severity.WARNING)
    artifact, source_map = encode_artifact(compiled.artifact), encode_source_map(compiled.source_map)
    entry = CacheEntry(
        key=key,
        reads=tuple(sorted(reads.items())),
        artifact=artifact.decode("ascii"),
        source_map=source_map.decode("ascii"),
        warnings=tuple(dict(to_json(item)) for item in warnings),
    )
    return _definition(compiled.artifact, compiled.source_map, path.parent, warnings=warnings, cache_entry=entry)


def _cached(cache: Path, key: str, folder: Path) -> Definition | None:
    """The cache's answer, None when it has none, it is damaged, or a file that was read on the way has changed."""
    try:
        entry = from_json(CacheEntry, parse_json(_entry_file(cache, key).read_bytes()))
        if entry.key != key:
            return None
        for name, digest in entry.reads:
            if digest_of_bytes((folder / name).read_bytes()) != digest:
                return None
        artifact = decode_artifact(entry.artifact.encode("ascii"))
        source_map = decode_source_map(entry.source_map.encode("ascii"))
        warnings = tuple(from_json(Diagnostic, item) for item in entry.warnings)
    except (OSError, NotJsonError, ValueError, JourneysError):
        return None
    return _definition(artifact, source_map, folder, warnings=warnings)


def _definition(
    artifact: Artifact,
    source_map: SourceMap,
    folder: Path,
    *,
    warnings: tuple[Diagnostic, ...] = (),
    cache_entry: CacheEntry | None = None,
) -> Definition:
    artifact_bytes, map_bytes = encode_artifact(artifact), encode_source_map(source_map)
    return Definition(
        artifact=artifact,
        source_map=source_map,
        artifact_bytes=artifact_bytes,
        map_bytes=map_bytes,
        folder=folder,
        warnings=warnings,
        cache_entry=cache_entry,
        digest=digest_of_bytes(artifact_bytes),
        map_digest=digest_of_bytes(map_bytes),
    )


def _entry_file(cache: Path, key: str) -> Path:
    return cache / _CACHE / f"{key}.json"


def _shown(path: Path, root: Path) -> str:
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()
