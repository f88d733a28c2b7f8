"""How a session begins and ends: files, order, agreement, waiting, sealing."""

import base64
import errno
import hashlib
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from pytest_journeys.store.artifacts import find_artifact, get_artifact, put_artifact
from pytest_journeys.store.checker import verify
from pytest_journeys.store.header import SessionFacts
from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import Lock, is_held
from pytest_journeys.store.manifest import read_manifest
from pytest_journeys.store.query import find_session, session_lines, workers_of
from pytest_journeys.store.runlist import RunKey, run_id
from pytest_journeys.store.selection import agreed_selection
from pytest_journeys.store.session import begin, mint_session
from pytest_journeys.store.sessions import look_at, sessions
from pytest_journeys.store.stop import CONTROLLER_GONE, WorkerStop
from pytest_journeys.store.worker import enter
from pytest_journeys.values.canonical import canonical_text
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import StoreBusyError, StoreCorruptError, StoreError, UsageError
from store.acting import NOW, act, select, store_at
from store.recording import CountingDisk, RefusingDisk


def test_a_new_store_is_for_its_owner_and_kept_out_of_git_and_backups(tmp_path: Path) -> None:
    """0700 and 0600, .gitignore with *, CACHEDIR.TAG, README; nothing is left beside it."""
    store = Store(tmp_path / "deep" / "er" / ".journeys")
    store.create()
    store.create()
    assert (store.path / ".gitignore").read_text() == "*\n"
    assert (store.path / "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55\n")
    assert (store.path / "README").exists()
    for path in (store.path, *store.path.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path
    assert [path.name for path in store.path.parent.iterdir()] == [".journeys"]


def test_a_folder_that_is_no_store_is_left_alone(tmp_path: Path) -> None:
    """--journeys-store . must not put a .gitignore with * into a project; a folder with a cache only is completed."""
    (tmp_path / "setup.py").touch()
    with pytest.raises(StoreError, match=r"is no store: it holds setup\.py"):
        Store(tmp_path).create()
    assert [path.name for path in tmp_path.iterdir()] == ["setup.py"]
    (tmp_path / "own" / "cache").mkdir(parents=True)
    Store(tmp_path / "own").create()
    assert Store(tmp_path / "own").is_there


def test_everything_of_a_session_is_on_the_disk_before_it_has_its_name(tmp_path: Path) -> None:
    """Header and run list written and synced, the folder synced, renamed, the parent synced: in this order."""
    disk = CountingDisk()
    store = Store(tmp_path / ".journeys", disk)
    selection = select(store, "a")
    beginning = begin(store, "s1")
    disk.done.clear()
    beginning.publish(selection, SessionFacts(), now=NOW).release()
    done = [entry for entry in disk.done if entry[0] not in ("list", "read", "look at")]
    assert done[-9:] == [
        ("write", "session.json"),
        ("sync", "session.json"),
        ("write", "runs.jsonl"),
        ("sync", "runs.jsonl"),
        ("make the folder", "bodies"),
        ("sync the folder", "artifacts"),
        ("sync the folder", ".new-s1"),
        ("rename", ".new-s1"),
        ("sync the folder", "sessions"),
    ]
    assert [verb for verb, name in done if name.startswith(".checkout.jsonl")] == ["write", "sync", "rename"]


def test_numbers_order_the_sessions(tmp_path: Path) -> None:
    """The newest is the one with the highest number, whatever the clock says."""
    store = store_at(tmp_path)
    for hour in (3, 2, 1):
        act(store, select(store, "a"), now=NOW + 3600 * hour).finish()
    assert [view.header.number for view in sessions(store)] == [3, 2, 1]
    assert find_session(store, "last").header.started == NOW + 3600
    with pytest.raises(UsageError):
        find_session(store, "20270115-")


def test_a_run_id_needs_no_exchange(tmp_path: Path) -> None:
    """Every process computes the same id from session, key and rerun index."""
    key = RunKey("checkout", "a")
    assert run_id("s1", key) == run_id("s1", key)
    assert run_id("s1", key).startswith("run_")
    assert len(run_id("s1", key)) == 30
    ids = {
        run_id(session, RunKey("c", row, repeat), rerun)
        for session in "st"
        for row in "ab"
        for repeat in (0, 1)
        for rerun in (0, 1)
    }
    assert len(ids) == 16
    canonical = canonical_text(["s1", 'a "b"', "\u00fc\n", 1, 2])
    digest = base64.b32encode(hashlib.sha256(canonical.encode("ascii")).digest()).decode("ascii").lower()
    assert run_id("s1", RunKey('a "b"', "\u00fc\n", 1), 2) == f"run_{digest[:26]}"


def test_workers_agree_or_the_session_does_not_begin(tmp_path: Path) -> None:
    """Each worker writes its selection; all must be equal; who comes later compares with the published one."""
    store = store_at(tmp_path)
    session = mint_session(NOW)
    assert agreed_selection(store, session) is None
    one, two = enter(store, session, "gw0"), enter(store, session, "gw1")
    one.offer(select(store, "a", "b"))
    two.offer(select(store, "a"))
    with pytest.raises(StoreError, match="gw0 and gw1 selected different runs"):
        agreed_selection(store, session)
    two.offer(select(store, "a", "b"))
    agreed = agreed_selection(store, session)
    assert agreed == select(store, "a", "b")
    controller = begin(store, session).publish(agreed, SessionFacts(), now=NOW)
    assert sorted(store.disk.names(store.session(session))) == ["bodies", "runs.jsonl", "session.json"]
    one.join()
    late = enter(store, session, "gw2")
    late.offer(select(store, "a", "b"))
    with pytest.raises(StoreError, match="gw2 selected other runs"):
        late.offer(select(store, "b"))
    for worker in (one, two, late):
        worker.leave()
    controller.release()
    orphan = enter(store, session, "gw3")
    with pytest.raises(StoreError, match=CONTROLLER_GONE):
        orphan.join()
    with pytest.raises(StoreError, match=CONTROLLER_GONE):
        orphan.offer(select(store, "a", "b"))


def test_what_died_before_it_was_published_is_swept(tmp_path: Path) -> None:
    """A folder with free locks goes; one whose worker lives stays."""
    store = store_at(tmp_path)
    begin(store, "dead")._lock.release()
    living = enter(store, "living", "gw0")
    living.offer(select(store, "a"))
    act(store, select(store, "a")).finish()
    assert store.new_session_ids() == ["living"]
    living.leave()
    begin(store, "given-up").abandon()
    assert store.new_session_ids() == ["living"]


def test_the_stop_sign_shows_the_mark_and_the_death_of_the_controller(tmp_path: Path) -> None:
    """Asked before every intent: the controller's reason, at once, or that its lock is free, a moment later at most."""
    store = store_at(tmp_path)
    acted = act(store, select(store, "a"))
    sign = acted.worker.stop_sign
    assert sign.reason() is None
    acted.session.stop("Ctrl-C")
    acted.session.stop("later")
    assert sign.reason() == "Ctrl-C"
    other = act(store, select(store, "a"))
    assert other.worker.stop_sign.reason() is None
    other.session.release()
    assert _soon(other.worker.stop_sign) == CONTROLLER_GONE


def _soon(sign: WorkerStop) -> str | None:
    """The reason that it gives within 0.2 seconds."""
    end = time.monotonic() + 0.2
    while (reason := sign.reason()) is None and time.monotonic() < end:
        time.sleep(0.001)
    return reason


def test_a_session_is_not_sealed_while_a_worker_lives(tmp_path: Path) -> None:
    """All worker locks in hand, or no seal."""
    store = store_at(tmp_path)
    acted = act(store, select(store, "a"))
    late = enter(store, acted.session.id, "gw7")
    acted.worker.leave()
    assert acted.session.seal("orderly", now=NOW) is None
    assert read_manifest(store, acted.session.id) is None
    late.leave()
    sealed = acted.session.seal("orderly", now=NOW)
    assert sealed is not None
    assert acted.session.seal("interrupted", now=NOW) == sealed  # the first wins
    acted.session.release()


def test_a_seal_says_what_stayed_open_and_what_never_began(tmp_path: Path) -> None:
    """The next session needs nothing else of an orderly one."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a", "b", "c"))
    run = first.open("a")
    first.run("b", "failed")
    first.finish("interrupted")
    manifest = read_manifest(store, first.session.id)
    assert manifest is not None
    assert [(found.row, found.run) for found in manifest.open_runs] == [("a", run)]
    assert manifest.not_begun == (first.entry("c").run,)
    assert {file.name for file in manifest.files} == {"main.journal", "runs.jsonl", "session.json"}
    path = store.session(first.session.id) / "main.journal"
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(StoreCorruptError, match=r"it ends here|does not match"):
        act(store, select(store, "a", "b", "c"))


def test_who_holds_a_session_is_seen_from_outside(tmp_path: Path) -> None:
    """A query tells alive, finishing and died by the locks, and reads a journal while it is written."""
    store = store_at(tmp_path)
    acted = act(store, select(store, "a"))
    view = look_at(store, acted.session.id)
    assert (view.status, view.holders) == ("alive", ("controller", "main"))
    assert workers_of(view) == []
    acted.run("a")
    lines = list(session_lines(view, "main"))
    assert len(lines) == 4
    assert lines[-1].place == acted.worker.journal.place
    acted.session.release()
    assert look_at(store, acted.session.id).status == "finishing"
    acted.worker.leave()
    assert look_at(store, acted.session.id).status == "died"


def test_a_new_session_waits_for_a_worker_that_finishes(tmp_path: Path) -> None:
    """Its controller is gone: what it still works on may end in a moment, and is then taken over."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    run = first.open("a")
    first.session.release()

    def finish() -> None:
        first.step(run)
        first.worker.leave()

    timer = threading.Timer(0.3, finish)
    timer.start()
    second = act(store, select(store, "a"), lock_wait=Duration(10_000))
    timer.join()
    assert second.entry("a").earlier[0].place == first.worker.journal.place
    second.die()


def test_a_worker_that_does_not_finish_counts_as_alive_and_is_named(tmp_path: Path) -> None:
    """After the wait its run stays its own, and the line says who holds it; the store's lock is free meanwhile."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    first.open("a")
    first.session.release()
    seen: list[bool] = []
    timer = threading.Timer(0.2, lambda: seen.append(is_held(store.lock)))
    timer.start()
    began = time.monotonic()
    second = act(store, select(store, "a"), lock_wait=Duration(500))
    assert 0.4 < time.monotonic() - began < 3
    timer.join()
    assert seen == [False]
    assert second.entry("a").earlier == ()
    assert second.session.decision.held == (f"process {first.session.header.pid} on {first.session.header.host}",)
    third = act(store, select(store, "b"), lock_wait=Duration(60_000))  # nothing of it was selected: no wait
    for acted in (first, second, third):
        acted.die()


HOLD = """
import sys, time
from pathlib import Path
from pytest_journeys.store.locks import Lock
lock = Lock(Path(sys.argv[1]))
assert lock.take()
print("held", flush=True)
time.sleep(60)
"""


def test_kill_9_frees_a_lock(tmp_path: Path) -> None:
    """A real process holds it, a real signal kills it; looking takes nothing."""
    path = tmp_path / "controller"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "held\n"
        assert is_held(path)
        assert not Lock(path).take(0.1)
        child.kill()
    assert not is_held(path)
    lock = Lock(path)
    assert lock.take(0.1)
    assert path.exists()
    lock.release()
    assert path.exists()


def test_two_processes_cannot_be_the_same_worker(tmp_path: Path) -> None:
    """Only its creator ever writes a journal, so a name is taken once."""
    store = store_at(tmp_path)
    first = enter(store, "s1", "gw0")
    with pytest.raises(StoreBusyError, match="gw0"):
        enter(store, "s1", "gw0")
    first.leave()


def test_sessions_that_begin_at_once_get_numbers_of_their_own(tmp_path: Path) -> None:
    """Published under the store's lock: every number once, every open run taken over once."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b", "c")
    first = act(store, rows)
    for row in "abc":
        first.open(row)
    first.die()
    begun = []
    threads = [threading.Thread(target=lambda: begun.append(act(store, rows))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(acted.session.header.number for acted in begun) == [2, 3, 4, 5]
    takers = [acted for acted in begun if acted.entry("a").earlier]
    assert len(takers) == 1
    assert len(takers[0].entry("c").earlier) == 1
    for acted in begun:
        acted.die()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EACCES])
def test_every_refused_operation_is_loud_and_the_store_goes_on(tmp_path: Path, number: int) -> None:
    """From the creation of the store to the seal: an error that names the file, nothing lost, the next session works."""

    def whole_session(store: Store) -> None:
        acted = act(store, select(store, "a", "b"))
        acted.worker.bodies.keep(b"x" * 20_000)
        acted.open("a")
        acted.run("b")
        acted.finish("interrupted")
        if acted.session.decision.removal.trouble:
            raise StoreError(
                acted.session.decision.removal.trouble, help="what hinders no session is told when it begins"
            )

    counting = CountingDisk()
    whole_session(Store(tmp_path / "counted", counting))
    for at in range(len(counting.done)):
        folder = tmp_path / f"{at}"
        disk = RefusingDisk(at, number)
        with pytest.raises(StoreError) as refused:
            whole_session(Store(folder, disk))
        assert disk.refused is not None
        assert "cannot" in str(refused.value) or "failed" in str(refused.value), (disk.refused, refused.value)
        assert refused.value.help, disk.refused
        fresh = Store(folder, CountingDisk())
        whole_session(fresh)
        assert [finding for finding in verify(fresh) if finding.kind.value == "altered"] == []


def test_artifacts_are_found_by_a_short_digest_and_checked(tmp_path: Path) -> None:
    """`artifact_ab12...` finds one; a damaged one is never returned, and putting it again repairs it."""
    store = store_at(tmp_path)
    store.create()
    digest = put_artifact(store, b'{"journey":"a"}')
    assert put_artifact(store, b'{"journey":"a"}') == digest
    path = store.artifacts / f"{digest}.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o400
    assert find_artifact(store, f"artifact_{digest[:12]}") == digest
    for wrong in ("artifact_0000000000", "artifact_ab", "checkout"):
        with pytest.raises(UsageError):
            find_artifact(store, wrong)
    path.chmod(0o600)
    path.write_bytes(b'{"journey":"b"}')
    with pytest.raises(StoreCorruptError, match="does not match its digest"):
        get_artifact(store, digest)
    put_artifact(store, b'{"journey":"a"}')
    assert get_artifact(store, digest) == b'{"journey":"a"}'
