"""A journal that can grow no further, through pytest: the kernel takes a part of a line and refuses the rest."""

import resource

from crash import faults
from crash.living import REAL
from crash.project import Project
from crash.purchase import ROWS, WHOLE, all_sent


def test_a_disk_that_is_full_is_loud_and_loses_nothing(project: Project) -> None:
    """The run and all rows behind it error, nothing more is sent, the exit code says so; with room again it goes on."""
    project.configure(addopts="-v")
    living = project.hold(("r2",), "read1")
    journal = project.sessions[-1] / "main.journal"
    resource.prlimit(living.process.pid, resource.RLIMIT_FSIZE, (journal.stat().st_size + 10, resource.RLIM_INFINITY))
    project.release("r2")
    done = living.wait()
    assert (done.code, done.counts) == (1, {"passed": 1, "failed": 1, "errors": 4})
    told = " ".join(done.text.split())
    assert told.count("main.journal: a write took 10 of") == 5
    assert told.count("see to the disk, then run pytest again: it goes on") == 5
    assert "next: the same pytest command resumes 1 run" in done.section
    assert project.ledger == all_sent({"r1": WHOLE, "r2": "login create fill1 pay1A read1"})

    after = project.run()
    assert (after.code, after.counts) == (0, {"passed": 6})
    assert after.result_of("r2") == "PASSED (resumed at step 5/7)"
    second = WHOLE.replace("1", "2").replace("A", "B")
    assert project.ledger == all_sent(
        dict.fromkeys(ROWS, WHOLE)
        | {
            "r1": f"{WHOLE} | {second}",  # the session ended by itself: what passed in it counts for it alone
            "r2": "login create fill1 pay1A read1 | login read1 poll1 poll1 coupon1 delete1",
        }
    )
    faults.count(REAL, "refused by the kernel in the middle of a line")
