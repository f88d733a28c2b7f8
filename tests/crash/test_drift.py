"""What changed between a kill and the next `pytest`: exactly the table of the contract, each reason printed."""

import hashlib
import json
import re
import signal
import time
from collections.abc import Callable
from typing import Any

import pytest

from crash import faults
from crash.living import Living, wait_until
from crash.project import Project
from crash.purchase import WHOLE, sent, trap

ONLY = ("-k", "r1 or r2")
RESUMED = "login create fill1 pay1A | login pay1A read1 poll1 poll1 coupon1 delete1"
SECOND = WHOLE.replace("1", "2").replace("A", "B")
ANEW = f"login create fill1 pay1A | login delete1 | {SECOND}"
"""Another run takes its place: first the cleanup of what the open one left, then everything from the beginning."""


def nothing(project: Project) -> tuple[str, ...]:
    """Leave everything as it was."""
    return ()


def comment(project: Project) -> tuple[str, ...]:
    """Write a comment into the journey."""
    project.edit("steps:\n", "# the steps\nsteps:\n")
    return ()


def journey(project: Project) -> tuple[str, ...]:
    """Edit the journey: another assertion."""
    project.edit("assert: {status: 201}", "assert: {status: [200, 201]}")
    return ()


def later_step(project: Project) -> tuple[str, ...]:
    """Edit a step behind the one that was under way, and ask for what can be replayed."""
    project.edit("assert: {json: {$.paid: true}}", "assert: {status: 200, json: {$.paid: true}}")
    return ("--journeys-resume=failed",)


def earlier_step(project: Project) -> tuple[str, ...]:
    """Edit a step before it, and ask for what can be replayed."""
    return (*journey(project), "--journeys-resume=failed")


def subject_on_purpose(project: Project) -> tuple[str, ...]:
    """Test another build, and ask for what can be replayed."""
    return ("--journeys-resume=failed", "--journeys-subject=build-2")


def row_all_the_same(project: Project) -> tuple[str, ...]:
    """Edit a row, and ask for what can be replayed."""
    return (*row(project), "--journeys-resume=failed")


def row(project: Project) -> tuple[str, ...]:
    """Edit a row: the quantity of r2 is 20."""
    path = project.folder / "rows.csv"
    path.write_text(path.read_text().replace("r2,2", "r2,20"))
    return ()


def environment(project: Project) -> tuple[str, ...]:
    """Change an environment value that the journey refers to: another name for the same host."""
    project.variables["JOURNEYS_ENV_LEDGER_URL"] = (
        (project.server / "address").read_text().replace("127.0.0.1", "localhost")
    )
    return ()


def unused(project: Project) -> tuple[str, ...]:
    """Change an environment value that nothing refers to."""
    project.variables["JOURNEYS_ENV_OTHER"] = "new"
    return ()


def subject(project: Project) -> tuple[str, ...]:
    """Test another build."""
    return ("--journeys-subject=build-2",)


def secret(project: Project) -> tuple[str, ...]:
    """Rotate the password."""
    (project.server / "password").write_text("another-sesame-43")
    (project.folder / "secrets.env").write_text("password=another-sesame-43\n")
    return ()


def never(project: Project) -> tuple[str, ...]:
    """Ask for a new beginning."""
    return ("--journeys-resume=never",)


TABLE: dict[Callable[[Project], tuple[str, ...]], tuple[str, str, str]] = {
    nothing: (RESUMED, "replayed", ""),
    comment: (RESUMED, "replayed", ""),
    unused: (RESUMED, "replayed", ""),
    secret: (RESUMED, "replayed", ""),
    journey: (ANEW, "anew", "2 runs: the journey was edited"),
    row: (ANEW, "replayed", "1 run: input quantity changed: 2 -> 20"),
    environment: (ANEW, "anew", "2 runs: environment value ledger_url changed: "),
    subject: (ANEW, "anew", "2 runs: subject changed: build-1 -> build-2"),
    never: (ANEW, "anew", "1 run: --journeys-resume=never"),
    row_all_the_same: (ANEW, "replayed", "1 run: input quantity changed: 2 -> 20"),
}
GOING_ON: dict[Callable[[Project], tuple[str, ...]], tuple[str, str, str]] = {
    later_step: (RESUMED, "re-entered at step 4/7", "pay was under way; the journey was edited"),
    earlier_step: (
        f"login create fill1 pay1A | login delete1 | login {SECOND.partition(' ')[2]}",
        "re-entered at step 2/7",
        "create was edited; the journey was edited",
    ),
    subject_on_purpose: (RESUMED, "resumed at step 4/7", "subject changed: build-1 -> build-2"),
}
"""With `--journeys-resume=failed`: what is sent for r2, how it is called, why it goes on."""


