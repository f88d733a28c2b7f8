"""The process group killed with SIGKILL from inside the server's handler, then plain `pytest`: the whole ledger, by hand."""

from itertools import product
from typing import Any

import pytest

from crash import faults
from crash.matrix import ARGUMENTS, MODES, marked
from crash.project import Project
from crash.purchase import ROWS, WHOLE, all_sent, sent, trap

SENT_IN_ALL = {
    "GET": "login create fill1 pay1A read1 | login read1 poll1 poll1 coupon1 delete1",
    "POST": "login create fill1 | login delete1 | login create fill2 pay2A read2 poll2 poll2 coupon2 delete2",
    "POST with a key": "login create fill1 pay1A | login pay1A read1 poll1 poll1 coupon1 delete1",
    "DELETE of a cleanup": f"{WHOLE} | login delete1",
}
"""What the ledger holds of the killed row after both sessions. Who comes back signs in again: no token is on a disk."""

KILLED_AT = {"GET": "read1", "POST": "fill1", "POST with a key": "pay1A", "DELETE of a cleanup": "delete1"}

WORDS = {
    "GET": "PASSED (resumed at step 5/7)",
    "POST": "PASSED (restarted, attempt 2)",
    "POST with a key": "PASSED (resumed at step 4/7)",
    "DELETE of a cleanup": "PASSED (resumed in its cleanup)",
}


REPLAYED = {
    "GET": {"sign-in", "create", "fill", "pay"},
    "POST": set(),
    "POST with a key": {"sign-in", "create", "fill"},
    "DELETE of a cleanup": {"sign-in", "create", "fill", "pay", "read", "settled", "no-coupon"},
}

REPORTED = {
    "GET": [
        "sign-in (replayed, refreshed)",
        "create (replayed)",
        "fill (replayed)",
        "pay (replayed)",
        "read: sent again: the outcome of attempt 1 is not known",
        "settled",
        "no-coupon",
        "create.cleanup",
    ],
    "POST": ["sign-in", "create", "fill", "pay", "read", "settled", "no-coupon", "create.cleanup"],
    "POST with a key": [
        "sign-in (replayed, refreshed)",
        "create (replayed)",
        "fill (replayed)",
        "pay: sent again: the outcome of attempt 1 is not known",
        "read",
        "settled",
        "no-coupon",
        "create.cleanup",
    ],
    "DELETE of a cleanup": [
        "sign-in (replayed, refreshed)",
        "create (replayed)",
        "fill (replayed)",
        "pay (replayed)",
        "read (replayed)",
        "settled (replayed)",
        "no-coupon (replayed)",
        "create.cleanup: sent again: the outcome of attempt 1 is not known",
    ],
}
"""The killed row's steps in the JUnit report of the second session."""

COUNTED = {
    ("GET", "serial"): "1 resumed, 1 replayed, 12 steps replayed, 1 step refreshed",
    ("GET", "two-workers"): "2 resumed, 1 replayed, 16 steps replayed, 2 steps refreshed",
    ("POST", "serial"): (
        "1 restarted, 1 replayed, 8 steps replayed restarted: 1 run: fill is in doubt: its POST may have left"
    ),
    ("POST", "two-workers"): (
        "1 resumed, 1 restarted, 1 replayed, 12 steps replayed, 1 step refreshed"
        " restarted: 1 run: fill is in doubt: its POST may have left"
    ),
    ("POST with a key", "serial"): "1 resumed, 1 replayed, 11 steps replayed, 1 step refreshed",
    ("POST with a key", "two-workers"): "2 resumed, 1 replayed, 15 steps replayed, 2 steps refreshed",
    ("DELETE of a cleanup", "serial"): "1 resumed, 1 replayed, 15 steps replayed, 1 step refreshed",
    ("DELETE of a cleanup", "two-workers"): "2 resumed, 1 replayed, 19 steps replayed, 2 steps refreshed",
}


def cells() -> list[Any]:
    """Every combination; in an ordinary run eight of them, in which each two values of different kinds meet."""
    ordinary = {
        ("GET", "serial", "power", "before"),
        ("GET", "two-workers", "process", "after"),
        ("POST", "serial", "process", "after"),
        ("POST", "two-workers", "power", "before"),
        ("POST with a key", "serial", "process", "before"),
        ("POST with a key", "two-workers", "power", "after"),
        ("DELETE of a cleanup", "serial", "power", "after"),
        ("DELETE of a cleanup", "two-workers", "process", "before"),
    }
    return marked(product(SENT_IN_ALL, MODES, ("power", "process"), ("before", "after")), ordinary)


