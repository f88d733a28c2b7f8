"""`journeys cancel`: an open run ends for good, its cleanup is sent, and no later session goes on with it."""

import json
import re
import subprocess
import sys

import pytest

from face.project import Project

COMMAND = "import sys; from pytest_journeys.cli import main; sys.exit(main())"

PARKED = """\
journey: order
steps:
  - request: POST ${{ env.url }}/orders
    id: place
    derive: {asked: $.asked}
    cleanup: {request: "DELETE ${{ env.url }}/orders/${{ steps.place.asked }}"}
  - id: settle
    wait: 3d
  - request: GET ${{ env.url }}/settled
"""

SECRET = """\
journey: order
secrets: [password]
steps:
  - id: sign-in
    request: POST ${{ env.url }}/login
    json: {password: "${{ secrets.password }}"}
    derive: {token: {json: $.path, secret: true}}
  - request: POST ${{ env.url }}/orders
    id: place
    cleanup:
      request: DELETE ${{ env.url }}/orders
      headers: {X-Token: "${{ steps.sign-in.token }}"}
  - id: settle
    wait: 3d
"""


def run_of(project: Project) -> str:
    """The id of the newest run."""
    return str(json.loads(project.journeys("runs", "--output", "json").out)["runs"][0]["id"])


def outcome_of(project: Project) -> str:
    """The outcome of the newest run."""
    return str(json.loads(project.journeys("runs", "--output", "json").out)["runs"][0]["outcome"])


def test_a_parked_run_is_cancelled(project: Project) -> None:
    """Its cleanup is sent with its own values; the next pytest begins anew; a second cancel is refused."""
    project.journey(PARKED, name="order")
    project.run()
    project.asked("POST /orders")
    run = run_of(project)
    told = project.journeys("cancel", run, "--dry-run")
    assert (told.code, "cleanup: place.cleanup" in told.out) == (0, True)
    project.asked()

    project.journey(PARKED.replace("DELETE", "PATCH"), name="order")  # its stored artifact counts
    done = project.journeys("cancel", run[:12])
    assert done.code == 0, done.err
    assert f"DELETE {project.server.url}/orders/1 -> 200" in done.out
    assert "cancelled in session " in done.out
    project.asked("DELETE /orders/1")
    assert outcome_of(project) == "cancelled"
    assert "journeys cancel" in project.journeys("show", run).out

    again = project.journeys("cancel", run)
    assert (again.code, "has ended (cancelled)" in again.err) == (4, True)
    assert "1 fresh" in " ".join(project.run().begun)
    project.asked("POST /orders")


def test_secrets_that_cleanup_needs_are_refreshed_first(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the secret nothing is sent and the run stays open; with it the sign-in runs again."""
    project.journey(SECRET, name="order")
    monkeypatch.setenv("JOURNEYS_SECRET_PASSWORD", "correct horse")
    project.run()
    project.asked("POST /login", "POST /orders")
    run = run_of(project)
    monkeypatch.delenv("JOURNEYS_SECRET_PASSWORD")
    refused = project.journeys("cancel", run)
    assert (refused.code, "the secret password is not given" in refused.err) == (4, True)
    project.asked()
    (project.folder / "secrets").write_text("PASSWORD=correct horse\n")
    done = project.journeys("cancel", run, "--secrets-file", "secrets")
    assert done.code == 0, done.err
    assert re.search(r"^  sign-in passed \(.*refreshed\)$", done.out, re.M), done.out
    assert "correct horse" not in done.out
    project.asked("POST /login", "DELETE /orders")
    assert outcome_of(project) == "cancelled"


def test_a_cleanup_that_fails_is_told(project: Project) -> None:
    """The run has ended all the same; the exit code is 1."""
    project.journey(PARKED, name="order")
    project.run()
    project.server.answer("/orders/1", status=500, times=9)
    done = project.journeys("cancel", run_of(project))
    assert done.code == 1
    assert "place.cleanup FAILED" in done.out
    assert "not everything could be cleaned up" in done.out
    assert outcome_of(project) == "cancelled"


def test_a_run_that_somebody_holds_is_not_cancelled(project: Project) -> None:
    """Who holds it is told; nothing is sent for it."""
    project.journey(PARKED.replace("3d", "1ms"), name="order")
    held = project.server.hold("/settled")
    living = subprocess.Popen([sys.executable, "-m", "pytest"], cwd=project.folder, stdout=subprocess.DEVNULL)
    try:
        assert project.server.arrived.wait(60)
        refused = project.journeys("cancel", run_of(project))
        assert refused.code == 1
        assert f"held by process {living.pid} on " in refused.err
    finally:
        held.released.set()
        assert living.wait(60) == 0
    assert project.journeys("cancel", "nothing").code == 4


@pytest.mark.parametrize("then", ["cancel", "pytest"])
def test_a_cancel_that_is_killed_is_gone_on_with(project: Project, then: str) -> None:
    """The decision stands on disk: another cancel ends the cleanup; a pytest does so too, then begins the run anew."""
    project.journey(PARKED, name="order")
    project.run()
    run = run_of(project)
    held = project.server.hold("/orders/1")
    dying = subprocess.Popen(
        [sys.executable, "-c", COMMAND, "cancel", run], cwd=project.folder, stdout=subprocess.DEVNULL
    )
    assert project.server.arrived.wait(60)
    dying.kill()
    dying.wait()
    held.released.set()
    project.server.asked.clear()
    if then == "cancel":
        done = project.journeys("cancel", run)
        assert done.code == 0, done.out + done.err
        project.asked("DELETE /orders/1")
        assert outcome_of(project) == "cancelled"
    else:
        assert project.run().counts == {"skipped": 1}
        project.asked("DELETE /orders/1", "POST /orders")
        assert outcome_of(project) == "parked"
        told = " ".join(project.journeys("why", run).out.split())
        assert "it was being cancelled, and now it is asked for again" in told
        assert "cancelled: only its cleanup is carried out" in told
