"""Files that appear whole or not at all: written aside, synced, then given their name.

Names that begin with a dot are asides: a crash may leave one behind, nobody ever reads it.
"""

import os
from pathlib import Path

from pytest_journeys.store.files import Disk


def put(disk: Disk, path: Path, data: bytes) -> None:
    """Give `path` this content, durably, in the place of what was there. Raises `StoreError`."""
    aside = _write_aside(disk, path, data)
    disk.sync(aside)
    disk.rename(aside, path)
    disk.sync_folder(path.parent)


def put_unsynced(disk: Disk, path: Path, data: bytes) -> None:
    """The same without waiting for the disk: whole for every process, possibly lost to a power failure."""
    disk.rename(_write_aside(disk, path, data), path)


def put_first(disk: Disk, path: Path, data: bytes) -> bool:
    """Give `path` this content, durably, unless it has one: the first wins. Whether it was ours. Raises `StoreError`."""
    aside = _write_aside(disk, path, data)
    disk.sync(aside)
    is_ours = disk.link(aside, path)
    disk.remove(aside)
    disk.sync_folder(path.parent)
    return is_ours


def _write_aside(disk: Disk, path: Path, data: bytes) -> Path:
    aside = path.with_name(f".{path.name}.{os.urandom(4).hex()}")
    disk.write(aside, data)
    return aside
