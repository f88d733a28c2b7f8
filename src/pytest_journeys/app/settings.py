"""What a person has set: options and ini values as one frozen value, whatever face they came from."""

import math
import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import UsageError
from pytest_journeys.values.fact import fact

STORE: Final = ".journeys"
DEFAULT_BODY_LIMIT: Final = 1024 * 1024
DEFAULT_KEEP: Final = 20
DEFAULT_KEEP_DAYS: Final = 30


@fact
class Settings:
    """The settings of one session. Paths are absolute.

    Names that are kept are relative to `root`, those that a person reads to `here`, the folder pytest was started in.
    `park_after` is how long a step is waited for; what takes longer parks the run, whose item is then reported as `parked`
    says (``skip`` or ``fail``). `keep` past sessions stay in the store, for `keep_days`. `in_doubt` None leaves each journey its own ``recovery``. `json` None writes no evidence document.
    """

    root: Path
    here: Path
    store: Path
    environment: str | None = None
    environment_folder: Path
    inputs: tuple[str, ...] = ()
    preset: str | None = None
    rows: Path | None = None
    resume: str = "interrupted"
    in_doubt: str | None = None
    durability: str = "power"
    artifact: str | None = None
    json: Path | None = None
    shows_passing: bool = True
    subject: str | None = None
    subject_command: str | None = None
    secrets_file: Path | None = None
    secrets_command: str | None = None
    lock_wait: Duration
    grace: Duration
    park_after: Duration = Duration(60_000)
    parked: str = "skip"
    body_limit: int = DEFAULT_BODY_LIMIT
    keep: int = DEFAULT_KEEP
    keep_days: int = DEFAULT_KEEP_DAYS

    def shown(self, path: Path | str) -> str:
        """A path as a person names it from where they stand, as pytest does; a name begins at `root`."""
        return shown_path(self.root / path, self.here)

    def located(self, diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The findings, with their files named for the person who reads them."""
        return tuple(replace(found, file=self.shown(found.file)) for found in diagnostics)


def shown_path(path: Path, here: Path) -> str:
    """An absolute path, or the one that leads there from where somebody stands when that is shorter."""
    whole = str(path)
    try:
        near = os.path.relpath(whole, here)
    except ValueError:  # on another drive
        return whole
    return min(near, whole, key=len)


def seconds(name: str, text: str) -> Duration:
    """A setting in seconds (``2``, ``0.5``) or with a unit (``500ms``). Raises `UsageError` naming the setting."""
    try:
        given = float(text)
    except ValueError:
        given = math.nan
    if 0 <= given < math.inf:
        return Duration(round(given * 1000))
    try:
        return Duration.parse(text)
    except ValueError as error:
        raise UsageError(f"{name}: {error}") from None


def whole(name: str, text: str) -> int:
    """A setting that is a whole number. Raises `UsageError` naming the setting."""
    if not text.strip().isdecimal():
        raise UsageError(f"{name}: {text!r} is no whole number")
    return int(text)


def one_of(name: str, text: str, choices: tuple[str, ...]) -> str:
    """A setting that has few values. Raises `UsageError` naming them."""
    if text not in choices:
        raise UsageError(f"{name}: {text!r} is not one of {', '.join(choices)}")
    return text
