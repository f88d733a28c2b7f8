"""Files beside a journey, read from disk."""

from pathlib import Path

from pytest_journeys.values.errors import SetupError


class FolderSources:
    """Keeps the contract of `ports.Sources` for one folder. An absolute path, or one that climbs out, is read as it is."""

    __slots__ = ("_folder",)

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, path: str) -> bytes:
        """The bytes of a file named relative to the folder. Raises `SetupError` naming the file."""
        try:
            return (self._folder / path).read_bytes()
        except (OSError, ValueError) as error:
            reason = (getattr(error, "strerror", None) or str(error)).lower()
            raise SetupError(f"cannot read {path}: {reason}", help=f"paths are relative to {self._folder}") from None
