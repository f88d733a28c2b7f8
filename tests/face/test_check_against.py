"""`journeys check --against STORE`: what would become of the open runs, without running anything."""

import json
from pathlib import Path
from typing import Any

import pytest

from face.project import Done, Project

LATER = """\
journey: later
inputs: {number: {type: integer}, size: {type: integer, default: 1}}
rows:
  - {id: one, number: 1}
steps:
  - id: look
    request: GET ${{ env.url }}/items/${{ inputs.number }}?size=${{ inputs.size }}&place=${{ env.place }}
  - id: pause
    wait: 3d
  - id: again
    request: GET ${{ env.url }}/again
"""


@pytest.fixture
def parked(project: Project) -> Project:
    """Give a project whose only run is parked."""
    project.write(environments__local_yaml="place: home\n")
    project.journey(LATER, name="later")
    assert project.run("--journeys-env", "local").counts == {"skipped": 1}
    return project


def fates(done: Done) -> list[dict[str, Any]]:
    """The runs of the JSON."""
    found: list[dict[str, Any]] = json.loads(done.out)["runs"]
    return found


def listing(store: Path) -> list[tuple[str, int]]:
    """Each file of a store, and when it was changed."""
    return [(str(path), path.stat().st_mtime_ns) for path in sorted(store.rglob("*"))]


def test_what_is_the_same_resumes(parked: Project) -> None:
    """Exit 0; the run's own environment is taken; what only a run tells is named; the store is left alone."""
    before = listing(parked.store)
    done = parked.journeys("check", "--against", ".journeys")
    lines = done.out.splitlines()
    assert (done.code, lines[0], lines[-1]) == (
        0,
        "1 journey checked, all good",
        "1 open run in .journeys, 0 would not resume",
    )
    assert lines[1].startswith("later[one] (parked, run_")
    assert lines[1].endswith(" resumes")
    assert lines[2] == "  not compared: subject"
    assert listing(parked.store) == before


def test_an_edited_journey_goes_on_as_stored_and_does_so_when_it_runs(parked: Project) -> None:
    """A parked run outlives an edit; and what is told here is what pytest then does: it stays parked."""
    parked.journey(LATER.replace("/again", "/anew"), name="later")
    done = parked.journeys("check", "--against", ".journeys", "--output", "json")
    (fate,) = fates(done)
    assert (done.code, fate["decision"], fate["reasons"]) == (0, "stored", ["the journey was edited"])
    asked = len(parked.server.asked)
    assert parked.run("--journeys-env", "local").counts == {"skipped": 1}
    assert len(parked.server.asked) == asked


@pytest.mark.parametrize(
    ("text", "environment", "arguments", "reason"),
    [
        (LATER.replace("number: 1", "number: 2"), "home", (), "input number changed: 1 -> 2"),
        (LATER, "away", (), "environment value place changed: home -> away"),
        (LATER, "home", ("--journeys-input", "size=7"), "input size changed: 1 -> 7"),
    ],
)
def test_a_changed_value_makes_a_new_run(
    parked: Project, text: str, environment: str, arguments: tuple[str, ...], reason: str
) -> None:
    """Exit 1, the value told before and after; pytest then begins a new run indeed."""
    parked.journey(text, name="later")
    parked.write(environments__local_yaml=f"place: {environment}\n")
    done = parked.journeys("check", "--against", ".journeys", *arguments)
    assert done.code == 1
    assert "does not resume: a new run takes its place" in done.out
    assert f"  {reason}\n" in done.out
    assert done.out.endswith("1 open run in .journeys, 1 would not resume\n")
    asked = len(parked.server.asked)
    parked.run("--journeys-env", "local", *arguments)
    assert len(parked.server.asked) > asked


def test_a_row_that_is_gone_and_a_journey_that_was_not_checked(parked: Project) -> None:
    """The one does not resume; the other is counted only."""
    parked.journey(LATER.replace("id: one", "id: other"), name="later")
    done = parked.journeys("check", "--against", ".journeys", "--output", "json")
    assert (done.code, [fate["decision"] for fate in fates(done)]) == (1, ["gone"])
    parked.alone()
    done = parked.journeys("check", "alone.journey.yaml", "--against", ".journeys")
    assert (done.code, done.out.splitlines()[-1]) == (
        0,
        "0 open runs in .journeys, 0 would not resume; 1 of journeys that were not checked",
    )


def test_a_store_that_is_not_there(parked: Project) -> None:
    """A usage error."""
    done = parked.journeys("check", "--against", "nowhere")
    assert (done.code, "nowhere: there is no store" in done.err) == (4, True)
