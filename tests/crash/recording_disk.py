"""A disk that keeps the list of what changed on it, in order."""

from pathlib import Path
from typing import NamedTuple

from pytest_journeys.store.files import Appender, Disk


class Operation(NamedTuple):
    """One thing that was asked of the disk: ``mkdir create append sync sync_folder rename link remove rmdir``."""

    kind: str
    path: str
    data: bytes = b""
    to: str = ""


class RecordingDisk(Disk):
    """Does everything for real below `root`, and keeps the list of what changed. `log` may be cut into its parts."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.log: list[Operation] = []

    def record(self, kind: str, path: Path, data: bytes = b"", to: Path | None = None) -> None:
        """Add an operation that was done."""
        name = path.relative_to(self.root).as_posix()
        self.log.append(Operation(kind, name, data, "" if to is None else to.relative_to(self.root).as_posix()))

    def make_folder(self, path: Path) -> bool:
        """Do and record."""
        is_new = super().make_folder(path)
        if is_new:
            self.record("mkdir", path)
        return is_new

    def appender(self, path: Path, descriptor: int) -> Appender:
        """A handle that records."""
        self.record("create", path)
        return _RecordingAppender(path, descriptor, self)

    def write(self, path: Path, data: bytes) -> None:
        """Do and record."""
        super().write(path, data)
        self.record("create", path)
        self.record("append", path, data)

    def sync(self, path: Path) -> None:
        """Record only: the disk under a test needs no waiting for."""
        self.record("sync", path)

    def sync_folder(self, path: Path) -> None:
        """Record only."""
        self.record("sync_folder", path)

    def rename(self, path: Path, to: Path) -> None:
        """Do and record."""
        super().rename(path, to)
        self.record("rename", path, to=to)

    def link(self, path: Path, to: Path) -> bool:
        """Do and record."""
        is_ours = super().link(path, to)
        if is_ours:
            self.record("link", path, to=to)
        return is_ours

    def remove(self, path: Path) -> None:
        """Do and record."""
        is_there = path.exists()
        super().remove(path)
        if is_there:
            self.record("remove", path)

    def remove_folder(self, path: Path) -> None:
        """Do and record."""
        is_there = path.exists()
        super().remove_folder(path)
        if is_there:
            self.record("rmdir", path)


class _RecordingAppender(Appender):
    __slots__ = ("_disk",)

    def __init__(self, path: Path, descriptor: int, disk: RecordingDisk) -> None:
        super().__init__(path, descriptor)
        self._disk = disk

    def write(self, data: bytes) -> int:
        taken = super().write(data)
        self._disk.record("append", self.path, data)
        return taken

    def sync(self) -> None:
        self._disk.record("sync", self.path)
