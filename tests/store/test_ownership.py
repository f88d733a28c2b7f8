"""Which runs a session takes over (durability.md: what was interrupted, what the next session does)."""

from pathlib import Path

import pytest

from pytest_journeys.store.parts import load_state
from pytest_journeys.store.runlist import Earlier
from pytest_journeys.store.worker import enter
from pytest_journeys.values.errors import StoreCorruptError
from store.acting import DAY, NOW, Acted, act, select, store_at


def takes(acted: Acted, row: str) -> list[tuple[str, str]]:
    """The earlier runs that a session takes over of a row, as (run, outcome)."""
    return [(earlier.run, earlier.outcome) for earlier in acted.entry(row).earlier]


def test_a_first_session_takes_nothing_over(tmp_path: Path) -> None:
    """Runs never started are executed."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a", "b"))
    assert takes(first, "a") == []
    assert first.session.decision.fresh == 2
    first.finish()


def test_a_killed_session_is_resumed_and_its_passes_are_replayed(tmp_path: Path) -> None:
    """Open runs resume, passed ones replay, failed and never started ones are executed."""
    store = store_at(tmp_path)
    rows = select(store, "passed", "failed", "open", "never")
    first = act(store, rows)
    passed = first.run("passed")
    first.run("failed", "failed")
    run = first.open("open")
    first.step(run)
    first.die()

    second = act(store, rows)
    assert takes(second, "passed") == [(passed, "passed")]
    assert takes(second, "failed") == []
    assert takes(second, "open") == [(run, "")]
    assert takes(second, "never") == []
    earlier = second.entry("open").earlier[0]
    assert (earlier.fingerprint, earlier.attempt, earlier.last_at) == ("f1", 1, NOW)
    state = load_state(store, run, earlier.place)
    assert list(state.ended) == ["open-cart"]
    assert state.in_doubt is not None
    assert state.in_doubt.step == "pay"
    decision = second.session.decision
    assert (decision.fresh, decision.resuming, decision.replaying) == (2, 1, 1)
    assert decision.oldest_replayed_at == NOW
    assert decision.from_sessions == (first.session.id,)
    assert decision.interrupted_at == NOW
    second.die()


@pytest.mark.parametrize("ending", ["die", "interrupted"])
def test_a_replay_is_replayed_again_from_where_it_passed(tmp_path: Path, ending: str) -> None:
    """A pass survives several interruptions, with its own place and fingerprint; the newest record decides."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows)
    run = first.run("a")
    first.finish("interrupted")
    second = act(store, rows)
    place = second.entry("a").earlier[0].place
    second.replay("a")
    second.die() if ending == "die" else second.finish("interrupted")
    third = act(store, rows)
    assert third.entry("a").earlier == (
        Earlier(run=run, outcome="passed", place=place, fingerprint="f1", attempt=1, last_at=NOW),
    )
    third.replay("a")
    third.finish("orderly")
    fourth = act(store, rows)
    assert takes(fourth, "a") == []  # it was replayed in an orderly session: execute
    assert takes(fourth, "b") == []
    fourth.die()


def test_passes_of_an_orderly_session_are_executed_again(tmp_path: Path) -> None:
    """Pytest ended by itself: the next one runs everything; what stayed open resumes all the same."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows)
    first.run("a")
    run = first.open("b")
    first.finish("orderly")
    second = act(store, rows)
    assert takes(second, "a") == []
    assert takes(second, "b") == [(run, "")]
    assert second.session.decision.interrupted_at is None
    second.die()


def test_a_row_that_an_orderly_session_did_not_begin_keeps_its_older_pass(tmp_path: Path) -> None:
    """-x ended the session before the row: its newest record is still the pass of the interrupted one."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows)
    run = first.run("b")
    first.die()
    second = act(store, rows)
    second.run("a", "failed")
    second.finish("orderly")
    third = act(store, rows)
    assert takes(third, "b") == [(run, "passed")]
    third.die()


