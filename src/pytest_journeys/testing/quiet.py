"""Ports that have nothing to say."""

from pytest_journeys.values.errors import SetupError


class NeverStop:
    """Keeps the contract of `ports.StopSign`: nobody asks to stop, unless a test sets `because`."""

    def __init__(self) -> None:
        self.because: str | None = None

    def reason(self) -> str | None:
        """Why to stop."""
        return self.because


class Deaf:
    """Keeps the contract of `ports.Listener` and remembers nothing."""

    def step_ended(self, run: str, step: str, outcome: str) -> None:
        """Hear it and go on."""


class MemorySources:
    """Keeps the contract of `ports.Sources` with files that are given."""

    def __init__(self, files: dict[str, bytes] | None = None) -> None:
        self._files = files or {}

    def read(self, path: str) -> bytes:
        """The bytes of a file."""
        if path not in self._files:
            raise SetupError(f"no file {path}")
        return self._files[path]
