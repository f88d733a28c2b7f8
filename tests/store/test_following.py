"""A journal followed while it is written: every cut of it is waited for, nothing is told twice or left out."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pytest_journeys.events.line import ZEROS, encode_line
from pytest_journeys.events.model import Event, JournalOpened, RunEnded
from pytest_journeys.store.files import Disk
from pytest_journeys.store.following import JournalTail, SessionTail, Successors
from pytest_journeys.store.header import SessionFacts, encode_header, new_header
from pytest_journeys.store.layout import Store
from pytest_journeys.store.manifest import Manifest, SealedJournal
from pytest_journeys.values.errors import StoreCorruptError, StoreTooNewError


def header(worker: str, at: float = 1.0, version: int = 1) -> JournalOpened:
    """How a journal begins."""
    return JournalOpened(
        session="s",
        worker=worker,
        boot_id="",
        durability="power",
        session_digest="",
        run_list_digest="",
        at=at,
        version=version,
    )


def journal(*events: Event) -> list[bytes]:
    """The lines of a journal, an event in each."""
    lines, head = [], ZEROS
    for event in events:
        data, head = encode_line(head, (event,), [])
        lines.append(data)
    return lines


def ended(run: str, at: float) -> RunEnded:
    """An event."""
    return RunEnded(run=run, outcome="passed", at=at)


def test_every_cut_is_waited_for(tmp_path: Path) -> None:
    """A look at each length of the file: what was told until then is the lines that are whole."""
    lines = journal(header("w"), ended("a", 2.0), ended("b", 3.0))
    data = b"".join(lines)
    path = tmp_path / "w.journal"
    tail, told = JournalTail(Disk(), path, "w"), 0
    for length in range(len(data) + 1):
        path.write_bytes(data[:length])
        told += len(list(tail.lines(length)))
        assert tail.position == len(b"".join(lines[:told])) <= length
    assert told == 3


def test_what_does_not_match_is_not_passed(tmp_path: Path) -> None:
    """A torn tail, with a newline or without, and a line of another chain: nothing of it is told, and it is no error while nothing is sealed."""
    good, torn = journal(header("w"), ended("a", 2.0))
    path = tmp_path / "w.journal"
    foreign = journal(header("x"))[0]  # whole, but it does not continue this journal
    for tail_bytes in (b"\0" * 40, b"garbage\n", foreign, torn[:-9] + b"x" * 8 + b"\n"):
        path.write_bytes(good + tail_bytes)
        tail = JournalTail(Disk(), path, "w")
        assert [line.end for line in tail.lines(path.stat().st_size)] == [len(good)]
        assert list(tail.lines(path.stat().st_size)) == []


def test_a_line_longer_than_a_block_is_one_line(tmp_path: Path) -> None:
    """A derived value of a megabyte does not hinder the watch."""
    data = b"".join(journal(header("w"), ended("a" * 1_000_000, 2.0), ended("b", 3.0)))
    path = tmp_path / "w.journal"
    path.write_bytes(data)
    assert len(list(JournalTail(Disk(), path, "w").lines(len(data)))) == 3


def test_journals_are_merged_by_time_each_in_its_own_order(tmp_path: Path) -> None:
    """A clock that goes back in one journal does not change its order."""
    store = _store(
        tmp_path, a=(header("a", 1), ended("a1", 5), ended("a2", 2)), b=(header("b", 2), ended("b1", 4), ended("b2", 6))
    )
    told = [getattr(event, "run", event.TAG) for line in SessionTail(store, "s").look(None) for event in line.events]
    assert told == ["journal", "journal", "b1", "a1", "a2", "b2"]


def test_below_a_seal_less_than_was_sealed_is_damage(tmp_path: Path) -> None:
    """All of it, or the file and the byte where it ends."""
    store = _store(tmp_path, a=(header("a"), ended("a1", 5)))
    path = store.session("s") / "a.journal"
    size = path.stat().st_size
    seal = Manifest(
        session="s",
        number=1,
        how="orderly",
        sealed_at=1,
        last_at=1,
        journals=(SealedJournal(worker="a", valid_bytes=size, lines=2, head=""),),
    )
    assert len(list(SessionTail(store, "s").look(seal))) == 2
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(StoreCorruptError, match="valid lines end here, sealed were"):
        list(SessionTail(store, "s").look(seal))


def test_a_newer_version_is_told(tmp_path: Path) -> None:
    """Neither guessed nor waited for."""
    store = _store(tmp_path, a=(header("a", version=2),))
    with pytest.raises(StoreTooNewError, match="event version 2"):
        list(SessionTail(store, "s").look(None))


def test_a_living_session_is_not_continued_by_one_of_the_same_selection(tmp_path: Path) -> None:
    """Only when its process is gone; a place in a run list is told from text that looks like one."""
    store = _store(tmp_path)
    living = new_header(store, "s", 1, SessionFacts(), "digest", 1.0)
    other = new_header(store, "t", 2, SessionFacts(), "digest", 1.0)
    store.session("t").mkdir()
    (store.session("t") / "session.json").write_bytes(encode_header(other))
    (store.session("s") / "session.json").write_bytes(encode_header(living))
    (store.session("t") / "runs.jsonl").write_bytes(b'{"row":"\\"earlier\\":[\\"session\\":\\"s\\""}\n')
    assert Successors(store, living).first() is None
    (store.session("t") / "runs.jsonl").write_bytes(b'{"row":"r","earlier":[{"place":{"session":"s"}}]}\n')
    assert Successors(store, living).first() == other


def test_a_dead_session_that_left_nothing_is_continued_by_one_of_the_same_selection(tmp_path: Path) -> None:
    """Nothing of it could be taken over: who selects the same goes on with it, who selects another does not."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    store = _store(tmp_path)
    dead = replace(new_header(store, "s", 1, SessionFacts(), "digest", 1.0), pid=gone.pid)
    foreign = new_header(store, "t", 2, SessionFacts(), "another", 1.0)
    same = new_header(store, "u", 3, SessionFacts(), "digest", 1.0)
    for other in (dead, foreign, same):
        store.session(other.session).mkdir(exist_ok=True)
        (store.session(other.session) / "session.json").write_bytes(encode_header(other))
        (store.session(other.session) / "runs.jsonl").write_bytes(b"{}\n")
    assert Successors(store, dead).first() == same


def _store(folder: Path, **journals: tuple[Event, ...]) -> Store:
    store = Store(folder / "store")
    store.create()
    store.session("s").mkdir()
    for worker, events in journals.items():
        (store.session("s") / f"{worker}.journal").write_bytes(b"".join(journal(*events)))
    return store
