"""Journeys beside xdist: every way to share out rows, one journal per worker, errors that stay errors."""

import re
from pathlib import Path

import pytest

from face.project import Project, shop_requests

pytest.importorskip("xdist")

SEVERAL = """\
journey: several
inputs: {number: {type: integer}}
rows:
  - {number: 1}
  - {number: 2}
  - {number: 3}
  - {number: 4}
  - {number: 5}
  - {number: 6}
steps:
  - id: look
    request: GET ${{ env.url }}/items/${{ inputs.number }}
"""

POSTS = "".join(
    f"  - {{id: post-{number}, request: 'POST ${{{{ env.url }}}}/posts/{number}'}}\n" for number in range(3)
)

WATCH = """
import json, os, pathlib, sys

def pytest_sessionfinish():
    ours = sorted(name for name in sys.modules if name.split(".")[0] == "pytest_journeys")
    pathlib.Path(f"modules-{os.getpid()}").write_text(" ".join(ours))
"""


@pytest.mark.parametrize("dist", ["load", "worksteal", "loadscope", "loadfile", "loadgroup"])
def test_every_way_to_share_out_rows(project: Project, dist: str) -> None:
    """A row runs once, on one worker, which writes a journal of its own; evidence and JUnit hold them all."""
    project.journey(SEVERAL, name="several")
    project.journey(SEVERAL.replace("several", "others").replace("/items", "/others"), name="others")
    done = project.run("-n", "2", "--dist", dist, "--junitxml=junit.xml", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (0, {"passed": 12})
    assert done.section == ["runs: 12 passed", "evidence: evidence.json"]
    project.asked(*(f"GET /{kind}/{number}" for kind in ("items", "others") for number in range(1, 7)))
    assert {path.name for path in project.store.glob("sessions/*/*.journal")} == {"gw0.journal", "gw1.journal"}
    assert len(project.evidence["runs"]) == len({run["id"] for run in project.evidence["runs"]}) == 12
    told = {value for name in project.junit for key, value in project.properties(name) if key == "run"}
    assert told == {run["id"] for run in project.evidence["runs"]}


def test_every_run_belongs_to_one_worker(project: Project) -> None:
    """`--dist each` is a usage error with a sentence, before anything is sent."""
    project.journey()
    done = project.run("-n", "2", "--dist", "each")
    assert done.code == pytest.ExitCode.USAGE_ERROR
    assert "ERROR: journeys do not run with --dist each: " in done.err
    assert "Traceback" not in done.out + done.err
    assert "INTERNAL" not in done.out + done.err
    assert not list(project.store.glob("sessions/.new-*"))
    project.asked()


def test_steps_are_told_by_the_controller(project: Project) -> None:
    """At -v each row's steps stand under the row, whatever worker it ran on."""
    project.journey()
    lines = project.run("-n", "2", "-v").out.splitlines()
    for number, row in enumerate(("one", "two", "three"), 1):
        at = next(index for index, line in enumerate(lines) if "PASSED" in line and f"shop[{row}]" in line)
        assert lines[at + 1].startswith(f"  passed      look GET /items/{number} ")
        assert lines[at + 2].startswith(f"  passed      buy POST /orders/{number} ")


def test_a_name_that_looks_like_a_journey_is_none(project: Project) -> None:
    """A project without journeys pays nothing and gets no store, whatever its tests and their rows are called."""
    project.write(
        conftest_py=WATCH,
        test_plain_py="import pytest\n\n@pytest.mark.parametrize('name', ['a.journey.yaml', 'b'])\ndef test_it(name): pass\n",
    )
    assert project.run_apart("-n", "2").code == 0
    told = list(project.folder.glob("modules-*"))
    assert [path.read_text() for path in told] == ["pytest_journeys pytest_journeys.plugin"] * 3
    assert not project.store.exists()


def test_a_worker_that_dies_while_it_collects_is_replaced(project: Project) -> None:
    """The session begins when those that live have collected."""
    project.write(
        conftest_py="import os\n\ndef pytest_collection(session):\n"
        "    if getattr(session.config, 'workerinput', {}).get('workerid') == 'gw0': os._exit(1)\n",
    )
    project.journey()
    done = project.run("-n", "2", "--journeys-json=evidence.json")
    assert done.counts["passed"] == 3, done.out
    assert project.outcomes == {"one": "passed", "two": "passed", "three": "passed"}
    project.asked(*shop_requests(1, 2, 3))


def test_what_waiting_for_the_disk_has_cost_crosses_the_channel(project: Project) -> None:
    """A slow disk is named in the last section: what a worker measured reaches the controller."""
    project.journey(SEVERAL.replace("steps:", "steps:\n" + POSTS), name="several")
    project.write(conftest_py=SLOW_DISK)
    done = project.run("-n", "2")
    told = re.search(r"^syncs: (\d+) took [\d.]+ m?s, median ([\d.]+) ms: this disk is slow", done.out, re.M)
    assert told is not None, done.out
    assert int(told[1]) >= 6 * 4  # rows, steps: more than one worker has
    assert float(told[2]) >= 6


SLOW_DISK = """
import os, time

sync = os.fdatasync

def slow_sync(file):
    time.sleep(0.006)
    sync(file)

os.fdatasync = slow_sync
"""


def test_the_rows_of_a_file_are_read_where_they_are(project: Project, tmp_path: Path) -> None:
    """Rows that differ between workers are an error that says so, not a hang."""
    project.journey(SEVERAL.replace(SEVERAL[SEVERAL.index("rows:") : SEVERAL.index("steps:")], "rows: rows.csv\n"))
    project.write(
        conftest_py="import os, pathlib\n\ndef pytest_configure(config):\n"
        "    if hasattr(config, 'workerinput'):\n"
        "        rows = config.workerinput['workerid'][2:]\n"
        "        pathlib.Path(f'rows-{rows}.csv').write_text(f'number\\n{rows}\\n')\n"
        "        config.option.journeys_rows = f'rows-{rows}.csv'\n",
        rows_csv="number\n1\n",
    )
    done = project.run("-n", "2")
    assert done.code != 0
    assert "Traceback" not in done.err
    project.asked()
