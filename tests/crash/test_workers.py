"""xdist's processes one by one: a run goes from worker to worker, the controller dies alone, a worker dies alone."""

import os
import signal
import time

from crash import faults
from crash.project import Project
from crash.purchase import ROWS, WHOLE, all_sent, sent, trap


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


def test_a_lost_worker_does_not_take_the_session_with_it(project: Project) -> None:
    """Kill -9 of one worker: its row is told as crashed, the others pass, and the next session resumes that run."""
    project.trap(trap("r2", "fill1", "hold", when="after", name="r2"))
    living = project.begin("-n", "2")
    living.wait_until(lambda: project.is_held("r2"), "r2 is held")
    os.kill(project.worker_of(living, "r2"), signal.SIGKILL)
    done = living.wait()
    assert (done.code, done.counts) == (1, {"failed": 1, "passed": 5})
    assert "purchase[r2]" in done.text
    assert "crashed while running" in done.text
    assert project.run_of("r2")["outcome"] == "interrupted"
    assert project.run_of("r2")["steps"][2]["outcome"] == "in_doubt"
    assert "next: the same pytest command resumes 1 run; --journeys-resume=never starts afresh" in done.section
    after = project.run("-n", "2")
    assert (after.code, after.counts) == (0, {"passed": 6})
    assert after.result_of("r2") == "PASSED (restarted, attempt 2)"
    assert project.ledger["r2"] == sent(
        "r2", "login create fill1 | login delete1 | login create fill2 pay2A read2 poll2 poll2 coupon2 delete2"
    )