def test_a_newer_end_hides_an_older_pass(tmp_path: Path) -> None:
    """Of a key's ended runs only the newest counts, whatever its session."""
    store = store_at(tmp_path)
    rows = select(store, "a")
    first = act(store, rows)
    first.run("a")
    first.die()
    second = act(store, select(store, "a", named=("a",)))
    assert takes(second, "a") == []  # named by its node id: executed
    second.run("a", "failed")
    second.die()
    third = act(store, rows)
    assert takes(third, "a") == []
    third.die()


def test_an_open_run_that_is_named_still_resumes(tmp_path: Path) -> None:
    """Naming a node id executes what passed and resumes what is open."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    run = first.open("a")
    first.die()
    second = act(store, select(store, "a", named=("a",)))
    assert takes(second, "a") == [(run, "")]
    second.die()


def test_a_claimant_that_dies_before_its_first_event_leaves_the_run_where_it_was(tmp_path: Path) -> None:
    """Ownership passes with the first event, not with the claim."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows)
    run = first.open("a")
    first.die()
    second = act(store, rows)
    place = second.entry("a").earlier[0].place
    second.run("b", "failed")  # an event, but none of the run
    second.die()
    third = act(store, rows)
    assert third.entry("a").earlier[0].place == place
    third.open("a", third.entry("a").earlier[0])
    third.finish("interrupted")
    fourth = act(store, rows)
    (earlier,) = fourth.entry("a").earlier
    assert (earlier.run, earlier.place.session) == (run, third.session.id)
    assert len(load_state(store, run, earlier.place).ended) == 0
    fourth.die()


def test_two_living_sessions_never_share_a_run(tmp_path: Path) -> None:
    """What a living session claims is not taken over, touched or not; a run it ended elsewhere is its own."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows)
    first.open("a")
    first.open("b")
    first.die()
    second = act(store, rows)
    assert len(takes(second, "a")) == 1
    third = act(store, rows)
    assert takes(third, "a") == takes(third, "b") == []
    fresh = third.open("a")
    assert fresh != takes(second, "a")[0][0]
    second.die()
    fourth = act(store, rows)
    assert takes(fourth, "a") == takes(second, "a")  # the third has an open one, and it lives
    third.die()
    fourth.die()
    fifth = act(store, rows)
    assert [run for run, _ in takes(fifth, "a")] == [fresh, takes(second, "a")[0][0]]  # the newest first
    fifth.die()


def test_never_takes_open_runs_over_and_replays_nothing(tmp_path: Path) -> None:
    """--journeys-resume=never replaces the open runs that it selects, so it must own them."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows)
    first.run("a")
    run = first.open("b")
    first.die()
    second = act(store, rows, resume="never")
    assert takes(second, "a") == []
    assert takes(second, "b") == [(run, "")]
    second.die()


def test_what_nobody_selects_stays_resumable(tmp_path: Path) -> None:
    """A session of other rows in between changes nothing, sealed or not."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a", "b"))
    run = first.open("a")
    first.finish("interrupted")
    second = act(store, select(store, "b"))
    second.run("b")
    second.finish("orderly")
    third = act(store, select(store, "a", "b"))
    assert takes(third, "a") == [(run, "")]
    third.die()


def test_runs_older_than_max_age_are_not_resumed(tmp_path: Path) -> None:
    """Of a sealed session the age is computed; a dead one is sealed as expired and its open runs are listed once."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows)
    first.run("b")
    first.open("a")
    first.finish("interrupted")
    second = act(store, rows, now=NOW + 2 * DAY)
    assert [earlier.is_expired for earlier in second.entry("a").earlier] == [True]
    assert takes(second, "b") == []
    assert second.session.decision.too_old == 1
    run = second.open("a", second.entry("a").earlier[0])
    second.die()

    third = act(store, rows, now=NOW + 4 * DAY)
    (expired,) = third.session.decision.expired
    assert (expired.session, [found.run for found in expired.open_runs]) == (second.session.id, [run])
    assert takes(third, "a") == []
    third.finish()
    fourth = act(store, rows, now=NOW + 4 * DAY)
    assert fourth.session.decision.expired == ()
    assert takes(fourth, "a") == []
    fourth.die()


