"""Each option and its ini twin, each setting: what it does, from where its paths begin, what a wrong value is told."""

import json
import os
import signal
import subprocess
import sys
from typing import Any

import pytest

from face.project import MODES, SHOP, Project, shop_requests

GREET = """\
journey: greet
inputs:
  who: {type: string, default: ada}
presets:
  night: {who: bob}
secrets: []
steps:
  - id: greet
    request: GET ${{ env.url }}/${{ inputs.who }}
"""

SECRET = """\
journey: secret
secrets: [password]
steps:
  - id: tell
    request: GET ${{ env.url }}/secret
    headers: {x-password: "${{ secrets.password }}"}
"""


@pytest.fixture(params=["option", "ini", "pyproject", "override"])
def how(request: pytest.FixtureRequest) -> str:
    """Give each way to say a setting: an option, pytest.ini, pyproject.toml, and -o."""
    return str(request.param)


def given(project: Project, how: str, name: str, value: str) -> list[str]:
    """The arguments that set a setting, after its file was written."""
    ini = f"journeys_{name.replace('-', '_')}"
    match how:
        case "option":
            return [f"--journeys-{name}", value]
        case "override":
            return ["-o", f"{ini}={value}"]
        case "ini":
            project.write(pytest_ini=f"[pytest]\n{ini} = {value}\n")
        case _:
            project.write(pyproject_toml=f"[tool.pytest.ini_options]\n{ini} = {json.dumps(value)}\n")
    return []


def header(project: Project) -> dict[str, Any]:
    """What `session.json` says of the only session."""
    (path,) = project.store.glob("sessions/*/session.json")
    found: dict[str, Any] = json.loads(path.read_text())["facts"]
    return found


