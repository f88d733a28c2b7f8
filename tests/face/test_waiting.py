"""Steps that wait: short ones are slept through, long ones park the run until a session comes after their moment."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import pytest

from face.project import Done, Project

START = 1_800_000_000.0  # 2027-01-15 08:00:00 UTC
HOUR = 3600.0
DAY = 86_400.0

CLOCK = """\
import os

from pytest_journeys.testing.clock import ManualClock


def pytest_journeys_clock(config):
    return ManualClock(float(os.environ["NOW"]))
"""

ORDER = """\
journey: order
steps:
  - request: POST ${{ env.url }}/orders
    id: place
    derive: {asked: $.asked}
    cleanup: {request: "DELETE ${{ env.url }}/orders"}
  - id: settle
    wait: 3d
  - request: GET ${{ env.url }}/settled/${{ steps.place.asked }}
"""


@pytest.fixture
def at(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Give a pytest that runs so many seconds after the start, by its clock."""
    project.write(conftest_py=CLOCK)

    def run(seconds: float, *arguments: str) -> Done:
        monkeypatch.setenv("NOW", str(START + seconds))
        return project.run(*arguments)

    return run


def steps_of(project: Project) -> dict[str, tuple[str, bool]]:
    """Of the one run in the evidence: each step's outcome and whether it was replayed."""
    (run,) = project.evidence["runs"]
    return {step["id"]: (step["outcome"], step["replayed"]) for step in run["steps"]}


def test_a_long_wait_parks_the_run_and_a_later_session_goes_on(
    project: Project, at: Callable[..., Done], mode: tuple[str, ...]
) -> None:
    """Before the moment the item is skipped and nothing is sent; behind it the run goes on at the step that waited."""
    project.journey(ORDER, name="order")
    more = (*mode, "--journeys-json", "evidence.json", "--junitxml=junit.xml", "-rs")

    first = at(0, *more)
    assert first.counts == {"skipped": 1}
    assert "parked until 2027-01-18 08:00:00 UTC" in first.out
    project.asked("POST /orders")
    assert project.outcomes == {"order": "parked"}
    assert steps_of(project) == {
        "place": ("passed", False),
        "settle": ("parked", False),
        "get-settled": ("parked", False),
        "place.cleanup": ("parked", False),
    }
    assert ("step[parked]", "settle: parked until 2027-01-18 08:00:00 UTC") in project.properties("order")

    early = at(2 * DAY, *more)
    assert early.counts == {"skipped": 1}
    assert "1 parked until 2027-01-18 08:00:00 UTC" in " ".join(early.begun)
    assert early.section[0] == "runs: 1 parked"
    assert "parked: 1 run, until 2027-01-18 08:00:00 UTC;" in " ".join(early.section)
    project.asked()
    assert project.outcomes == {"order": "parked"}
    assert steps_of(project)["place"] == ("passed", True)

    last = at(3 * DAY + HOUR, *more)
    assert last.counts == {"passed": 1}
    project.asked("GET /settled/1", "DELETE /orders")
    (run,) = project.evidence["runs"]
    logs = next(step["logs"] for step in run["steps"] if step["id"] == "settle")
    assert logs == ["waited until 2027-01-18 08:00:00 UTC", "goes on 1h late"]
    assert steps_of(project) == {
        "place": ("passed", True),
        "settle": ("passed", False),
        "get-settled": ("passed", False),
        "place.cleanup": ("passed", False),
    }


def test_what_ends_within_park_after_is_slept_through(project: Project, at: Callable[..., Done]) -> None:
    """`journeys_park_after` is the border, at the beginning of a wait and in the session that takes it up."""
    project.journey(ORDER.replace("3d", "90s"), name="order")
    assert at(0).counts == {"skipped": 1}
    assert at(20).counts == {"skipped": 1}  # 70 s are left
    project.asked("POST /orders")
    assert at(40).counts == {"passed": 1}
    project.asked("GET /settled/1", "DELETE /orders")
    assert at(100, "-o", "journeys_park_after=90").counts == {"passed": 1}


def test_a_parked_run_never_goes_on_early(project: Project, at: Callable[..., Done]) -> None:
    """The wall clock decides: set back, it waits longer; nothing but the deadline on disk counts."""
    project.journey(ORDER, name="order")
    at(0)
    project.asked("POST /orders")
    for moment in (-400 * DAY, 1, 3 * DAY - 61):
        assert at(moment).counts == {"skipped": 1}
    project.asked()
    assert at(3 * DAY - 60).counts == {"passed": 1}
    project.asked("GET /settled/1", "DELETE /orders")


def test_parked_time_does_not_count_for_max_age(project: Project, at: Callable[..., Done]) -> None:
    """Ten days later a run whose max_age is an hour goes on where it was parked."""
    project.journey(ORDER + "recovery: {max_age: 1h}\n", name="order")
    at(0)
    assert at(10 * DAY).counts == {"passed": 1}
    project.asked("POST /orders", "GET /settled/1", "DELETE /orders")


