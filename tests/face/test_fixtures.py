"""Pytest's fixtures around a journey: what it names, what applies to it, what a replayed row leaves alone."""

import re

import pytest

from face.project import CONFTEST, Project

FIXTURES = """
import pytest

def note(word):
    with open("log", "a") as file:
        print(word, file=file)

@pytest.fixture(scope="session")
def world():
    note("world")
    yield
    note("world ends")

@pytest.fixture
def who(world, tmp_path, monkeypatch):
    assert tmp_path.exists()
    monkeypatch.setenv("SOMETHING", "else")
    note("who")
    return {"name": "ada", "langs": ["en"]}

@pytest.fixture(scope="module")
def place():
    note("place")

@pytest.fixture
def live(request):
    note(f"live {request.node.name}")

@pytest.fixture(autouse=True)
def around(request):
    note(f"around {request.node.name}")
    yield
    note("around ends")
"""

GREET = """\
journey: greet
inputs: {word: {type: string}}
fixtures: [who, place, live]
rows:
  - {id: one, word: hi}
  - {id: two, word: ho}
steps:
  - id: greet
    request: GET ${{ env.url }}/${{ inputs.word }}/${{ fixtures.who.name }}
"""


def log(project: Project) -> list[str]:
    """What the fixtures noted since the last time."""
    path = project.folder / "log"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def test_fixtures_apply_to_rows_as_to_tests(project: Project) -> None:
    """Named ones are set up, with what they need, and give values; autouse ones apply; scopes hold; teardown runs."""
    project.write(conftest_py=FIXTURES)
    project.journey(GREET, name="greet")
    assert project.run().counts == {"passed": 2}
    project.asked("GET /hi/ada", "GET /ho/ada")
    assert sorted(log(project)) == sorted(
        [
            *("world", "place", "world ends"),
            *("who", "around greet[one]", "live greet[one]", "around ends"),
            *("who", "around greet[two]", "live greet[two]", "around ends"),
        ]
    )


def test_a_replayed_row_sets_up_what_its_artifact_refers_to(project: Project) -> None:
    """No other fixture runs for a row that only counts again: neither those that it names, nor autouse ones."""
    project.write(pytest_ini="[pytest]\nusefixtures = extra\n")
    project.journey(GREET, name="greet")
    extra = "\n@pytest.fixture\ndef extra(): note('extra')\n"
    more = CONFTEST + FIXTURES + extra
    project.write(conftest_py=more)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERRUPT_AT", "greet[two]")
        assert project.run().code == pytest.ExitCode.INTERRUPTED
    assert "extra" in log(project)
    done = project.run("-v", "-k", "one")
    assert done.words == {"greet[one]": "PASSED (replayed)"}
    assert log(project) == ["world", "who", "world ends"]
    project.asked("GET /hi/ada")


def test_another_value_of_a_fixture_is_another_run(project: Project) -> None:
    """A fixture value that differs means another system: the row is executed, and the last section says why."""
    project.journey(GREET, name="greet")
    project.write(conftest_py=CONFTEST + FIXTURES.replace('"ada"', 'os.environ.get("WHO", "ada")'))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INTERRUPT_AT", "greet[two]")
        project.run()
        patch.delenv("INTERRUPT_AT")
        patch.setenv("WHO", "bob")
        done = project.run("-v", "-k", "one")
    assert done.words == {"greet[one]": "PASSED"}
    assert any("began anew: 1 run: " in line and "who" in line for line in done.section)


def test_the_environment_may_come_from_a_fixture(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`journeys_environment` gives env.* values, over the environment's file; no journey needs to name it."""
    monkeypatch.delenv("JOURNEYS_ENV_URL")
    project.alone()
    project.write(
        conftest_py=f"import pytest\n\n@pytest.fixture\ndef journeys_environment():\n    return {{'url': {project.server.url!r}}}\n",
        environments__local_yaml="url: http://127.0.0.1:1\n",
    )
    assert project.run("--journeys-env=local").counts == {"passed": 1}
    project.asked("GET /alone")


@pytest.mark.parametrize(
    ("body", "counts", "outcome"),
    [
        ("raise ValueError('no luck')", {"error": 1}, "error"),
        ("pytest.fail('no luck')", {"error": 1}, "error"),
        ("pytest.skip('no luck')", {"skipped": 1}, "skipped"),
    ],
)
@pytest.mark.parametrize("place", ["autouse", "referred to"])
def test_a_fixture_that_fails(project: Project, body: str, counts: dict[str, int], outcome: str, place: str) -> None:
    """It is an error of the setup, or a skip, for pytest, the last section and the evidence alike; nothing is sent."""
    project.alone()
    fixture = f"import pytest\n\n@pytest.fixture(autouse=True)\ndef bad():\n    {body}\n"
    if place == "referred to":
        fixture = fixture.replace("(autouse=True)\ndef bad", "\ndef journeys_environment")
    project.write(conftest_py=fixture)
    done = project.run("-rA", "--journeys-json=evidence.json")
    assert done.counts == counts
    assert "no luck" in done.out
    assert "item.py" not in done.out
    assert done.section[0] == f"runs: 1 {outcome}"
    assert project.outcomes == {"alone": outcome}
    project.asked()


def test_a_fixture_that_is_not_there(project: Project) -> None:
    """The name and the ones that are there are told, as for a test; no frame of ours is shown."""
    project.journey("journey: lost\nfixtures: [wrld]\nsteps:\n  - request: GET ${{ env.url }}/\n", name="lost")
    done = project.run()
    assert done.counts == {"error": 1}
    assert "E560 lost: fixture 'wrld' not found\n --> lost.journey.yaml:2:12\n" in done.out
    assert re.search(r"= help: available are .*\bcapsys\b", done.out, re.S)
    assert "compat.py" not in done.out
    project.asked()
