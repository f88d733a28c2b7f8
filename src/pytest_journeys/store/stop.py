"""Whether a session has been asked to stop: the controller's mark, or the controller's death."""

import os
from pathlib import Path
from time import monotonic
from typing import Final

from pytest_journeys.store.files import Disk
from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import Look
from pytest_journeys.store.seal import CONTROLLER, STOP
from pytest_journeys.store.whole import put_unsynced

CONTROLLER_GONE: Final = "the process that led this session is gone"
_BETWEEN_LOOKS: Final = 0.02
"""Seconds between two looks at the controller's lock: whom it left behind hears of its death so much later at most."""


def mark_stop(disk: Disk, folder: Path, reason: str) -> None:
    """Ask every worker of a session to begin no further request. Idempotent; the first reason stays. Raises `StoreError`."""
    path = folder / STOP
    if disk.size(path) is None:
        put_unsynced(disk, path, reason.encode("utf-8"))


class WorkerStop:
    """The stop sign of one worker (`ports.StopSign`): the mark is looked for each time, the controller's lock now and then."""

    def __init__(self, store: Store, session: str) -> None:
        self._disk = store.disk
        self._path = store.session(session) / STOP
        self._mark = os.fspath(self._path)
        self._look = Look(store.locks_of(session) / CONTROLLER)
        self._next_look = 0.0

    def reason(self) -> str | None:
        """Why no further request may begin, or None: a mark at once, the controller's death within 20 ms."""
        marked = self.marked()
        if marked is not None or monotonic() < self._next_look:
            return marked
        if not self._look.is_held():
            return CONTROLLER_GONE
        self._next_look = monotonic() + _BETWEEN_LOOKS
        return None

    def marked(self) -> str | None:
        """Why the controller asks to stop, or None. May be asked by any thread."""
        if os.access(self._mark, os.F_OK):
            return (self._disk.read(self._path) or b"").decode("utf-8", "replace") or "the session was asked to stop"
        return None

    def close(self) -> None:
        """Let go of the controller's lock file. May be called twice."""
        self._look.close()
