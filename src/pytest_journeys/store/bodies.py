"""Large evidence bodies by digest. Never needed to resume, so never waited for."""

from pathlib import Path

from pytest_journeys.store.files import Disk
from pytest_journeys.store.whole import put_unsynced
from pytest_journeys.values.canonical import digest_of_bytes


class BodyFolder:
    """The bodies of one session (`ports.Bodies`)."""

    def __init__(self, disk: Disk, folder: Path) -> None:
        self._disk = disk
        self._folder = folder
        self._kept: set[str] = set()

    def keep(self, data: bytes) -> str:
        """Keep a body and return its sha256. Idempotent, also between workers; not synced. Raises `StoreError`."""
        sha256 = digest_of_bytes(data)
        if sha256 in self._kept:
            return sha256
        path = self._folder / sha256
        if self._disk.size(path) != len(data) or self._disk.read(path) != data:
            self._disk.make_folder(self._folder)
            put_unsynced(self._disk, path, data)
        self._kept.add(sha256)
        return sha256

    def read(self, sha256: str) -> bytes | None:
        """A kept body; None when it was lost, or is not what its name says."""
        data = self._disk.read(self._folder / sha256)
        return data if data is not None and digest_of_bytes(data) == sha256 else None