def killed(project: Project) -> None:
    """A session in which r1 has passed and r2 died while it paid."""
    project.trap(trap("r2", "pay1A", "kill", when="after"))
    assert project.run(*ONLY, "--journeys-subject=build-1").code == -9


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(each, id=each.__name__, marks=pytest.mark.full if each in (comment, unused) else ())
        for each in TABLE
    ],
)
def test_what_changed_decides(project: Project, change: Callable[[Project], tuple[str, ...]]) -> None:
    """The same run resumes and a passed one is replayed; anything else begins anew, cleans up first and says why."""
    killed(project)
    arguments = change(project)
    if not any(told.startswith("--journeys-subject") for told in arguments):
        arguments = (*arguments, "--journeys-subject=build-1")
    done = project.run(*ONLY, *arguments)
    whole, first, reason = TABLE[change]
    assert (done.code, done.counts) == (0, {"passed": 2})
    assert project.ledger["r2"] == changed(change, sent("r2", whole))
    assert project.ledger["r1"] == changed(change, sent("r1", WHOLE if first == "replayed" else f"{WHOLE} | {SECOND}"))
    assert done.result_of("r1") == ("PASSED (replayed)" if first == "replayed" else "PASSED")
    assert done.result_of("r2") == ("PASSED (resumed at step 4/7)" if whole == RESUMED else "PASSED")
    if reason:
        assert f"began anew: {reason}" in done.section
        said = reason.partition(": ")[2]
        assert any(name == "not_resumed" and value.startswith(said) for name, value in project.properties_of("r2"))
    else:
        assert "began anew" not in done.section
    faults.count("changed between a kill and the next pytest, as the table says", change.__name__)


@pytest.mark.parametrize("change", GOING_ON, ids=lambda change: change.__name__)
def test_what_goes_on_though_something_changed(project: Project, change: Callable[[Project], tuple[str, ...]]) -> None:
    """Asked for on purpose the unchanged prefix is replayed, another build is gone on with; a pass is lent to nobody."""
    killed(project)
    arguments = change(project)
    if not any(told.startswith("--journeys-subject") for told in arguments):
        arguments = (*arguments, "--journeys-subject=build-1")
    done = project.run(*ONLY, *arguments)
    whole, how, reason = GOING_ON[change]
    assert (done.code, done.counts) == (0, {"passed": 2})
    assert project.ledger["r2"] == sent("r2", whole)
    assert project.ledger["r1"] == sent("r1", f"{WHOLE} | {SECOND}")
    assert done.result_of("r2") == f"PASSED ({how})"
    assert ("goes_on", reason.partition("; ")[0]) in project.properties_of("r2")
    assert f"went on: 1 run: {reason}" in done.section
    faults.count("changed between a kill and the next pytest, as the table says", change.__name__)


def changed(change: Any, requests: list[Any]) -> list[Any]:
    """What is sent after a row was edited or a password rotated has another body."""
    if change in (row, row_all_the_same) and requests[0][3] == sent("r2", "login")[0][3]:
        bodies = {"fill2": '{"quantity":20}', "pay2B": '{"amount":5000}'}
        requests = [body_of(request, bodies, "r2") for request in requests]
    if change is secret and len(requests) > len(sent("r1", WHOLE)):
        last = max(index for index, request in enumerate(requests) if request[1] == "/login")
        requests[last] = (*requests[last][:3], digest('{"user":"r2","password":"another-sesame-43"}'))
    return requests


def body_of(request: Any, bodies: dict[str, str], row: str) -> Any:
    """The request with the body that is meant for it."""
    for word, body in bodies.items():
        if request[:3] == sent(row, word)[0][:3]:
            return (*request[:3], digest(body))
    return request


