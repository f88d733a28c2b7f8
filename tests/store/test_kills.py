"""A real process killed with SIGKILL at every operation of the store: nothing acknowledged is lost, the next session goes on."""

import os
import signal
from pathlib import Path

from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.layout import Store
from pytest_journeys.store.query import session_lines, workers_of
from pytest_journeys.store.sessions import sessions
from store.acting import act, select, store_at
from store.recording import CountingDisk


class DeadlyDisk(CountingDisk):
    """Kills its process before one operation, counted from zero."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def before(self, verb: str, path: Path) -> None:
        """Die, if it is the moment."""
        if len(self.done) == self._at:
            os.kill(os.getpid(), signal.SIGKILL)
        super().before(verb, path)


def two_sessions(store: Store, tell: int) -> None:
    """A session that dies in the middle of a row, and one that goes on and is interrupted; tells every line it wrote."""
    rows = select(store, "a", "b")
    first = act(store, rows)

    def told() -> None:
        os.write(tell, first.worker.journal.place.line.encode())

    run = first.open("a")
    told()
    first.step(run)
    told()
    first.end(run)
    told()
    first.open("b")
    told()
    first.die()
    second = act(store, rows)
    if second.entry("a").earlier:
        second.replay("a")
    second.end(second.open("b", next(iter(second.entry("b").earlier), None)))
    second.finish("interrupted")


def killed_at(folder: Path, at: int) -> tuple[bool, list[str]]:
    """Whether a child that acts out two sessions was killed, and the hashes of the lines that it had acknowledged."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            two_sessions(Store(folder / ".journeys", DeadlyDisk(at), boot_id="boot-1"), mouth)
        finally:
            os._exit(0)
    os.close(mouth)
    with os.fdopen(ear, "r") as heard:
        told = heard.read()
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status), [told[start : start + 64] for start in range(0, len(told), 64)]


def test_a_kill_at_every_operation_loses_nothing(tmp_path: Path) -> None:
    """Its locks are free at once, what it acknowledged reads back, the next session seals and verifies."""
    at = 0
    most = 0
    while True:
        folder = tmp_path / f"{at}"
        folder.mkdir()
        was_killed, told = killed_at(folder, at)
        if not was_killed:
            break
        at += 1
        store = store_at(folder)
        read = {
            line.place.line
            for view in sessions(store)
            for worker in workers_of(view)
            for line in session_lines(view, worker)
        }
        assert read.issuperset(told), at
        most = max(most, len(told))
        third = act(store, select(store, "a", "b"))
        for row in "ab":
            for earlier in third.entry(row).earlier:
                third.replay(row) if earlier.outcome else third.end(third.open(row, earlier))
        third.finish()
        assert [finding for finding in verify(store) if finding.kind is not Kind.TORN] == []
        assert all(not view.is_living for view in sessions(store))
    assert most == 4
    assert at > 60
