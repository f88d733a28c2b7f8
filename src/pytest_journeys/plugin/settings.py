"""Settings as pytest gives them: options before ini values."""

from pathlib import Path
from typing import Final

import pytest

from pytest_journeys.app.settings import STORE, Settings, one_of, seconds, whole
from pytest_journeys.plugin import OPTIONS
from pytest_journeys.values.errors import UsageError

_KEY: Final = pytest.StashKey[Settings]()
_BY_NAME: Final = {option.name: option for option in OPTIONS}


def settings_of(config: pytest.Config) -> Settings:
    """The session's settings, read once. Raises `pytest.UsageError`."""
    found = config.stash.get(_KEY, None)
    if found is None:
        try:
            found = config.stash[_KEY] = _read(config)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
    return found


def _read(config: pytest.Config) -> Settings:
    root = config.rootpath
    here = config.invocation_params.dir
    lines = config.getini(_BY_NAME["input"].ini) or []
    environment_folder = _text(config, "env-dir") or "environments"
    return Settings(
        root=root,
        here=here,
        store=_path(config, "store", here, root) or root / STORE,
        environment=_text(config, "env"),
        environment_folder=root / environment_folder,
        inputs=tuple(config.getoption(_BY_NAME["input"].ini, None) or lines),
        preset=_text(config, "preset"),
        rows=_path(config, "rows", here, root),
        resume=_choice(config, "resume"),
        in_doubt=_choice(config, "in-doubt") or None,
        durability=_choice(config, "durability"),
        artifact=_text(config, "artifact"),
        json=_path(config, "json", here, root),
        shows_passing=_choice(config, "evidence") == "always",
        subject=_text(config, "subject"),
        subject_command=_text(config, "subject-command"),
        secrets_file=_path(config, "secrets-file", here, root),
        secrets_command=_text(config, "secrets-command"),
        lock_wait=seconds("journeys_lock_wait", _text(config, "lock-wait") or "10"),
        grace=seconds("journeys_grace", _text(config, "grace") or "2"),
        park_after=seconds("journeys_park_after", _text(config, "park-after") or "60"),
        parked=_choice(config, "parked"),
        keep=whole("journeys_keep", _text(config, "keep") or "20"),
        keep_days=whole("journeys_keep_days", _text(config, "keep-days") or "30"),
        body_limit=whole("journeys_body_limit", _text(config, "body-limit") or "1048576"),
    )


def _text(config: pytest.Config, name: str) -> str | None:
    """The option, else the ini value, else the default; None when all are empty."""
    option = _BY_NAME[name]
    given = config.getoption(option.ini, None) if option.flag else None
    if given is not None:
        return str(given)
    ini = config.getini(option.ini)
    return str(ini) if ini else option.default or None


def _choice(config: pytest.Config, name: str) -> str:
    option = _BY_NAME[name]
    text = _text(config, name) or ""
    return one_of(option.ini, text, option.choices) if text else ""


def _path(config: pytest.Config, name: str, here: Path, root: Path) -> Path | None:
    """A path of the command line begins where pytest was started, one of an ini file in rootdir."""
    option = _BY_NAME[name]
    given = config.getoption(option.ini, None) if option.flag else None
    if given is not None:
        return (here / str(given)).resolve()
    ini = config.getini(option.ini)
    return (root / str(ini)).resolve() if ini else None
