"""Killed at every append while a failed run is re-entered whose cleanup was kept: the cleanup is carried out once, by one run."""

import pytest

from crash import faults
from crash.project import Project
from crash.purchase import sent

FIRST = "login create fill1 pay1A read1"
AGAIN = ("--journeys-resume=failed", "-k", "r2")


@pytest.mark.parametrize("moment", [f"{number} {when}" for number in (1, 2, 3) for when in ("before", "after")])
def test_a_death_while_a_run_is_re_entered(project: Project, moment: str) -> None:
    """The cart is deleted once, by whoever goes on last; nothing that was done is done again."""
    project.edit("steps:\n", "recovery: {keep_on_failure: true}\nsteps:\n")
    project.edit("{$.paid: true}", "{$.paid: false}")
    assert project.run("-k", "r2").counts == {"failed": 1}
    assert project.ledger["r2"] == sent("r2", FIRST)
    project.edit("{$.paid: false}", "{$.paid: true}")
    assert project.run(*AGAIN, DIE_AT=moment).code == -9
    done = project.run(*AGAIN)
    assert (done.code, done.counts) == (0, {"passed": 1})
    told = [(method, path) for method, path, _, _ in project.ledger["r2"]]
    assert told.count(("DELETE", "/carts/r2-1")) == 1
    assert told.count(("POST", "/carts")) == told.count(("POST", "/carts/r2-1/items")) == 1
    assert told[-1] == ("DELETE", "/carts/r2-1")
    faults.count("killed at an append while a failed run was re-entered", moment)
