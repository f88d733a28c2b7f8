"""What stands in several places at the door of the repository says the same in each."""

import configparser
import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest_journeys

ROOT = Path(__file__).parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]


def test_ci_runs_the_command_of_the_readme() -> None:
    """Who reads the README and who reads the CI script runs the same checks: the second of the two set-up commands."""
    commands = re.findall(
        r"^```sh\n(python3 -m venv [^\n]+)\n```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M
    )
    assert len(commands) == 2
    assert (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1] == commands[1]


def test_the_oldest_allowed_is_what_is_tested() -> None:
    """The environment `lowest` pins the floor of each dependency, and of no other."""
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    pins = dict(line.split("==") for line in tox["testenv:lowest"]["deps"].split())
    floors = dict(re.match(r"([a-z-]+)>=([0-9.]+)", line).groups() for line in PROJECT["dependencies"])  # type: ignore[union-attr]
    assert pins.keys() == floors.keys()
    for name, floor in floors.items():
        assert re.fullmatch(rf"{re.escape(floor)}(\.0)*", pins[name]), name


def test_without_xdist_means_without_xdist_only() -> None:
    """The environment `noxdist` has all that the tests need, but the two plugins that it is about."""
    tox = configparser.ConfigParser()
    tox.read(ROOT / "tox.ini", encoding="utf-8")
    plugins = ("pytest-xdist", "pytest-rerunfailures")
    needed = {line for line in PYPROJECT["dependency-groups"]["test"] if not line.startswith(plugins)}
    assert set(tox["testenv:noxdist"]["deps"].split()) == needed


def test_every_supported_python_has_an_environment() -> None:
    """A Python that the classifiers promise is one that tox runs."""
    promised = {line.rpartition(".")[2] for line in PROJECT["classifiers"] if ":: Python :: 3." in line}
    tested = re.search(r"py\{([0-9,]+)\}", (ROOT / "tox.ini").read_text(encoding="utf-8"))
    assert tested is not None
    assert {f"3{minor}" for minor in promised} == set(tested[1].split(","))


def test_the_version_is_told_once() -> None:
    """The package, the distribution and the newest entry of the changelog agree."""
    changelog = re.search(r"^## \[([^\]]+)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.M)
    assert changelog is not None
    assert (
        pytest_journeys.__version__
        == importlib.metadata.version("pytest-journeys")
        == PROJECT["version"]
        == changelog[1]
    )


def test_the_types_are_shipped() -> None:
    """Type checkers of users see our annotations."""
    assert (Path(pytest_journeys.__file__).parent / "py.typed").exists()


def test_documentation_names_pages_that_exist() -> None:
    """Every relative link of the README and of docs/ leads somewhere."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert not broken
