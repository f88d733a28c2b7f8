"""A disk that loses power: from a list of operations, what may be found after a crash at any moment.

The model: data appended to a file since its last sync may be whole, lost, cut, zeroed or garbage; names changed in a
folder since its last sync may be there up to any point, each folder for itself. A rename is atomic. After a kill
everything stands, but the write that was under way may have been cut. Not modelled: names that persist out of order
within one folder, drives that lie about a sync.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from crash.image_disk import Image
from crash.recording_disk import Operation


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
