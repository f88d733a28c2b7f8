"""What a person sees of a session: how it begins, how it ends, quietly or not, and from another terminal meanwhile."""

import json
import re
import subprocess
import sys

import pytest

from face.project import SHOP, Project

POLL = """\
journey: poll
steps:
  - id: settled
    request: GET ${{ env.url }}/job
    poll: {until: {json: {$.path: /job}}, every: 1ms, attempts: 9}
"""

SESSION = r"20\d{6}-\d{6}-[a-z2-7]{8}"


def test_one_line_when_it_begins_and_a_section_when_it_ends(project: Project, mode: tuple[str, ...]) -> None:
    """At default verbosity that is all, on 80 columns."""
    project.journey()
    done = project.run(*mode)
    assert len(done.begun) == 1
    assert re.fullmatch(rf"journeys: session {SESSION} in .journeys \(power\): 3 fresh", done.begun[0])
    assert done.section == ["runs: 3 passed"]
    assert all(
        len(line) <= 80 for line in done.out.splitlines() if not line.startswith(("rootdir", "plugins", "platform"))
    )


@pytest.mark.parametrize("quiet", ["-q", "-qq"])
def test_quiet_is_quiet(project: Project, quiet: str) -> None:
    """`-q` takes both away."""
    project.journey()
    done = project.run(quiet)
    assert done.code == 0
    assert "journeys" not in done.out


def test_an_interruption_and_what_comes_next(project: Project) -> None:
    """The last line says what the next pytest will do; the next one says what it takes over, and does it."""
    project.journey()
    project.server.answer("/orders/1", status=500)
    done = project.run_until("shop[three]")
    assert done.section == [
        "runs: 1 passed, 1 failed",
        "next: the same pytest command replays 1 that passed; --journeys-resume=never",
        "      starts afresh",
    ]
    done = project.run("-v")
    assert re.match(
        rf"journeys: session {SESSION} in .journeys \(power\) goes on from {SESSION}, interrupted \d+ s ago: 1 to replay, the oldest pass \d+ s old; 2 fresh",
        " ".join(line.removeprefix("journeys: ").strip() for line in done.begun).join(["journeys: ", ""]),
    )
    assert done.words == {"shop[one]": "FAILED", "shop[two]": "PASSED (replayed)", "shop[three]": "PASSED"}
    assert done.section == ["runs: 2 passed, 1 failed; 1 replayed, 2 steps replayed"]


def test_why_a_run_begins_anew(project: Project) -> None:
    """The reasons are known run by run: counted in the last section, told under the row at -v."""
    project.journey()
    project.run_until("shop[three]", "--journeys-subject=build 1")
    done = project.run("-v", "--journeys-subject=build 2")
    assert done.words == {"shop[one]": "PASSED", "shop[two]": "PASSED", "shop[three]": "PASSED"}
    assert "began anew: 2 runs: " in done.section[1]
    assert "build 1" in done.section[1]
    lines = done.out.splitlines()
    at = next(number for number, line in enumerate(lines) if "shop[two] PASSED" in line)
    assert lines[at + 1].startswith("  began anew  ")


def test_a_session_in_progress_is_seen_from_another_terminal(project: Project, mode: tuple[str, ...]) -> None:
    """`journeys runs` and `show` say what is going on, who holds it and since when; afterwards nobody does."""
    project.journey(SHOP.replace("  - {id: two, number: 2}\n  - {id: three, number: 3}\n", ""))
    held = project.server.hold("/orders/1")
    living = subprocess.Popen([sys.executable, "-m", "pytest", *mode], cwd=project.folder, stdout=subprocess.DEVNULL)
    try:
        assert project.server.arrived.wait(60)
        (run,) = json.loads(project.journeys("runs", "--output", "json").out)["runs"]
        assert run["outcome"] == "in progress"
        listed = project.journeys("runs").out
        assert re.search(r"shop\[one\]", listed)
        shown = project.journeys("show", run["id"]).out
        assert f"pid {living.pid} on " in shown
        assert re.search(r", since \d+ (s|min)", shown)
    finally:
        held.released.set()
        assert living.wait(60) == 0
    shown = project.journeys("show", run["id"]).out
    assert "pid " not in shown
    assert "passed" in shown


