"""No secret leaves: two secrets are given, minted, echoed in every spelling, and looked for in every byte that stays or goes."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from canary.echo_server import GIVEN, SECRETS, STATE_KEY, spellings, start_server

HERE = Path(__file__).parent

CONFTEST = '''
"""Keeps what crosses the worker channel, as xdist is handed it."""

import pathlib

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable(config, report):
    data = yield
    name = getattr(config, "workerinput", {}).get("workerid", "main")
    with open(pathlib.Path(__file__).parent / f"channel-{name}", "a", encoding="utf-8", errors="surrogateescape") as file:
        file.write(repr(data) + "\\n")
    return data
'''

NO_GATE = """

# The positive control: nothing is hidden, neither by value nor by place.
from pytest_journeys.engine import runner
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.places import Places
from pytest_journeys.values.redaction import Redactor


class OpenRedactor(Redactor):
    def learn(self, name, value):
        return False

    def copy(self):
        return self


class OpenGate(Gate):
    def __init__(self, redactor, **more):
        super().__init__(OpenRedactor(), **{**more, "places": Places()})


runner.Gate = OpenGate
"""


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The echoing server."""
    server, address = start_server()
    yield address
    server.shutdown()
    server.server_close()


def run_canary(folder: Path, url: str, conftest: str, *arguments: str, key: str = STATE_KEY) -> None:
    """Run the journey with everything on that could tell something; what it prints is kept in the folder."""
    folder.mkdir(exist_ok=True)
    shutil.copy(HERE / "canary.journey.yaml", folder)
    shutil.copy(HERE / "canary_functions.py", folder)
    (folder / "conftest.py").write_text(conftest)
    (folder / "pytest.ini").write_text("[pytest]\nlog_level = DEBUG\nlog_file_level = DEBUG\njunit_logging = all\n")
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-vv",
        "-rA",
        "--showlocals",
        "--junitxml",
        "junit.xml",
        "--journeys-json",
    ]
    command += ["evidence.json", "--log-file", "log.txt", "-p", "no:hypothesispytest", *arguments]
    environment = {**os.environ, "JOURNEYS_SECRET_GIVEN": GIVEN, "JOURNEYS_STATE_KEY": key, "JOURNEYS_ENV_URL": url}
    if not key:
        del environment["JOURNEYS_STATE_KEY"]
    with open(folder / "stdout", "wb") as out, open(folder / "stderr", "wb") as err:
        code = subprocess.run(command, cwd=folder, env=environment, stdout=out, stderr=err, timeout=120).returncode
    assert code == 1, (folder / "stdout").read_text(errors="replace")[-3000:]


def found_in(folder: Path, secrets: tuple[str, ...] = SECRETS) -> dict[str, set[str]]:
    """The places that hold one of these, by kind of place, with the spellings found there."""
    found: dict[str, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            data = path.read_bytes()
            for number, secret in enumerate((*secrets, GIVEN[::-1])):
                for name, spelt in spellings(secret).items():
                    if spelt in data:
                        found.setdefault(_kind_of(path, folder), set()).add(f"{number}: {name}")
    return found


def _kind_of(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder).parts
    if parts[0] == ".journeys":
        return "bodies" if "bodies" in parts else "journal" if path.suffix == ".journal" else "store"
    return "channel" if path.name.startswith("channel-") else parts[0]


@pytest.mark.parametrize("spread", [(), ("-n", "2")], ids=["serial", "two workers"])
@pytest.mark.parametrize("key", [STATE_KEY, ""], ids=["sealed", "without a key"])
def test_no_secret_leaves(tmp_path: Path, url: str, key: str, spread: tuple[str, ...]) -> None:
    """Output, reports, log, store, worker channel and exceptions hold no secret in any spelling.

    Without a key nothing is sealed; the text that the server echoes in its place is no secret then.
    """
    run_canary(tmp_path, url, CONFTEST, *spread, key=key)
    assert (tmp_path / "evidence.json").stat().st_size > 10_000
    assert (tmp_path / "junit.xml").stat().st_size > 1_000
    journals = "".join(path.read_text() for path in (tmp_path / ".journeys").rglob("*.journal"))
    assert ('"sealed":{"' in journals) == bool(key)  # the minted token
    assert ('"sealed_cookies":"v1.' in journals) == bool(key)
    told = (tmp_path / "evidence.json").read_text()
    for text in (
        "a line with $GIVEN in it",
        "canary_functions:boom raised RuntimeError: $TOKEN",
        '"function": "canary_functions:echo"',
    ):
        assert text in told
    assert found_in(tmp_path, SECRETS if key else tuple(one for one in SECRETS if one != STATE_KEY)) == {}


def test_the_search_finds_them_when_the_gate_is_open(tmp_path: Path, url: str) -> None:
    """The positive control: with the gate off the same search finds secrets in every kind of place."""
    run_canary(tmp_path, url, CONFTEST + NO_GATE, "-n", "2")
    found = found_in(tmp_path)
    assert {"stdout", "junit.xml", "evidence.json", "journal", "bodies", "channel"} <= set(found)
    spelt = {name.partition(": ")[2] for names in found.values() for name in names}
    assert spelt >= {"percent", "base64 at 0", "base64url at 1", "hex", "html", "json in json", "plus"}
