"""`--journeys-resume=failed`: a run that failed is re-entered at the step that failed, with everything before it replayed."""

import json
import re

import pytest

from face.project import MODES, Project

JOURNEY = """\
journey: order
variables: {reference: "${{ uuid() }}", unused: "${{ random_string(4) }}"}
steps:
  - id: look
    request: GET ${{ env.url }}/look?r=${{ variables.reference }}
    derive: {times: $.asked}
  - id: place
    request: POST ${{ env.url }}/place
    json: {times: "${{ steps.look.times }}", reference: "${{ variables.reference }}"}
    derive: {path: $.path}
  - id: pay
    request: POST ${{ env.url }}/pay
    assert: {status: 200}
  - id: done
    request: GET ${{ env.url }}/done?path=${{ steps.place.path }}
"""
CLEANUP = "    derive: {path: $.path}\n    cleanup: {request: 'DELETE ${{ env.url }}/place'}\n"


def asked(project: Project) -> list[str]:
    """Method and path of what the server was asked since the last time."""
    found = [line.partition("?")[0] for line in project.server.asked]
    project.server.asked.clear()
    return found


@pytest.fixture
def failed(project: Project) -> Project:
    """Give a project whose run failed at `pay`, and a server that is well again."""
    project.journey(JOURNEY, name="order")
    project.server.answer("/pay", status=500, times=1, then=200)
    assert project.run().counts == {"failed": 1}
    assert asked(project) == ["GET /look", "POST /place", "POST /pay"]
    return project


@pytest.mark.parametrize("mode", MODES)
def test_a_failed_run_is_re_entered_at_the_failed_step(failed: Project, mode: str) -> None:
    """A new run that names the one it re-enters; what was done is replayed with its values, and every report says so."""
    done = failed.run(
        "--journeys-resume=failed", "--junitxml=junit.xml", "--journeys-json=evidence.json", "-v", *MODES[mode]
    )
    assert (done.code, done.counts, asked(failed)) == (0, {"passed": 1}, ["POST /pay", "GET /done"])
    assert "1 failed run to re-enter" in " ".join(done.begun)
    assert done.words["order"] == "PASSED (re-entered at step 3/4)"
    assert "went on: 1 run: pay failed" in done.section
    run = failed.evidence["runs"][0]
    assert [step["replayed"] for step in run["steps"]] == [True, True, False, False]
    assert run["opened"] == "reenter"
    assert run["reenters"] != run["id"]
    assert run["steps"][0]["exchanges"][0]["response"]["status"] == 200
    assert ("reenters", run["reenters"]) in failed.properties("order")
    assert ("goes_on", "pay failed") in failed.properties("order")
    variables = failed.evidence["runs"][0]["variables"]
    assert variables["reference"] in json.dumps(run["steps"][0]["exchanges"][0]["request"]["url"])
    shown = failed.journeys("runs", "--status", "failed", "--output", "json")
    assert json.loads(shown.out)["runs"][0]["id"] == run["reenters"]
    assert failed.journeys("verify").code == 0


def test_without_being_asked_for_nothing_is_re_entered(failed: Project) -> None:
    """A failed run is executed again from its beginning."""
    assert failed.run().counts == {"passed": 1}
    assert asked(failed) == ["GET /look", "POST /place", "POST /pay", "GET /done"]


def test_by_ini(failed: Project) -> None:
    """The ini twin says the same."""
    failed.write(pytest_ini="[pytest]\njourneys_resume = failed\n")
    assert failed.run().counts == {"passed": 1}
    assert asked(failed) == ["POST /pay", "GET /done"]


def test_a_run_that_was_re_entered_is_re_entered_again_and_resumes(failed: Project) -> None:
    """Failing again it is re-entered again; interrupted in between it resumes as any run does."""
    failed.server.answer("/pay", status=500, times=1, then=200)
    assert failed.run("--journeys-resume=failed").counts == {"failed": 1}
    assert asked(failed) == ["POST /pay"]
    done = failed.run("--journeys-resume=failed", "--journeys-json=evidence.json")
    assert (done.counts, asked(failed)) == ({"passed": 1}, ["POST /pay", "GET /done"])
    run = failed.evidence["runs"][0]
    assert [bool(step["exchanges"]) for step in run["steps"]] == [
        True,
        True,
        True,
        True,
    ]  # also of the first of the three


