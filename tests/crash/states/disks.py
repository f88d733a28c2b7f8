"""Disks for sessions of the engine: one that nobody waits for, one that refuses a journal's operation."""

import errno
import os
from enum import Enum
from pathlib import Path

from pytest_journeys.store.files import Appender, Disk, cannot


class _Unwaiting(Appender):
    __slots__ = ()

    def sync(self) -> None:
        """Nothing to wait for."""


class UnwaitingDisk(Disk):
    """A disk whose syncs cost nothing: for sessions that nobody crashes."""

    def appender(self, path: Path, descriptor: int) -> Appender:
        """A handle that does not wait."""
        return _Unwaiting(path, descriptor)

    def sync(self, path: Path) -> None:
        """Do not wait."""

    def sync_folder(self, path: Path) -> None:
        """Do not wait."""


class Refusal(Enum):
    """How an operation fails: with an error number, or by what it leaves behind."""

    ENOSPC = errno.ENOSPC
    EIO = errno.EIO
    EROFS = errno.EROFS
    EACCES = errno.EACCES
    HALF = "half written"
    """A write takes half of its bytes, and says so."""
    DROPPED = "EIO, and what was not synced is gone"
    """After a failed sync the kernel drops the pages and would call the next sync a success."""

    @property
    def told(self) -> str:
        """As the numbers name it."""
        return self.name if isinstance(self.value, int) else self.value

    @property
    def error(self) -> OSError:
        """What the system says."""
        number = self.value if isinstance(self.value, int) else errno.EIO
        return OSError(number, os.strerror(number))


class FailingDisk(UnwaitingDisk):
    """Refuses one operation on journals, counted from zero. `met` says which."""

    def __init__(self, at: int, refusal: Refusal) -> None:
        self._left = at
        self._refusal = refusal
        self.met = ""

    def meets(self, verb: str, *refusals: Refusal) -> bool:
        """Whether it is this one, if it can fail so."""
        if refusals and self._refusal not in refusals:
            return False
        self._left -= 1
        if self._left == -1:
            self.met = verb
        return self._left == -1

    def append_to_new(self, path: Path) -> Appender:
        """Create, or refuse."""
        if self.meets("create", *NUMBERS):
            raise cannot("create", path, self._refusal.error)
        return super().append_to_new(path)

    def sync_folder(self, path: Path) -> None:
        """Refuse, if it is a published session's folder."""
        is_published = path.parent.name == "sessions" and not path.name.startswith(".")
        if is_published and self.meets("sync_folder", *NUMBERS):
            raise cannot("sync the folder", path, self._refusal.error)

    def sync(self, path: Path) -> None:
        """Refuse, if it is a journal: one that is taken over, or sealed."""
        if path.suffix == ".journal" and self.meets("sync by its name", *NUMBERS):
            raise cannot("sync", path, self._refusal.error)

    def appender(self, path: Path, descriptor: int) -> Appender:
        """A handle that refuses."""
        return _Failing(path, descriptor, self)

    @property
    def refusal(self) -> Refusal:
        """How it refuses."""
        return self._refusal


NUMBERS = (Refusal.ENOSPC, Refusal.EIO, Refusal.EROFS, Refusal.EACCES)


class _Failing(Appender):
    __slots__ = ("_disk", "_end", "_synced")

    def __init__(self, path: Path, descriptor: int, disk: FailingDisk) -> None:
        super().__init__(path, descriptor)
        self._disk = disk
        self._end = self._synced = 0

    def write(self, data: bytes) -> int:
        if self._disk.meets("append", *NUMBERS, Refusal.HALF):
            if self._disk.refusal is Refusal.HALF:
                data = data[: len(data) // 2]
            else:
                raise self._disk.refusal.error
        self._end += len(data)
        return super().write(data)

    def sync(self) -> None:
        if self._disk.meets("sync", *NUMBERS, Refusal.DROPPED):
            if self._disk.refusal is Refusal.DROPPED:
                os.truncate(self.path, self._synced)
            raise self._disk.refusal.error
        self._synced = self._end
