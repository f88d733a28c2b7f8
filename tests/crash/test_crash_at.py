"""A child that kills its group at an append of its journal, between two steps or in a cleanup, then plain `pytest`."""

import pytest

from crash import faults
from crash.matrix import marked
from crash.project import Project
from crash.purchase import WHOLE, sent

ONLY = ("-k", "r1")

SENT = {
    (1, "before"): f"| {WHOLE}",
    (1, "after"): f"| {WHOLE}",  # the sign-in is in doubt: a restart, and nothing to clean up
    (2, "before"): f"login | {WHOLE}",
    (2, "after"): "login | " + WHOLE,
    (3, "before"): "login create | login create fill2 pay2A read2 poll2 poll2 coupon2 delete2",
    (3, "after"): "login create | login delete1 | login create fill2 pay2A read2 poll2 poll2 coupon2 delete2",
    (4, "before"): "login create fill1 | login delete1 | login create fill2 pay2A read2 poll2 poll2 coupon2 delete2",
    (4, "after"): "login create fill1 | login pay1A read1 poll1 poll1 coupon1 delete1",
    (5, "before"): "login create fill1 pay1A | login pay1A read1 poll1 poll1 coupon1 delete1",
    (5, "after"): "login create fill1 pay1A | login read1 poll1 poll1 coupon1 delete1",
    (6, "before"): "login create fill1 pay1A read1 | login read1 poll1 poll1 coupon1 delete1",
    (6, "after"): "login create fill1 pay1A read1 | login poll1 poll1 coupon1 delete1",
    (7, "before"): "login create fill1 pay1A read1 poll1 | login poll1 coupon1 delete1",
    (7, "after"): "login create fill1 pay1A read1 poll1 | login poll1 coupon1 delete1",
    (8, "before"): "login create fill1 pay1A read1 poll1 | login poll1 coupon1 delete1",
    (8, "after"): "login create fill1 pay1A read1 poll1 | login poll1 coupon1 delete1",
    (9, "before"): "login create fill1 pay1A read1 poll1 poll1 | login poll1 coupon1 delete1",
    (9, "after"): "login create fill1 pay1A read1 poll1 poll1 | login coupon1 delete1",
    (10, "before"): "login create fill1 pay1A read1 poll1 poll1 coupon1 | login coupon1 delete1",
    (10, "after"): "login create fill1 pay1A read1 poll1 poll1 coupon1 | login delete1",
    (11, "before"): f"{WHOLE} | login delete1",
    (11, "after"): WHOLE,
}
"""What the ledger holds after a death before or after the n-th append was kept, and the session that goes on.

Append 1 opens the run with the intent of the sign-in; 2 to 6 end a step and hold the intent of the next; 7 ends the first
poll, 8 intends the second; 9 and 10 end the poll and the coupon; 11 ends the cleanup and the run.
"""

ORDINARY = {(1, "after"), (3, "after"), (4, "after"), (5, "before"), (8, "after"), (10, "after"), (11, "before")}


@pytest.mark.parametrize(("number", "when"), marked(SENT, ORDINARY))
def test_a_death_at_an_append_loses_nothing(project: Project, number: int, when: str) -> None:
    """What was recorded is not sent again, what was not is decided by its method; in a cleanup as between steps."""
    assert project.run(*ONLY, DIE_AT=f"{number} {when}").code == -9
    assert len(project.requests) == len(sent("r1", SENT[number, when].partition("|")[0]))
    done = project.run(*ONLY)
    assert project.ledger == {"r1": sent("r1", SENT[number, when])}
    assert (done.code, done.counts) == (0, {"passed": 1})
    where = "in its cleanup" if number > 10 or (number, when) == (10, "after") else "between steps"
    faults.count("killed by itself at an append, resumed", f"{where}, {when} the line was kept")


@pytest.mark.full
def test_there_is_no_twelfth_append(project: Project) -> None:
    """The table above is whole: a run of seven steps, a second poll and a cleanup makes eleven appends."""
    assert project.run(*ONLY, DIE_AT="12 before").code == 0
