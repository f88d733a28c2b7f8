"""A disk that is an image: what stands on it is read, nothing can be changed."""

import io
from collections.abc import Iterator
from pathlib import Path

from pytest_journeys.store.files import Disk, cannot
from pytest_journeys.values.canonical import digest_of_bytes

Image = dict[str, bytes | None]
"""What stands on the disk: files with their bytes, folders as None."""


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
