"""The journal as it is written (durability.md: the journal, rules 1, 5 and 7)."""

import errno
import os
from pathlib import Path

import pytest

from pytest_journeys.events.model import Intent, JournalOpened, JournalStopped, StepEnded
from pytest_journeys.store.files import Disk
from pytest_journeys.store.journal import JournalFile
from pytest_journeys.store.reading import JournalReading
from pytest_journeys.values.errors import JournalFailedError, StoreError
from store.acting import NOW
from store.recording import CountingDisk, RefusingDisk, ShortDisk


def journal_in(folder: Path, disk: Disk, durability: str = "power") -> JournalFile:
    """A journal named ``gw0``."""
    header = JournalOpened(
        session="s1",
        worker="gw0",
        boot_id="boot-1",
        durability=durability,
        session_digest="1" * 64,
        run_list_digest="2" * 64,
        at=NOW,
    )
    return JournalFile(disk, folder, lambda: header)


def intent(*, is_safe: bool) -> Intent:
    """A request that is about to leave."""
    method = "GET" if is_safe else "POST"
    return Intent(run="r", step="s", attempt=1, method=method, url="u", digest="d", is_safe=is_safe, at=NOW)


def append_three(journal: JournalFile) -> None:
    """Three steps end."""
    for _ in range(3):
        journal.append([ENDED])


ENDED = StepEnded(run="r", step="s", outcome="passed", at=NOW)
SKIPPED = StepEnded(run="r", step="s", outcome="skipped", at=NOW)


def test_nothing_is_written_before_the_first_append(tmp_path: Path) -> None:
    """A worker that runs no journey leaves no journal."""
    disk = CountingDisk()
    journal = journal_in(tmp_path, disk)
    journal.close()
    assert not journal.is_begun
    assert disk.done == []
    assert list(tmp_path.iterdir()) == []


def test_the_header_is_on_the_disk_before_the_first_act(tmp_path: Path) -> None:
    """Rule 5: create, sync the folder, write and sync the header, then the first line."""
    disk = CountingDisk()
    journal_in(tmp_path, disk).append([intent(is_safe=True)])
    assert disk.done == [
        ("create", "gw0.journal"),
        ("sync the folder", tmp_path.name),
        ("append", "gw0.journal"),
        ("sync", "gw0.journal"),
        ("append", "gw0.journal"),
    ]


def test_at_power_a_line_is_synced_once_when_it_is_firm(tmp_path: Path) -> None:
    """Rule 1: what ends a step or may change the world; one append, at most one sync."""
    disk = CountingDisk()
    journal = journal_in(tmp_path, disk)
    journal.append([intent(is_safe=True)])
    for events, is_synced in (
        ([intent(is_safe=True)], False),
        ([SKIPPED, intent(is_safe=True)], False),
        ([intent(is_safe=False)], True),
        ([ENDED, intent(is_safe=False)], True),
        ([ENDED, intent(is_safe=True)], True),
    ):
        disk.done.clear()
        journal.append(events)
        assert disk.done == [("append", "gw0.journal")] + [("sync", "gw0.journal")] * is_synced


def test_at_process_only_header_interruption_and_end_are_synced(tmp_path: Path) -> None:
    """No sync stands on a step's path; Ctrl-C and the end leave nothing to chance."""
    disk = CountingDisk()
    journal = journal_in(tmp_path, disk, "process")
    journal.append([ENDED, intent(is_safe=False)])
    assert disk.count("sync", "gw0.journal") == 1
    journal.append([JournalStopped(reason="Ctrl-C", at=NOW)])
    assert disk.count("sync", "gw0.journal") == 2
    journal.close()
    assert disk.count("sync", "gw0.journal") == 2
    journal = journal_in(tmp_path / "..", disk, "process")
    journal.append([ENDED])
    journal.close()
    assert disk.count("sync", "gw0.journal") == 4
    journal.close()


