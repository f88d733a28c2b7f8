"""How the rest of the plugin is imported when the first journey is met: some 190 modules at once, before any test runs."""

import gc
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _OwnModules:
    """Finds our own modules where Python does. pytest would look for assertions to rewrite in each, 0.15 ms a module."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        return PathFinder.find_spec(name, path, target) if name.startswith("pytest_journeys.") else None


@contextmanager
def arriving() -> Iterator[None]:
    """For the time of an import. The garbage collector waits: it would walk all that pytest holds, 20 ms, and find nothing."""
    was_on = gc.isenabled()
    gc.disable()
    sys.meta_path.insert(0, _OwnModules)
    try:
        yield
    finally:
        sys.meta_path.remove(_OwnModules)
        if was_on:
            gc.enable()
