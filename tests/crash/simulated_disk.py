"""A disk that can lose power: it records what is asked of it, and yields what may be found after a crash at any moment.

The model: data appended to a file since its last sync may be whole, lost, cut, zeroed or garbage; names changed in a
folder since its last sync may be there up to any point, each folder for itself. A rename is atomic. After a kill
everything stands, but the write that was under way may have been cut. Not modelled: names that persist out of order
within one folder, drives that lie about a sync.
"""

import io
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pytest_journeys.store.files import Appender, Disk, cannot
from pytest_journeys.values.canonical import digest_of_bytes


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


@dataclass(eq=False)
class _File:
    synced: bytes = b""
    pending: list[bytes] = field(default_factory=list)


@dataclass(eq=False)
class _Folder:
    synced: dict[str, "_File | _Folder"] = field(default_factory=dict)
    pending: list[dict[str, "_File | _Folder | None"]] = field(default_factory=list)

    def entries(self, kept: int | None = None) -> dict[str, "_File | _Folder"]:
        """The names with the first `kept` of the pending changes; all of them without."""
        found: dict[str, _File | _Folder | None] = dict(self.synced)
        for change in self.pending if kept is None else self.pending[:kept]:
            found |= change
        return {name: entry for name, entry in found.items() if entry is not None}


Image = dict[str, bytes | None]
"""What stands on the disk: files with their bytes, folders as None."""


@dataclass(frozen=True)
class Crash:
    """What may be found after a crash: behind `done` operations of the log, `is_kill` or a power failure."""

    done: int
    kind: str
    is_kill: bool
    image: Image


def crashes(log: Sequence[Operation], *, seed: int = 1) -> Iterator[Crash]:
    """Every different state of the disk that a crash at any moment may leave, each once per moment."""
    chance = random.Random(seed)
    root = _Folder()
    yield Crash(0, "start", True, {})
    for done, operation in enumerate(log, 1):
        if operation.kind == "append":
            yield Crash(done - 1, "append", True, _image(root, {}, {}) | _cut_append(root, operation))
        _apply(root, operation)
        yield Crash(done, operation.kind, True, _image(root, {}, {}))
        seen: list[Image] = []
        for kept in _kept_names(root):
            for contents in _contents(root, chance):
                image = _image(root, kept, contents)
                if image not in seen:
                    seen.append(image)
                    yield Crash(done, operation.kind, False, image)


def counted(found: Sequence[Crash]) -> Counter[str]:
    """How many crashes follow each kind of operation."""
    return Counter(crash.kind for crash in found)


def _apply(root: _Folder, operation: Operation) -> None:
    folder, name = _folder_of(root, operation.path)
    match operation.kind:
        case "mkdir":
            folder.pending.append({name: _Folder()})
        case "create":
            folder.pending.append({name: _File()})
        case "append":
            file = folder.entries()[name]
            assert isinstance(file, _File)
            file.pending.append(operation.data)
        case "sync":
            file = folder.entries()[name]
            assert isinstance(file, _File)
            file.synced += b"".join(file.pending)
            file.pending.clear()
        case "sync_folder":
            inner = root if operation.path == "." else folder.entries()[name]
            assert isinstance(inner, _Folder)
            inner.synced = inner.entries()
            inner.pending.clear()
        case "rename":
            to_folder, to = _folder_of(root, operation.to)
            assert to_folder is folder, "a rename between folders is not one operation of this model"
            folder.pending.append({to: folder.entries()[name], name: None})
        case "link":
            to_folder, to = _folder_of(root, operation.to)
            to_folder.pending.append({to: folder.entries()[name]})
        case "remove" | "rmdir":
            folder.pending.append({name: None})
        case _:
            raise AssertionError(operation)


def _folder_of(root: _Folder, path: str) -> tuple[_Folder, str]:
    *parents, name = path.split("/")
    folder = root
    for parent in parents:
        inner = folder.entries()[parent]
        assert isinstance(inner, _Folder)
        folder = inner
    return folder, name


def _below(folder: _Folder) -> Iterator["_File | _Folder"]:
    for entry in folder.entries().values():
        yield entry
        if isinstance(entry, _Folder):
            yield from _below(entry)


def _kept_names(root: _Folder) -> Iterator[dict[_Folder, int]]:
    """How many of its pending changes each folder keeps: all, none, and each folder up to each point."""
    unsynced = [entry for entry in (root, *_below(root)) if isinstance(entry, _Folder) and entry.pending]
    yield {}
    if unsynced:
        yield dict.fromkeys(unsynced, 0)
    for folder in unsynced:
        for kept in range(len(folder.pending)):
            yield {folder: kept}