def test_a_line_reads_back_with_its_place(tmp_path: Path) -> None:
    """`place` names the line appended last: offset and hash."""
    journal = journal_in(tmp_path, Disk())
    journal.append([ENDED], [{"run": "r", "step": "s", "attempt": 1, "started": 1.5, "duration_ms": 2.0}])
    journal.append([intent(is_safe=False)])
    lines = list(JournalReading(Disk(), tmp_path / "gw0.journal", boot_id="boot-1"))
    assert [line.line.events() for line in lines[1:]] == [(ENDED,), (intent(is_safe=False),)]
    assert (journal.place.offset, journal.place.line) == (lines[2].offset, lines[2].line.sha256)
    assert (journal.place.session, journal.place.journal) == ("s1", "gw0")


@pytest.mark.parametrize("at", range(1, 6))
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES])
def test_a_refused_operation_ends_the_journal_loudly(tmp_path: Path, at: int, number: int) -> None:
    """Rule 7: nothing more is appended, no sync is retried; what was recorded reads back."""
    disk = RefusingDisk(at, number)
    journal = journal_in(tmp_path, disk)
    with pytest.raises(JournalFailedError, match=os.strerror(number)):
        append_three(journal)
    done = len(disk.done)
    with pytest.raises(JournalFailedError, match=os.strerror(number)):
        journal.append([ENDED])
    journal.close()
    assert len(disk.done) == done
    reading = JournalReading(Disk(), tmp_path / "gw0.journal", boot_id="boot-1")
    assert all(line.line.events() for line in reading)
    assert reading.torn_at is None


def test_a_journal_that_cannot_be_created_says_so(tmp_path: Path) -> None:
    """The first append fails and so does every later one."""
    journal = journal_in(tmp_path, RefusingDisk(0, errno.EROFS))
    for _ in range(2):
        with pytest.raises(JournalFailedError, match="Read-only file system"):
            journal.append([ENDED])
    journal.close()


def test_a_short_write_ends_the_journal_and_leaves_a_torn_tail(tmp_path: Path) -> None:
    """Half a line was written: nothing may follow it, and a reader ignores it."""
    journal = journal_in(tmp_path, ShortDisk(2))
    journal.append([intent(is_safe=True)])
    for _ in range(2):
        with pytest.raises(JournalFailedError, match=r"took \d+ of \d+ bytes"):
            journal.append([ENDED])
    journal.close()
    reading = JournalReading(Disk(), tmp_path / "gw0.journal", boot_id="boot-1")
    assert [line.line.events() for line in reading][1:] == [(intent(is_safe=True),)]
    assert reading.torn_at == reading.valid_bytes


def test_a_signal_in_mid_append_ends_the_journal(tmp_path: Path) -> None:
    """Nobody knows what a write had done when an exception left it, so nothing may follow."""

    class Cut(CountingDisk):
        def before(self, verb: str, path: Path) -> None:
            super().before(verb, path)
            if len(self.done) == 6:
                raise KeyboardInterrupt

    journal = journal_in(tmp_path, Cut())
    journal.append([intent(is_safe=True)])
    with pytest.raises(KeyboardInterrupt):
        journal.append([ENDED])
    with pytest.raises(JournalFailedError, match="cut short"):
        journal.append([ENDED])
    journal.close()


def test_another_worker_of_the_same_name_is_refused(tmp_path: Path) -> None:
    """Only its creator ever writes a journal."""
    journal_in(tmp_path, Disk()).append([ENDED])
    with pytest.raises(StoreError, match="File exists"):
        journal_in(tmp_path, Disk()).append([ENDED])


def test_what_the_syncs_cost_is_known(tmp_path: Path) -> None:
    """The last section can name a slow disk."""
    journal = journal_in(tmp_path, Disk())
    assert journal.sync_cost.count == 0
    for _ in range(3):
        journal.append([ENDED])
    cost = journal.sync_cost
    assert cost.count == 4
    assert 0 < cost.median_ms <= cost.total_ms
    journal.close()
