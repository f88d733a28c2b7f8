"""`journeys runs --open`: where each open run stands, since when, what it waits for, who holds it, what comes next."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from face.project import Done, Project

PARKED = """\
journey: order
steps:
  - request: POST ${{ env.url }}/orders
    id: place
  - id: settle
    wait: 3d
"""

KILLED = """\
journey: order
steps:
  - request: %s ${{ env.url }}/orders
    id: place
"""


def standing(project: Project) -> dict[str, Any]:
    """The only open run."""
    (run,) = json.loads(project.journeys("runs", "--open", "--output", "json").out)["runs"]
    return dict(run)


def killed(project: Project, method: str = "POST", *more: str) -> dict[str, Any]:
    """Kill a pytest while the server holds its request; how the run stood before."""
    project.journey(KILLED % method + "".join(more), name="order")
    held = project.server.hold("/orders")
    living = subprocess.Popen([sys.executable, "-m", "pytest"], cwd=project.folder, stdout=subprocess.DEVNULL)
    assert project.server.arrived.wait(60)
    before = standing(project)
    assert f"pid {living.pid} on " in before["held_by"]
    living.kill()
    living.wait()
    held.released.set()
    return before


def test_a_parked_run(project: Project) -> None:
    """It names the step that waits and until when; nothing comes next but waiting."""
    project.alone()
    project.journey(PARKED, name="order")
    project.run()
    told = standing(project)
    assert (told["status"], told["step"], told["next"]) == ("parked", "settle", "stays parked")
    assert told["waits_for"].startswith("parked until ")
    assert told["held_by"] is None
    why = project.journeys("why", told["id"])
    assert re.search(
        r"^now\n = step: settle\n = since: .*\n = waits for: parked until .*\n = next: stays parked$", why.out, re.M
    )
    listed = project.journeys("runs", "--open")
    assert (listed.code, listed.out.splitlines()[-1]) == (0, "1 open run")
    assert re.search(r"^ = since: .* ago\)$", listed.out, re.M)
    assert max(map(len, listed.out.splitlines())) <= 80


def test_nothing_is_open(project: Project) -> None:
    """Nothing found is exit code 5, as for every question."""
    project.alone()
    project.run()
    none: Done = project.journeys("runs", "--open")
    assert (none.code, none.out) == (5, "no open runs in .journeys\n")


@pytest.mark.parametrize(
    ("method", "more", "comes"),
    [
        ("POST", "", "restarts, after its cleanup: place is in doubt: its POST may have left"),
        ("DELETE", "", "does place again: its DELETE may have left"),
        ("POST", "    in_doubt: fail\n", "place ends as in doubt: its POST may have left and its outcome is not known"),
    ],
)
def test_what_is_told_to_come_next_is_what_comes(project: Project, method: str, more: str, comes: str) -> None:
    """While it is held it is left to its holder; then the word is kept by the next pytest."""
    before = killed(project, method, more)
    assert (before["status"], before["step"]) == ("in progress", "place")
    assert before["waits_for"] == f"the answer to its {method} {project.server.url}/orders"
    assert before["next"] == "left to the session that holds it"
    after = standing(project)
    assert (after["status"], after["step_attempts"], after["next"]) == ("interrupted", 1, comes)
    assert after["waits_for"] == "a pytest that selects it"
    done = project.run()
    told = " ".join(project.journeys("why", after["id"]).out.split())
    if "fail" in more:
        assert done.code == 1
        assert "in doubt" in told
    else:
        assert done.code == 0
        assert ("restarts" in told) == comes.startswith("restarts")