@pytest.mark.parametrize(("request_", "mode", "durability", "when"), cells())
def test_nothing_is_sent_twice_without_permission(
    project: Project, request_: str, mode: str, durability: str, when: str
) -> None:
    """Killed before or after it acted, the server is sent the rest and nothing else; every report says what happened."""
    arguments = (*ARGUMENTS[mode], f"--journeys-durability={durability}")
    if mode == "serial":
        project.trap(trap("r2", KILLED_AT[request_], "kill", when=when))
    else:  # the other worker is held at a known place, so that the whole ledger is known
        project.trap(
            trap("r2", KILLED_AT[request_], "kill", when=when, awaits=["r3"]), trap("r3", "read1", "hold", name="r3")
        )
    assert project.run(*arguments).code == -9
    done = project.run(*arguments)

    expected = dict.fromkeys(ROWS, WHOLE) | {"r2": SENT_IN_ALL[request_]}
    if mode == "two-workers":
        expected["r3"] = SENT_IN_ALL["GET"]
    assert project.ledger == all_sent(expected)
    assert (done.code, done.counts) == (0, {"passed": 6})
    assert done.result_of("r1") == "PASSED (replayed)"
    assert done.result_of("r2") == WORDS[request_]
    properties = project.properties_of("r2")
    reported = [*REPORTED[request_]]
    if (request_, when) == ("DELETE of a cleanup", "after"):
        reported[-1] = "create.cleanup: sent again: 404 says that it was done already"
    assert [value for name, value in properties if name == "step[passed]"] == reported
    assert ("resumed_from", project.sessions[0].name) in properties
    left = ("restarted", "attempt 1 was left: fill is in doubt: its POST may have left")
    assert (left in properties) == (request_ == "POST")
    told = project.run_of("r2")
    assert told["resumed_from"] == project.sessions[0].name
    assert told["attempt"] == (2 if request_ == "POST" else 1)
    assert [left["reason"] for left in told["earlier_attempts"]] == (
        ["fill is in doubt: its POST may have left"] if request_ == "POST" else []
    )
    assert {step["id"] for step in told["steps"] if step["replayed"]} == REPLAYED[request_]
    assert f"runs: 6 passed; {COUNTED[request_, mode]} evidence: evidence.json" in done.section
    faults.count("killed by the server from inside its handler, resumed", f"{request_}, {mode}, {when} it acted")


def test_a_resumed_run_that_is_killed_again_resumes_again(project: Project) -> None:
    """Three sessions, two kills in the same keyed request: one key, and what was complete is never sent again."""
    project.trap(trap("r2", "pay1A", "kill", when="after", nth=1), trap("r2", "pay1A", "kill", when="after", nth=2))
    assert [project.run().code, project.run().code, project.run().code] == [-9, -9, 0]
    assert project.ledger["r2"] == sent(
        "r2", "login create fill1 pay1A | login pay1A | login pay1A read1 poll1 poll1 coupon1 delete1"
    )
    faults.count("killed by the server from inside its handler, resumed", "POST with a key, serial, twice in a row")
    assert ("step[passed]", "pay: sent again: the outcome of attempt 1 and 2 is not known") in project.properties_of(
        "r2"
    )


POLICIES = {
    "resend": ("login create fill1 | login fill1 pay1A read1 poll1 poll1 coupon1 delete1", 0, "PASSED"),
    "fail": ("login create fill1 | login delete1", 1, "FAILED"),
}


@pytest.mark.parametrize(
    ("policy", "said_by"),
    marked(product(POLICIES, ("option", "step", "journey")), {("resend", "option"), ("fail", "step")}),
)
def test_an_unkeyed_post_in_doubt_follows_its_policy(project: Project, policy: str, said_by: str) -> None:
    """`resend` sends it once more, `fail` names it in doubt and cleans up; a step's own word stands above the option."""
    whole, code, word = POLICIES[policy]
    arguments: tuple[str, ...] = ()
    if said_by == "option":
        arguments = (f"--journeys-in-doubt={policy}",)
        project.edit("steps:\n", "recovery: {in_doubt: restart}\nsteps:\n")
    elif said_by == "step":
        arguments = ("--journeys-in-doubt=restart",)
        project.edit("  - id: fill\n", f"  - id: fill\n    in_doubt: {policy}\n")
    else:
        project.edit("steps:\n", f"recovery: {{in_doubt: {policy}}}\nsteps:\n")
    project.edit('assert: {json: {$.items: "${{ inputs.quantity }}"}}', "assert: {status: 201}")
    project.trap(trap("r2", "fill1", "kill"))
    assert project.run("-k", "r2").code == -9
    done = project.run("-k", "r2", *arguments)
    assert (done.code, project.ledger["r2"]) == (code, sent("r2", whole))
    assert done.result_of("r2").startswith(word)
    if policy == "fail":
        told = project.run_of("r2")
        assert told["outcome"] == "in_doubt"
        assert ("step[in_doubt]", "fill: its POST may have left and its outcome is not known") in project.properties_of(
            "r2"
        )
        assert f"in doubt: journeys show {told['id']}" in done.section
    faults.count("killed by the server from inside its handler, resumed", f"POST, serial, `in_doubt: {policy}`")
