"""A project of journeys against the ledger server: pytest as a process of its own, and what the ledger and the reports say."""

import json
import os
import signal
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from crash import faults
from crash.ledger_server import PASSWORD
from crash.living import REAL, Done, Living
from crash.purchase import CONFTEST, JOURNEY, ROWS, Request, trap

_NO_OTHERS = "-p no:hypothesispytest -p no:anyio -p no:platformdirs"  # plugins of our neighbours that take time to load


class Project:
    """A folder with one journey of six rows, a store, a ledger server, and reports."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self.server = server
        self.living: list[Living] = []
        self.variables: dict[str, str] = {}
        self.write(ROWS)
        (folder / "purchase.journey.yaml").write_text(JOURNEY)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "secrets.env").write_text(f"password={PASSWORD}\n")
        self.configure()

    # what is there

    def write(self, rows: Iterable[str]) -> None:
        """Write the rows: the quantity of r3 is 3."""
        lines = "".join(f"{row},{row[1:]}\n" for row in rows)
        (self.folder / "rows.csv").write_text(f"id,quantity\n{lines}")

    def configure(self, **ini: str) -> None:
        """Write pytest.ini: plain `pytest` then writes both reports and tells the steps."""
        settings = {"addopts": f"-v {_NO_OTHERS} --junitxml=junit.xml --journeys-json=evidence.json", **ini}
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self.folder / "pytest.ini").write_text(f"[pytest]\njourneys_secrets_file = secrets.env\n{lines}")

    def edit(self, before: str, after: str) -> None:
        """Edit the journey."""
        path = self.folder / "purchase.journey.yaml"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    # pytest

    def begin(self, *arguments: str, **variables: str) -> Living:
        """Begin a pytest; the server's traps strike it."""
        for report in ("junit.xml", "evidence.json"):
            (self.folder / report).unlink(missing_ok=True)
        output = self.folder / f"output-{len(self.living)}.txt"
        with open(output, "w", encoding="utf-8") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *arguments],
                cwd=self.folder,
                env={**_plain_environment(), **self._own_variables(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        faults.count(REAL, "begun (workers not counted)")
        aside = self.server / "victim.new"
        aside.write_text(str(process.pid))
        aside.rename(self.server / "victim")
        self.living.append(Living(process, output))
        return self.living[-1]

    def hold(self, rows: Sequence[str], word: str, *arguments: str) -> Living:
        """A pytest whose workers all wait for an answer: these rows', to this request, which the server has acted on."""
        self.trap(*(trap(row, word, "hold", when="after", name=row) for row in rows))
        living = self.begin(*arguments)
        for row in rows:
            living.wait_until(partial(self.is_held, row), f"{row} is held")
        return living

    def run(self, *arguments: str, **variables: str) -> Done:
        """Run pytest to its end."""
        return self.begin(*arguments, **variables).wait()

    def journeys(self, *arguments: str) -> str:
        """What the `journeys` command prints."""
        command = [
            sys.executable,
            "-c",
            "import sys; from pytest_journeys.cli import main; sys.exit(main())",
            *arguments,
        ]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=True).stdout

    def _own_variables(self) -> dict[str, str]:
        return {"JOURNEYS_ENV_LEDGER_URL": (self.server / "address").read_text(), **self.variables}

    def leave_nobody(self) -> None:
        """Kill whoever still runs."""
        for living in self.living:
            try:
                os.killpg(living.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            living.process.wait()

    def worker_of(self, row: str) -> str:
        """The xdist worker that carries out a row: the last one whose journal opened it."""
        journals = sorted(self.sessions[-1].glob("*.journal"), key=lambda path: int(path.stem[2:]))
        return [path.stem for path in journals if f'"row":"{row}"' in path.read_text()][-1]

    def pid_of(self, worker: str) -> int:
        """The process of an xdist worker."""
        return int((self.folder / f"pid-{worker}").read_text())

    # the server

    def trap(self, *traps: dict[str, Any]) -> None:
        """Arm the server; what was armed before is gone."""
        aside = self.server / "traps.new"
        aside.write_text(json.dumps(traps))
        aside.rename(self.server / "traps.json")

    def watch(self) -> None:
        """Let the server note which requests arrive when a session was asked to stop."""
        (self.server / "watched").write_text(str(self.store / "sessions"))

    def is_held(self, name: str) -> bool:
        """Whether a trap holds its request."""
        return (self.server / f"held-{name}").exists()

    def release(self, name: str) -> None:
        """Let a held request go on."""
        (self.server / f"release-{name}").touch()

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The ledger, in the order in which requests arrived."""
        path = self.server / "ledger.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def ledger(self) -> dict[str, list[Request]]:
        """For each row what was sent for it: method, path, key (by the order of their first use: A, B), body digest."""
        found: dict[str, list[Request]] = {}
        keys: dict[str, dict[str, str]] = {}
        for line in self.requests:
            row, key = line["row"], line["key"]
            known = keys.setdefault(row, {})
            alias = None if key is None else known.setdefault(key, "ABCDEF"[len(known)])
            found.setdefault(row, []).append((line["method"], line["path"], alias, line["body"]))
        return found

    # the store and the reports

    @property
    def store(self) -> Path:
        """The store's folder."""
        return self.folder / ".journeys"

    @property
    def sessions(self) -> list[Path]:
        """The published sessions, the oldest first."""
        found = self.store.glob("sessions/[!.]*/session.json")
        return [path.parent for path in sorted(found, key=lambda path: json.loads(path.read_text())["number"])]

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether the newest session has the stop mark."""
        return bool(self.sessions) and (self.sessions[-1] / "stop").exists()

    @property
    def evidence(self) -> dict[str, Any]:
        """The evidence document."""
        document: dict[str, Any] = json.loads((self.folder / "evidence.json").read_text())
        return document

    def run_of(self, row: str) -> dict[str, Any]:
        """A row in the evidence document."""
        found: dict[str, Any] = next(run for run in self.evidence["runs"] if run["row"] == row)
        return found

    @property
    def testcases(self) -> list[str]:
        """The names of JUnit's testcases, sorted."""
        tree = ElementTree.parse(self.folder / "junit.xml")
        return sorted(case.attrib.get("name", "") for case in tree.iter("testcase"))

    def properties_of(self, row: str) -> list[tuple[str, str]]:
        """The JUnit properties of a row."""
        tree = ElementTree.parse(self.folder / "junit.xml")
        case = next(case for case in tree.iter("testcase") if case.attrib["name"] == f"purchase[{row}]")
        return [(found.attrib["name"], found.attrib["value"]) for found in case.iter("property")]


def _plain_environment() -> dict[str, str]:
    """The environment of this process, without what a CI server or a pytest around us says."""
    ours = ("JOURNEYS_", "PYTEST_", "CI", "GITHUB_", "BUILD_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
