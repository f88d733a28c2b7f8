"""Journeys beside rerunfailures: a rerun is a fresh run with an id of its own."""

import pytest

from face.project import Project

pytest.importorskip("pytest_rerunfailures")


def test_a_rerun_is_a_run_of_its_own(project: Project, mode: tuple[str, ...]) -> None:
    """Pytest's counts are right, both runs are in the evidence, and JUnit tells the one that counts, once."""
    project.journey()
    project.server.answer("/orders/2", status=500, times=1)
    done = project.run("--reruns", "1", *mode, "--junitxml=junit.xml", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (0, {"passed": 3, "rerun": 1})
    failed, passed = (run for run in project.evidence["runs"] if run["row"] == "two")
    assert (failed["outcome"], passed["outcome"]) == ("failed", "passed")
    assert failed["id"] != passed["id"]
    properties = project.properties("shop[two]")
    assert [value for name, value in properties if name == "run"] == [passed["id"]]
    assert [name for name, _ in properties if name.startswith("step")] == ["step[passed]", "step[passed]"]


def test_a_setup_that_failed_twice_is_two_runs(project: Project) -> None:
    """What could not be set up is recorded each time under an id of its own: the store stays intact."""
    project.alone()
    project.write(conftest_py="import pytest\n\n@pytest.fixture(autouse=True)\ndef bad():\n    raise ValueError\n")
    done = project.run("--reruns", "1", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (1, {"error": 1, "rerun": 1})
    runs = project.evidence["runs"]
    assert [run["outcome"] for run in runs] == ["error", "error"]
    assert len({run["id"] for run in runs}) == 2
    project.asked()
