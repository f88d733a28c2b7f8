"""`journeys watch` beside sessions that live, are killed and are continued: what it tells is what the journals hold."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crash.living import wait_until
from crash.matrix import ARGUMENTS, MODES
from crash.project import Project
from pytest_journeys.cli import main


@contextmanager
def watching(project: Project, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    """The command, begun; its output goes to ``watch.out`` and ``watch.err``."""
    command = [sys.executable, "-c", "import sys; from pytest_journeys.cli import main; sys.exit(main())"]
    with open(project.folder / "watch.out", "w") as out, open(project.folder / "watch.err", "w") as err:
        process = subprocess.Popen([*command, "watch", *arguments], cwd=project.folder, stdout=out, stderr=err)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def told(project: Project) -> list[dict[str, Any]]:
    """What was told so far, whole lines only."""
    return [
        json.loads(line)
        for line in (project.folder / "watch.out").read_text().splitlines(keepends=True)
        if line[-1] == "\n"
    ]


def recorded(session: Path) -> dict[str, list[Any]]:
    """The events of each journal of a session, as the file has them."""
    found = {}
    for path in session.glob("*.journal"):
        parts = [line.split(b" ", 2)[2].partition(b"\t")[0] for line in path.read_bytes().splitlines()]
        found[path.stem] = [event for part in parts for event in json.loads(part)]
    return found


def by_worker(items: list[dict[str, Any]], session: str) -> dict[str, list[Any]]:
    """The events that were told of a session, by the worker that recorded them."""
    found: dict[str, list[Any]] = {}
    for item in items:
        if item["is"] == "event" and item["session"] == session:
            found.setdefault(item["worker"], []).append(item["event"])
    return found


def listing(store: Path) -> list[tuple[str, int, int]]:
    """Each file and folder of a store, its size, and when it was changed."""
    return [(str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in sorted(store.rglob("*"))]


@pytest.mark.parametrize("mode", MODES)
def test_a_killed_session_is_followed_into_the_one_that_continues_it(
    project: Project, mode: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each journal's events are told once and in order, over a SIGKILL; from every cursor on exactly the rest is told."""
    rows = ["r1"] if mode == "serial" else ["r1", "r2"]
    living = project.hold(rows, "read1", *ARGUMENTS[mode])
    with watching(project, "--output", "json") as watch:
        wait_until(lambda: sum(item["is"] == "event" for item in told(project)) > 8, "the watch tells of the session")
        living.signal(signal.SIGKILL, to_group=True)
        living.process.wait()
        wait_until(lambda: told(project)[-1]["is"] == "lost", "the watch tells that the runner is gone")
        project.trap()
        assert project.run(*ARGUMENTS[mode]).code == 0
        assert watch.wait(30) == 0
    items = told(project)
    first, second = (path.name for path in project.sessions)
    assert (items[0]["is"], items[0]["session"], items[0]["continues"]) == ("session", first, None)
    assert [item["continues"] for item in items if item["is"] == "session"] == [None, first]
    assert (items[-1]["is"], items[-1]["session"], items[-1]["how"]) == ("sealed", second, "orderly")
    assert sum(items[-1]["outcomes"].values()) == 6
    for path in project.sessions:
        assert by_worker(items, path.name) == recorded(path)
    assert (project.folder / "watch.err").read_text() == ""

    monkeypatch.chdir(project.folder)
    before = listing(project.store)
    for number, item in list(enumerate(items))[:: max(1, len(items) // 25)]:
        assert main(["watch", "--output", "json", "--from", item["cursor"]]) == 0
        rest = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        for path in project.sessions:
            assert by_worker(rest, path.name) == by_worker(items[number + 1 :], path.name)
    assert listing(project.store) == before, "a watch writes nothing"


def test_ctrl_c_ends_the_watch_and_not_the_session(project: Project) -> None:
    """Exit 2, not a word on stderr; the session goes on. From `now` on nothing is told again."""
    living = project.hold(["r1"], "read1")
    with watching(project, "--from", "now") as watch:
        wait_until(lambda: "session" in (project.folder / "watch.out").read_text(), "the watch has begun")
        os.kill(watch.pid, signal.SIGSTOP)
        os.kill(watch.pid, signal.SIGCONT)
        os.kill(watch.pid, signal.SIGINT)
        assert watch.wait(30) == 2
    assert (project.folder / "watch.err").read_text() == ""
    assert "sign-in" not in (project.folder / "watch.out").read_text()
    project.release("r1")
    assert living.wait().code == 0


def test_people_read_a_line_for_each_step(project: Project) -> None:
    """Runs, steps and interruptions by name; a session that is sealed as interrupted ends the watch with 2."""
    living = project.hold(["r2"], "read1")
    with watching(project) as watch:
        wait_until(partial(_tells, project, "purchase[r2] pay passed"), "the watch tells of r2")
        living.signal(signal.SIGINT)
        project.release("r2")
        assert living.wait().code == 2
        assert watch.wait(30) == 2
    lines = [line[9:] for line in (project.folder / "watch.out").read_text().splitlines()]
    assert lines[0] == f"session {project.sessions[0].name}, process {living.process.pid} on {os.uname().nodename}"
    steps = ["sign-in", "create", "fill", "pay", "read", "settled", "no-coupon", "create.cleanup"]
    whole = ["begins", *(f"{step} passed" for step in steps), "passed"]
    assert lines[1:11] == [f"main: purchase[r1] {told}" for told in whole]
    assert lines[11:17] == [f"main: purchase[r2] {told}" for told in whole[:6]]
    assert lines[17].startswith("main: interrupted: ")
    assert lines[18:] == [f"session {project.sessions[0].name} ended: interrupted; 1 passed"]


def _tells(project: Project, text: str) -> bool:
    return text in (project.folder / "watch.out").read_text()
