"""The journal as it is read: the longest valid prefix, or a refusal (durability.md: the journal, rule 4)."""

from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path

import pytest

from pytest_journeys.events.line import ZEROS, encode_line
from pytest_journeys.events.model import Event, Intent, JournalOpened, JournalStopped, StepEnded
from pytest_journeys.store.files import Disk
from pytest_journeys.store.reading import JournalReading
from pytest_journeys.values.errors import StoreCorruptError, StoreTooNewError
from store.acting import NOW

SAFE = Intent(run="r", step="s", attempt=1, method="GET", url="u", digest="d", is_safe=True, at=NOW)
UNSAFE = Intent(run="r", step="s", attempt=1, method="POST", url="u", digest="d", is_safe=False, at=NOW)
ENDED = StepEnded(run="r", step="s", outcome="passed", at=NOW)


def lines_of(*events: Event, durability: str = "power", version: int = 1, boot: str = "boot-1") -> list[bytes]:
    """A journal of the boot ``boot-1``: its header and one line per event."""
    header = JournalOpened(
        session="s1",
        worker="gw0",
        boot_id=boot,
        durability=durability,
        session_digest="1" * 64,
        run_list_digest="2" * 64,
        at=NOW,
        version=version,
    )
    lines = []
    previous = ZEROS
    for event in (header, *events):
        data, previous = encode_line(previous, [event], [])
        lines.append(data)
    return lines


class OneFile(Disk):
    """A disk on which every file holds the same bytes."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def lines(self, path: Path) -> Iterator[bytes]:
        """The bytes, line by line."""
        return iter(BytesIO(self._data))


def read(data: bytes, *, boot: str = "boot-1", sealed: int | None = None) -> JournalReading:
    """Read a journal with these bytes to its end; raises what reading raises."""
    reading = JournalReading(OneFile(data), Path("gw0.journal"), boot_id=boot, sealed_bytes=sealed)
    for _ in reading:
        pass
    return reading


def zeroed(lines: Sequence[bytes], position: int) -> bytes:
    """The journal with one line's bytes zeroed, newline included."""
    return b"".join(b"\0" * len(line) if at == position else line for at, line in enumerate(lines))


def test_a_journal_cut_at_every_byte_yields_the_whole_lines_before_the_cut() -> None:
    """A torn tail is ignored from where it begins; no cut is ever refused, on this boot or another."""
    lines = lines_of(SAFE, ENDED, UNSAFE, ENDED)
    data = b"".join(lines)
    ends = [sum(map(len, lines[:count])) for count in range(len(lines) + 1)]
    for boot in ("boot-1", "boot-2"):
        for cut in range(len(data) + 1):
            reading = read(data[:cut], boot=boot)
            assert reading.valid_bytes == max(end for end in ends if end <= cut)
            assert reading.torn_at == (None if cut in ends else reading.valid_bytes)


def test_a_bit_flipped_at_every_byte_is_found() -> None:
    """On the boot that wrote it every flip is refused with its line, but one in the last line, which looks torn."""
    lines = lines_of(SAFE, ENDED, UNSAFE)
    data = b"".join(lines)
    starts = [sum(map(len, lines[:count])) for count in range(len(lines))]
    for position in range(len(data)):
        flipped = bytearray(data)
        flipped[position] ^= 1
        start = max(start for start in starts if start <= position)
        if start == starts[-1]:
            assert read(bytes(flipped)).torn_at == start
            continue
        with pytest.raises(StoreCorruptError) as refused:
            read(bytes(flipped))
        assert (refused.value.byte, refused.value.file) == (start, "gw0.journal")
        assert "journeys verify" in str(refused.value)


def test_after_another_boot_a_flip_before_a_synced_line_is_found() -> None:
    """A firm line with another behind it was synced for certain, and with it all before it."""
    lines = lines_of(SAFE, ENDED, UNSAFE, SAFE)
    data = b"".join(lines)
    synced = len(data) - len(lines[-1]) - len(lines[-2])
    for position in range(synced):
        flipped = bytearray(data)
        flipped[position] ^= 1
        with pytest.raises(StoreCorruptError):
            read(bytes(flipped), boot="boot-2")
    for position in range(synced, len(data)):
        flipped = bytearray(data)
        flipped[position] ^= 1
        assert read(bytes(flipped), boot="boot-2").torn_at is not None


