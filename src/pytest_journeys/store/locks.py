"""Native locks: held by a living process, freed by its death. The only module that knows filelock.

A lock file is never removed: whoever unlinks a held one lets a second holder in (filelock 3.30 and later leave it alone
too). What looks whether a lock is held takes a shared one for an instant, so that two who look do not see each other; who
takes a lock therefore tries for a moment before it calls it busy.
"""

import os
import time
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

MOMENT: Final = 0.5
"""Seconds for which a lock is tried that only somebody's look could be keeping."""


class Lock:
    """An exclusive lock on a file that may not exist yet; its folder must."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # fallback_to_soft would put a marker file in its place that outlives its holder
        self._lock = FileLock(path, mode=0o600, thread_local=False, fallback_to_soft=False)

    def take(self, seconds: float = MOMENT) -> bool:
        """Take it, waiting so long at most; False when somebody else keeps it."""
        try:
            self._lock.acquire(timeout=seconds, poll_interval=0.01)
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Let it go. May be called twice."""
        self._lock.release(force=True)


class Look:
    """A kept view of one lock: whether somebody holds it costs two system calls."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor = -1

    def is_held(self) -> bool:
        """Whether a living process holds the lock; False when there is no lock file."""
        if fcntl is None:
            return self._is_held_elsewhere()
        if self._descriptor < 0:
            try:
                self._descriptor = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC)
            except FileNotFoundError:
                return False
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._descriptor, fcntl.LOCK_UN)
        return False

    def close(self) -> None:
        """Let go of the descriptor. May be called twice."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _is_held_elsewhere(self) -> bool:
        if not self._path.exists():
            return False
        lock = Lock(self._path)
        if not lock.take(0):
            return True
        lock.release()
        return False


def is_held(path: Path) -> bool:
    """Whether a living process holds this lock now."""
    look = Look(path)
    try:
        return look.is_held()
    finally:
        look.close()


def wait(seconds: float) -> None:
    """Let some time pass between two looks."""
    time.sleep(seconds)
