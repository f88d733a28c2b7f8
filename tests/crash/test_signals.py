"""Ctrl-C and SIGTERM, to the controller alone and to the group: stop at the step boundary, go on with the next `pytest`."""

import signal
import time
from itertools import product
from typing import Any

import pytest

from crash import faults
from crash.living import Living
from crash.matrix import ARGUMENTS, MODES, marked
from crash.project import Project
from crash.purchase import ROWS, WHOLE, all_sent, sent, trap

REASONS = {signal.SIGINT: "interrupted (SIGINT)", signal.SIGTERM: "terminated (SIGTERM)"}
HELD = {"serial": ("r2",), "two-workers": ("r2", "r3")}
OPEN = {"serial": "1 run", "two-workers": "2 runs"}


def cells() -> list[Any]:
    """Every combination; in an ordinary run four of them."""
    ordinary = {
        (signal.SIGINT, "controller", "serial"),
        (signal.SIGTERM, "group", "serial"),
        (signal.SIGTERM, "controller", "two-workers"),
        (signal.SIGINT, "group", "two-workers"),
    }
    return marked(product(REASONS, ("controller", "group"), MODES), ordinary)


def held(project: Project, mode: str, word: str = "fill1") -> Living:
    """A pytest whose workers all wait for an answer: r2 (and r3) to this request."""
    return project.hold(HELD[mode], word, *ARGUMENTS[mode])


@pytest.mark.parametrize(("number", "to", "mode"), cells())
def test_a_signal_stops_at_the_step_boundary(project: Project, number: signal.Signals, to: str, mode: str) -> None:
    """The request in flight ends and counts, no other begins; exit code 2, reports are written; the next session goes on."""
    project.configure(journeys_grace="20")
    living = held(project, mode)
    living.signal(number, to_group=to == "group")
    living.wait_until(lambda: project.is_asked_to_stop, "the stop mark")
    before = len(project.requests)
    for row in HELD[mode]:
        project.release(row)
    done = living.wait()
    assert done.code == 2
    assert len(project.requests) == before
    stopped = dict.fromkeys(HELD[mode], "login create fill1")
    assert project.ledger == all_sent({"r1": WHOLE, **stopped})
    assert (project.sessions[-1] / "stop").read_text() == REASONS[number]
    assert project.evidence["session"]["outcome"] == "interrupted"
    assert [step["outcome"] for step in project.run_of("r2")["steps"][:3]] == ["passed", "passed", "passed"]
    assert project.run_of("r2")["outcome"] == "interrupted"
    assert (project.folder / "junit.xml").exists()
    assert (
        f"next: the same pytest command resumes {OPEN[mode]} and replays 1 that passed;"
        " --journeys-resume=never starts afresh"
    ) in done.section

    after = project.run(*ARGUMENTS[mode])
    assert (after.code, after.counts) == (0, {"passed": 6})
    goes_on = "login create fill1 | login pay1A read1 poll1 poll1 coupon1 delete1"
    assert project.ledger == all_sent(dict.fromkeys(ROWS, WHOLE) | dict.fromkeys(HELD[mode], goes_on))
    assert after.result_of("r1") == "PASSED (replayed)"
    assert after.result_of("r2") == "PASSED (resumed at step 4/7)"
    faults.count("signals, obeyed and gone on from", f"{number.name} to the {to}, {mode}, all held in a request")


MOMENTS = ("r1 login", "r3 fill1", "r5 poll1", "r7 delete1")
"""The request at which the signal is sent; there are 24 rows."""