def test_a_power_failure_may_lose_an_unsynced_line_before_a_firm_one_in_flight() -> None:
    """The sync of the last line had not returned, so its page may be on the disk and the one before it not."""
    lines = lines_of(SAFE, ENDED, SAFE, UNSAFE)
    reading = read(zeroed(lines, 3), boot="boot-2")
    assert reading.torn_at == sum(map(len, lines[:3]))
    with pytest.raises(StoreCorruptError):
        read(zeroed(lines, 3), boot="boot-1")
    with pytest.raises(StoreCorruptError):
        read(zeroed(lines, 3) + b"x", boot="boot-2")  # something was appended: the sync had returned
    with pytest.raises(StoreCorruptError):
        read(zeroed(lines, 2) + lines[4], boot="boot-2")


def test_a_removed_line_is_found() -> None:
    """Each line names the one before it."""
    lines = lines_of(SAFE, SAFE, ENDED)
    for boot in ("boot-1", "boot-2"):
        for position in range(len(lines) - 1):
            with pytest.raises(StoreCorruptError) as refused:
                read(b"".join(lines[:position] + lines[position + 1 :]), boot=boot)
            assert refused.value.byte == sum(map(len, lines[:position]))


@pytest.mark.parametrize("boot", ["boot-1", "boot-2"])
def test_a_header_that_never_landed_is_an_empty_journal(boot: str) -> None:
    """It was synced before the first act, so with nothing behind it nothing was done; with something it is damage."""
    lines = lines_of(SAFE)
    for tail in (b"", b"\0" * len(lines[0]), b"\n\ngarbage\n", lines[0][:-1]):
        assert read(tail, boot=boot).header is None
    with pytest.raises(StoreCorruptError):
        read(zeroed(lines, 0) + lines[1], boot=boot)


def test_a_process_journal_of_another_boot_is_read_up_to_its_first_bad_line() -> None:
    """Nothing of it was synced: no bad line is damage there; on its own boot every one is."""
    lines = lines_of(ENDED, ENDED, ENDED, durability="process")
    reading = read(zeroed(lines, 2), boot="boot-2")
    assert reading.valid_bytes == len(lines[0] + lines[1])
    assert not reading.is_whole
    with pytest.raises(StoreCorruptError):
        read(zeroed(lines, 1) + lines[3], boot="boot-1")
    assert read(b"".join(lines), boot="boot-1").is_whole
    stopped = lines_of(ENDED, JournalStopped(reason="Ctrl-C", at=NOW), durability="process")
    assert read(b"".join(stopped), boot="boot-2").is_whole
    assert not read(b"".join(stopped[:-1]), boot="boot-2").is_whole


def test_an_unknown_boot_equals_no_other() -> None:
    """Where the system does not name its start, nothing unsynced is trusted."""
    assert not read(b"".join(lines_of(ENDED, durability="process", boot="")), boot="").is_whole


def test_a_sealed_journal_is_read_as_far_as_it_was_sealed() -> None:
    """What stood behind is the torn tail of then; anything else that differs is damage."""
    lines = lines_of(SAFE, ENDED)
    data = b"".join(lines)
    assert read(data + b"torn", sealed=len(data)).valid_bytes == len(data)
    for damaged in (data[:-1], data[: len(lines[0])], zeroed(lines, 2), zeroed(lines, 1)):
        with pytest.raises(StoreCorruptError):
            read(damaged, boot="boot-2", sealed=len(data))


def test_a_newer_journal_is_refused_with_a_sentence() -> None:
    """Never skip what is not known."""
    with pytest.raises(StoreTooNewError, match="event version 2"):
        read(b"".join(lines_of(ENDED, version=2)))


def test_a_first_line_that_is_no_header_is_refused() -> None:
    """A good line of another kind in the first place means that the journal's beginning is gone."""
    for events in ([ENDED], []):
        with pytest.raises(StoreCorruptError, match="header"):
            read(encode_line(ZEROS, events, [])[0])


def test_a_reader_that_meets_its_writer_in_mid_line_sees_a_torn_tail() -> None:
    """A query reads a journal that is written: what arrives while it reads is no damage."""
    lines = lines_of(SAFE, ENDED, UNSAFE)

    class Growing(Disk):
        def lines(self, path: Path) -> Iterator[bytes]:
            yield from (lines[0], lines[1], lines[2][:40], lines[2][40:], lines[3])

    reading = JournalReading(Growing(), Path("gw0.journal"), boot_id="boot-1")
    assert len(list(reading)) == 2
    assert reading.torn_at == len(lines[0] + lines[1])
