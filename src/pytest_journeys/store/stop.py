"""Whether a session has been asked to stop: the controller's mark, or the controller's death."""

import os
from pathlib import Path
from typing import Final

from pytest_journeys.store.files import Disk
from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import Look
from pytest_journeys.store.seal import CONTROLLER, STOP
from pytest_journeys.store.whole import put_unsynced

CONTROLLER_GONE: Final = "the process that led this session is gone"


def mark_stop(disk: Disk, folder: Path, reason: str) -> None:
    """Ask every worker of a session to begin no further request. Idempotent; the first reason stays. Raises `StoreError`."""
    path = folder / STOP
    if disk.size(path) is None:
        put_unsynced(disk, path, reason.encode("utf-8"))


class WorkerStop:
    """The stop sign of one worker (`ports.StopSign`): asked before every intent, it takes some 2 us."""

    def __init__(self, store: Store, session: str) -> None:
        self._disk = store.disk
        self._path = store.session(session) / STOP
        self._mark = os.fspath(self._path)
        self._look = Look(store.locks_of(session) / CONTROLLER)

    def reason(self) -> str | None:
        """Why no further request may begin, or None."""
        return self.marked() or (None if self._look.is_held() else CONTROLLER_GONE)

    def marked(self) -> str | None:
        """Why the controller asks to stop, or None. May be asked by any thread."""
        if os.access(self._mark, os.F_OK):
            return (self._disk.read(self._path) or b"").decode("utf-8", "replace") or "the session was asked to stop"
        return None

    def close(self) -> None:
        """Let go of the controller's lock file. May be called twice."""
        self._look.close()