def test_a_step_whose_cleanup_has_run_is_not_done(project: Project) -> None:
    """The re-entry begins at the earliest step whose cleanup has run, and says so."""
    project.journey(JOURNEY.replace("    derive: {path: $.path}\n", CLEANUP), name="order")
    project.server.answer("/pay", status=500, times=1, then=200)
    assert project.run().counts == {"failed": 1}
    assert asked(project) == ["GET /look", "POST /place", "POST /pay", "DELETE /place"]
    done = project.run("--journeys-resume=failed")
    assert (done.counts, asked(project)) == (
        {"passed": 1},
        ["POST /place", "POST /pay", "GET /done", "DELETE /place"],
    )
    assert "went on: 1 run: the cleanup of place has run" in done.section


EDITS = {
    "the failed step": ("    assert: {status: 200}\n", "    assert: {status: [200, 201]}\n", "pay failed", 2),
    "a later step": ("/done?", "/done?x=1&", "pay failed", 2),
    "an earlier step": ("derive: {path: $.path}", "derive: {path: $.path, n: $.asked}", "place was edited", 1),
    "the first step": ("/look?", "/look?x=1&", "look was edited", 0),
    "a variable that a step uses": ('"${{ uuid() }}"', '"${{ lower(uuid()) }}"', "look was edited", 0),
    "a variable that no step uses": ("random_string(4)", "random_string(5)", "pay failed", 2),
    "a step in between": (
        "  - id: place\n",
        "  - {id: more, request: 'GET ${{ env.url }}/more'}\n  - id: place\n",
        "more is new in its place",
        1,
    ),
    "a cleanup": ("    derive: {path: $.path}\n", CLEANUP, "place was edited", 1),
}


@pytest.mark.parametrize("edit", EDITS)
def test_after_an_edit_the_longest_unchanged_prefix_is_replayed(failed: Project, edit: str) -> None:
    """Each step counts with what it depends on; the reason names the first one that does not stand."""
    before, after, reason, replayed = EDITS[edit]
    failed.journey(JOURNEY.replace(before, after), name="order")
    done = failed.run("--journeys-resume=failed", "--journeys-json=evidence.json")
    assert done.counts == {"passed": 1}, done.out
    run = failed.evidence["runs"][0]
    assert sum(step["replayed"] for step in run["steps"]) == replayed
    head = "went on" if replayed else "began anew"
    assert f"{head}: 1 run: {reason}; the journey was edited" in done.section
    assert len([line for line in asked(failed) if line.startswith("GET /look")]) == (0 if replayed else 1)
    assert failed.journeys("verify").code == 0


def test_the_subject_is_another_on_purpose(failed: Project) -> None:
    """That is what somebody fixed: the run goes on and says so."""
    done = failed.run("--journeys-resume=failed", "--journeys-subject=build-2")
    assert (done.counts, asked(failed)) == ({"passed": 1}, ["POST /pay", "GET /done"])
    assert "went on: 1 run: pay failed; subject " in "\n".join(done.section)


def test_another_value_begins_anew(failed: Project) -> None:
    """What the run is given is another: nothing of it can be replayed, and the reason is told."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JOURNEYS_ENV_URL", failed.server.url.replace("127.0.0.1", "localhost"))
        done = failed.run("--journeys-resume=failed")
    assert asked(failed) == ["GET /look", "POST /place", "POST /pay", "GET /done"]
    assert "began anew: 1 run: environment value url changed: " in "\n".join(done.section)


DOUBT = """\
journey: doubt
recovery: {in_doubt: fail}
steps:
  - id: place
    request: GET ${{ env.url }}/place
  - id: pay
    request: POST ${{ env.url }}/pay
"""


@pytest.mark.parametrize(("policy", "sent"), [("resend", ["POST /pay"]), ("fail", [])])
def test_what_ended_in_doubt_is_in_doubt_still(project: Project, policy: str, sent: list[str]) -> None:
    """A request that may have left is not sent again because somebody asks for failed runs: its policy decides."""
    project.journey(DOUBT, name="doubt")
    project.write(conftest_py=TIME_LIMIT)
    held = project.server.hold("/pay", times=1)
    assert project.run().counts == {"failed": 1}
    held.released.set()
    project.write(conftest_py="\n")
    assert asked(project) == ["GET /place", "POST /pay"]
    done = project.run("--journeys-resume=failed", f"--journeys-in-doubt={policy}", "--journeys-json=evidence.json")
    assert asked(project) == sent
    assert project.outcomes == {"doubt": "passed" if policy == "resend" else "in_doubt"}
    assert "went on: 1 run: pay is in doubt" in done.section


TIME_LIMIT = """\
import signal

import pytest


def too_long(number, frame):
    pytest.fail("too long")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item):
    signal.signal(signal.SIGALRM, too_long)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
