"""Which past sessions are let go of (durability.md: retention), and that a crash in the middle loses nothing that stays."""

from pathlib import Path

import pytest

from crash.image_disk import ImageDisk
from crash.recording_disk import Operation, RecordingDisk
from crash.simulated_disk import Crash, crashes
from pytest_journeys.events.model import RunParked
from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import Lock
from pytest_journeys.store.ownership import choose
from pytest_journeys.store.retention import Limits, leaving, retain
from pytest_journeys.store.seal import CONTROLLER
from pytest_journeys.store.selection import Selection
from pytest_journeys.store.sessions import sessions
from pytest_journeys.values.errors import StoreError
from store.acting import DAY, NOW, Acted, act, select, store_at
from store.recording import RefusingDisk

LATER = NOW + 100 * DAY


def going(store: Store, keep: int = 0, *, now: float = LATER, days: int = 30) -> list[str]:
    """What would go, the oldest first."""
    found = leaving(sessions(store), Limits(sessions=keep, days=days), now=now)
    return [one.session for one in found]


def orderly(store: Store, *rows: str, now: float = NOW) -> str:
    """A session that ran rows to their end."""
    acted = act(store, select(store, *rows), now=now)
    for row in rows:
        acted.run(row)
    acted.finish()
    return acted.session.id


def parked(acted: Acted, row: str) -> None:
    """A run that waits in the middle."""
    run = acted.open(row)
    acted.step(run)
    acted.worker.journal.append([RunParked(run=run, step="pay", until=LATER, reason="waits", at=acted.now)])


def test_the_oldest_beyond_the_number_and_the_days_go(tmp_path: Path) -> None:
    """Both limits count; the oldest go first."""
    store = store_at(tmp_path)
    ids = [orderly(store, "a", now=NOW + day * DAY) for day in range(5)]
    assert going(store, 3, now=NOW + 5 * DAY) == ids[:2]
    assert going(store, 20, now=NOW + 33.5 * DAY) == ids[:4]
    assert going(store, 20, now=NOW + 5 * DAY) == []


def test_the_beginning_of_a_session_lets_go_and_counts(tmp_path: Path) -> None:
    """The folder and its locks are gone, artifacts and versions stay, the rest is intact."""
    store = store_at(tmp_path)
    old, new = orderly(store, "a"), orderly(store, "a", now=NOW + 20 * DAY)
    acted = act(store, select(store, "a"), now=NOW + 31 * DAY)
    assert acted.session.decision.removal.trouble == ""
    assert [one.session for one in acted.session.decision.removal.leaving] == [old]
    assert sorted(store.session_ids()) == sorted([new, acted.session.id])
    assert store.disk.names(store.locks_of(old)) == []
    assert not store.locks_of(old).exists()
    acted.finish()
    assert verify(store) == ()


def test_what_is_resumable_stays_until_it_is_too_old(tmp_path: Path) -> None:
    """An open run keeps its session for max_age; then it goes, and the run is named."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    run = first.open("a")
    first.finish("interrupted")
    assert going(store, now=NOW + DAY / 2) == []
    (gone,) = leaving(sessions(store), Limits(sessions=0), now=NOW + 2 * DAY)
    assert gone.given_up == (run,)


def test_what_never_expires_stays_while_it_is_open(tmp_path: Path) -> None:
    """`max_age: never`: no number of days makes an open run old."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a", max_age_ms=None))
    first.open("a")
    first.finish("interrupted")
    assert going(store) == []


def test_passes_that_would_be_replayed_stay(tmp_path: Path) -> None:
    """An interrupted session's passes count for max_age."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    first.run("a")
    first.finish("interrupted")
    assert going(store, now=NOW + DAY / 2) == []
    assert going(store, now=NOW + 2 * DAY) == [first.session.id]


def test_a_parked_run_keeps_its_session(tmp_path: Path) -> None:
    """Parked time does not count."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    parked(first, "a")
    first.finish()
    assert going(store) == []


@pytest.mark.parametrize("ends", ["living", "dead"])
def test_unsealed_and_locked_sessions_stay(tmp_path: Path, ends: str) -> None:
    """Neither one at work nor one that died unsealed goes, nor one whose controller still writes its reports."""
    store = store_at(tmp_path)
    sealed = orderly(store, "b")
    first = act(store, select(store, "a"))
    first.run("a")
    if ends == "dead":
        first.die()
    lock = Lock(store.locks_of(sealed) / CONTROLLER)
    assert lock.take()
    assert going(store) == []
    lock.release()
    assert going(store) == [sealed]
    first.session.release()


