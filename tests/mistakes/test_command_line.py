"""What a person gives on the command line or in an ini file and does not fit: one sentence, exit code 4, no traffic."""

import os
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from mistakes.conftest import Listener
from pytest_journeys.cli import main

JOURNEYS: Mapping[str, str] = {
    "one.journey.yaml": """
journey: one
inputs:
  user: {type: string, default: ada}
  quantity: {type: integer, default: 1}
  pin: {type: string, secret: true, optional: true}
presets: {bulk: {quantity: 50}}
steps:
  - request: GET URL/${{ inputs.user + str(inputs.quantity) }}
    json: ["${{ inputs.pin }}"]
""",
    "rows.journey.yaml": "journey: rows\ninputs: {sku: {type: string}}\nrows: [{sku: a}]\n"
    "steps:\n  - request: GET URL/${{ inputs.sku }}\n",
    "more.journey.yaml": "journey: more\ninputs: {sku: {type: string}}\nrows: [{sku: a}]\n"
    "steps:\n  - request: GET URL/${{ inputs.sku }}\n",
    "other.csv": "sku\na\n",
    "other.xlsx": "sku\na\n",
    "environments/list.yaml": "- a: 1\n",
    "environments/local.yaml": "a: 1\n",
    "pytest.ini": "[pytest]\n",
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listener: Listener) -> Path:
    """A folder of three good journeys."""
    (tmp_path / "environments").mkdir()
    for name, text in JOURNEYS.items():
        (tmp_path / name).write_text(text.replace("URL", f"http://127.0.0.1:{listener.port}"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


PYTEST = {
    "--journeys-env lokal": "there is no environment lokal: environments/lokal.yaml is not there",
    "--journeys-env list": "E620 the environment file holds no mapping",
    "--journeys-input user": "--journeys-input user: write KEY=VALUE",
    "--journeys-input =ada": "--journeys-input =ada: write KEY=VALUE",
    "--journeys-input usr=ada": "--journeys-input usr: no selected journey declares this input",
    "--journeys-input quantity=many": "--journeys-input quantity: 'many' is no integer",
    "--journeys-input pin=1234": "--journeys-input pin: one declares it as a secret",
    "--journeys-input sku=b rows.journey.yaml": "the rows of rows have a column sku, which says",
    "--journeys-preset bluk": "--journeys-preset bluk: no selected journey declares this preset",
    "--journeys-rows other.csv": "--journeys-rows: several selected journeys have rows: more, rows",
    "--journeys-rows other.csv one.journey.yaml": "--journeys-rows: no selected journey has rows",
    "--journeys-rows none.csv rows.journey.yaml": "--journeys-rows none.csv: no such file",
    "--journeys-resume always": "argument --journeys-resume: invalid choice: 'always'",
    "--journeys-in-doubt ask": "argument --journeys-in-doubt: invalid choice: 'ask'",
    "--journeys-durability some": "argument --journeys-durability: invalid choice: 'some'",
    "--journeys-evidence never": "argument --journeys-evidence: invalid choice: 'never'",
    "--journeys-artifact none.json one.journey.yaml": "--journeys-artifact none.json: no such file",
    "--journeys-artifact one@v3 one.journey.yaml": "knows no version of one",
    "--journeys-artifact artifact_123456789abc one.journey.yaml": "artifact_123456789abc is not in",
    "--journeys-store one.journey.yaml": "Not a directory",
    "-o journeys_resume=always": "journeys_resume: 'always' is not one of interrupted, failed, never",
    "-o journeys_durability=some": "journeys_durability: 'some' is not one of power, process",
    "-o journeys_grace=soon": "journeys_grace: 'soon' is no duration",
    "-o journeys_grace=inf": "journeys_grace: 'inf' is no duration",
    "-o journeys_lock_wait=-1": "journeys_lock_wait: '-1' is no duration",
    "-o journeys_body_limit=1MB": "journeys_body_limit: '1MB' is no whole number",
    "-o journeys_input=user": "--journeys-input user: write KEY=VALUE",
}


@pytest.mark.parametrize("given", PYTEST)
def test_pytest_refuses_what_does_not_fit(
    given: str, project: Path, listener: Listener, pytester: pytest.Pytester
) -> None:
    """A usage error with one sentence before anything runs: nothing is sent, no session is begun."""
    done = run_pytest(project, given, pytester)
    told = str(done.stderr)
    sentences = re.findall(r"^(?:ERROR: (?!usage:)|\S+: error: |--)", told, re.MULTILINE)
    assert PYTEST[given] in " ".join(told.split())  # it is wrapped
    assert len(sentences) == 1, told
    assert done.ret == 4
    assert "Traceback" not in f"{done.stdout}{told}"
    assert "INTERNALERROR" not in f"{done.stdout}{told}"
    assert listener.connections() == 0
    assert not (project / ".journeys" / "sessions").exists()


def test_rows_of_an_unknown_kind_are_a_collection_error(project: Path, pytester: pytest.Pytester) -> None:
    """A row file that the option names is read like the one that the journey names, and its errors are told alike."""
    done = run_pytest(project, "--journeys-rows other.xlsx rows.journey.yaml", pytester)
    assert "E617 rows cannot be read from a .xlsx\n --> other.xlsx\n" in str(done.stdout)
    assert done.ret == 2


def run_pytest(project: Path, given: str, pytester: pytest.Pytester) -> pytest.RunResult:
    """Pytest in the project."""
    os.chdir(project)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *given.split())


COMMAND = {
    "": (4, "the following arguments are required: COMMAND"),
    "frobnicate": (4, "invalid choice: 'frobnicate'"),
    "check --fix": (4, "unrecognized arguments: --fix"),
    "check none.journey.yaml": (4, "journeys: none.journey.yaml: no such file or folder"),
    "check empty": (5, "journeys: no journey file in empty"),
    "compile": (4, "the following arguments are required: JOURNEY"),
    "compile none.journey.yaml": (4, "journeys: none.journey.yaml: no such file"),
    "compile one.journey.yaml -o none/one.json": (4, "journeys: none/one.json: No such file or directory"),
    "explain E10": (4, "journeys: there is no code E10"),
    "runs --store none": (4, "journeys: none: there is no store"),
    "runs --store empty": (4, "journeys: empty: there is no store"),
    "runs --store one.journey.yaml": (4, "journeys: one.journey.yaml: there is no store"),
    "runs --store store --since yesterday": (4, "--since yesterday: write a duration (2h) or a date (2026-11-20)"),
    "runs --store store --status pased": (4, "--status: 'pased' is not one of passed, failed, error"),
    "runs --store store --output xml": (4, "invalid choice: 'xml'"),
    "show": (4, "the following arguments are required: RUN"),
    "show nothing --store store": (4, "journeys: there is no run nothing in"),
    "verify --store empty": (4, "journeys: empty: there is no store"),
}


@pytest.mark.parametrize("given", COMMAND)
def test_the_command_refuses_what_does_not_fit(given: str, project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence on stderr, nothing on stdout, the exit code of the table."""
    (project / "empty").mkdir()
    for folder in ("artifacts", "versions", "locks", "sessions"):
        (project / "store" / folder).mkdir(parents=True)
    code, sentence = COMMAND[given]
    assert main(given.split()) == code
    said = capsys.readouterr()
    assert sentence in said.err
    assert said.out == ""
    assert len([line for line in said.err.splitlines() if line.startswith("journeys")]) == 1
    assert "Traceback" not in said.err


@pytest.mark.parametrize("given", ["runs", "show nothing", "verify"])
def test_without_a_store_the_command_says_so(
    given: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the top of the file system, above which no store can be."""
    monkeypatch.chdir("/")
    assert main(given.split()) == 4
    assert capsys.readouterr().err == (
        "journeys: there is no .journeys here or in a folder above\n  = help: name one with --store DIR\n"
    )
