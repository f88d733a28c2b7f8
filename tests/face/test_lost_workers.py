"""A worker of xdist dies while the session lives: its row goes on elsewhere, and the counts are those of a session without it."""

import pytest

from face.project import Project, shop_requests

pytest.importorskip("xdist")

DEATH = """
import logging, os, pathlib

import pytest

def die(name="died"):
    try:
        pathlib.Path(name).touch(exist_ok=False)
    except FileExistsError:
        return
    os._exit(1)

is_worker = False  # the variable of the environment may be that of a worker around this session

def pytest_configure(config):
    global is_worker
    is_worker = hasattr(config, "workerinput")
    if is_worker:
        begin()

def begin():
    pass
"""

AT_REPORT = (
    DEATH
    + """
@pytest.hookimpl(tryfirst=True)
def pytest_runtest_logreport(report):
    if is_worker and "two" in report.nodeid and (report.when, report.outcome) == ("WHEN", "OUTCOME"):
        die()
"""
)
"""A worker dies before it tells a report of row two, once."""

AT_STEP = (
    DEATH
    + """
class Death(logging.Handler):
    def emit(self, record):
        if record.getMessage().endswith("buy passed"):
            die()

def begin():
    logging.getLogger("journeys").setLevel(logging.INFO)
    logging.getLogger("journeys").addHandler(Death())
"""
)
"""A worker dies when the first row's second step has ended, and before that is on the disk, once."""


def dying(when: str, outcome: str = "passed") -> str:
    """A conftest."""
    return AT_REPORT.replace("WHEN", when).replace("OUTCOME", outcome)


@pytest.mark.parametrize("dist", ["load", "loadscope"])
def test_a_run_that_ended_stands_though_its_worker_died_before_it_told(project: Project, dist: str) -> None:
    """Nothing is sent again: another worker tells how it ended, passed or failed."""
    project.journey()
    project.write(conftest_py=dying("call"))
    done = project.run("-n", "2", "--dist", dist, "-v", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (0, {"passed": 3, "rerun": 1}), done.out
    assert done.words["shop[two]"] == "PASSED"
    assert project.outcomes == {"one": "passed", "two": "passed", "three": "passed"}
    assert done.section[:2][0] == "runs: 3 passed"
    project.asked(*shop_requests(1, 2, 3))


def test_a_failure_stands_too(project: Project) -> None:
    """It is told with its text, fails the session, and nothing is sent again."""
    project.journey()
    project.server.answer("/orders/2", status=500)
    project.write(conftest_py=dying("call", "failed"))
    done = project.run("-n", "2", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (1, {"failed": 1, "passed": 2, "rerun": 1}), done.out
    assert "E510 buy: status is 500, expected 200" in done.out
    assert project.outcomes["two"] == "failed"
    project.asked(*shop_requests(1, 2, 3))


@pytest.mark.parametrize("dist", ["worksteal", "loadscope"])
def test_a_row_that_was_counted_is_not_counted_twice(project: Project, dist: str) -> None:
    """Only the teardown of its row was lost: nobody runs the row again."""
    project.journey()
    project.write(conftest_py=dying("teardown"))
    done = project.run("-n", "2", "--dist", dist, "--junitxml=junit.xml", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (0, {"passed": 3, "rerun": 1}), done.out
    assert sorted(project.junit) == ["shop[one]", "shop[three]", "shop[two]"]
    project.asked(*shop_requests(1, 2, 3))


@pytest.mark.parametrize("dist", ["load", "loadscope"])
def test_what_kills_every_worker_ends_as_a_crash(project: Project, dist: str) -> None:
    """A row is tried three times; then it is told as crashed, and all others have passed."""
    project.write(
        conftest_py="import os\n\ndef pytest_runtest_setup(item):\n    if 'two' in item.name: os._exit(1)\n",
    )
    project.journey()
    done = project.run("-n", "2", "--dist", dist, "--junitxml=junit.xml", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (1, {"failed": 1, "passed": 2, "rerun": 2}), done.out
    assert "crashed while running 'shop.journey.yaml::shop[two]'" in done.out
    assert project.outcomes == {"one": "passed", "three": "passed"}
    assert sorted(project.junit) == ["shop[one]", "shop[three]", "shop[two]"]


def test_where_no_worker_is_replaced_a_crash_is_a_failure(project: Project) -> None:
    """With --max-worker-restart=0 nobody would go on with it: the session fails, the next one resumes the run."""
    project.journey()
    project.write(conftest_py=AT_STEP)
    done = project.run("-n", "1", "--max-worker-restart=0")
    assert done.code == 1
    assert done.counts["failed"] == 1
    assert "rerun" not in done.counts
    assert "next: the same pytest command resumes 1 run" in " ".join(done.section)
    after = project.run("-n", "1", "-v")
    assert (after.code, after.counts) == (0, {"passed": 3})
    assert "resumed" in "".join(after.words.values()) or "restarted" in "".join(after.words.values())


def test_beside_rerunfailures(project: Project) -> None:
    """A crash in a rerun goes on with the rerun; a rerun of a failure is a run of its own, as without a crash."""
    pytest.importorskip("pytest_rerunfailures")
    project.journey()
    project.server.answer("/orders/2", status=500, times=1)
    project.write(conftest_py=dying("call"))
    done = project.run("-n", "2", "--reruns", "2", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (0, {"passed": 3, "rerun": 2}), done.out
    outcomes = sorted(run["outcome"] for run in project.evidence["runs"] if run["row"] == "two")
    assert outcomes == ["failed", "passed"]
    project.asked(*shop_requests(1, 2, 2, 3))


def test_a_worker_with_a_system_of_its_own_begins_anew(project: Project) -> None:
    """A value that differs between workers means another system: a new run, and the one left behind is cleaned up."""
    project.journey(
        "journey: own\nsteps:\n"
        "  - id: look\n    request: GET ${{ env.url }}/of/${{ env.worker }}\n"
        "    cleanup: {request: 'DELETE ${{ env.url }}/of/${{ env.worker }}'}\n"
        "  - {id: buy, request: 'GET ${{ env.url }}/buy'}\n",
        name="own",
    )
    own = "\n@pytest.fixture(scope='session')\ndef journeys_environment():\n    return {'worker': os.environ['PYTEST_XDIST_WORKER']}\n"
    project.write(conftest_py=AT_STEP + own)
    done = project.run("-n", "1", "-v", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (0, {"passed": 1, "rerun": 1}), done.out
    assert "began anew: 1 run: environment value worker changed: gw0 -> gw1" in " ".join(done.section)
    assert [run["outcome"] for run in project.evidence["runs"]] == ["replaced", "passed"]
    asked = ["GET /of/gw0", "GET /buy", "DELETE /of/gw0", "GET /of/gw1", "GET /buy", "DELETE /of/gw1"]
    project.asked(*asked)


def test_never_is_about_earlier_sessions(project: Project) -> None:
    """With --journeys-resume=never a lost worker's run goes on all the same: it is of this session."""
    project.journey()
    project.write(conftest_py=AT_STEP)
    done = project.run("-n", "1", "-v", "--journeys-resume=never", "--journeys-in-doubt=resend")
    assert (done.code, done.counts) == (0, {"passed": 3, "rerun": 1}), done.out
    assert "PASSED (resumed at step 2/2)" in done.words.values()
