"""`journeys verify`: any changed byte of a store is found and named (promise 6)."""

import hashlib
from pathlib import Path

import pytest

from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.layout import Store
from store.acting import act, select, store_at


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A sealed session that was interrupted, and one that goes on with it and died."""
    store = store_at(tmp_path)
    rows = select(store, "a", "b")
    first = act(store, rows)
    first.run("a")
    run = first.open("b")
    body = first.worker.bodies.keep(b"a large body")
    first.worker.journal.append(
        [],
        [
            {
                "run": run,
                "step": "s",
                "attempt": 1,
                "started": 1.0,
                "duration_ms": 1.0,
                "exchanges": [
                    {
                        "attempt": 1,
                        "request": {"method": "GET", "url": "u", "headers": []},
                        "response": {
                            "status": 200,
                            "reason": "",
                            "http_version": "1.1",
                            "headers": [],
                            "body": {"size": 12, "sha256": body, "is_stored": True},
                        },
                        "timings_ms": {},
                    }
                ],
            }
        ],
    )
    first.finish("interrupted")
    second = act(store, rows)
    second.replay("a")
    second.end(second.open("b", second.entry("b").earlier[0]))
    second.die()
    return store


def files_of(store: Store) -> list[Path]:
    """Every file that holds a record; not the locks, the notes for people and the asides."""
    kinds = (store.artifacts, store.path / "versions", store.sessions)
    return [path for kind in kinds for path in sorted(kind.rglob("*")) if path.is_file()]


def test_an_intact_store_has_no_finding(store: Store) -> None:
    """Nothing is invented."""
    assert verify(store) == ()


def test_any_changed_byte_is_found_in_its_file(store: Store) -> None:
    """Artifacts, maps, versions, headers, run lists, journals, bodies, seals: one bit anywhere, and the file is named."""
    for path in files_of(store):
        path.chmod(0o600)
        data = path.read_bytes()
        for position in {0, 1, len(data) // 3, len(data) // 2, len(data) - 2, len(data) - 1}:
            path.write_bytes(data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :])
            found = verify(store)
            # a run list or header of an unsealed session is told by the journal that was begun with it
            told = {finding.file for finding in found}
            assert str(path) in told or (path.name in {"session.json", "runs.jsonl"} and found), (path, position)
        path.write_bytes(data)
    assert verify(store) == ()


def test_a_missing_file_is_found(store: Store) -> None:
    """Of a sealed session every file is missed; of the rest what others name."""
    for path in files_of(store):
        if path.name == "manifest.json" or path.name.endswith(".map.json") or path.suffix == ".jsonl":
            continue
        if path.suffix == ".journal" and not (path.parent / "manifest.json").exists():
            continue  # nothing names the journal of a session that died
        aside = path.with_name(".aside")
        path.rename(aside)
        assert verify(store), path
        aside.rename(path)
    assert verify(store) == ()


def test_a_body_that_was_lost_is_incomplete_and_not_altered(tmp_path: Path) -> None:
    """Bodies are not synced: one lost to power is reported as lost, and nothing else is wrong."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    body = first.worker.bodies.keep(b"x" * 20_000)
    first.run("a")
    first.die()
    path = store.session(first.session.id) / "bodies" / body
    path.write_bytes(b"x" * 19_999)
    (found,) = verify(store)
    assert (found.kind, found.file) == (Kind.INCOMPLETE, str(path))


def test_a_torn_tail_is_told_as_resumable(tmp_path: Path) -> None:
    """What a kill leaves behind is no alteration, sealed or not."""
    store = store_at(tmp_path)
    first = act(store, select(store, "a"))
    first.open("a")
    path = store.session(first.session.id) / "main.journal"
    size = path.stat().st_size
    with path.open("ab") as file:
        file.write(b"half a line")
    assert verify(store) == ()  # its writer lives: the line may be in the middle of being written
    first.die()
    (found,) = verify(store)
    assert (found.kind, found.file, found.byte) == (Kind.TORN, str(path), size)
    assert act(store, select(store, "a")).session.decision.resuming == 1


def test_a_changed_line_is_named_by_its_byte(store: Store) -> None:
    """File and byte, once."""
    session = next(name for name in store.session_ids() if (store.session(name) / "manifest.json").exists())
    path = store.session(session) / "main.journal"
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b"open-cart", b"open-card")
    path.write_bytes(b"".join(lines))
    found = [finding for finding in verify(store) if finding.file == str(path)]
    assert {(finding.kind, finding.byte) for finding in found} == {(Kind.ALTERED, len(lines[0] + lines[1]))}


def test_what_comes_after_the_seal_and_what_the_seal_alone_knows_is_found(store: Store) -> None:
    """A new file, a changed stop mark, a torn tail cut off: nothing else names these bytes."""
    rows = select(store, "c")
    acted = act(store, rows)
    acted.run("c")
    acted.session.stop("Ctrl-C")
    path = store.session(acted.session.id)
    with (path / "main.journal").open("ab") as file:
        file.write(b"half a line")
    acted.finish("orderly")
    assert verify(store) == ()
    (path / "gw9.journal").write_bytes(b"")
    (path / "stop").write_bytes(b"other")
    (path / "main.journal").write_bytes((path / "main.journal").read_bytes()[:-11])
    assert {(finding.kind, Path(finding.file).name) for finding in verify(store)} == {
        (Kind.ALTERED, "gw9.journal"),
        (Kind.ALTERED, "stop"),
        (Kind.ALTERED, "main.journal"),
    }


def test_a_line_that_another_session_continues_is_checked(store: Store) -> None:
    """Rewritten with a good hash, it is not the one that was continued; with its session gone, evidence is missing."""
    (died,) = (name for name in store.session_ids() if not (store.session(name) / "manifest.json").exists())
    (first,) = (name for name in store.session_ids() if name != died)
    path = store.session(died) / "main.journal"
    data = path.read_bytes()
    lines = data.splitlines(keepends=True)
    place = b'"offset":'
    start = data.index(place) + len(place)
    rest = data[:start] + b"1" + data[start:]
    line = rest.splitlines()[1][65:]
    path.write_bytes(lines[0] + hashlib.sha256(line).hexdigest().encode() + b" " + line + b"\n")
    found = [finding for finding in verify(store) if "continues" in finding.reason or "stands here" in finding.reason]
    assert [Path(finding.file).parent.name for finding in found] == [first]
    path.write_bytes(data)
    store.session(first).rename(store.path / "elsewhere")
    assert {(finding.kind, finding.file) for finding in verify(store)} == {(Kind.INCOMPLETE, str(path))}
