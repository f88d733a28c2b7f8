"""Disks for tests of the store: one that writes down what is asked of it, one that refuses at a chosen moment."""

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pytest_journeys.store.files import Appender, Disk


class _CountingAppender(Appender):
    __slots__ = ("_before",)

    def __init__(self, path: Path, descriptor: int, before: Callable[[str, Path], None]) -> None:
        super().__init__(path, descriptor)
        self._before = before

    def write(self, data: bytes) -> int:
        self._before("append", self.path)
        return super().write(data)

    def sync(self) -> None:
        self._before("sync", self.path)


class CountingDisk(Disk):
    """Does everything but wait for the disk, and keeps a list of what was done: (verb, name of the file)."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    def before(self, verb: str, path: Path) -> None:
        """Called before each operation; may raise `OSError`."""
        self.done.append((verb, path.name))

    def attempt(self, verb: str, path: Path, act: Any, *args: Any, **kwargs: Any) -> Any:
        """Count the operation, then do it."""

        def counted(*args: Any, **kwargs: Any) -> Any:
            self.before(verb, path)
            return None if verb.startswith("sync") else act(*args, **kwargs)

        return super().attempt(verb, path, counted, *args, **kwargs)

    def appender(self, path: Path, descriptor: int) -> Appender:
        """A handle that counts."""
        return _CountingAppender(path, descriptor, self.before)

    def count(self, verb: str, name: str) -> int:
        """How often something was done to a file of that name."""
        return self.done.count((verb, name))


class RefusingDisk(CountingDisk):
    """Refuses one operation, counted from zero, with an error number; everything before and behind it is done."""

    def __init__(self, at: int, number: int) -> None:
        super().__init__()
        self._at = at
        self._number = number
        self.refused: tuple[str, str] | None = None

    def before(self, verb: str, path: Path) -> None:
        """Refuse, if it is the moment."""
        if len(self.done) == self._at:
            self.refused = (verb, path.name)
            self.done.append((verb, path.name))
            raise OSError(self._number, os.strerror(self._number))
        super().before(verb, path)


class ShortDisk(CountingDisk):
    """Takes only half of the bytes of one append to a journal, counted from zero."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._left = at

    def appender(self, path: Path, descriptor: int) -> Appender:
        """A handle that counts."""
        disk = self

        class Short(_CountingAppender):
            __slots__ = ()

            def write(self, data: bytes) -> int:
                disk._left -= 1
                return super().write(data[: len(data) // 2] if disk._left == -1 else data)

        return Short(path, descriptor, self.before)


ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES)
