"""Where things stand in a store, and how an empty one is made. Knows names and permissions, nothing of contents."""

import os
from dataclasses import field
from pathlib import Path
from typing import Final
from urllib.parse import quote

from pytest_journeys.store.files import Disk
from pytest_journeys.store.machine import boot_id
from pytest_journeys.values.errors import StoreError
from pytest_journeys.values.fact import fact

_FOLDERS: Final = ("artifacts", "versions", "locks", "sessions")  # sessions last: with it the store is there
_NEW: Final = ".new-"
_GONE: Final = ".gone-"
_README: Final = b"""\
This folder is written by pytest-journeys: sessions, their journals, compiled journeys.

It lets the next pytest go on where an interrupted one stopped, and it holds the evidence of what was sent and answered.
Secrets are not in it. Do not edit it: `journeys verify` tells any changed byte. When no pytest is running it may be
removed as a whole; then nothing is resumed.
"""
_CACHE_TAG: Final = b"""\
Signature: 8a477f597d28d172789f06886806bc55
# This folder is made by pytest-journeys; backup programs may leave it out (https://bford.info/cachedir/).
"""
_FILES: Final = {".gitignore": b"*\n", "CACHEDIR.TAG": _CACHE_TAG, "README": _README}


@fact(kw_only=False)
class Store:
    """A store's folder, which may not exist yet. `boot_id` is this machine's start, compared with a journal's."""

    path: Path
    disk: Disk = field(default_factory=Disk)
    boot_id: str = field(default_factory=boot_id)

    @property
    def is_there(self) -> bool:
        """Whether the store was created."""
        return self.disk.size(self.path / "sessions") is not None

    @property
    def lock(self) -> Path:
        """The lock under which sessions are chosen and published."""
        return self.path / "store.lock"

    @property
    def artifacts(self) -> Path:
        """Content-addressed artifacts and source maps."""
        return self.path / "artifacts"

    @property
    def sessions(self) -> Path:
        """The published sessions, those that begin (``.new-<id>``), those that are being removed (``.gone-<id>``)."""
        return self.path / "sessions"

    def versions_of(self, journey: str) -> Path:
        """The numbered versions of one journey."""
        return self.path / "versions" / f"{quote(journey, safe=' ')}.jsonl"

    @property
    def inbox(self) -> Path:
        """The answers to signals, by token."""
        return self.path / "inbox"

    def session(self, session: str) -> Path:
        """A published session's folder."""
        return self.sessions / session

    def new_session(self, session: str) -> Path:
        """The folder of a session that is not published yet."""
        return self.sessions / f"{_NEW}{session}"

    def gone_session(self, session: str) -> Path:
        """The folder of a session that is being removed."""
        return self.sessions / f"{_GONE}{session}"

    def locks_of(self, session: str) -> Path:
        """The folder of a session's locks: ``controller`` and one per worker."""
        return self.path / "locks" / session

    def session_ids(self) -> list[str]:
        """The ids of the published sessions, sorted."""
        return [name for name in self.disk.names(self.sessions) if not name.startswith(".")]

    def new_session_ids(self) -> list[str]:
        """The ids of the sessions that begin, or that died before they were published."""
        return [name[len(_NEW) :] for name in self.disk.names(self.sessions) if name.startswith(_NEW)]

    def gone_session_ids(self) -> list[str]:
        """The ids of the sessions whose removal was begun."""
        return [name[len(_GONE) :] for name in self.disk.names(self.sessions) if name.startswith(_GONE)]

    def create(self) -> None:
        """Make the store, if it is not there: all of it or nothing. Raises `StoreError`."""
        if self.is_there:
            return
        missing = _missing_parents(self.path.parent)
        for parent in missing:
            self.disk.make_folder(parent)
        aside = self.path.with_name(f".{self.path.name.lstrip('.')}-{os.urandom(4).hex()}")
        self._fill(aside)
        try:
            self.disk.rename(aside, self.path)
        except StoreError:
            self.disk.remove_folder(aside)
            if self.disk.size(self.path) is None:
                raise
            if not self.is_there:  # else another process was first
                self._complete()
        for parent in (*reversed(missing), missing[0].parent if missing else self.path.parent):
            self.disk.sync_folder(parent)

    def _fill(self, folder: Path) -> None:
        self.disk.make_folder(folder)
        for name, content in _FILES.items():
            if self.disk.size(folder / name) is None:
                self.disk.write(folder / name, content)
                self.disk.sync(folder / name)
        for name in _FOLDERS:
            self.disk.make_folder(folder / name)
        self.disk.sync_folder(folder)

    def _complete(self) -> None:
        """Make what lacks in a folder that holds nothing but parts of a store (a cache); refuse any other."""
        foreign = set(self.disk.names(self.path)) - {*_FILES, *_FOLDERS, "cache", "inbox", "store.lock"}
        if foreign:
            raise StoreError(
                f"{self.path} is no store: it holds {min(foreign)}",
                help="name a folder of its own with --journeys-store",
            )
        self._fill(self.path)


def _missing_parents(path: Path) -> list[Path]:
    """The folders that do not exist, outermost first."""
    missing: list[Path] = []
    while not path.exists():
        missing.append(path)
        path = path.parent
    return missing[::-1]
