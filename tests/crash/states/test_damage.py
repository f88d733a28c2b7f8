"""A journal that the engine wrote, cut and flipped: read up to the damage, or refused; never read wrongly."""

from collections.abc import Callable
from pathlib import Path

import pytest

from crash import faults
from crash.image_disk import Image, ImageDisk
from crash.promises import violation
from crash.simulated_disk import Crash, crashes
from crash.states.caught import caught
from crash.states.recording import Recording, record
from crash.states.wrong import TrustingDisk
from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.layout import Store


@pytest.fixture(scope="session")
def recording(scratch: Path) -> Recording:
    """Sessions whose files are damaged."""
    return record(scratch / "damage-recorded", "power")


DYING = ".journeys/sessions/s1/gw1.journal"
"""The journal of the worker that died first."""


def test_a_journal_cut_at_any_byte_is_read_up_to_there(recording: Recording) -> None:
    """What stands before the cut is read, nothing else, and nothing is refused."""
    crash, _ = recording.killed_once()
    data = crash.image[DYING]
    assert data is not None
    for cut in range(0, len(data), 1 if faults.IS_WHOLE else 199):
        image = crash.image | {DYING: data[:cut]}
        found = violation(recording.project.folder, recording.writing, Crash(0, "cut", True, image))
        assert found is None, cut
        faults.count("a journal of the engine, damaged", "cut, one byte further each time")


def test_a_flipped_bit_is_never_read(recording: Recording) -> None:
    """A journal that nobody sealed is refused or read up to a line before the flip; of a sealed one `verify` tells it."""
    crash, _ = recording.killed_once()
    _flip_each(recording, crash, DYING, lambda found: found is None or found.startswith(("refused", "verify")))


def test_a_flipped_bit_below_a_seal_is_told(recording: Recording) -> None:
    """Any changed byte of a sealed session is found."""
    *_, last = (crash for crash in crashes(recording.writing.log) if crash.is_kill)
    name = ".journeys/sessions/s3/main.journal"
    data = last.image[name]
    assert data is not None
    for at in range(0, len(data), 4 if faults.IS_WHOLE else 499):
        disk = ImageDisk(recording.project.folder, last.image | {name: _flipped(data, at)})
        findings = verify(Store(recording.project.folder / ".journeys", disk, boot_id="boot-1"))
        assert Kind.ALTERED in {finding.kind for finding in findings}, at
        faults.count("a journal of the engine, damaged", "a bit flipped below a seal, told by verify")


def test_a_flipped_bit_betrays_a_journal_without_hashes(recording: Recording) -> None:
    """Who does not check them reads what was not written."""
    crash, _ = recording.killed_once()
    data = crash.image[DYING]
    assert data is not None
    images = (crash.image | {DYING: _flipped(data, at)} for at in range(0, len(data), 7))
    judged = (_read_trustingly(recording, image) for image in images)
    caught(judged, "a line's hash is not checked, and a bit is flipped")


def _read_trustingly(recording: Recording, image: Image) -> str | None:
    try:
        return violation(recording.project.folder, recording.writing, Crash(0, "flip", True, image), TrustingDisk)
    except ValueError as error:  # what was flipped is no event any more
        return f"refused: {error}"


def _flip_each(recording: Recording, crash: Crash, name: str, is_right: Callable[[str | None], bool]) -> None:
    data = crash.image[name]
    assert data is not None
    for at in range(0, len(data), 1 if faults.IS_WHOLE else 199):
        image = crash.image | {name: _flipped(data, at)}
        found = violation(recording.project.folder, recording.writing, Crash(0, "flip", True, image))
        assert is_right(found), (at, found)
        faults.count("a journal of the engine, damaged", "a bit flipped, refused or read up to there")


def _flipped(data: bytes, at: int) -> bytes:
    bit = 1 << ((at * 7 + faults.SEED) % 8)
    return data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