def test_env(project: Project, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's file gives env.* values."""
    monkeypatch.delenv("JOURNEYS_ENV_URL")
    project.alone()
    project.write(environments__local_yaml=f"url: {project.server.url}\n")
    assert project.run(*given(project, how, "env", "local"), "--junitxml=junit.xml").counts == {"passed": 1}
    assert ("environment", "local") in project.properties("alone")


def test_input(project: Project, how: str) -> None:
    """A run input of the command line or the ini file."""
    project.journey(GREET, name="greet")
    assert project.run(*given(project, how, "input", "who=eve")).code == 0
    project.asked("GET /eve")


def test_inputs_of_the_command_line_replace_those_of_the_file(project: Project) -> None:
    """Several are given by repeating the option, or on lines; the command line wins."""
    project.journey(
        GREET.replace("  who:", "  how: {type: string, default: hi}\n  who:").replace("/$", "/${{ inputs.how }}/$", 1),
        name="greet",
    )
    project.write(pytest_ini="[pytest]\njourneys_input =\n  who=eve\n  how=ho\n")
    assert project.run().code == 0
    assert project.run("--journeys-input=who=al", "--journeys-input=how=hey").code == 0
    project.asked("GET /ho/eve", "GET /hey/al")


def test_preset(project: Project, how: str) -> None:
    """A named set of inputs."""
    project.journey(GREET, name="greet")
    assert project.run(*given(project, how, "preset", "night")).code == 0
    project.asked("GET /bob")


def test_rows(project: Project, how: str) -> None:
    """Other rows: a path of the command line begins where pytest was started, one of a file in rootdir."""
    project.journey(SHOP, folder="tests")
    project.write(tests__other_csv="id,number\nnine,9\n", other_csv="id,number\nnine,9\n")
    if how != "pyproject":
        project.write(pytest_ini="[pytest]\n")
    assert project.run(*given(project, how, "rows", "tests/other.csv"), "tests").code == 0
    project.asked(*shop_requests(9))


def test_store(project: Project, how: str) -> None:
    """Sessions are kept elsewhere."""
    project.alone()
    done = project.run(*given(project, how, "store", "kept/here"))
    assert done.code == 0
    assert not project.store.exists()
    assert len(list((project.folder / "kept" / "here" / "sessions").iterdir())) == 1
    assert " in kept/here (power): 1 fresh" in " ".join(done.begun)


def test_resume(project: Project, how: str) -> None:
    """`never` takes nothing over: what passed before an interruption is executed."""
    project.journey()
    project.run_until("shop[three]")
    project.asked(*shop_requests(1, 2))
    assert project.run(*given(project, how, "resume", "never")).counts == {"passed": 3}
    project.asked(*shop_requests(1, 2, 3))


@pytest.mark.parametrize("how", ["option", "ini"])
@pytest.mark.parametrize(("policy", "requests"), [("fail", 0), ("resend", 1), ("restart", 1)])
def test_in_doubt(project: Project, how: str, policy: str, requests: int) -> None:
    """What becomes of a POST whose outcome is not known after a kill."""
    project.journey("journey: post\nsteps:\n  - id: post\n    request: POST ${{ env.url }}/post\n", name="post")
    held = project.server.hold("/post")
    killed = subprocess.Popen([sys.executable, "-m", "pytest"], cwd=project.folder, stdout=subprocess.DEVNULL)
    assert project.server.arrived.wait(30)
    os.kill(killed.pid, signal.SIGKILL)
    killed.wait()
    project.asked("POST /post")
    project.server.answer("/post")
    held.released.set()
    done = project.run(*given(project, how, "in-doubt", policy), "--journeys-json=evidence.json")
    project.asked(*["POST /post"] * requests)
    assert project.outcomes == {"post": "passed" if requests else "in_doubt"}
    assert done.counts == ({"passed": 1} if requests else {"failed": 1})


def test_durability(project: Project, how: str) -> None:
    """The level stands in the session's header and in its first line."""
    project.alone()
    done = project.run(*given(project, how, "durability", "process"))
    assert " (process): 1 fresh" in " ".join(done.begun)
    assert header(project)["durability"] == "process"


def test_artifact(project: Project, how: str) -> None:
    """The stored artifact runs instead of the live file."""
    project.alone()
    project.run()
    project.asked("GET /alone")
    project.journey("journey: alone\nsteps:\n  - request: GET ${{ env.url }}/edited\n", name="alone")
    assert project.run(*given(project, how, "artifact", "alone@v1")).code == 0
    project.asked("GET /alone")


def test_json(project: Project, how: str) -> None:
    """The evidence of the session is written, and the last section says where."""
    project.alone()
    done = project.run(*given(project, how, "json", "reports/evidence.json"))
    document = json.loads((project.folder / "reports" / "evidence.json").read_text())
    assert [run["outcome"] for run in document["runs"]] == ["passed"]
    assert "evidence: reports/evidence.json" in done.section


def test_evidence(project: Project, how: str) -> None:
    """`on-failure` shows no exchanges and no step log of runs that passed; the journal holds them all the same."""
    project.journey()
    project.server.answer("/orders/2", status=500)
    done = project.run(
        *given(project, how, "evidence", "on-failure"),
        *("--journeys-json=evidence.json", "--junitxml=junit.xml", "-o", "junit_logging=system-out"),
    )
    assert done.code == 1
    sent = {run["row"]: sum(len(step["exchanges"]) for step in run["steps"]) for run in project.evidence["runs"]}
    assert sent == {"one": 0, "two": 2, "three": 0}
    logs = {name: case.findtext("system-out", "") for name, case in project.junit.items()}
    assert "POST" not in logs["shop[one]"]
    assert "POST" in logs["shop[two]"]


def test_subject(project: Project, how: str) -> None:
    """What is being tested stands in the session's header; another subject is another run."""
    project.alone()
    assert project.run(*given(project, how, "subject", "build 7")).code == 0
    assert header(project)["subject"] == "build 7"


SETTINGS = ["ini", "pyproject", "override"]


@pytest.mark.parametrize("how", SETTINGS)
def test_env_dir(project: Project, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Environments may live elsewhere."""
    monkeypatch.delenv("JOURNEYS_ENV_URL")
    project.alone()
    project.write(worlds__local_yml=f"url: {project.server.url}\n")
    assert project.run(*given(project, how, "env-dir", "worlds"), "--journeys-env=local").counts == {"passed": 1}


@pytest.mark.parametrize("how", SETTINGS)
@pytest.mark.parametrize(("name", "value"), [("secrets-file", "my.env"), ("secrets-command", "rev {name}.txt")])
def test_secrets(project: Project, how: str, name: str, value: str) -> None:
    """A secret comes from a file or from a command; it is in no byte of the store."""
    project.journey(SECRET, name="secret")
    project.write(my_env="password=open-sesame-42\n", password_txt="24-emases-nepo\n")
    assert project.run(*given(project, how, name, value)).counts == {"passed": 1}
    files = [path for path in project.store.rglob("*") if path.is_file()]
    assert any(b"x-password" in path.read_bytes() for path in files)
    assert not any(b"open-sesame" in path.read_bytes() for path in files)


@pytest.mark.parametrize("how", SETTINGS)
def test_subject_command(project: Project, how: str) -> None:
    """A command may say what is being tested."""
    project.alone()
    assert project.run(*given(project, how, "subject-command", "echo build 8")).code == 0
    assert header(project)["subject"] == "build 8"


@pytest.mark.parametrize("how", SETTINGS)
def test_body_limit(project: Project, how: str) -> None:
    """Evidence keeps so many bytes of a body, and tells its size."""
    project.alone()
    project.server.answer("/alone", body={"text": "x" * 5000})
    assert project.run(*given(project, how, "body-limit", "100"), "--journeys-json=evidence.json").code == 0
    (exchange,) = project.evidence["runs"][0]["steps"][0]["exchanges"]
    assert exchange["response"]["body"]["size"] == 5012
    assert len(json.dumps(exchange)) < 2500


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("resume", "maybe", "journeys_resume: 'maybe' is not one of interrupted, failed, never"),
        ("in-doubt", "guess", "journeys_in_doubt: 'guess' is not one of restart, resend, fail"),
        ("durability", "some", "journeys_durability: 'some' is not one of power, process"),
        ("evidence", "often", "journeys_evidence: 'often' is not one of always, on-failure"),
        ("lock-wait", "soon", "journeys_lock_wait: 'soon' is no duration"),
        ("grace", "2 hrs", "journeys_grace: '2 hrs' is no duration"),
        ("body-limit", "1 MB", "journeys_body_limit: '1 MB' is no whole number"),
    ],
)
def test_a_setting_that_means_nothing(project: Project, name: str, value: str, told: str) -> None:
    """It is a usage error with a sentence, before anything is collected."""
    project.alone()
    done = project.run(*given(project, "ini", name, value))
    assert done.code == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {told}" in done.err
    assert "collected" not in done.out
    project.asked()


@pytest.mark.parametrize("option", ["resume", "in-doubt", "durability", "evidence"])
def test_an_option_has_few_values(project: Project, option: str) -> None:
    """They are argparse's choices: the error names them."""
    project.alone()
    done = project.run(f"--journeys-{option}=maybe")
    assert done.code == pytest.ExitCode.USAGE_ERROR
    assert f"argument --journeys-{option}: invalid choice: 'maybe'" in done.err


UNFIT = [
    (
        ["--journeys-input=wo=eve"],
        "--journeys-input wo: no selected journey declares this input\n  = help: did you mean who?",
    ),
    (["--journeys-input=who"], "--journeys-input who: write KEY=VALUE"),
    (["--journeys-input=who=a", "--journeys-input=who=b"], "--journeys-input who is given twice"),
    (["--journeys-preset=nigth"], "--journeys-preset nigth: no selected journey declares this preset"),
    (["--journeys-rows=rows.csv"], "--journeys-rows: no selected journey has rows"),
    (["--journeys-env=nowhere"], "there is no environment nowhere"),
    (["--journeys-env=bad"], "environments/bad.yaml:"),
    (["-o", "journeys_subject_command=exit 3"], "journeys_subject_command ended with exit code 3"),
]


@pytest.mark.parametrize(
    ("arguments", "told", "mode"),
    [*((*unfit, ()) for unfit in UNFIT), *((*unfit, mode) for unfit in UNFIT[:2] for mode in [*MODES.values()][1:])],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_does_not_fit_the_selection(
    project: Project, arguments: list[str], told: str, mode: tuple[str, ...]
) -> None:
    """It is a usage error (exit 4) with a sentence, once, before any traffic; no internal error, no traceback."""
    project.journey(GREET, name="greet")
    project.write(environments__bad_yaml="a: [\n", rows_csv="who\neve\n")
    done = project.run(*arguments, *mode)
    assert done.code == pytest.ExitCode.USAGE_ERROR, done.out
    assert told in done.err
    assert done.err.count("ERROR: ") == 1
    assert "Traceback" not in done.out + done.err
    assert "INTERNAL" not in done.out + done.err
    project.asked()


def test_every_option_says_what_it_does(project: Project) -> None:
    """`pytest --help` lists each option and each setting, and nothing that is not there."""
    text = " ".join(project.run("--help").out.split())
    for name in ("env", "input", "preset", "rows", "store", "resume", "in-doubt", "durability", "artifact", "json"):
        assert f"--journeys-{name}" in text
        assert f"journeys_{name.replace('-', '_')} (" in text
    for ini in ("env_dir", "secrets_file", "secrets_command", "subject_command", "lock_wait", "grace", "body_limit"):
        assert f"journeys_{ini} (" in text


def test_no_option_of_somebody_is_kept(project: Project) -> None:
    """The session's header tells what chose the runs; the rest of a command line may hold a secret of another plugin."""
    project.alone()
    project.write(conftest_py="def pytest_addoption(parser):\n    parser.addoption('--token')\n")
    assert project.run("--token=open-sesame", "-k", "alone", "alone.journey.yaml").code == 0
    assert header(project)["arguments"] == ["alone.journey.yaml", "-k", "alone"]
    assert not any(b"open-sesame" in path.read_bytes() for path in project.store.rglob("*") if path.is_file())
