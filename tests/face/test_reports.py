"""What pytest's own reports say of journeys: the failure's text, JUnit, the words, whatever a server sent."""

import re

import pytest

from face.project import MODES, SHOP, Project

LET_GO = """
import json, pathlib
import pytest

def pytest_configure(config):
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Watch())

class Watch:
    def __init__(self):
        self.reports = []

    def pytest_runtest_logreport(self, report):
        self.reports.append(report)

    def pytest_sessionfinish(self):
        ours = [
            [name for name in vars(report) if "journey" in name] + [name for name, _ in report.sections] + list(report.user_properties)
            for report in self.reports
        ]
        pathlib.Path("left").write_text(json.dumps([len(ours), [one for one in ours if one]]))
"""

HOSTILE = """\
journey: hostile
inputs: {kind: {type: string}}
rows:
  - {id: "a[0]", kind: plain}
  - {id: "b::c", kind: control}
  - {id: "d\\ne", kind: surrogate}
  - {id: "é \\u202e x", kind: header}
  - {id: "]]><script>", kind: binary}
  - {id: "f/../g|h", kind: huge}
steps:
  - id: look
    request: GET ${{ env.url }}/${{ inputs.kind }}
    derive: {what: {json: $.what, default: none}}
  - id: fail
    request: GET ${{ env.url }}/${{ inputs.kind }}
    assert: {json: {$.what: "${{ steps.look.what + '!' }}"}}
"""


def be_hostile(project: Project) -> None:
    """What no report may stumble over."""
    answer = project.server.answer
    answer("/plain", body={"what": "]]><script>alert(1)</script>&amp;"})
    answer("/control", body={"what": "\x00\x01\x1b[31m\x7f\x85\u2028\ufffe"})
    answer("/surrogate", body=b'{"what": "\\ud800 \\udfff", "1e400": 1e400}', content_type="application/json")
    answer("/header", body={"what": "x"}, x_huge="h" * 60_000, x_odd="\xe9\x01")
    answer("/binary", body=bytes(range(256)) * 8, content_type="application/octet-stream")
    answer("/huge", body={"what": "y" * 400_000})


def test_the_failure_text(project: Project, mode: tuple[str, ...]) -> None:
    """The headline comes first: it is the short summary's line and JUnit's message; then the place; nothing of Python."""
    project.journey()
    project.server.answer("/orders/2", status=500, body={"error": "no stock"})
    done = project.run(*mode, "--junitxml=junit.xml")
    lines = done.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("E510 buy: "))
    assert lines[at : at + 4] == [
        "E510 buy: status is 500, expected 200",
        "  --> shop.journey.yaml:14:22",
        "   |",
        "14 |     assert: {status: 200}",
    ]
    assert "FAILED shop.journey.yaml::shop[two] - Failed: E510 buy: status is 500, expect..." in lines
    failure = project.junit["shop[two]"].find("failure")
    assert failure is not None
    assert failure.attrib["message"].startswith(
        "Failed: E510 buy: status is 500, expected 200\n  --> shop.journey.yaml:14:22"
    )
    assert "Traceback" not in done.out
    assert "/site-packages/" not in done.out


@pytest.mark.parametrize("style", ["short", "long", "line", "native", "no", "auto"])
def test_every_style_of_traceback(project: Project, style: str) -> None:
    """`--tb` never shows frames of ours; all styles but `no` tell the headline."""
    project.journey()
    project.server.answer("/orders/2", status=500)
    done = project.run(f"--tb={style}", "-q", "-rN")
    assert ("E510 buy: status is 500, expected 200" in done.out) is (style != "no")
    assert "item.py" not in done.out


