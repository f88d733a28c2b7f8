"""Answers from outside: a run parks until somebody who has its token answers, once; nobody else can."""

import json
import re
import time
from collections.abc import Callable

import pytest

from face.project import Done, Project

NOW = float(int(time.time()))
DAY = 86_400.0

CLOCK = """\
import os

from pytest_journeys.testing.clock import ManualClock


def pytest_journeys_clock(config):
    return ManualClock(float(os.environ["NOW"]))
"""

RELEASE = """\
journey: release
inputs: {version: {type: string, default: v7}}
steps:
  - id: build
    request: POST ${{ env.url }}/builds
    json: {callback: "${{ signals.approval.token }}"}
    derive: {number: $.asked}
  - id: settle
    wait: 3d
  - signal: approval
    prompt: Release ${{ inputs.version }}, build ${{ steps.build.number }}?
    for: 2d
    derive:
      by: {json: $.by, default: nobody}
      note: {json: $.note, default: ""}
  - id: sum
    call: notes:sum_up
    with: {build: "${{ steps.build.number }}", by: "${{ steps.approval.by }}"}
    derive: {label: $.label}
  - id: ship
    when: steps.approval.answered
    request: POST ${{ env.url }}/ships/${{ steps.sum.label }}
"""

NOTES = """\
def sum_up(build, by):
    return {"label": by}
"""


@pytest.fixture
def at(project: Project, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Done]:
    """Give a pytest that runs so many seconds from now, by its clock."""
    project.write(conftest_py=CLOCK, notes_py=NOTES)

    def run(seconds: float, *arguments: str) -> Done:
        monkeypatch.setenv("NOW", str(NOW + seconds))
        return project.run("--journeys-json", "evidence.json", *arguments)

    return run


def token_of(project: Project) -> str:
    """What the run sent to the server."""
    found: str = json.loads(project.server.bodies[0])["callback"]
    assert re.fullmatch(r"sig_[a-z2-7]{26}", found)
    return found


def ran(project: Project) -> list[int]:
    """The numbers of the steps that ended in the newest session."""
    (run,) = project.evidence["runs"]
    return [
        number
        for number, step in enumerate(run["steps"], 1)
        if step["outcome"] not in ("parked", "interrupted") and not step["replayed"]
    ]


def test_a_journey_over_five_sessions(project: Project, at: Callable[..., Done], mode: tuple[str, ...]) -> None:
    """A wait of three days, an answer, a call: each step runs in one session, and in the order of the journey."""
    project.journey(RELEASE, name="release")
    assert at(0, *mode).counts == {"skipped": 1}
    assert ran(project) == [1]
    token = token_of(project)
    project.asked("POST /builds")

    assert at(DAY, *mode).counts == {"skipped": 1}
    assert ran(project) == []

    waits = at(3 * DAY, *mode, "-rs")
    assert waits.counts == {"skipped": 1}
    assert "approval waits for an answer: Release v7, build 1?" in re.sub(r"\s+", " ", waits.out)
    assert ran(project) == [2]

    assert at(3.5 * DAY, *mode).counts == {"skipped": 1}
    assert ran(project) == []

    told = project.journeys("signal", token, "--approve", "--by", "ada")
    assert (told.code, told.err) == (0, "")
    last = at(4 * DAY, *mode)
    assert last.counts == {"passed": 1}
    assert "1 run to resume" in " ".join(last.begun)
    assert ran(project) == [3, 4, 5]
    project.asked("POST /ships/ada")
    assert project.outcomes == {"release": "passed"}


def test_an_answer_that_comes_early_is_kept(project: Project, at: Callable[..., Done]) -> None:
    """The token exists from the run's start: the run does not park for what is there already."""
    project.journey(RELEASE, name="release")
    at(0)
    assert project.journeys("signal", token_of(project), "--value", '{"by": "eve", "note": "early"}').code == 0
    assert at(3 * DAY).counts == {"passed": 1}
    project.asked("POST /builds", "POST /ships/eve")


def test_the_first_answer_wins(project: Project, at: Callable[..., Done]) -> None:
    """The second is told so, and changes nothing."""
    project.journey(RELEASE, name="release")
    at(0)
    token = token_of(project)
    assert project.journeys("signal", token, "--approve", "--by", "ada").code == 0
    second = project.journeys("signal", token, "--reject", "--by", "eve")
    assert second.code == 1
    assert "has been answered already, by ada" in second.err
    assert at(3 * DAY).counts == {"passed": 1}
    late = project.journeys("signal", token, "--approve")
    assert late.code == 1
    project.asked("POST /builds", "POST /ships/ada")