def test_a_long_poll_is_shown_folded(project: Project) -> None:
    """Of attempts that came to the same `journeys show` tells the first, and how many there were; `--all` tells each."""
    project.journey(POLL, name="poll")
    project.server.answer("/job", body={"status": "new"}, times=5)
    assert project.run().code == 0
    (run,) = json.loads(project.journeys("runs", "--output", "json").out)["runs"]
    shown = project.journeys("show", run["id"]).out
    assert re.findall(r"\(attempt (\d)", shown) == ["1", "6"]
    assert "  = attempts: 2 to 5: 200 OK, not yet: json $.path is missing, expected '/job'" in shown
    assert re.findall(r"\(attempt (\d)", project.journeys("show", run["id"], "--all").out) == list("123456")


def test_two_sessions_share_a_store(project: Project) -> None:
    """A second session while one is living takes nothing from it: each has its runs, both end well."""
    project.journey(SHOP.replace("  - {id: two, number: 2}\n  - {id: three, number: 3}\n", ""))
    held = project.server.hold("/orders/1")
    living = subprocess.Popen([sys.executable, "-m", "pytest"], cwd=project.folder, stdout=subprocess.DEVNULL)
    assert project.server.arrived.wait(60)
    project.server.answer("/orders/1")
    done = project.run("-v")
    assert done.words == {"shop[one]": "PASSED"}
    held.released.set()
    assert living.wait(60) == 0
    project.asked(*["GET /items/1", "POST /orders/1"] * 2)


@pytest.mark.parametrize(
    ("first", "is_done"),
    [("timeout", True), ("503", True), ("429", False)],
)
def test_a_delete_that_is_sent_again_finds_nothing_left(project: Project, first: str, *, is_done: bool) -> None:
    """A 404 says that it was done already, if an attempt before it may have done it: a retry asks as a resume does."""
    project.journey(
        "journey: tidy\nsteps:\n  - id: close\n    request: DELETE ${{ env.url }}/cart\n    timeout: 300ms\n"
        f"    retry: {{attempts: 2, delay: 1ms, errors: [{first}]}}\n    assert: {{status: 200}}\n",
        name="tidy",
    )
    if first == "timeout":
        held = project.server.hold("/cart", times=1, then=404)
    else:
        project.server.answer("/cart", status=int(first), times=1, then=404)
    done = project.run("-v")
    if first == "timeout":
        held.released.set()
    project.asked("DELETE /cart", "DELETE /cart")
    assert done.counts == ({"passed": 1} if is_done else {"failed": 1})


INTERRUPTING = """
import os, signal, threading, time

def pytest_runtest_call(item):
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
"""


@pytest.mark.parametrize("more", [(), ("--full-trace",)], ids=["", "full trace"])
@pytest.mark.parametrize("held", [True, False], ids=["grace ends", "at a boundary"])
def test_an_interruption_is_shown_where_it_was(project: Project, held: bool, more: tuple[str, ...]) -> None:
    """Pytest names the line that was interrupted: the step that was under way, or was to begin, and nothing of ours."""
    path = project.journey(POLL.replace("attempts: 9", "for: 1m").replace("/job", "/other", 1), name="poll")
    project.write(conftest_py=INTERRUPTING, pytest_ini="[pytest]\njourneys_grace = 0.1\n")
    if held:
        project.server.hold("/other")
    done = project.run_apart(*more)
    assert done.code == 2
    if more:
        assert ">     - id: settled\nE     KeyboardInterrupt: interrupted (SIGINT)\n\npoll.journey.yaml:3: " in done.out
    else:
        assert f"{path}:3: KeyboardInterrupt: interrupted (SIGINT)" in done.out
        assert "/pytest_journeys/" not in done.out


def test_an_interruption_of_a_test_in_python_is_shown_where_it_was(project: Project) -> None:
    """That journeys run in the same session changes nothing of what pytest says."""
    project.alone()
    project.write(conftest_py=INTERRUPTING.replace("item):", "item):\n  if item.name == 'test_a':"))
    project.write(test_a_py="import time\n\ndef test_a():\n    time.sleep(9)\n")
    done = project.run_apart()
    assert done.code == 2
    assert f"{project.folder / 'test_a.py'}:4: KeyboardInterrupt" in done.out
    assert "signals.py" not in done.out
