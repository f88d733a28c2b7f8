"""A run over all the sessions it went through."""

from pathlib import Path

import pytest

from pytest_journeys.events.model import Place, RunDecided, RunOpened
from pytest_journeys.store.parts import line_at, load_state, run_lines
from pytest_journeys.store.sessions import look_at
from pytest_journeys.values.errors import StoreCorruptError
from store.acting import NOW, Acted, act, select, store_at


def restart(acted: Acted, run: str) -> None:
    """The run begins another attempt in the same journal."""
    acted.worker.journal.append([RunDecided(run=run, decision="restart", reason="in doubt", at=NOW)])
    acted.worker.journal.append(
        [
            RunOpened(
                run=run,
                journey="checkout",
                row="a",
                attempt=2,
                artifact="a",
                source_map="m",
                fingerprint="f1",
                continues=acted.worker.journal.place,
                reason="restart",
                at=NOW,
            )
        ]
    )


def test_the_lines_of_a_run_go_back_over_restarts_and_sessions(tmp_path: Path) -> None:
    """First to last, over two sessions, a restart within one journal, and other runs in between."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows)
    run = first.open("a")
    first.step(run)
    first.run("b")
    restart(first, run)
    first.step(run)
    first.die()
    second = act(store, rows)
    second.open("a", second.entry("a").earlier[0])
    second.run("b")
    place = second.end(run)
    found = look_at(store, second.session.id).index.runs[run]
    assert (found.place, found.outcome) == (place, "passed")
    lines = run_lines(store, run, place)
    tags = [[event.TAG for event in line.events] for line in lines]
    assert tags == [
        ["run", "intent"],
        ["step", "intent"],
        ["decision"],
        ["run"],
        ["step", "intent"],
        ["run", "intent"],
        ["step", "end"],
    ]
    assert {line.place.session for line in lines} == {first.session.id, second.session.id}
    state = load_state(store, run, place)
    assert (state.opened.attempt, sorted(state.ended)) == (2, ["open-cart", "pay"])
    second.die()


def test_a_line_that_is_not_the_one_that_was_named_is_refused(tmp_path: Path) -> None:
    """Another hash, another byte, a changed line before it, a run that nothing opens: each with file and byte."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    run = first.open("a")
    begin = first.worker.journal.place
    first.step(run)
    place = first.worker.journal.place
    first.die()
    path = store.session(first.session.id) / "main.journal"
    assert line_at(store, place).sha256 == place.line
    for wrong in (
        Place(session=place.session, journal="main", offset=place.offset, line="0" * 64),
        Place(session=place.session, journal="main", offset=place.offset + 1, line=place.line),
        Place(session=place.session, journal="main", offset=10**6, line=place.line),
    ):
        with pytest.raises(StoreCorruptError):
            load_state(store, run, wrong)
        with pytest.raises(StoreCorruptError):
            line_at(store, wrong)
    with pytest.raises(StoreCorruptError, match="opens run_other"):
        load_state(store, "run_other", place)
    data = path.read_bytes()
    path.write_bytes(data[: begin.offset + 200] + b"?" + data[begin.offset + 201 :])
    with pytest.raises(StoreCorruptError) as refused:
        load_state(store, run, place)
    assert (refused.value.file, refused.value.byte) == (str(path), begin.offset)


def test_lines_longer_than_a_block_are_read_backwards(tmp_path: Path) -> None:
    """Evidence may make a line much longer than what is read at once."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    run = first.open("a")
    account = {"run": run, "step": "s", "attempt": 1, "started": 1.0, "duration_ms": 1.0, "logs": ["x" * 200_000]}
    for _ in range(3):
        first.worker.journal.append([RunDecided(run=run, decision="restart", reason="r", at=NOW)], [account])  # type: ignore[list-item]
    assert len(run_lines(store, run, first.worker.journal.place)) == 4
    first.die()


def test_a_body_is_checked_before_it_is_trusted(tmp_path: Path) -> None:
    """A body that a power failure cut is reported as lost, and kept again when it comes again."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    bodies = first.worker.bodies
    sha256 = bodies.keep(b"x" * 20_000)
    assert bodies.keep(b"x" * 20_000) == sha256
    assert bodies.read(sha256) == b"x" * 20_000
    path = store.session(first.session.id) / "bodies" / sha256
    path.write_bytes(b"y" * 20_000)
    assert bodies.read(sha256) is None
    assert bodies.read("0" * 64) is None
    first.die()
    path.write_bytes(b"")
    again = act(store, select(store, "a"))
    assert again.worker.bodies.keep(b"x" * 20_000) == sha256
    again.die()