"""


def test_why_tells_every_decision_later(failed: Project) -> None:
    """Of the run that failed and of the one that re-enters it: what was decided, in which session, and by what."""
    failed.run("--journeys-resume=failed", "--journeys-json=evidence.json", "--journeys-subject=build-2")
    run = failed.evidence["runs"][0]
    told = failed.journeys("why", run["id"])
    assert told.code == 0
    assert re.fullmatch(
        rf"""order passed
 = run: {run["id"]}

session \S+
  \d\d:\d\d:\d\d re-enters {run["reenters"]} at pay
  = because: pay failed
  = because: subject is new: build-2
  \d\d:\d\d:\d\d ended: passed
""",
        told.out.rstrip() + "\n",
    ), told.out
    old = json.loads(failed.journeys("why", run["reenters"], "--output", "json").out)
    assert [one["what"] for one in old["decisions"]] == [
        "began: no earlier run was there to go on with",
        "ended: failed",
        f"{run['id']} re-enters it",
    ]
    assert failed.journeys("why", "run_nothing").code == 4


KEPT = JOURNEY.replace("steps:\n", "recovery: {keep_on_failure: true}\nsteps:\n", 1).replace(
    "    derive: {path: $.path}\n", CLEANUP
)
PAY = "    assert: {status: 200}\n"
UNDO = PAY + "    cleanup: {request: 'DELETE ${{ env.url }}/pay'}\n"


@pytest.fixture
def kept(project: Project) -> Project:
    """Give a project whose run failed at `pay`, and whose cleanup waits."""
    project.journey(KEPT.replace(PAY, UNDO), name="order")
    project.server.answer("/pay", status=500, times=1, then=200)
    done = project.run("--journeys-json=evidence.json")
    assert (done.counts, asked(project)) == ({"failed": 1}, ["GET /look", "POST /place", "POST /pay"])
    assert done.section == ["runs: 1 failed", "evidence: evidence.json"]
    assert [step["outcome"] for step in project.evidence["runs"][0]["steps"]] == [
        *("passed", "passed", "failed", "blocked", "interrupted", "interrupted")
    ]
    return project


def test_a_kept_cleanup_goes_over_to_the_run_that_re_enters(kept: Project) -> None:
    """First what stands behind the replayed steps is cleaned up, then the run goes on and cleans up at its end: all once."""
    done = kept.run("--journeys-resume=failed")
    assert done.counts == {"passed": 1}
    assert asked(kept) == ["DELETE /pay", "POST /pay", "GET /done", "DELETE /pay", "DELETE /place"]
    assert "went on: 1 run: pay failed" in done.section
    assert kept.run().counts == {"passed": 1}
    assert asked(kept) == ["GET /look", "POST /place", "POST /pay", "GET /done", "DELETE /pay", "DELETE /place"]


@pytest.mark.parametrize("mode", ["--journeys-resume=interrupted", "--journeys-resume=never"])
def test_a_kept_cleanup_runs_before_another_run_takes_the_place(kept: Project, mode: str) -> None:
    """Whoever does not re-enter it cleans up first, once."""
    done = kept.run(mode)
    whole = ["GET /look", "POST /place", "POST /pay", "GET /done", "DELETE /pay", "DELETE /place"]
    assert (done.counts, asked(kept)) == ({"passed": 1}, ["DELETE /pay", "DELETE /place", *whole])
    assert kept.run(mode).counts == {"passed": 1}
    assert asked(kept) == whole


def test_a_kept_cleanup_is_carried_out_when_something_else_changed(kept: Project) -> None:
    """Then nothing can be replayed: all of it is cleaned up, where it was made, and the run begins anew."""
    kept.journey(KEPT.replace(PAY, UNDO).replace("/look?", "/look?x=1&"), name="order")
    done = kept.run("--journeys-resume=failed")
    assert done.counts == {"passed": 1}
    assert asked(kept)[:3] == ["DELETE /pay", "DELETE /place", "GET /look"]
    assert "began anew: 1 run: look was edited; the journey was edited" in done.section


def test_it_can_fail_and_be_kept_again(kept: Project) -> None:
    """The cleanup that went over is kept with the new run, and goes over once more."""
    kept.server.answer("/pay", status=500, times=2, then=200)  # a DELETE and a POST
    assert kept.run("--journeys-resume=failed").counts == {"failed": 1}
    assert asked(kept) == ["DELETE /pay", "POST /pay"]
    assert kept.run("--journeys-resume=failed").counts == {"passed": 1}
    assert asked(kept) == ["DELETE /pay", "POST /pay", "GET /done", "DELETE /pay", "DELETE /place"]