def test_a_parked_run_goes_on_with_its_stored_artifact(project: Project, at: Callable[..., Done]) -> None:
    """Edited while it is parked, the journey is another version: the run ends as the one it began as."""
    project.journey(ORDER, name="order")
    at(0)
    project.journey(ORDER.replace("/settled/", "/elsewhere/"), name="order")
    assert at(DAY).counts == {"skipped": 1}
    done = at(3 * DAY, "--junitxml=junit.xml")
    assert done.counts == {"passed": 1}
    assert ("journey_version", "v1") in project.properties("order")
    project.asked("POST /orders", "GET /settled/1", "DELETE /orders")
    at(4 * DAY)
    at(8 * DAY)
    project.asked("POST /orders", "GET /elsewhere/3", "DELETE /orders")


def test_another_environment_is_another_system_for_a_parked_run_too(
    project: Project, at: Callable[..., Done], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the artifact refers to has changed: the parked run is cleaned up where it ran, a new one begins."""
    project.journey(ORDER, name="order")
    at(0)
    monkeypatch.setenv("JOURNEYS_ENV_URL", project.server.url + "/b")
    done = at(DAY, "-v")
    assert done.counts == {"skipped": 1}
    assert "environment value url changed" in done.out
    project.asked("POST /orders", "DELETE /orders", "POST /b/orders")


def test_parked_fails_where_that_is_wanted(project: Project, at: Callable[..., Done]) -> None:
    """`journeys_parked = fail` fails the item, for whom a green session must mean that all is done."""
    project.journey(ORDER, name="order")
    for moment in (0, HOUR):
        done = at(moment, "-o", "journeys_parked=fail")
        assert done.counts == {"failed": 1}
        assert "parked until 2027-01-18 08:00:00 UTC" in done.out
    assert at(3 * DAY, "-o", "journeys_parked=fail").counts == {"passed": 1}
    project.asked("POST /orders", "GET /settled/1", "DELETE /orders")


def test_never_replaces_a_parked_run_and_cleans_up_after_it(project: Project, at: Callable[..., Done]) -> None:
    """`--journeys-resume=never` ends it: its cleanup first, then a new run."""
    project.journey(ORDER, name="order")
    at(0)
    assert at(HOUR, "--journeys-resume=never").counts == {"skipped": 1}
    project.asked("POST /orders", "DELETE /orders", "POST /orders")


def test_fixtures_wait_too(project: Project, at: Callable[..., Done]) -> None:
    """While a run is parked its item sets up no fixture but those whose values it needs."""
    project.journey(ORDER, name="order")
    at(0)
    project.write(
        conftest_py=CLOCK
        + "\nimport pytest\n\n@pytest.fixture(autouse=True)\ndef loud():\n    print('SET UP')\n    yield\n"
    )
    assert "SET UP" not in at(HOUR, "-s").out
    assert "SET UP" in at(3 * DAY, "-s").out


def test_runs_and_show_tell_of_parked_runs(project: Project, at: Callable[..., Done]) -> None:
    """The command lists them by their outcome, and says until when."""
    project.journey(ORDER, name="order")
    at(0)
    listed = project.journeys("runs", "--status", "parked")
    assert listed.code == 0
    assert " parked " in listed.out
    run = next(line.split()[0] for line in listed.out.splitlines() if line.startswith("run_"))
    shown = project.journeys("show", run).out
    assert "parked until 2027-01-18 08:00:00 UTC" in shown
    assert project.journeys("verify").code == 0


REAL = """\
journey: real
steps:
  - request: GET ${{ env.url }}/before
  - id: pause
    wait: ${{ inputs.ms }}ms
  - request: GET ${{ env.url }}/after
inputs: {ms: {type: integer, default: 300}}
"""


def test_a_real_short_wait(project: Project) -> None:
    """With this machine's clock: no request leaves before its moment."""
    project.journey(REAL, name="real")
    began = time.time()
    assert project.run().counts == {"passed": 1}
    assert time.time() - began >= 0.3
    project.asked("GET /before", "GET /after")


def test_ctrl_c_ends_a_wait_at_once_and_its_deadline_stands(project: Project) -> None:
    """The session stops within moments; the next one waits for what is left, and sends nothing twice."""
    project.journey(REAL, name="real")
    command = [sys.executable, "-m", "pytest", "-q", "--journeys-input", "ms=8000"]
    child = subprocess.Popen(command, cwd=project.folder, stdout=subprocess.PIPE, text=True)
    patience = time.time() + 20
    while "GET /before" not in project.server.asked and time.time() < patience:
        time.sleep(0.02)
    sent = time.time()
    time.sleep(0.3)
    os.kill(child.pid, signal.SIGINT)
    out, _ = child.communicate(timeout=20)
    assert child.returncode == pytest.ExitCode.INTERRUPTED, out
    assert time.time() - sent < 7.5  # in a run that waits on, it would be over at 8
    assert project.run("--journeys-input", "ms=8000").counts == {"passed": 1}
    assert time.time() - sent > 7.9
    project.asked("GET /before", "GET /after")
