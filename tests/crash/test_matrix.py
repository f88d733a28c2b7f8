"""Who is signalled, how, and how pytest shares out its rows: each cell ends, and the next `pytest` ends what it left."""

import os
import signal
import time
from itertools import product
from typing import Any

import pytest

from crash import faults
from crash.living import Done, Living
from crash.matrix import MODES, marked
from crash.project import Project
from crash.purchase import WHOLE, all_sent

WORKERS = ("0", "1", "2", "4") if len(MODES) > 1 else ("0",)
DISTS = ("load", "loadscope", "loadgroup", "worksteal")
NUMBERS = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
ROWS = tuple(f"r{number}" for number in range(1, 9))

ANSWERED = "login create fill1 pay1A | login read1 poll1 poll1 coupon1 delete1"
IN_DOUBT = "login create fill1 pay1A | login pay1A read1 poll1 poll1 coupon1 delete1"
"""How the row goes on that was struck in its payment: its answer was recorded, or was not (it has a key)."""


def cells() -> list[Any]:
    """Every combination that is one; in an ordinary run three of them."""
    found = [
        (number, to, workers, dist)
        for number, to, workers, dist in product(NUMBERS, ("controller", "worker", "group"), WORKERS, DISTS)
        if workers != "0" or (to != "worker" and dist == "load")
    ]
    ordinary = {
        (signal.SIGKILL, "worker", "4", "loadgroup"),
        (signal.SIGTERM, "worker", "1", "loadscope"),
        (signal.SIGKILL, "controller", "2", "worksteal"),
    }
    return marked(found, ordinary)


@pytest.mark.parametrize(("number", "to", "workers", "dist"), cells())
def test_a_signal_in_mid_request(project: Project, number: signal.Signals, to: str, workers: str, dist: str) -> None:
    """One row waits for its payment's answer, all others have ended or not begun.

    A killed worker is replaced, and the session is one in which nothing has happened. A signal that can be obeyed lets
    the request end, then the session stops. Whatever was left is gone on with, and the ledger is the one written here.
    """
    arguments = () if workers == "0" else ("-n", workers, "--dist", dist)
    project.configure(journeys_grace="60")
    project.write(ROWS)
    living = project.hold(("r3",), "pay1A", *arguments)
    settle(project)
    strike(project, living, number, to)
    is_killed = number == signal.SIGKILL
    if not is_killed and to != "worker":
        living.wait_until(lambda: project.is_asked_to_stop, "the stop mark")
    if is_killed and to == "controller":
        living.process.wait()  # who still dies still holds its lock
    if not is_killed or to == "controller":
        project.release("r3")
    done = living.wait()
    code = 2 if not is_killed else 0 if to == "worker" else -signal.SIGKILL
    assert done.code == code, done.text
    assert "failed" not in done.text.rstrip().splitlines()[-1]
    if code:
        after = project.run(*arguments)
        assert (after.code, after.counts) == (0, {"passed": len(ROWS)}), after.text
    else:
        assert done.counts == {"passed": len(ROWS), "rerun": 1}
    is_answered = not is_killed or (to == "controller" and workers != "0")
    assert project.ledger == all_sent(dict.fromkeys(ROWS, WHOLE) | {"r3": ANSWERED if is_answered else IN_DOUBT})
    how = "in one process" if workers == "0" else f"-n {workers} --dist {dist}"
    faults.count("signals, cell by cell", f"{number.name} to the {to}, {how}: {seen(done, is_answered=is_answered)}")


def settle(project: Project) -> None:
    """Wait until nobody asks for anything: who is not held has come to the end of his rows."""
    known = -1
    while known != len(project.requests):
        known = len(project.requests)
        time.sleep(0.4)


def strike(project: Project, living: Living, number: signal.Signals, to: str) -> None:
    """Send the signal, to the worker that is held if to a worker."""
    if to == "worker":
        os.kill(project.pid_of(project.worker_of("r3")), number)
    else:
        living.signal(number, to_group=to == "group")


def seen(done: Done, *, is_answered: bool) -> str:
    """What happened, in words."""
    ended = f"killed by signal {-done.code}" if done.code < 0 else f"exit code {done.code}"
    counts = ", ".join(f"{count} {word}" for word, count in done.counts.items()) if done.code >= 0 else ""
    went_on = "its answer counts" if is_answered else "sent again with its key"
    return "; ".join(part for part in (ended, counts, went_on) if part)
