"""The environment of a session: its file, found by name and read once; parsed again only when its content changes."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from pytest_journeys.app.reading import read_bounded
from pytest_journeys.app.settings import Settings
from pytest_journeys.bindings.environment import Environment, read_environment, unknown_environment
from pytest_journeys.bindings.file_text import TooLarge
from pytest_journeys.values.canonical import canonical_bytes, digest_of_bytes
from pytest_journeys.values.diagnostic import Severity
from pytest_journeys.values.errors import DefinitionError
from pytest_journeys.values.json import JsonValue, NotJsonError, parse_json

_SUFFIXES: Final = (".yaml", ".yml")


def load_environment(settings: Settings, *, keeps: bool = True) -> Environment:
    """The environment that ``--journeys-env`` names, or an empty one; not cached unless it `keeps`. Raises `UsageError`, `DefinitionError`."""
    name = settings.environment
    if name is None:
        return Environment(variables=os.environ)
    path = environment_file(settings, name)
    shown = settings.shown(path)
    return Environment(
        name=name,
        file=shown,
        values=_values(path, shown, settings.store / "cache" / "environments", keeps=keeps),
        variables=os.environ,
    )


def check_environment(settings: Settings) -> None:
    """That the environment can be read; writes nothing. Raises `UsageError`, `DefinitionError`."""
    if settings.environment is not None:
        path = environment_file(settings, settings.environment)
        _values(path, settings.shown(path), settings.store / "cache" / "environments", keeps=False)


def environment_file(settings: Settings, name: str) -> Path:
    """The file of an environment. Raises `UsageError` naming the ones that are there."""
    folder = settings.environment_folder
    for suffix in _SUFFIXES:
        if (folder / f"{name}{suffix}").is_file():
            return folder / f"{name}{suffix}"
    known = [path.stem for suffix in _SUFFIXES for path in folder.glob(f"*{suffix}")] if folder.is_dir() else []
    raise unknown_environment(name, known, settings.shown(folder))


def _values(path: Path, shown: str, cache: Path, *, keeps: bool = True) -> Mapping[str, JsonValue]:
    data = read_bounded(path)
    if isinstance(data, TooLarge):
        raise DefinitionError(read_environment(data, shown)[1])
    kept = cache / f"{digest_of_bytes(data)}.json"
    try:
        found = parse_json(kept.read_bytes())
        if isinstance(found, Mapping):
            return found
    except (OSError, NotJsonError):
        pass
    values, diagnostics = read_environment(data, shown)
    if any(item.severity is Severity.ERROR for item in diagnostics):
        raise DefinitionError(diagnostics)
    if not keeps:
        return values
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        aside = kept.with_suffix(f".{os.getpid()}.aside")
        aside.write_bytes(canonical_bytes(values))
        aside.replace(kept)
    except (OSError, ValueError):
        pass  # the cache is a convenience
    return values
