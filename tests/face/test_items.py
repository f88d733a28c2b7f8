"""Journeys as pytest items: collected, named, chosen and remembered like any test."""

import pytest

from face.project import SHOP, Project, shop_requests

TAGGED = """\
journey: tagged
tags: [smoke, checkout-v2]
steps:
  - id: look
    request: GET ${{ env.url }}/tagged
"""

BROKEN = """\
journey: broken
steps:
  - id: look
    reqest: GET /
"""


def test_each_row_is_an_item(project: Project) -> None:
    """A row is an item with an explicit id; a journey without rows is one item; in the order of the files."""
    project.journey()
    project.alone()
    done = project.run("--collect-only", "-q")
    assert done.code == 0
    assert done.out.split("\n\n")[0].splitlines() == [
        "alone.journey.yaml::alone",
        "shop.journey.yaml::shop[one]",
        "shop.journey.yaml::shop[two]",
        "shop.journey.yaml::shop[three]",
    ]


def test_collecting_sends_and_asks_and_writes_nothing(project: Project, mode: tuple[str, ...]) -> None:
    """`--collect-only` shows journeys and rows: no traffic, no secret, no subject asked for, no store."""
    project.journey(SHOP.replace("steps:", "secrets: [password]\nsteps:", 1))
    project.write(
        pytest_ini="[pytest]\njourneys_secrets_command = touch secret-{name}\njourneys_subject_command = touch subject\n"
    )
    done = project.run("--collect-only", *mode)
    assert done.code == 0
    assert "<JourneyFile shop.journey.yaml>\n  <JourneyItem shop[one]>" in done.out.replace("    <", "  <")
    project.asked()
    assert sorted(path.name for path in project.folder.iterdir() if not path.name.startswith(".pytest")) == [
        "pytest.ini",
        "shop.journey.yaml",
    ]