def test_a_wrong_token_is_told_and_writes_nothing(project: Project, at: Callable[..., Done]) -> None:
    """Whatever it looks like, a path included."""
    project.journey(RELEASE, name="release")
    at(0)
    for wrong in ("sig_" + "a" * 26, "nonsense", "../../outside", ""):
        done = project.journeys("signal", wrong, "--approve")
        assert (done.code, done.err) == (5, "journeys: not delivered: no run has given such a token\n")
    assert not (project.store / "inbox").exists()
    assert project.journeys("signal", token_of(project), "--value", "{").code == 4


def test_a_rejection_fails_the_step_that_does_not_expect_it(project: Project, at: Callable[..., Done]) -> None:
    """As a 4xx does; with a json assertion the journey decides."""
    project.journey(RELEASE, name="release")
    at(0)
    project.journeys("signal", token_of(project), "--reject", "--by", "ada")
    done = at(3 * DAY)
    assert done.counts == {"failed": 1}
    assert "E515" in done.out
    assert "rejected by ada" in done.out
    project.asked("POST /builds")


def test_who_comes_late_is_told_and_the_step_fails(project: Project, at: Callable[..., Done]) -> None:
    """Nobody answered within `for`."""
    project.journey(RELEASE.replace("wait: 3d", "wait: 1ms"), name="release")
    at(-3 * DAY)
    late = project.journeys("signal", token_of(project), "--approve")
    assert late.code == 1
    assert "is over" in late.err
    done = at(0)
    assert done.counts == {"failed": 1}
    assert "E514" in done.out
    project.asked("POST /builds")


def test_late_may_continue(project: Project, at: Callable[..., Done]) -> None:
    """`if_late: continue`: `answered` is false, what has a default is there."""
    text = RELEASE.replace("for: 2d", "for: 2d\n    if_late: continue").replace(
        "    when: steps.approval.answered\n", ""
    )
    project.journey(text, name="release")
    at(0)
    at(3 * DAY)
    assert at(6 * DAY).counts == {"passed": 1}
    project.asked("POST /builds", "POST /ships/nobody")
    (run,) = project.evidence["runs"]
    approval = next(step for step in run["steps"] if step["id"] == "approval")
    assert approval["derived"] == {"answered": False, "by": "nobody", "note": ""}
    assert approval["reason"].startswith("no answer to approval until ")


def test_a_token_stands_in_no_report(project: Project, at: Callable[..., Done]) -> None:
    """Who reads a report cannot answer; who may read the store is told how."""
    project.journey(RELEASE.replace("wait: 3d", "wait: 1ms"), name="release")
    done = at(0, "-v", "-rs", "--junitxml=junit.xml", "-o", "junit_logging=system-out")
    token = token_of(project)
    assert token not in done.out
    for name in ("evidence.json", "junit.xml"):
        assert token not in (project.folder / name).read_text()
    (run,) = project.evidence["runs"]
    assert "APPROVAL_TOKEN" in run["secrets"]
    assert f"journeys signal {token} --approve" in re.sub(r"\s+", " ", project.journeys("show", run["id"]).out)
    assert token not in project.journeys("show", run["id"], "--output", "json").out


def test_verify_finds_an_answer_that_was_changed(project: Project, at: Callable[..., Done]) -> None:
    """An answer is evidence: a changed byte is found, and the run refuses it."""
    project.journey(RELEASE, name="release")
    at(0)
    token = token_of(project)
    project.journeys("signal", token, "--reject", "--by", "ada")
    assert project.journeys("verify").code == 0
    file = project.store / "inbox" / f"{token}.json"
    intact = file.read_bytes()
    file.write_bytes(intact.replace(b"ada", b"eva"))
    assert project.journeys("verify").code == 1
    done = at(3 * DAY)
    assert "not an answer" in done.out
    file.write_bytes(intact)
    assert at(3 * DAY).counts == {"failed": 1}


