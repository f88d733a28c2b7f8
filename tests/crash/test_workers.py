"""xdist's processes one by one: a run goes from worker to worker, the controller dies alone, a worker dies alone."""

import os
import signal
import time
from functools import partial
from itertools import product

import pytest

from crash import faults
from crash.matrix import marked
from crash.project import Project
from crash.purchase import ROWS, WHOLE, all_sent, sent, trap

DISTS = ("load", "worksteal", "loadscope", "loadfile", "loadgroup")


def test_a_run_resumes_on_another_worker(project: Project) -> None:
    """Who begins a run and who ends it need not be the same worker: here r1 goes from gw0 to gw1."""
    project.trap(trap("r1", "pay1A", "kill", awaits=["r3"]), trap("r3", "read1", "hold", name="r3"))
    assert project.run("-n", "2", LATE="gw1").code == -9
    done = project.run("-n", "2", LATE="gw0")
    assert (done.code, done.counts) == (0, {"passed": 6})
    assert project.ledger == all_sent(
        dict.fromkeys(ROWS, WHOLE)
        | {
            "r1": "login create fill1 pay1A | login pay1A read1 poll1 poll1 coupon1 delete1",
            "r3": "login create fill1 pay1A read1 | login read1 poll1 poll1 coupon1 delete1",
        }
    )
    run = project.run_of("r1")["id"]
    written = [
        [path.stem for path in folder.glob("*.journal") if run in path.read_text()] for folder in project.sessions
    ]
    assert written == [["gw0"], ["gw1"]]
    faults.count(
        "killed by the server from inside its handler, resumed", "POST with a key, by another worker than began it"
    )


def test_workers_stop_when_their_controller_dies(project: Project) -> None:
    """Kill -9 of the controller: each worker ends its request and begins no other; the next session waits, then goes on."""
    project.configure(journeys_grace="20")
    living = project.hold(("r2", "r3"), "fill1", "-n", "2")
    living.signal(signal.SIGKILL)
    living.process.wait()
    project.trap()
    successor = project.begin("-n", "2")
    successor.wait_until(
        lambda: len(list(project.store.glob("sessions/.new-*/*"))) == 2, "its workers have told what they selected"
    )
    time.sleep(0.3)
    assert len(project.sessions) == 1  # it waits for them
    for row in ("r2", "r3"):
        project.release(row)
    done = successor.wait()
    assert (done.code, done.counts) == (0, {"passed": 6})
    goes_on = "login create fill1 | login pay1A read1 poll1 poll1 coupon1 delete1"
    assert project.ledger == all_sent(dict.fromkeys(ROWS, WHOLE) | {"r2": goes_on, "r3": goes_on})
    assert done.result_of("r2") == "PASSED (resumed at step 4/7)"


def test_whom_nobody_waits_for_keeps_its_runs(project: Project) -> None:
    """A worker that does not end within `journeys_lock_wait` counts as alive: its runs are left to it, and it is named."""
    project.configure(journeys_lock_wait="0.2", journeys_grace="600")
    living = project.hold(("r2", "r3"), "fill1", "-n", "2")
    living.signal(signal.SIGKILL)
    living.process.wait()
    project.trap()
    done = project.run("-n", "2")
    assert (done.code, done.counts) == (0, {"passed": 6})
    assert f"process {living.process.pid} on" in done.first_lines
    assert "still works on some of these runs; they are left to it" in done.first_lines
    afresh = f"login create fill1 | {WHOLE.replace('1', '2')}"
    for row in ("r2", "r3"):
        project.release(row)
        assert project.ledger[row] == sent(row, afresh)


@pytest.mark.parametrize(
    ("number", "dist"),
    marked(
        product((signal.SIGKILL, signal.SIGSEGV), DISTS),
        {(signal.SIGKILL, "worksteal"), (signal.SIGKILL, "loadscope")},
    ),
)
def test_a_lost_worker_is_replaced(project: Project, number: signal.Signals, dist: str) -> None:
    """A worker dies in mid-request: its run goes on at that step on another one, and nothing else has changed."""
    project.trap(trap("r2", "pay1A", "hold", when="after", name="r2"))
    living = project.begin("-n", "2", "--dist", dist)
    living.wait_until(lambda: project.is_held("r2"), "r2 is held")
    victim = project.worker_of("r2")
    os.kill(project.pid_of(victim), number)
    done = living.wait()
    assert (done.code, done.counts) == (0, {"passed": 6, "rerun": 1})
    assert f"RERUN ({victim} was lost)" in done.text
    assert done.result_of("r2") == "PASSED (resumed at step 4/7)"
    assert f"lost workers: {victim}" in done.section
    assert "next:" not in done.section
    again = "login create fill1 pay1A | login pay1A read1 poll1 poll1 coupon1 delete1"
    assert project.ledger == all_sent(dict.fromkeys(ROWS, WHOLE) | {"r2": again})
    run = project.run_of("r2")
    assert (run["outcome"], run["resumed_from"]) == ("passed", None)
    told = [(one["kind"], one["worker"], one["step"]) for one in run["interruptions"]]
    assert told == [("worker_lost", victim, "pay")]
    assert project.evidence["session"]["lost_workers"] == [victim]
    assert project.evidence["session"]["outcome"] == "passed"
    assert ("lost_worker", f"{victim} at pay") in project.properties_of("r2")
    assert project.testcases == [f"purchase[{row}]" for row in ROWS]
    faults.count("lost workers, replaced", f"{number.name} of a worker, --dist {dist}")


@pytest.mark.parametrize("dist", marked(("load", "loadscope"), {"load"}))
def test_a_third_loss_is_left_to_the_next_session(project: Project, dist: str) -> None:
    """What dies with the same run three times ends as a crash and a failure; the run is open, and the next pytest ends it."""
    project.trap(*(trap("r2", "read1", "hold", nth=nth, name=f"r2-{nth}") for nth in (1, 2, 3)))
    living = project.begin("-n", "2", "--dist", dist)
    victims = []
    for nth in (1, 2, 3):
        living.wait_until(partial(project.is_held, f"r2-{nth}"), f"r2 is held for the {nth}. time")
        victims.append(project.worker_of("r2"))
        os.kill(project.pid_of(victims[-1]), signal.SIGKILL)
    done = living.wait()
    assert (done.code, done.counts) == (1, {"failed": 1, "passed": 5, "rerun": 2})
    assert f"worker '{victims[-1]}' crashed while running" in done.text
    assert len(set(victims)) == 3
    assert "next: the same pytest command resumes 1 run; --journeys-resume=never starts afresh" in done.section
    run = project.run_of("r2")
    assert run["outcome"] == "interrupted"
    assert [one["worker"] for one in run["interruptions"]] == victims[:2]
    after = project.run("-n", "2", "-k", "r2")
    assert (after.code, after.counts) == (0, {"passed": 1})
    assert after.result_of("r2") == "PASSED (resumed at step 5/7)"
    again = "login create fill1 pay1A read1 | login read1 | login read1 | login read1 poll1 poll1 coupon1 delete1"
    assert project.ledger["r2"] == sent("r2", again)