def _contents(root: _Folder, chance: random.Random) -> Iterator[dict[_File, bytes]]:
    """What stands in the files that were appended to and not synced."""
    unsynced = [entry for entry in _below(root) if isinstance(entry, _File) and entry.pending]
    yield {}
    if not unsynced:
        return
    for spoil in (_lost, _cut, _half_zeroed, _zeroed, _hole, _first_zeroed, _garbage, _first_garbage):
        yield {file: file.synced + spoil(file.pending, chance) for file in unsynced}


def _lost(pending: list[bytes], chance: random.Random) -> bytes:
    return b""


def _cut(pending: list[bytes], chance: random.Random) -> bytes:
    data = b"".join(pending)
    return data[: chance.randrange(len(data) + 1)]


def _half_zeroed(pending: list[bytes], chance: random.Random) -> bytes:
    data = b"".join(pending)
    return data[: len(data) // 2] + bytes(len(data) - len(data) // 2)


def _zeroed(pending: list[bytes], chance: random.Random) -> bytes:
    return bytes(sum(map(len, pending)))


def _hole(pending: list[bytes], chance: random.Random) -> bytes:
    """The last append, but for one sector in it."""
    data = b"".join(pending)
    start = len(data) - len(pending[-1]) * 2 // 3
    size = len(pending[-1]) // 3
    return data[:start] + bytes(size) + data[start + size :]


def _first_zeroed(pending: list[bytes], chance: random.Random) -> bytes:
    return bytes(len(pending[0])) + b"".join(pending[1:])


def _garbage(pending: list[bytes], chance: random.Random) -> bytes:
    return b"".join(pending[:-1]) + chance.randbytes(len(pending[-1]))


def _first_garbage(pending: list[bytes], chance: random.Random) -> bytes:
    return chance.randbytes(len(pending[0])) + b"".join(pending[1:])


def _image(root: _Folder, kept: dict[_Folder, int], contents: dict[_File, bytes]) -> Image:
    image: Image = {}

    def walk(folder: _Folder, prefix: str) -> None:
        for name, entry in folder.entries(kept.get(folder)).items():
            path = prefix + name
            if isinstance(entry, _Folder):
                image[path] = None
                walk(entry, path + "/")
            else:
                image[path] = contents.get(entry, entry.synced + b"".join(entry.pending))

    walk(root, "")
    return image


def _cut_append(root: _Folder, operation: Operation) -> Image:
    folder, name = _folder_of(root, operation.path)
    file = folder.entries()[name]
    assert isinstance(file, _File)
    return {operation.path: file.synced + b"".join(file.pending) + operation.data[: len(operation.data) // 2]}


class ImageDisk(Disk):
    """Reads an image; nothing can be changed in it."""

    def __init__(self, root: Path, image: Image) -> None:
        self._root = root
        self._image = image

    def read(self, path: Path) -> bytes | None:
        """As `Disk.read`."""
        return self._image.get(self._name(path))

    def read_part(self, path: Path, start: int, end: int) -> bytes:
        """As `Disk.read_part`."""
        data = self.read(path)
        if data is None:
            raise cannot("read", path, FileNotFoundError(2, "No such file or directory"))
        return data[start:end]

    def lines(self, path: Path) -> Iterator[bytes]:
        """As `Disk.lines`."""
        return iter(io.BytesIO(self.read(path) or b""))

    def size(self, path: Path) -> int | None:
        """As `Disk.size`."""
        name = self._name(path)
        return len(self._image[name] or b"") if name in self._image else None

    def names(self, path: Path) -> list[str]:
        """As `Disk.names`."""
        start = self._name(path) + "/"
        return sorted(
            name[len(start) :] for name in self._image if name.startswith(start) and "/" not in name[len(start) :]
        )

    def files_below(self, path: Path) -> list[str]:
        """As `Disk.files_below`."""
        start = self._name(path) + "/"
        return sorted(
            name[len(start) :] for name, data in self._image.items() if name.startswith(start) and data is not None
        )

    def digest(self, path: Path) -> tuple[int, str]:
        """As `Disk.digest`."""
        data = self.read_part(path, 0, 1 << 40)
        return len(data), digest_of_bytes(data)

    def _name(self, path: Path) -> str:
        return path.relative_to(self._root).as_posix()
