"""A worker's journal, as it is read: the longest valid prefix, or a refusal that names file and byte.

The rules (durability.md, the journal's fourth). On the boot that wrote it the operating system kept every line, so only
the last one can be torn, by a kill in mid-write: a good line behind a bad one is corruption. After another boot, lines
that were not synced may be lost, zeroed or torn in any order. A firm line was synced for certain when another line stands
behind it, because that one was written after the sync had returned; a bad line before such a line is corruption, any
other begins the torn tail. A `process` journal of another boot is read up to its first bad line and no further. In a
sealed session the seal says how far the journal is valid.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, pairwise
from pathlib import Path
from typing import Final

from pytest_journeys.events.line import ZEROS, Line, decode_line
from pytest_journeys.events.model import VERSION, Event, JournalOpened, JournalStopped, is_firm
from pytest_journeys.store.files import Disk
from pytest_journeys.store.header import SET_ASIDE
from pytest_journeys.values.errors import StoreCorruptError, StoreTooNewError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue, parse_json

NEWLINE: Final = 0x0A
_LINE: Final = re.compile(rb"[0-9a-f]{64} [0-9a-f]{64} \[")


@fact(kw_only=False)
class Placed:
    """A valid line and the byte it begins at; `end` is the byte behind its newline."""

    offset: int
    end: int
    line: Line


class JournalReading:
    """One pass over a journal. Iterate it once; the attributes are complete when it ends.

    `header` is None for a journal that never began. `valid_bytes` is the length of the valid prefix, `head` its last
    line's hash, `torn_at` the byte where a torn tail begins. `is_whole` is False when open runs in it cannot be trusted:
    recorded at ``process``, the machine started anew, and no synced mark of an interruption at its end.
    """

    def __init__(self, disk: Disk, path: Path, *, boot_id: str, sealed_bytes: int | None = None) -> None:
        self._disk = disk
        self._path = path
        self._boot_id = boot_id
        self._sealed_bytes = sealed_bytes
        self.header: JournalOpened | None = None
        self.valid_bytes = 0
        self.head = ZEROS
        self.torn_at: int | None = None
        self._last: Line | None = None

    @property
    def is_same_boot(self) -> bool:
        """Whether the machine has not started anew since the journal was begun."""
        return self.header is not None and self.header.boot_id == self._boot_id and self._boot_id != ""

    @property
    def is_whole(self) -> bool:
        """Whether the journal holds all that its worker did."""
        if self.header is None or self.header.durability == "power" or self.is_same_boot:
            return True
        return self._last is not None and any(isinstance(event, JournalStopped) for event in self.events_of(self._last))

    def __iter__(self) -> Iterator[Placed]:
        """The valid lines, the header first. Raises `StoreCorruptError`, `StoreTooNewError`."""
        lines = self._disk.lines(self._path)
        for data in lines:
            if self.valid_bytes == self._sealed_bytes:
                return
            line = decode_line(data[:-1]) if data[-1] == NEWLINE else None
            if line is None or line.previous != self.head:
                self.torn_at = self.valid_bytes
                self._judge_tail(data, lines)
                return
            if self.header is None:
                self.header = self._read_header(line)
            placed = Placed(self.valid_bytes, self.valid_bytes + len(data), line)
            self.valid_bytes = placed.end
            self.head = line.sha256
            self._last = line
            yield placed
        if self._sealed_bytes is not None and self.valid_bytes != self._sealed_bytes:
            raise self._corrupt(self.valid_bytes, f"it ends here, sealed were {self._sealed_bytes} bytes")

    def events_of(self, line: Line) -> tuple[Event, ...]:
        """The events of a line of this journal. Raises `StoreTooNewError` for what this version does not know."""
        try:
            return line.events()
        except ValueError as error:
            raise self._unknown(error) from None

    def parsed(self, line: Line) -> list[Mapping[str, JsonValue]]:
        """The events of a line as JSON objects. Raises `StoreTooNewError` for what this version does not know."""
        try:
            found = parse_json(line.control)
        except ValueError as error:
            raise self._unknown(error) from None
        if not isinstance(found, list) or not all(isinstance(item, Mapping) and "is" in item for item in found):
            raise self._unknown(ValueError("events of another shape"))
        return found

    def _read_header(self, line: Line) -> JournalOpened:
        try:
            value = parse_json(line.control)
        except ValueError as error:
            raise self._corrupt(0, f"the first line is no journal's header: {error}") from None
        first = value[0] if isinstance(value, list) and value else None
        version = first.get("version", VERSION) if isinstance(first, dict) else VERSION
        if isinstance(version, int) and version > VERSION:
            raise StoreTooNewError(
                f"{self._path} has event version {version}, but this pytest-journeys reads version {VERSION}",
                help="upgrade pytest-journeys, or name another store with --journeys-store",
            )
        opened = self.events_of(line)
        if len(opened) != 1 or not isinstance(opened[0], JournalOpened):
            raise self._corrupt(0, "the first line is no journal's header")
        return opened[0]

    def _judge_tail(self, bad: bytes, behind: Iterable[bytes]) -> None:
        """Raise `StoreCorruptError` unless what begins with the line `bad` is a torn tail."""
        at = self.valid_bytes
        if self._sealed_bytes is not None:
            raise self._corrupt(at, "a line of a sealed session does not match its hash")
        if self.header is not None and self.header.durability != "power" and not self.is_same_boot:
            return
        if bad[-1] != NEWLINE:
            return  # the end of the file; what a living writer has added since is another reading's
        if _good(bad) is not None:
            raise self._corrupt(at, "a line does not continue the one before it")
        keeps_order = self.header is None or self.is_same_boot  # the header was synced before anything followed it
        was_firm = False
        for data in chain.from_iterable(map(_pieces, chain((bad,), behind))):
            line = _good(data)
            if was_firm or (keeps_order and line is not None):
                raise self._corrupt(at, "a line does not match its hash, and good lines stand behind it")
            was_firm = line is not None and any(is_firm(event) for event in self.events_of(line))

    def _unknown(self, error: ValueError) -> StoreTooNewError:
        return StoreTooNewError(
            f"{self._path} holds what this pytest-journeys does not know: {error}",
            help="upgrade pytest-journeys, or name another store with --journeys-store",
        )

    def _corrupt(self, byte: int, reason: str) -> StoreCorruptError:
        return StoreCorruptError(str(self._path), byte, reason, help=SET_ASIDE)


def _good(data: bytes) -> Line | None:
    """The line, if it is complete and matches its hash."""
    return decode_line(data[:-1]) if data[-1] == NEWLINE else None


def _pieces(data: bytes) -> Iterator[bytes]:
    """What may be lines: a damaged newline joins two."""
    starts = [0, *(found.start() for found in _LINE.finditer(data, 1)), len(data)]
    return (data[start:end] for start, end in pairwise(starts))
