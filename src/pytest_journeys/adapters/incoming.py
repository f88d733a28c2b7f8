"""The bytes of one answer as they come from a line, taken in the portions that HTTP frames them in."""

import re
from collections.abc import Callable
from typing import TypeAlias

Read: TypeAlias = Callable[[], bytes]
"""The next bytes of the line, empty when the server has closed it."""


class CutShortError(Exception):
    """The server closed the line before its answer was whole; the message says how far it came, if that is known."""


class TooLongError(Exception):
    """A portion is longer than it may be."""


class Incoming:
    """What has come and is not taken yet."""

    __slots__ = ("_data", "_position", "_read")

    def __init__(self, read: Read) -> None:
        self._read = read
        self._data = b""
        self._position = 0

    @property
    def is_empty(self) -> bool:
        """Whether all that has come so far is taken."""
        return self._position == len(self._data)

    def through(self, end: re.Pattern[bytes], longest: int) -> bytes:
        """All up to and with the first match of `end`, which matches at most 3 bytes.

        Raises `TooLongError` when that is more than `longest` bytes, `CutShortError`.
        """
        found = end.search(self._data, self._position)
        while found is None:
            rest = self._data[self._position :]
            if len(rest) > longest:
                raise TooLongError
            self._data, self._position = rest + self._next(""), 0
            found = end.search(self._data, max(0, len(rest) - 2))
        taken = self._data[self._position : found.end()]
        if len(taken) > longest:
            raise TooLongError
        self._position = found.end()
        return taken

    def take(self, size: int) -> bytes:
        """So many bytes. Raises `CutShortError`."""
        part = self._data[self._position : self._position + size]
        self._position += len(part)
        if len(part) == size:
            return part
        parts = [part]
        left = size - len(part)
        while left:
            self._data = self._next(f"received {size - left} bytes, expected {size}")
            self._position = min(left, len(self._data))
            parts.append(self._data[:left])
            left -= self._position
        return b"".join(parts)

    def rest(self, longest: int) -> bytes:
        """All until the server closes the line. Raises `TooLongError` when that is more than `longest` bytes."""
        parts = [self._data[self._position :]]
        size = len(parts[0])
        while size <= longest:
            part = self._read()
            if not part:
                self._data, self._position = b"", 0
                return b"".join(parts)
            parts.append(part)
            size += len(part)
        raise TooLongError

    def _next(self, missing: str) -> bytes:
        data = self._read()
        if not data:
            raise CutShortError(missing)
        return data
