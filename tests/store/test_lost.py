"""A worker dies while its session lives: who may go on with its runs, from where, and what the checker says of it."""

from pathlib import Path

from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.layout import Store
from pytest_journeys.store.lost import LostRuns, lost_workers
from pytest_journeys.store.manifest import read_manifest
from pytest_journeys.store.runlist import Earlier, run_id
from pytest_journeys.store.sessions import look_at
from pytest_journeys.store.worker import enter
from pytest_journeys.values.duration import Duration
from store.acting import NOW, Acted, act, select, store_at
from store.recording import CountingDisk

SHORT = Duration(50)


def joined(acted: Acted, name: str) -> Acted:
    """Another worker of the same session."""
    worker = enter(acted.store, acted.session.id, name, clock=lambda: NOW)
    worker.join()
    return Acted(acted.store, acted.session, worker)


def lost(acted: Acted, run: str) -> Earlier:
    """The worker is killed and marked; its run as another one takes it over."""
    place = acted.worker.journal.place
    acted.worker._lock.release()
    assert acted.session.lose(acted.worker.name, "killed")
    return Earlier(run=run, place=place, fingerprint=acted.fingerprint, last_at=NOW)


def chain(store: Store, *names: str) -> tuple[Acted, Acted, str]:
    """A run that goes from worker to worker, each of which is lost but the last; the first session, the last, the run."""
    first = act(store, select(store, "a"))
    run, earlier, last = first.entry("a").run, None, first
    for name in names:
        last = joined(first, name)
        last.open("a", earlier)
        if name != names[-1]:
            earlier = lost(last, run)
    return first, last, run


def test_nobody_is_marked_who_holds_his_lock(tmp_path: Path) -> None:
    """Whoever may still write is not lost: the mark would let two write for one run."""
    first = act(store_at(tmp_path), select(store_at(tmp_path), "a"))
    worker = joined(first, "gw0")
    assert not first.session.lose("gw0", "killed", patience=SHORT)
    assert lost_workers(first.store, first.session.id) == []
    worker.worker.leave()
    assert first.session.lose("gw0", "killed", patience=SHORT)
    assert lost_workers(first.store, first.session.id) == ["gw0"]


def test_a_journal_is_on_the_disk_before_its_worker_is_marked(tmp_path: Path) -> None:
    """What goes on from a line must not survive a power failure that the line does not."""
    disk = CountingDisk()
    store = Store(tmp_path / ".journeys", disk)
    first = act(store, select(store, "a"))
    worker = joined(first, "gw0")
    run = worker.open("a")
    disk.done.clear()
    lost(worker, run)
    done = [(verb, name) for verb, name in disk.done if verb in ("sync", "rename", "make the folder")]
    assert done[:2] == [("sync", "gw0.journal"), ("make the folder", "lost")]
    assert [verb for verb, _ in done[2:]] == ["sync", "rename"]


def test_what_a_lost_worker_left_is_seen_at_the_next_look(tmp_path: Path) -> None:
    """Which run, where it stands, and with whom it was lost; nothing before the mark."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a", "b"))
    worker = joined(first, "gw0")
    ended, left = worker.run("a"), worker.open("b")
    runs = LostRuns(store, first.session.id)
    runs.look()
    assert runs.find(left) is None
    earlier = lost(worker, left)
    runs.look()
    found = runs.find(left)
    assert found is not None
    assert (found.place, found.outcome) == (earlier.place, "")
    assert runs.lost_with(left) == ["gw0"]
    assert runs.find(ended).outcome == "passed"  # type: ignore[union-attr]
    assert runs.lost_with(ended) == []


def test_a_rerun_that_was_lost_is_known_as_one(tmp_path: Path) -> None:
    """Which of a row's runs goes on is told by their ids: the last one that was begun."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    worker = joined(first, "gw0")
    failed = worker.run("a", "failed")
    key = first.entry("a").key
    again = run_id(first.session.id, key, 1)
    lost(worker, failed)
    runs = LostRuns(store, first.session.id)
    runs.look()
    assert runs.reruns(key) == 0
    other = joined(first, "gw1")
    other.open("a", Earlier(run=again, place=worker.worker.journal.place, fingerprint="f1", last_at=NOW))
    lost(other, again)
    runs.look()
    assert runs.reruns(key) == 1


def test_of_a_run_with_several_parts_the_last_one_counts(tmp_path: Path) -> None:
    """Whatever the workers are called and whatever the clock says: parts are known by the line that they go on from."""
    first, last, run = chain(store_at(tmp_path), "gw1", "gw10", "gw2")
    assert look_at(first.store, first.session.id).index.runs[run].journal == "gw2"
    place = last.end(run)
    trace = look_at(first.store, first.session.id).index.runs[run]
    assert (trace.outcome, trace.place) == ("passed", place)


def test_a_session_with_lost_workers_is_sealed_and_intact(tmp_path: Path) -> None:
    """What was lost and went on ends once; the marks are sealed with the rest."""
    store = store_at(tmp_path)
    first, last, run = chain(store, "gw0", "gw1", "gw2")
    last.end(run)
    last.worker.leave()
    first.finish()
    manifest = read_manifest(store, first.session.id)
    assert manifest is not None
    assert (manifest.open_runs, manifest.not_begun) == ((), ())
    assert [file.name for file in manifest.files if file.name.startswith("lost/")] == ["lost/gw0", "lost/gw1"]
    assert verify(store) == ()
    (store.session(first.session.id) / "lost" / "gw0").unlink()
    assert (Kind.ALTERED, "gw0") in [(found.kind, Path(found.file).name) for found in verify(store)]


def test_two_who_go_on_with_one_run_are_found(tmp_path: Path) -> None:
    """The checker names the second journal that goes on from a line, or stands beside another without going on from it."""
    store = store_at(tmp_path)
    first, _, run = chain(store, "gw0", "gw1")
    worker = joined(first, "gw2")
    runs = LostRuns(store, first.session.id)
    runs.look()
    left = runs.find(run)
    assert left is not None
    assert left.place is not None
    worker.open("a", Earlier(run=run, place=left.place, fingerprint="f1", last_at=NOW))
    assert [Path(found.file).name for found in verify(store)] == ["gw2.journal", "gw2.journal"]


def test_who_goes_on_from_a_living_worker_is_found(tmp_path: Path) -> None:
    """Without its mark a worker may still write: nobody may go on from its lines."""
    store = store_at(tmp_path)
    first, last, run = chain(store, "gw0", "gw1")
    worker = joined(first, "gw2")
    worker.open("a", Earlier(run=run, place=last.worker.journal.place, fingerprint="f1", last_at=NOW))
    (found,) = verify(store)
    assert (found.kind, Path(found.file).name) == (Kind.ALTERED, "gw2.journal")
    assert found.reason == f"{run} goes on from gw1, but not from where a lost worker left it"