def test_junit_properties(project: Project, mode: tuple[str, ...]) -> None:
    """Each testcase tells journey, version, artifact, run, steps and evidence once; classname and name are pytest's."""
    project.journey()
    project.server.answer("/orders/2", status=500)
    project.run(*mode, "--junitxml=junit.xml", "--journeys-json=evidence.json")
    runs = {run["row"]: run for run in project.evidence["runs"]}
    for row, outcome in (("one", "passed"), ("two", "failed"), ("three", "passed")):
        case = project.junit[f"shop[{row}]"]
        assert case.attrib["classname"] == "shop.journey.yaml"
        assert (case.find("failure") is not None) is (outcome == "failed")
        told = project.properties(f"shop[{row}]")
        assert [name for name, _ in told] == [
            *("journey", "journey_version", "artifact", "run", "chain_head"),
            *("step[passed]", f"step[{outcome}]", "evidence"),
        ]
        given = dict(told)
        assert given["run"] == runs[row]["id"]
        assert given["chain_head"] == runs[row]["chain_head"]
        assert given["artifact"] == runs[row]["artifact"]
        assert (given["journey_version"], given["evidence"]) == ("v1", "evidence.json")
        assert case.find("system-out") is None


@pytest.mark.parametrize(
    ("logging", "is_told"), [("system-out", True), ("all", True), ("system-err", False), ("no", False)]
)
def test_the_step_log(project: Project, logging: str, is_told: bool) -> None:
    """With `-o junit_logging=system-out` the steps are readable in JUnit, and no terminal repeats them."""
    project.journey()
    project.server.answer("/orders/2", status=500)
    done = project.run("--junitxml=junit.xml", "-o", f"junit_logging={logging}", "-rA")
    log = project.junit["shop[two]"].findtext("system-out", "")
    assert ("  buy FAILED " in log) is is_told
    assert (f"POST {project.server.url}/orders/2 -> 500 " in log) is is_told
    assert "Captured" not in done.out


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_nothing_that_a_server_sends_breaks_a_report(project: Project, mode: tuple[str, ...]) -> None:
    """Hostile ids and answers: each row is told, the XML is well-formed, the other rows are untouched, no worker dies."""
    project.journey(HOSTILE, name="hostile")
    be_hostile(project)
    done = project.run(
        *mode, "-v", "--junitxml=junit.xml", "-o", "junit_logging=all", "--journeys-json=evidence.json", "-rA"
    )
    assert done.code == 1
    assert done.counts == {"failed": 6}
    assert "INTERNALERROR" not in done.out
    names = {"hostile[a[0]]", "hostile[b::c]", r"hostile[d\ne]", "hostile[]]><script>]", "hostile[f/../g|h]"}
    assert names < project.junit.keys()
    assert len(project.junit) == 6
    assert {run["row"] for run in project.evidence["runs"]} >= {"a[0]", "b::c", "]]><script>"}
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e\ud800-\udfff]", done.out.replace("\x1b[", ""))


def test_a_hostile_id_names_its_row(project: Project) -> None:
    """What `--collect-only` prints selects that row and no other, and `--lf` finds it again."""
    project.journey(HOSTILE, name="hostile")
    for row in ("a[0]", "b::c", r"d\ne", "]]><script>", "f/../g|h"):
        assert project.run(f"hostile.journey.yaml::hostile[{row}]").counts == {"failed": 1}, row
    project.server.answer("/plain", body={"what": "none"})
    assert project.run("--lf").counts == {"failed": 5}


@pytest.mark.parametrize("mode", MODES.values(), ids=MODES)
def test_reports_let_go(project: Project, mode: tuple[str, ...]) -> None:
    """When it has been shown nothing of ours stays on a report: the controller's memory does not grow with steps."""
    project.write(conftest_py=LET_GO)
    project.journey()
    project.server.answer("/orders/2", status=500)
    project.run(*mode, "-v", "--junitxml=junit.xml", "-o", "junit_logging=all")
    assert (project.folder / "left").read_text() == "[9, []]"


def test_a_time_limit_is_a_failure_of_the_run(project: Project) -> None:
    """A foreign exception in a step (pytest-timeout's, say) ends the run, is told as what it is, and is counted."""
    project.journey()
    project.write(conftest_py=LIMIT)
    project.server.hold("/orders/2")
    done = project.run("--journeys-json=evidence.json")
    assert done.counts == {"passed": 2, "failed": 1}
    assert "too long" in done.out
    assert project.outcomes == {"one": "passed", "two": "in_doubt", "three": "passed"}
    assert done.section[0] == "runs: 2 passed, 1 in doubt"


LIMIT = """
import signal
import pytest

def over(number, frame):
    pytest.fail("too long", pytrace=False)

@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    before = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, 0.5)
    try:
        return (yield)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
"""


def test_a_missing_secret_is_an_error_of_the_setup(project: Project, mode: tuple[str, ...]) -> None:
    """So is a missing environment value: pytest's error, JUnit's error, the evidence's and the last section's."""
    project.journey(SHOP.replace("steps:", "secrets: [password]\nsteps:", 1))
    done = project.run(*mode, "--junitxml=junit.xml", "--journeys-json=evidence.json")
    assert (done.code, done.counts) == (1, {"error": 3})
    at = (
        "E560 shop: the secret password is not given\n"
        " --> shop.journey.yaml:7:11\n"
        "  |\n"
        "7 | secrets: [password]\n"
        "  |           ^^^^^^^^\n"
        "  = help: set the OS variable JOURNEYS_SECRET_PASSWORD"
    )
    assert at in done.out
    assert all(len(line) <= 80 for line in done.out.splitlines() if "help" in line)
    assert done.section[0] == "runs: 3 errors"
    assert project.outcomes == {"one": "error", "two": "error", "three": "error"}
    assert project.junit["shop[two]"].find("error") is not None
    project.asked()


SETUPS = """\
journey: needs
fixtures: [odd]
steps:
  - request: GET ${{ env.url }}/${{ env.nowhere }}
  - request: GET ${{ env.url }}/${{ fixtures.odd }}
"""


def test_an_error_of_the_setup_points_to_what_needs_it(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """An environment value to its first reference, a fixture's value and a fixture that nobody wrote to `fixtures:`."""
    project.journey(SETUPS, name="needs")
    assert "E560 needs: fixture 'odd' not found\n --> needs.journey.yaml:2:12\n" in project.run().out
    project.write(conftest_py="import pytest\n\n@pytest.fixture\ndef odd():\n    return object()\n")
    done = project.run()
    assert "E560 needs: env.nowhere has no value and no environment is chosen\n --> needs.journey.yaml:4:" in done.out
    assert "4 |   - request: GET ${{ env.url }}/${{ env.nowhere }}" in done.out
    monkeypatch.setenv("JOURNEYS_ENV_NOWHERE", "x")
    assert "E560 needs: the fixture odd" in (out := project.run().out)
    assert " --> needs.journey.yaml:2:12\n" in out


def test_why_no_answer_came_is_told_once(project: Project) -> None:
    """The headline says it; the facts say what was asked for and how to ask again."""
    project.journey("journey: alone\nsteps:\n  - id: look\n    request: GET http://127.0.0.1:1/\n", name="alone")
    done = project.run("-rN")
    assert done.counts == {"failed": 1}
    assert done.out.count("refused") == 1
    assert "= request: GET http://127.0.0.1:1/ (attempt 1, " in done.out


def test_a_report_that_cannot_be_written_fails_the_session(project: Project) -> None:
    """What was asked for is not there: it is told, and the exit code is not 0."""
    project.alone()
    project.write(reports="a file")
    done = project.run("-q", "--journeys-json=reports/evidence.json")
    assert done.code == 1
    assert re.search(r"^=+ journeys =+\n.*reports: ", done.out, re.M)
    assert "Traceback" not in done.out


def test_what_a_row_took_over_is_told_once(project: Project) -> None:
    """A replayed row's JUnit says where it comes from, and which of its steps were replayed."""
    project.journey()
    project.run_until("shop[two]")
    (session,) = (path.name for path in project.store.glob("sessions/*"))
    project.run("--junitxml=junit.xml")
    told = dict(project.properties("shop[one]"))
    assert told["resumed_from"] == session
    assert told["step[passed]"] == "buy (replayed)"
    assert "resumed_from" not in dict(project.properties("shop[two]"))