SIGNED_IN = """\
journey: signed-in
steps:
  - id: sign-in
    request: POST ${{ env.url }}/login
    derive: {token: {json: $.path, secret: true}}
  - wait: 3d
  - request: GET ${{ env.url }}/me
    auth: {bearer: "${{ steps.sign-in.token }}"}
"""


def test_secrets_are_brought_back_behind_a_long_wait(project: Project, at: Callable[..., Done]) -> None:
    """They were never stored: the step that made them runs again, once, before it is needed, and not while it is parked."""
    project.journey(SIGNED_IN, name="signed-in")
    at(0)
    at(DAY)
    project.asked("POST /login")
    assert at(3 * DAY).counts == {"passed": 1}
    project.asked("POST /login", "GET /me")
    assert [step["refreshed"] for step in project.evidence["runs"][0]["steps"]] == [True, False, False]


def test_a_run_that_failed_behind_its_parking_is_entered_again(project: Project, at: Callable[..., Done]) -> None:
    """It had gone on in the session in which it failed: that this session took it over hinders nobody."""
    project.journey(SIGNED_IN, name="signed-in")
    at(0)
    project.server.answer("/me", status=500)
    assert at(3 * DAY).counts == {"failed": 1}
    project.server.answer("/me", status=200)
    assert at(3 * DAY + 60, "--journeys-resume=failed").counts == {"passed": 1}
    project.asked(*["POST /login"] * 3, *["GET /me"] * 2)


def test_a_run_that_is_entered_again_keeps_the_token_that_it_handed_out(
    project: Project, at: Callable[..., Done]
) -> None:
    """Nobody answered in time; re-entered, the run waits again, for an answer to what the replayed request had sent."""
    project.journey(RELEASE.replace("wait: 3d", "wait: 1ms").replace("for: 2d", "for: 9s"), name="release")
    assert at(0).counts == {"failed": 1}
    token = token_of(project)
    project.journey(RELEASE.replace("wait: 3d", "wait: 1ms"), name="release")
    assert at(1, "--journeys-resume=failed").counts == {"skipped": 1}
    assert project.journeys("signal", token, "--approve", "--by", "ada").code == 0
    assert at(DAY).counts == {"passed": 1}
    project.asked("POST /builds", "POST /ships/ada")


KILLED_AT = """
import os, signal
from pytest_journeys.store.files import Appender

write = Appender.write

def dying(self, data):
    if b'"is":"%s"' in data and os.environ["WHEN"] == "before":
        os.kill(os.getpid(), signal.SIGKILL)
    taken = write(self, data)
    if b'"is":"%s"' in data and os.environ["WHEN"] == "after":
        os.kill(os.getpid(), signal.SIGKILL)
    return taken

if os.environ.get("WHEN"):
    Appender.write = dying
"""


@pytest.mark.parametrize("event", ["waiting", "parked"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_around_its_parking_a_run_goes_on_rightly(
    project: Project, at: Callable[..., Done], monkeypatch: pytest.MonkeyPatch, event: str, when: str
) -> None:
    """Kill -9 at the line that parks: what is recorded is not sent again, and what was handed out answers."""
    project.write(conftest_py=CLOCK + KILLED_AT.replace("%s", event))
    text = RELEASE.replace("    wait: 3d", "    wait: 1ms")
    project.journey(text, name="release")
    monkeypatch.setenv("NOW", str(NOW))
    monkeypatch.setenv("WHEN", when)
    assert project.run_apart("-q").code == -9
    monkeypatch.delenv("WHEN")
    again = at(60)
    is_lost = (when, event) == ("before", "waiting")  # the line that completes the request, too: it is in doubt
    token = json.loads(project.server.bodies[-1])["callback"]
    assert again.counts == {"skipped": 1}, again.out
    assert project.journeys("signal", token, "--approve", "--by", "ada").code == 0
    assert at(3600).counts == {"passed": 1}
    project.asked(*["POST /builds"] * (1 + is_lost), "POST /ships/ada")


def test_a_short_signal_is_waited_for(project: Project) -> None:
    """What can be over within `journeys_park_after` parks nothing."""
    project.journey(
        "journey: soon\nsteps:\n  - signal: done\n    for: 300ms\n    if_late: continue\n"
        '  - request: GET ${{ env.url }}/after\n    json: {t: "${{ signals.done.token }}"}\n',
        name="soon",
    )
    assert project.run().counts == {"passed": 1}
    project.asked("GET /after")
