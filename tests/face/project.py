"""A project of journeys as its user has it: files, pytest run in its folder, and what pytest and its reports say."""

import importlib.util
import json
import re
import subprocess
import sys
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from face.server import Server

HAS_XDIST = importlib.util.find_spec("xdist") is not None
HAS_RERUNS = importlib.util.find_spec("pytest_rerunfailures") is not None

MODES: dict[str, tuple[str, ...]] = {"serial": (), **({"two-workers": ("-n", "2")} if HAS_XDIST else {})}
"""How pytest is asked to run: what holds in one process holds with workers."""

SHOP = """\
journey: shop
inputs: {number: {type: integer}}
rows:
  - {id: one, number: 1}
  - {id: two, number: 2}
  - {id: three, number: 3}
steps:
  - id: look
    request: GET ${{ env.url }}/items/${{ inputs.number }}
    derive: {times: $.asked}
  - id: buy
    request: POST ${{ env.url }}/orders/${{ inputs.number }}
    json: {times: "${{ steps.look.times }}"}
    assert: {status: 200}
"""
"""Three rows of two steps. The server fails a row by a status for ``/orders/2``."""

_WITHOUT = ("-p", "no:hypothesispytest", "-p", "no:anyio")
"""Plugins that would be imported anew, and rewritten, for each session in this process."""

CONFTEST = """\
import os

import pytest


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if item.name == os.environ.get("INTERRUPT_AT"):
        raise KeyboardInterrupt
"""
"""What a project needs to be interrupted between two rows."""

ALONE = """\
journey: {name}
steps:
  - id: look
    request: GET ${{{{ env.url }}}}/{name}
"""


@dataclass(frozen=True)
class Done:
    """A pytest that ended."""

    code: int
    out: str
    err: str

    @property
    def counts(self) -> dict[str, int]:
        """What pytest's last line counts, without warnings: ``{"passed": 3}``."""
        last = next(line for line in reversed(self.out.splitlines()) if re.search(r" in [\d.]+s", line))
        found = re.findall(r"(\d+) (passed|failed|error|skipped|xfailed|xpassed|rerun|deselected)", last)
        return {word: int(count) for count, word in found}

    @property
    def section(self) -> list[str]:
        """The lines of the last section, but for what it says of the disk of this machine."""
        found = re.search(r"^=+ journeys =+\n(.*?)^(?:[=!]|- generated)", self.out, re.M | re.S)
        return re.sub(r"^syncs: .*\n(?: {7}.*\n)*", "", found[1], flags=re.M).splitlines() if found is not None else []

    @property
    def begun(self) -> list[str]:
        """The lines in which the session says how it begins."""
        lines = self.out.splitlines()
        first = next((number for number, line in enumerate(lines) if line.startswith("journeys: ")), len(lines))
        return [line for line in lines[first : first + 8] if line.startswith(("journeys: ", "          "))]

    @property
    def words(self) -> dict[str, str]:
        """At -v: what each item is called, by its name: ``{"shop[one]": "PASSED (replayed)"}``."""
        told = r"((?:PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS|RERUN)(?: \([^)]*\))?)"
        serial = re.findall(rf"^\S+\.(?:ya?ml|json)::(\S+) {told}", self.out, re.M)
        apart = re.findall(rf"^\[gw\d+\].*? {told} \S+\.(?:ya?ml|json)::(\S+)", self.out, re.M)
        return dict(serial) | {name: word for word, name in apart}


class Project:
    """A folder, a server and a store."""

    def __init__(self, pytester: pytest.Pytester, server: Server) -> None:
        self._pytester = pytester
        self.folder = pytester.path
        self.server = server

    # what is there

    def write(self, **files: str) -> None:
        """Write files by name: ``pytest_ini="..."`` is ``pytest.ini``, ``rows__a_csv`` is ``rows/a.csv``."""
        for name, text in files.items():
            path = self.folder / re.sub(r"_([a-z]+)$", r".\1", name.replace("__", "/"))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def journey(self, text: str = SHOP, *, name: str = "shop", folder: str = ".") -> Path:
        """Write a journey file."""
        path = self.folder / folder / f"{name}.journey.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def alone(self, name: str = "alone") -> Path:
        """Write a journey of one step, without rows."""
        return self.journey(ALONE.format(name=name), name=name)

    # pytest

    def run(self, *arguments: str) -> Done:
        """Pytest to its end, in this process (workers are processes of their own)."""
        with warnings.catch_warnings():
            warnings.simplefilter("default")  # the filters of the session around this one are not its
            result = self._pytester.runpytest_inprocess(*_WITHOUT, *arguments, no_reraise_ctrlc=True)
        return Done(int(result.ret), "\n".join(result.outlines) + "\n", "\n".join(result.errlines) + "\n")

    def run_until(self, name: str, *arguments: str) -> Done:
        """Pytest, interrupted before an item is set up."""
        self.write(conftest_py=CONFTEST)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("INTERRUPT_AT", name)
            done = self.run(*arguments)
        assert done.code == pytest.ExitCode.INTERRUPTED, done.out
        return done

    def run_apart(self, *arguments: str) -> Done:
        """Pytest to its end, in a process of its own."""
        return self._apart("-m", "pytest", *arguments)

    def journeys(self, *arguments: str) -> Done:
        """The `journeys` command to its end, in a process of its own."""
        return self._apart("-c", "import sys; from pytest_journeys.cli import main; sys.exit(main())", *arguments)

    def _apart(self, *arguments: str) -> Done:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return Done(done.returncode, done.stdout, done.stderr)

    # what it leaves behind

    @property
    def store(self) -> Path:
        """The store's folder."""
        return self.folder / ".journeys"

    @property
    def evidence(self) -> dict[str, Any]:
        """The evidence document, written with ``--journeys-json evidence.json``."""
        document: dict[str, Any] = json.loads((self.folder / "evidence.json").read_text())
        return document

    @property
    def outcomes(self) -> dict[str, str]:
        """Each run's outcome in the evidence document, by row, or by journey where there are none."""
        return {run["row"] or run["journey"]: run["outcome"] for run in self.evidence["runs"]}

    @property
    def junit(self) -> dict[str, ElementTree.Element]:
        """The testcases of ``junit.xml`` by name."""
        tree = ElementTree.parse(self.folder / "junit.xml")
        return {case.attrib["name"]: case for case in tree.iter("testcase")}

    def properties(self, name: str) -> list[tuple[str, str]]:
        """The JUnit properties of a testcase."""
        return [(one.attrib["name"], one.attrib["value"]) for one in self.junit[name].iter("property")]

    def asked(self, *requests: str) -> None:
        """Assert that the server was asked for exactly these, in any order, since the last time."""
        assert sorted(self.server.asked) == sorted(requests), self.server.asked
        self.server.asked.clear()


def shop_requests(*numbers: int) -> Sequence[str]:
    """What rows of the shop send."""
    return [told for number in numbers for told in (f"GET /items/{number}", f"POST /orders/{number}")]