def digest(body: str) -> str:
    """What the ledger holds of a body."""
    return hashlib.sha256(body.encode()).hexdigest()


def let_it_age(project: Project) -> None:
    """Wait until nothing in the store is young enough to resume."""
    last = max(path.stat().st_mtime for path in project.store.rglob("*.journal"))
    wait_until(lambda: time.time() > last + 1.1, "a second has passed")


def test_a_dead_session_that_is_too_old_is_closed(project: Project) -> None:
    """Nobody takes over what it left, and it is said once; its rows are executed from the beginning."""
    project.edit("steps:\n", "recovery: {max_age: 1s}\nsteps:\n")
    killed(project)
    let_it_age(project)
    done = project.run(*ONLY, "--journeys-subject=build-1")
    assert (done.code, done.counts) == (0, {"passed": 2})
    closed = rf"the session {project.sessions[0].name} ended \d+ s ago and is too old to resume; it left 1 run open"
    assert re.search(closed, done.first_lines)
    assert project.ledger["r1"] == sent("r1", f"{WHOLE} | {SECOND}")
    assert project.ledger["r2"] == sent("r2", f"login create fill1 pay1A | {SECOND}")
    let_it_age(project)
    assert "too old" not in project.run(*ONLY, "--journeys-subject=build-1").first_lines


def test_an_interrupted_run_that_is_too_old_is_cleaned_up(project: Project) -> None:
    """Of a session that ended by itself the open run is replaced: its cleanup first, then a new run, and the reason."""
    project.edit("steps:\n", "recovery: {max_age: 1s}\nsteps:\n")
    project.trap(trap("r2", "pay1A", "hold", when="after", name="r2"))
    living = project.begin(*ONLY)
    living.wait_until(lambda: project.is_held("r2"), "r2 is held")
    living.signal(signal.SIGINT)
    project.release("r2")
    assert living.wait().code == 2
    let_it_age(project)
    done = project.run(*ONLY)
    assert (done.code, done.counts) == (0, {"passed": 2})
    assert "1 run not resumed: older than recovery.max_age" in done.first_lines
    assert "began anew: 1 run: it is older than recovery.max_age" in done.section
    assert project.ledger["r1"] == sent("r1", f"{WHOLE} | {SECOND}")
    assert project.ledger["r2"] == sent("r2", ANEW)


def test_two_sessions_never_share_a_run(project: Project) -> None:
    """The open run belongs to the session that lives and took it over; who comes meanwhile begins its own."""
    killed(project)
    project.trap(trap("r2", "read1", "hold", name="r2"))
    first = project.begin(*ONLY, "--journeys-subject=build-1")
    wait_until(lambda: project.is_held("r2"), "r2 is held")
    second = project.run(*ONLY, "--journeys-subject=build-1")
    assert (second.code, second.counts) == (0, {"passed": 2})
    assert second.result_of("r2") == "PASSED"
    second_run = project.run_of("r2")["id"]
    project.release("r2")
    done = first.wait()
    assert (done.code, done.counts) == (0, {"passed": 2})
    assert done.result_of("r2") == "PASSED (resumed at step 4/7)"
    assert project.run_of("r2")["id"] != second_run
    assert project.ledger["r2"] == sent(
        "r2", f"login create fill1 pay1A | login pay1A read1 | {SECOND} | poll1 poll1 coupon1 delete1"
    )


@pytest.mark.full
def test_many_sessions_begin_at_once(project: Project) -> None:
    """Five sessions begin together after a kill: exactly one goes on with the open run, no two name the same run."""
    killed(project)
    living: list[Living] = [
        project.begin(*ONLY, "--journeys-subject=build-1", f"--journeys-json=evidence-{number}.json")
        for number in range(5)
    ]
    assert [each.wait().code for each in living] == [0] * 5
    documents = [json.loads((project.folder / f"evidence-{number}.json").read_text()) for number in range(5)]
    runs = [next(run for run in document["runs"] if run["row"] == "r2") for document in documents]
    assert sorted(run["resumed_from"] is not None for run in runs) == [False] * 4 + [True]
    assert len({run["id"] for run in runs}) == 5
    assert len([line for line in project.ledger["r2"] if line[1] == "/carts/r2-1/payment"]) == 2
