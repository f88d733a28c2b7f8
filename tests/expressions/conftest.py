"""A scope of plain values, for every test of the room."""

from collections.abc import Callable
from typing import Any

import pytest

from pytest_journeys.expressions.drawn import draw
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError


class PlainScope:
    """References are keys of one mapping: ``inputs.user``."""

    def __init__(self, values: dict[str, Any], files: dict[str, bytes], now: float = 0.0) -> None:
        self.values = values
        self.files = files
        self.now = now
        self.drawn: list[tuple[int, str, tuple[Any, ...]]] = []

    def look_up(self, source: str, names: tuple[str, ...]) -> Any:
        """The value under the joined names."""
        key = ".".join((source, *names))
        if key not in self.values:
            raise MissingValueError(key)
        return self.values[key]

    def generate(self, site: int, function: str, arguments: tuple[Any, ...]) -> Any:
        """Drawn from zeros at the scope's moment, and noted."""
        self.drawn.append((site, function, arguments))
        return draw(function, arguments, bytes, self.now)

    def read_file(self, path: str) -> bytes:
        """One of the given files."""
        if path not in self.files:
            raise EvaluationError(f"{path} cannot be read")
        return self.files[path]


@pytest.fixture
def scope() -> Callable[..., PlainScope]:
    """Makes a scope: ``scope({"inputs.user": "ada"})``."""
    return lambda values=None, files=None: PlainScope(values or {}, files or {})