def test_what_a_session_that_stays_continues_stays(tmp_path: Path) -> None:
    """A run's parts stay together, over several sessions."""
    store = store_at(tmp_path)
    rows = select(store, "a")
    first = act(store, rows)
    first.step(first.open("a"))
    first.finish("interrupted")
    second = act(store, rows, now=NOW + 60)
    second.open("a", second.entry("a").earlier[0])
    second.finish("interrupted")
    third = act(store, rows, now=NOW + 120)
    third.end(third.open("a", third.entry("a").earlier[0]))
    third.finish()
    assert going(store, 1, now=NOW + 2 * DAY) == []
    orderly(store, "a", now=NOW + 10 * DAY)
    assert going(store, 1, now=NOW + 11 * DAY) == [one.session.id for one in (first, second, third)]


def test_who_ended_an_older_sessions_run_stays_as_long_as_that(tmp_path: Path) -> None:
    """Else the run would be open again, and be done a second time."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a", "b"))
    first.open("a")
    parked(first, "b")
    first.finish("interrupted")
    second = act(store, select(store, "a"), now=NOW + 60)
    second.end(second.open("a", second.entry("a").earlier[0]))
    second.finish()
    other = orderly(store, "c", now=NOW + DAY / 2)
    assert going(store) == [other]


def test_who_executed_an_older_sessions_pass_stays_as_long_as_that_counts(tmp_path: Path) -> None:
    """Else the older pass would be replayed in the place of a newer failure."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    first.run("a")
    first.finish("interrupted")
    second = act(store, select(store, "a", named=("a",)), now=NOW + 60)
    second.run("a", "failed")
    second.finish()
    assert going(store, now=NOW + DAY / 2) == []
    assert going(store) == [first.session.id, second.session.id]


def test_whatever_fails_while_sessions_go_the_next_start_goes_on(tmp_path: Path) -> None:
    """Each operation is refused once: what stays is intact, the trouble is told, and the next one ends it."""
    at = 0
    while True:
        folder = tmp_path / str(at)
        folder.mkdir()
        store = store_at(folder)
        old = [orderly(store, "a"), orderly(store, "a", now=NOW + 1)]
        new = orderly(store, "a", now=NOW + 20 * DAY)
        views = sessions(store)
        refusing = Store(store.path, RefusingDisk(at, 5), boot_id="boot-1")
        removal = retain(refusing, views, Limits(), now=NOW + 31 * DAY, continued=())
        left = store.session_ids()
        assert left in ([*old, new], [old[1], new], [new])  # the oldest first
        assert verify(store) == ()
        acted = act(store, select(store, "a"), now=NOW + 31 * DAY)
        assert acted.session.decision.removal.trouble == ""
        assert store.session_ids() == [new, acted.session.id]
        assert store.gone_session_ids() == []
        acted.die()
        if not removal.trouble:
            break
        at += 1
    assert at > 10


def removing(folder: Path) -> tuple[list[Operation], int, Selection]:
    """The log of a start that lets go of two sessions, of which the newer one ended a run of the older; where that begins."""
    disk = RecordingDisk(folder)
    store = Store(folder / ".journeys", disk, boot_id="boot-1")
    rows = select(store, "a")
    first = act(store, rows)
    first.open("a")
    first.finish("interrupted")
    second = act(store, rows, now=NOW + 60)
    second.end(second.open("a", second.entry("a").earlier[0]))
    second.finish()
    begins = len(disk.log)
    acted = act(store, rows, now=NOW + 31 * DAY)
    assert len(acted.session.decision.removal.leaving) == 2
    acted.die()
    return disk.log, begins, rows


def harm(folder: Path, rows: Selection, crash: Crash) -> str:
    """What a crash broke: half a session has its name, or a run that had ended is open again."""
    store = Store(folder / ".journeys", ImageDisk(folder, crash.image), boot_id="boot-1" if crash.is_kill else "boot-2")
    try:
        views = sessions(store)
        (entry,) = choose("next", rows, views, now=NOW + 120).entries
        if entry.earlier:
            return "a run that had ended is open again"
    except StoreError as error:
        return str(error)
    return "; ".join(str(found) for found in verify(store) if found.kind is Kind.ALTERED)


def test_a_crash_while_sessions_go_leaves_each_whole_or_gone(tmp_path: Path) -> None:
    """Every state that a kill or a power failure leaves can be opened, and no run is open that had ended."""
    log, begins, rows = removing(tmp_path)
    found = [crash for crash in crashes(log) if crash.done >= begins]
    for crash in found:
        assert harm(tmp_path, rows, crash) == "", (crash.done, log[crash.done - 1])
    assert len(found) > 30
    sync = Operation("sync_folder", ".journeys/sessions")
    gone = next(at for at, one in enumerate(log) if one.kind == "rename" and ".gone-" in str(one.to))
    careless = [one for at, one in enumerate(log) if at < gone or one != sync]
    assert any(harm(tmp_path, rows, crash) for crash in crashes(careless) if crash.done >= begins)