def test_an_expired_session_lists_only_what_it_still_owns(tmp_path: Path) -> None:
    """A run that a newer session took over and touched is not listed by the older one."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a", "b"))
    first.open("a")
    left = first.open("b")
    first.die()
    second = act(store, select(store, "a"), now=NOW + DAY / 2)
    second.end(second.open("a", second.entry("a").earlier[0]))
    second.finish()
    third = act(store, select(store, "c"), now=NOW + 2 * DAY)
    (expired,) = third.session.decision.expired
    assert [found.run for found in expired.open_runs] == [left]
    third.die()


def test_a_process_journal_of_another_boot_begins_its_open_runs_again(tmp_path: Path) -> None:
    """At `process` nothing unsynced is trusted across a restart of the machine: ended runs count, open ones are lost."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows, durability="process")
    first.run("a")
    first.open("b")
    first.die()
    same = act(store, rows, durability="process")
    assert [earlier.is_lost for earlier in same.entry("b").earlier] == [False]
    same.die()
    other = store_at(tmp_path, boot_id="boot-2")
    third = act(other, rows)
    assert [earlier.is_lost for earlier in third.entry("b").earlier] == [True]
    assert [earlier.outcome for earlier in third.entry("a").earlier] == ["passed"]
    assert third.session.decision.lost == 1
    third.die()


def test_what_a_lost_process_session_took_over_begins_again(tmp_path: Path) -> None:
    """Its lines may be gone with the power, and what they told was done: the run does not go on from an older line."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"), durability="process")
    first.open("a")
    first.finish("interrupted")
    second = act(store, select(store, "a"), durability="process")
    second.end(second.open("a", second.entry("a").earlier[0]))
    second.die()
    journal = store.session(second.session.id) / "main.journal"
    journal.write_bytes(journal.read_bytes().splitlines(keepends=True)[0])  # only the header had been synced
    third = act(store_at(tmp_path, boot_id="boot-2"), select(store, "a"), durability="process")
    assert [earlier.is_lost for earlier in third.entry("a").earlier] == [True]
    assert third.session.decision.lost == 1
    third.die()


def test_a_synced_interruption_mark_is_trusted_across_a_boot(tmp_path: Path) -> None:
    """Ctrl-C at `process` syncs the journal: nothing can be missing."""
    store = store_at(tmp_path)
    rows = select(store, "a")
    first = act(store, rows, durability="process")
    first.open("a")
    first.finish("interrupted")
    second = act(store_at(tmp_path, boot_id="boot-2"), rows)
    assert [earlier.is_lost for earlier in second.entry("a").earlier] == [False]
    second.die()


@pytest.mark.parametrize("name", ["session.json", "runs.jsonl"])
@pytest.mark.parametrize("ending", ["die", "interrupted"])
def test_a_changed_header_or_run_list_is_refused(tmp_path: Path, name: str, ending: str) -> None:
    """What a session began with is named by its journals and its seal; another one decides nothing."""
    store = store_at(tmp_path)
    rows = select(store, "a")
    first = act(store, rows)
    first.open("a")
    first.die() if ending == "die" else first.finish(ending)
    path = store.session(first.session.id) / name
    path.write_bytes(path.read_bytes().replace(b"checkout", b"checkin_").replace(b'"number":1', b'"number":7'))
    with pytest.raises(StoreCorruptError, match=name):
        act(store, rows)


def test_a_run_that_moved_between_workers_is_where_it_was_last(tmp_path: Path) -> None:
    """Of two journals of one session that saw a run, the one that continues the other counts, whatever its name."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    for names in (("gw0", "gw1"), ("gw1", "gw0")):
        first = act(store, rows)
        workers = [enter(store, first.session.id, name, clock=lambda: NOW) for name in names]
        one, other = (Acted(store, first.session, worker) for worker in workers)
        run = one.open("b")
        one.step(run)
        place = one.worker.journal.place
        other.open("b", Earlier(run=run, place=place, fingerprint="f1", last_at=NOW))
        for worker in workers:
            worker.leave()
        first.die()
        second = act(store, rows)
        earlier = second.entry("b").earlier[0]
        assert (earlier.run, earlier.place.journal) == (run, names[1])
        assert list(load_state(store, run, earlier.place).ended) == ["open-cart"]
        second.end(second.open("b", earlier), "failed")
        second.finish()
