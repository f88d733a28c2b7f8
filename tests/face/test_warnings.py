"""What the compiler finds odd is a pytest warning of our own: told once, obedient to ``-W``."""

import pytest

from face.project import SHOP, Project
from pytest_journeys.plugin import JourneyWarning

ODD = SHOP.replace('    json: {times: "${{ steps.look.times }}"}\n', "")


@pytest.mark.parametrize("times", ["compiled", "from the cache"])
def test_told_once_with_its_place(project: Project, mode: tuple[str, ...], times: str) -> None:
    """Not per row and not per worker, with file and line, also when the compile result comes from the cache."""
    project.journey(ODD)
    if times == "from the cache":
        project.run("-q", "-k", "one")
    done = project.run(*mode)
    assert done.out.count("JourneyWarning: E321 look derives times, and nothing uses it") == 1
    assert "shop.journey.yaml:10: JourneyWarning" in done.out
    assert done.counts == {"passed": 3}
    assert "1 warning" in done.out


def test_an_error_when_asked_for(project: Project, mode: tuple[str, ...]) -> None:
    """`-W error` makes it a collection error with its finding; nothing is sent."""
    project.journey(ODD)
    done = project.run(*mode, "-W", "error::pytest_journeys.plugin.JourneyWarning")
    assert done.code in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.TESTS_FAILED)
    assert done.counts == {"error": 1}
    assert "  --> shop.journey.yaml:10:14\n" in done.out
    assert "item.py" not in done.out
    project.asked()


def test_it_can_be_ignored(project: Project) -> None:
    """The usual filters know it by its name."""
    project.journey(ODD)
    project.write(pytest_ini="[pytest]\nfilterwarnings = ignore::pytest_journeys.plugin.JourneyWarning\n")
    assert "JourneyWarning" not in project.run().out
    assert issubclass(JourneyWarning, pytest.PytestWarning)
