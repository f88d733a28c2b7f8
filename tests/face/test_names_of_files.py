"""How files are named to the person who started pytest: from where they stand, so that what is shown can be clicked."""

import json
import os
import re

import pytest

from face.project import SHOP, Project

BROKEN = """\
journey: broken
steps:
  - reqest: GET /
"""


@pytest.fixture
def below(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Give a project whose user stands in a folder of it."""
    project.write(pytest_ini="[pytest]\n")
    (project.folder / "below").mkdir()
    monkeypatch.chdir(project.folder / "below")
    return project


def test_a_failure_is_named_from_where_pytest_was_started(below: Project, mode: tuple[str, ...]) -> None:
    """The failure text's file is `../shop.journey.yaml` below it, as pytest names a test's; so is the store's folder."""
    below.journey(SHOP.replace("{status: 200}", "{status: 200, headers: {x: y}}"))
    below.server.answer("/orders/2", status=500)
    done = below.run("..", *mode, "--junitxml=junit.xml")
    lines = done.out.splitlines()
    assert "  --> ../shop.journey.yaml:14:22" in lines
    assert any("(../shop.journey.yaml:14:40)" in line for line in lines)
    assert done.begun[0].endswith(" in ../.journeys (power): 3 fresh")


def test_what_is_recorded_is_named_from_rootdir(below: Project) -> None:
    """Evidence names a file alike wherever pytest was started."""
    below.journey()
    below.run("..", f"--journeys-json={below.folder}/evidence.json")
    assert {run["file"] for run in below.evidence["runs"]} == {"shop.journey.yaml"}


def test_queries_say_which_store_they_read(below: Project) -> None:
    """It is looked for in the folders above: the first line of the table names it, or the sentence that it is empty."""
    below.alone()
    below.run("..")
    assert below.journeys("runs").out.startswith("store: ../.journeys\nRUN ")
    done = below.journeys("runs", "--status", "failed")
    assert (done.code, done.out) == (5, "no runs in ../.journeys\n")
    told = json.loads(below.journeys("runs", "--output", "json").out)
    assert told["store"] == str(below.store)
    assert len(told["runs"]) == 1


def test_a_mistake_is_named_from_where_pytest_was_started(below: Project) -> None:
    """In a journey, in its rows, in an environment; also when what was compiled comes from the cache."""
    below.journey(BROKEN, name="broken")
    assert "--> ../broken.journey.yaml:3:5" in below.run("..").out
    below.journey(SHOP.replace("number: 2", "number: x"), name="broken")
    for _ in range(2):
        assert "--> ../broken.journey.yaml:5:" in below.run("..").out
    below.journey(re.sub(r"rows:\n(  - .*\n)+", "rows: rows.csv\n", SHOP), name="broken")
    below.write(rows_csv="id,number\none,x\n")
    assert "--> ../rows.csv:2:5" in below.run("..").out
    below.journey(SHOP, name="broken")
    below.write(environments__odd_yaml="url: 1\nurl: 2\n")
    assert "--> ../environments/odd.yaml:2:1" in below.run("..", "--journeys-env=odd").err


def test_a_file_beyond_its_limit_is_not_read(below: Project) -> None:
    """A terabyte of rows, or of an environment, is refused by its size: nobody waits for it, and no memory is asked for."""
    below.journey(re.sub(r"rows:\n(  - .*\n)+", "rows: rows.csv\n", SHOP))
    below.write(rows_csv="", environments__odd_yaml="")
    for name, option in (("rows.csv", "-q"), ("environments/odd.yaml", "--journeys-env=odd")):
        os.truncate(below.folder / name, 1_000_000_000_000)
        done = below.run("..", option)
        assert f"E602 a file of 1000000 MB; 268 MB is the limit\n --> ../{name}\n" in done.out + done.err
        below.write(rows_csv="id,number\none,1\n")


def test_a_warning_as_an_error_is_named_from_where_pytest_was_started(below: Project) -> None:
    """`-W error` shows it with its place."""
    below.journey(SHOP.replace("derive: {times", "derive: {unused: $.asked, times"), name="odd")
    assert "--> ../odd.journey.yaml:10:" in below.run("..", "-W", "error::pytest_journeys.plugin.JourneyWarning").out
