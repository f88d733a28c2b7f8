"""Whatever a crash at any moment leaves on the disk can be resumed, and nothing that was durable is missing.

Sessions are acted out on a recording disk; every state that a kill or a power failure may leave is opened. Then the same
log without one of its precautions: each must be caught, or the check proves nothing.
"""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crash.image_disk import ImageDisk
from crash.promises import Writing, violation
from crash.recording_disk import Operation, RecordingDisk
from crash.simulated_disk import counted, crashes
from pytest_journeys.events.model import Intent
from pytest_journeys.store.layout import Store
from store.acting import Acted, act, select

EVERY = 4
"""Of the thousands of states each fourth is opened here; the fault suite opens all of them."""
ROWS = ("a", "b", "c")


def look(acted: Acted, run: str) -> None:
    """A safe request: a line that needs no sync, before one that does."""
    acted.worker.journal.append(
        [Intent(run=run, step="look", attempt=1, method="GET", url="u", digest="0" * 64, is_safe=True, at=acted.now)]
    )


def recorded(folder: Path, durability: str) -> Writing:
    """The log of a killed session, one that resumes it and is interrupted, and one that ends orderly."""
    disk = RecordingDisk(folder)
    store = Store(folder / ".journeys", disk, boot_id="boot-1")
    rows = select(store, *ROWS)
    first = act(store, rows, durability=durability)
    first.run("a")
    first.worker.bodies.keep(b"a large body")
    run = first.open("b")
    look(first, run)
    look(first, run)
    first.step(run)
    first.die()
    second = act(store, rows, durability=durability)
    second.replay("a")
    look(second, second.open("b", second.entry("b").earlier[0]))
    second.session.stop("Ctrl-C")
    second.finish("interrupted")
    third = act(store, rows, durability=durability)
    third.replay("a")
    third.end(third.open("b", third.entry("b").earlier[0]))
    third.run("c")
    third.finish("orderly")
    return Writing(disk.log, rows, durability == "power")


@pytest.mark.parametrize("durability", ["power", "process"])
def test_every_state_that_a_crash_leaves_can_be_resumed(tmp_path: Path, durability: str) -> None:
    """No reachable state is refused, nothing acknowledged is missing, nothing is read that was not written."""
    writing = recorded(tmp_path, durability)
    found = list(crashes(writing.log))[::EVERY]
    for crash in found:
        assert violation(tmp_path, writing, crash) is None, (crash.done, writing.log[crash.done - 1], crash.is_kill)
    counts = counted(found)
    assert set(counts) >= {"mkdir", "create", "append", "sync", "sync_folder", "rename", "link", "remove"}
    assert len(found) > 500


def without(kind: str, part: str) -> Callable[[list[Operation]], list[Operation]]:
    """The log without the operations of a kind on paths that hold a text."""
    return lambda log: [operation for operation in log if not (operation.kind == kind and part in operation.path)]


def synced_after_rename(log: list[Operation]) -> list[Operation]:
    """The log in which what is written aside is synced only when it has its name: too late."""
    return [operation for operation in log if not (operation.kind == "sync" and "/." in operation.path)]


WRONG = {
    "the journal is never synced": without("sync", ".journal"),
    "the journal's folder is not synced": lambda log: [
        operation
        for at, operation in enumerate(log)
        if not (operation.kind == "sync_folder" and log[at - 1].path.endswith(".journal"))
    ],
    "the run list is not synced": without("sync", "runs.jsonl"),
    "the header of a session is not synced": without("sync", "session.json"),
    "the folder of a new session is not synced": without("sync_folder", ".new-"),
    "the folder of sessions is not synced": lambda log: [
        operation for operation in log if operation != Operation("sync_folder", ".journeys/sessions")
    ],
    "what is written aside is not synced": synced_after_rename,
    "the folder of artifacts is not synced": without("sync_folder", "artifacts"),
    "the seal is not synced": without("sync", ".manifest.json"),
    "the versions are not synced": without("sync", ".checkout.jsonl"),
    "the new store is not synced": lambda log: [
        operation for operation in log if operation != Operation("sync_folder", ".")
    ],
}


def not_gone_on_from(log: list[Operation]) -> list[Operation]:
    """The log in which a journal is synced by its writer only, not by who goes on from it or seals it."""
    return [
        operation
        for at, operation in enumerate(log)
        if not (operation.kind == "sync" and ".journal" in operation.path and log[at - 1].path != operation.path)
    ]


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_store_without_one_of_its_precautions_is_caught(
    tmp_path: Path, wrong: Callable[[list[Operation]], list[Operation]]
) -> None:
    """The check above finds each missing sync."""
    writing = recorded(tmp_path, "power")
    spoilt = Writing(wrong(writing.log), writing.rows, at_power=True)
    assert len(spoilt.log) < len(writing.log)
    assert any(violation(tmp_path, spoilt, crash) for crash in crashes(spoilt.log))


def test_going_on_from_an_unsynced_journal_is_caught(tmp_path: Path) -> None:
    """A power failure would take a dead session's lines from under the session that continues them."""
    writing = recorded(tmp_path, "process")
    spoilt = Writing(not_gone_on_from(writing.log), writing.rows, at_power=False)
    assert len(spoilt.log) < len(writing.log)
    assert any(violation(tmp_path, spoilt, crash) for crash in crashes(spoilt.log))


class TrustingDisk(ImageDisk):
    """Makes every line of a journal match its hash, as if there were none."""

    def lines(self, path: Path) -> Iterator[bytes]:
        """The lines, each with the hash of what stands in it."""
        for data in super().lines(path):
            yield hashlib.sha256(data[65:].rstrip(b"\n")).hexdigest().encode() + data[64:]


def test_a_journal_without_its_hashes_is_caught(tmp_path: Path) -> None:
    """Without them a half-written line would be taken for a record."""
    writing = recorded(tmp_path, "power")
    assert any(violation(tmp_path, writing, crash, TrustingDisk) for crash in crashes(writing.log))