@pytest.mark.parametrize(
    ("arguments", "requests"),
    [
        (("-k", "two or three"), shop_requests(2, 3)),
        (("-k", "shop and not one"), shop_requests(2, 3)),
        (("shop.journey.yaml::shop[two]",), shop_requests(2)),
        (("shop.journey.yaml::shop[two]", "shop.journey.yaml::shop[one]"), shop_requests(1, 2)),
        (("--deselect", "shop.journey.yaml::shop[three]"), [*shop_requests(1, 2), "GET /tagged"]),
        (("-m", "smoke"), ["GET /tagged"]),
        (("-m", "not smoke"), shop_requests(1, 2, 3)),
        (("--strict-markers", "-m", "smoke"), ["GET /tagged"]),
        (("tagged.journey.yaml",), ["GET /tagged"]),
        (("-p", "no:cacheprovider", "-k", "one"), shop_requests(1)),
        (("-W", "error", "-k", "one"), shop_requests(1)),
        (("--import-mode=prepend", "-k", "one"), shop_requests(1)),
        (("--import-mode=append", "-k", "one"), shop_requests(1)),
        (("--import-mode=importlib", "-k", "one"), shop_requests(1)),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_items_are_chosen_like_tests(project: Project, arguments: tuple[str, ...], requests: list[str]) -> None:
    """Each way that pytest has to choose tests chooses rows; what is not chosen is not sent."""
    project.journey()
    project.journey(TAGGED, name="tagged")
    assert project.run(*arguments).code == 0
    project.asked(*requests)


def test_pytest_remembers_rows(project: Project) -> None:
    """`--lf` runs the rows that failed, `--ff` runs them first, `--sw` goes on where it stopped."""
    project.journey()
    project.server.answer("/orders/2", status=500)
    assert project.run().counts == {"passed": 2, "failed": 1}
    project.asked(*shop_requests(1, 2, 3))

    assert project.run("--lf").counts == {"failed": 1}
    project.asked(*shop_requests(2))

    assert list(project.run("--ff", "-v").words) == ["shop[two]", "shop[one]", "shop[three]"]
    project.asked(*shop_requests(1, 2, 3))

    assert project.run("--sw").counts == {"passed": 1, "failed": 1}
    project.asked(*shop_requests(1, 2))
    project.server.answer("/orders/2")
    assert project.run("--sw").counts == {"passed": 2, "deselected": 1}
    project.asked(*shop_requests(2, 3))


@pytest.mark.parametrize("argument", ["-x", "--maxfail=1"])
def test_a_failure_may_end_the_session(project: Project, argument: str) -> None:
    """`-x` and `--maxfail` count rows; the session ended orderly: the next one runs all rows again and replays none."""
    project.journey()
    project.server.answer("/orders/1", status=500)
    done = project.run(argument)
    assert (done.code, done.counts) == (1, {"failed": 1})
    assert not any(line.startswith("next: ") for line in done.section)
    project.asked(*shop_requests(1))
    assert project.run().counts == {"passed": 2, "failed": 1}
    project.asked(*shop_requests(1, 2, 3))


def test_maxfail_counts_rows_and_not_steps(project: Project) -> None:
    """Two failing rows do not reach `--maxfail=3`, however many of their steps are blocked."""
    project.journey()
    project.server.answer("/items/1", status=500)
    project.server.answer("/items/2", status=500)
    assert project.run("--maxfail=3").counts == {"passed": 1, "failed": 2}


def test_durations_name_rows(project: Project) -> None:
    """`--durations` tells a line for each phase of a row."""
    project.journey()
    done = project.run("--durations=0", "-vv")
    assert [
        line.split(maxsplit=2)[2] for line in done.out.splitlines() if "s call " in line and "shop[two]" in line
    ] == ["shop.journey.yaml::shop[two]"]


def test_without_a_terminal(project: Project) -> None:
    """`-p no:terminal` is silence: what was asked is sent, recorded and counted in the exit code."""
    project.journey()
    project.server.answer("/orders/2", status=500)
    done = project.run_apart("-p", "no:terminal", "--journeys-json=evidence.json")
    assert (done.code, done.out) == (1, "")
    assert project.outcomes == {"one": "passed", "two": "failed", "three": "passed"}


def test_a_bad_file_hides_no_good_one(project: Project, mode: tuple[str, ...]) -> None:
    """A file that does not compile is a collection error with its finding, and no traceback; the others may still run."""
    project.journey()
    project.journey(BROKEN, name="broken")
    if not mode:
        done = project.run()
        assert done.code == pytest.ExitCode.INTERRUPTED
        project.asked()
        assert not project.store.exists()
        assert "did you mean request?" in done.out or "request" in done.out
    done = project.run("--continue-on-collection-errors", *mode)
    assert (done.code, done.counts) == (1, {"passed": 3, "error": 1})
    assert " --> broken.journey.yaml:4:5\n" in done.out
    assert "Traceback" not in done.out
    assert ".py:" not in done.out
    project.asked(*shop_requests(1, 2, 3))


def test_who_is_named_is_executed(project: Project) -> None:
    """A row that passed in an interrupted session is replayed, unless the command line names it."""
    project.journey()
    project.run_until("shop[three]")
    project.asked(*shop_requests(1, 2))
    done = project.run("-v", "shop.journey.yaml::shop[two]")
    assert done.words == {"shop[two]": "PASSED"}
    project.asked(*shop_requests(2))


def test_who_is_not_named_is_replayed(project: Project, mode: tuple[str, ...]) -> None:
    """What passed before an interruption counts again, is shown as replayed, and is not sent; pytest counts it as passed."""
    project.journey()
    done = project.run_until("shop[three]")
    assert done.section == [
        "runs: 2 passed",
        "next: the same pytest command replays 2 that passed; --journeys-resume=never",
        "      starts afresh",
    ]
    project.asked(*shop_requests(1, 2))
    done = project.run("-v", *mode)
    assert done.words == {"shop[one]": "PASSED (replayed)", "shop[two]": "PASSED (replayed)", "shop[three]": "PASSED"}
    assert done.counts == {"passed": 3}
    project.asked(*shop_requests(3))


def test_markers_are_listed_and_reserved_ones_refused(project: Project) -> None:
    """A tag is a marker of its items; one that means something to pytest already is an error of the file."""
    project.journey(TAGGED.replace("checkout-v2", "skipif"), name="tagged")
    done = project.run("--continue-on-collection-errors")
    assert done.counts == {"error": 1}
    assert "skipif" in done.out
