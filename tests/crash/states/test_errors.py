"""The disk refuses while real journeys run: the run says so, nothing more is sent, and the next session goes on."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from crash.promises import violation
from crash.simulated_disk import Crash, ImageDisk, crashes
from crash.states import faults
from crash.states.acting import Acting, Ports, Project, sending_to
from crash.states.recording import Recording, record
from crash.states.resuming import Judge, UnwaitingDisk, lines_in
from crash.states.shop import Shop
from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.files import Appender, cannot
from pytest_journeys.store.layout import Store
from pytest_journeys.values.errors import StoreError

ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES)
SHORT = 0
"""In the place of an error number: a write that takes half."""


class FailingDisk(UnwaitingDisk):
    """Refuses one operation on journals, counted from zero. `met` says which."""

    def __init__(self, at: int, number: int) -> None:
        self._left = at
        self.number = number
        self.met = ""

    def meet(self, verb: str) -> bool:
        """Whether it is this one."""
        self._left -= 1
        if self._left == -1:
            self.met = verb
        return self._left == -1

    def error(self) -> OSError:
        """What the system says."""
        return OSError(self.number, os.strerror(self.number))

    def append_to_new(self, path: Path) -> Appender:
        """Create, or refuse."""
        if self.meet("create"):
            raise cannot("create", path, self.error())
        return super().append_to_new(path)

    def sync_folder(self, path: Path) -> None:
        """Refuse, if it is a published session's folder."""
        if path.parent.name == "sessions" and not path.name.startswith(".") and self.meet("sync_folder"):
            raise cannot("sync the folder", path, self.error())

    def appender(self, path: Path, descriptor: int) -> Appender:
        """A handle that refuses."""
        return _Failing(path, descriptor, self)


class _Failing(Appender):
    __slots__ = ("_disk",)

    def __init__(self, path: Path, descriptor: int, disk: FailingDisk) -> None:
        super().__init__(path, descriptor)
        self._disk = disk

    def write(self, data: bytes) -> int:
        if self._disk.meet("append"):
            if self._disk.number == SHORT:
                return super().write(data[: len(data) // 2])
            raise self._disk.error()
        return super().write(data)

    def sync(self) -> None:
        if self._disk.number != SHORT and self._disk.meet("sync"):
            raise self._disk.error()


@pytest.fixture(scope="session")
def recording(scratch: Path) -> Recording:
    """Sessions to judge by."""
    return record(scratch / "errors-recorded", "power")


@pytest.mark.parametrize("number", [*ERRORS, SHORT], ids=[*(errno.errorcode[number] for number in ERRORS), "short"])
def test_an_error_at_a_journal_operation_is_loud_and_loses_nothing(
    recording: Recording, scratch: Path, number: int
) -> None:
    """The run errors, the rows behind it error before anything is sent, and all that was done counts afterwards."""
    judge = Judge(recording, recording.project, scratch / "errors")
    at = 0
    while True:
        folder = judge.folder({})
        shop, disk = Shop(), FailingDisk(at, number)
        outcomes, sent = _session(recording.project, Store(folder / ".journeys", disk, boot_id="boot-1"), shop)
        if not disk.met:
            break
        if disk.met != "sync_folder" or "journal failed" in outcomes:  # else it struck the seal
            first = outcomes.index("journal failed")
            assert set(outcomes[first + 1 :]) <= {"refused in setup"}, (at, disk.met, outcomes)
            assert sent == [len(shop.ledger)] * len(sent), (at, disk.met)
        known = lines_in(Store(folder / ".journeys", UnwaitingDisk(), boot_id="boot-1"))
        assert judge.goes_on(folder, shop, known, may_repeat=True) is None, (at, disk.met)
        faults.count(
            "errors while the engine runs (loud, resumed)",
            f"{errno.errorcode.get(number, 'half written')} at {disk.met}",
        )
        at += 1 if faults.IS_WHOLE else 11
    assert at >= 40


def _session(project: Project, store: Store, shop: Shop) -> tuple[list[str], list[int]]:
    """A session of three rows: how each ended, and how much had been sent when each that failed did."""
    acting = Acting(project, store, "s1", Ports(sending_to(shop)))
    sent: list[int] = []

    def failed() -> None:
        sent.append(len(shop.ledger))

    outcomes = list(acting.work("abc", on_failure=failed).values())
    try:
        acting.finish()
    except StoreError:
        acting.session.release()
    return outcomes, sent


# a journal that the engine wrote, cut and flipped


def _killed_image(recording: Recording) -> tuple[Crash, str]:
    """What stood when the first session had died; the journal of the worker that died."""
    log = recording.writing.log
    done = next(at for at, operation in enumerate(log) if "s1-unpublished" in operation.path)
    found = next(crash for crash in crashes(log) if crash.done == done and crash.is_kill)
    return found, ".journeys/sessions/s1/gw1.journal"


def test_a_journal_cut_at_any_byte_is_read_up_to_there(recording: Recording) -> None:
    """What stands before the cut is read, nothing else, and nothing is refused."""
    crash, name = _killed_image(recording)
    data = crash.image[name]
    assert data is not None
    for cut in range(0, len(data), 1 if faults.IS_WHOLE else 199):
        image = crash.image | {name: data[:cut]}
        found = violation(recording.project.folder, recording.writing, Crash(0, "cut", True, image))
        assert found is None, cut
        faults.count("a journal of the engine, damaged", "cut, one byte further each time")


def test_a_flipped_bit_is_never_read(recording: Recording) -> None:
    """A journal that nobody sealed is refused or read up to a line before the flip; of a sealed one `verify` tells it."""
    crash, name = _killed_image(recording)
    _flip_each(recording, crash, name, lambda found: found is None or found.startswith(("refused", "verify")))


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