@pytest.mark.parametrize(
    ("number", "mode", "moment"),
    marked(
        product(REASONS, MODES, MOMENTS),
        {(signal.SIGTERM, "serial", "r3 fill1"), (signal.SIGINT, "two-workers", "r3 fill1")},
    ),
)
def test_each_worker_begins_at_most_one_more_request(
    project: Project, number: signal.Signals, mode: str, moment: str
) -> None:
    """Nobody is held: the server signals the controller alone and answers on; behind the mark each worker asks once."""
    rows = [f"r{at}" for at in range(1, 25)]
    project.write(rows)
    project.watch()
    row, word = moment.split()
    project.trap(trap(row, word, signal.Signals(number).name))
    assert project.run(*ARGUMENTS[mode]).code == 2
    late = [line["row"] for line in project.requests if line["is_late"]]
    assert len(late) == len(set(late)) <= len(HELD[mode])
    assert project.ledger != all_sent(dict.fromkeys(rows, WHOLE))

    done = project.run(*ARGUMENTS[mode])
    assert (done.code, done.counts) == (0, {"passed": 24})
    for row in rows:  # nothing was in doubt: but for the sign-in of who goes on everything was sent once
        requests = project.ledger[row]
        assert [line for line in requests if line[1] != "/login"] == sent(row, WHOLE)[1:]
        assert len([line for line in requests if line[1] == "/login"]) <= 2
    faults.count("signals, obeyed and gone on from", f"{number.name} to the controller, {mode}, nobody held")
    faults.count("signals, obeyed and gone on from", "requests that arrived behind the mark to stop", len(late))


@pytest.mark.parametrize("mode", marked(MODES, {"serial"}))
def test_grace_ends(project: Project, mode: str) -> None:
    """A request that does not end within `journeys_grace` is given up, and in doubt for the session that goes on."""
    project.configure(journeys_grace="0.3")
    living = held(project, mode, "pay1A")
    living.signal(signal.SIGINT, to_group=True)
    done = living.wait()
    assert done.code == 2
    assert project.run_of("r2")["steps"][3]["outcome"] == "in_doubt"
    after = project.run(*ARGUMENTS[mode])
    assert (after.code, after.counts) == (0, {"passed": 6})
    again = "login create fill1 pay1A | login pay1A read1 poll1 poll1 coupon1 delete1"
    assert project.ledger == all_sent(dict.fromkeys(ROWS, WHOLE) | dict.fromkeys(HELD[mode], again))


def test_grace_ends_in_workers_that_got_no_signal(project: Project) -> None:
    """Sent to the controller alone the signal counts for its workers too: the mark to stop begins their grace.

    Left to execnet it would take five seconds, and the journal would not say who asked.
    """
    project.configure(journeys_grace="0.3")
    living = held(project, "two-workers", "pay1A")
    living.signal(signal.SIGINT)
    began = time.monotonic()
    done = living.wait()
    assert done.code == 2
    assert time.monotonic() - began < 4.5
    for worker in ("gw0", "gw1"):
        assert '"reason":"interrupted (SIGINT)"' in (project.sessions[-1] / f"{worker}.journal").read_text()
    assert project.run_of("r2")["steps"][3]["outcome"] == "in_doubt"
    after = project.run(*ARGUMENTS["two-workers"])
    assert (after.code, after.counts) == (0, {"passed": 6})


@pytest.mark.parametrize("mode", marked(MODES, {MODES[-1]}))
def test_a_second_ctrl_c_stops_at_once(project: Project, mode: str) -> None:
    """Nobody waits for a request that hangs: the second signal ends it, long before grace does."""
    project.configure(journeys_grace="600")
    living = held(project, mode, "read1")
    living.signal(signal.SIGINT, to_group=True)
    living.wait_until(lambda: project.is_asked_to_stop, "the stop mark")
    living.signal(signal.SIGINT, to_group=True)
    done = living.wait()
    assert done.code == 2
    assert project.evidence["session"]["outcome"] == "interrupted"
    after = project.run(*ARGUMENTS[mode])
    assert (after.code, after.counts) == (0, {"passed": 6})
    again = "login create fill1 pay1A read1 | login read1 poll1 poll1 coupon1 delete1"
    assert project.ledger == all_sent(dict.fromkeys(ROWS, WHOLE) | dict.fromkeys(HELD[mode], again))


def test_a_signal_ends_the_pause_of_a_poll(project: Project) -> None:
    """Between two polls nothing is in flight: the session stops there, however long the pause is."""
    project.edit("every: 10ms, for: 30s", "every: 10m, for: 2h")
    project.configure(journeys_grace="600")
    living = project.begin("-k", "r1")
    living.wait_until(lambda: len(project.requests) == 6, "the first poll")
    living.signal(signal.SIGINT)
    assert living.wait().code == 2
    assert project.ledger == {"r1": sent("r1", "login create fill1 pay1A read1 poll1")}
    assert project.run("-k", "r1").code == 0
    assert project.ledger["r1"] == sent("r1", "login create fill1 pay1A read1 poll1 | login poll1 coupon1 delete1")
