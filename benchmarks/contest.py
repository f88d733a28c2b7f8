"""Who competes, with what, and what one run of a contestant costs. Knows processes and folders, not what is compared."""

import csv
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server import Server

CONTESTANTS: Final = Path(__file__).parent / "contestants"
STEPS: Final = 7
JUNIT: Final = ("--junitxml=report.xml", "-o", "junit_family=xunit2")
_KEPT: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "LD_LIBRARY_PATH")
"""Of our own environment only this: a CI variable or PYTHONDONTWRITEBYTECODE would be part of what is measured."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A name for the table and what follows `python` on the command line."""

    name: str
    arguments: tuple[str, ...]

    def adding(self, *more: str) -> "Contestant":
        """The same with more arguments."""
        return Contestant(self.name, (*self.arguments, *more))


_PYTEST: Final = ("-m", "pytest", "-q")
_JOURNEY: Final = (*_PYTEST, "shopping.journey.yaml", "--journeys-env", "local")

LOOP: Final = Contestant("httpx.Client loop", ("shopping.py",))
BY_HAND: Final = Contestant("pytest + httpx by hand", (*_PYTEST, "-p", "no:journeys", "test_shopping.py"))
BARE: Final = Contestant("bare pytest item", (*_PYTEST, "-p", "no:journeys", "test_bare.py"))
PROCESS: Final = Contestant("journeys, process", (*_JOURNEY, "--journeys-durability", "process"))
POWER: Final = Contestant("journeys, power", (*_JOURNEY, "--journeys-durability", "power"))


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one run: seconds on the wall, CPU seconds of its processes, and the leading process's peak in kilobytes."""

    wall: float
    cpu: float
    peak_kb: int


class ContestantFailedError(Exception):
    """A contestant did not end well."""


class Project:
    """A folder with all contestants and a number of rows, versioned with git as a real one is."""

    def __init__(self, folder: Path, rows: int, server: Server, *, has_journeys: bool = True) -> None:
        self.folder = folder
        self.rows = rows
        self._server = server
        shutil.copytree(CONTESTANTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        if not has_journeys:
            (folder / "shopping.journey.yaml").unlink()
        with (folder / "rows.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "user", "quantity"])
            writer.writerows([f"row-{number:05d}", f"user-{number:05d}", 1 + number % 9] for number in range(rows))
        (folder / "shop_url").write_text(server.url)
        (folder / "environments").mkdir()
        (folder / "environments" / "local.yaml").write_text(f"shop_url: {server.url}\n")
        (folder / "pytest.ini").write_text("[pytest]\n")
        (folder / ".gitignore").write_text("__pycache__\n.pytest_cache\nreport.xml\npeak_kb\n.output\n")
        if shutil.which("git"):
            name = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
            for command in (("init", "-q"), ("add", "-A"), (*name, "commit", "-q", "-m", "The contestants")):
                subprocess.run(["git", *command], cwd=folder, check=True, capture_output=True)

    def start(self, contestant: Contestant) -> subprocess.Popen[bytes]:
        """The contestant, running; its output goes to `output` in the folder."""
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        with (self.folder / ".output").open("wb") as output:
            return subprocess.Popen(
                [sys.executable, *contestant.arguments],
                cwd=self.folder,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def run(self, contestant: Contestant, *, shops: bool = True) -> Cost:
        """Let it run to its end; with `shops` the counters prove that it did. Raises `ContestantFailedError`."""
        self._server.reset()
        cost = self.run_on(contestant)
        if shops:
            self._server.check(self.rows)
        return cost

    def run_on(self, contestant: Contestant) -> Cost:
        """Let it run to its end on what the shop has counted so far. Raises `ContestantFailedError`."""
        begin = time.perf_counter()
        process = self.start(contestant)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise ContestantFailedError(f"{contestant.name}: {(self.folder / '.output').read_text()[-2000:]}")
        peak = self.folder / "peak_kb"
        return Cost(wall, usage.ru_utime + usage.ru_stime, int(peak.read_text()) if peak.exists() else 0)

    def forget_sessions(self) -> None:
        """The store as it was before the last session: compile results stay."""
        for name in ("sessions", "locks"):
            folder = self.folder / ".journeys" / name
            if folder.exists():
                shutil.rmtree(folder)
                folder.mkdir()

    def forget_all(self) -> None:
        """No store, no cache: the first time that anybody sees these journeys."""
        shutil.rmtree(self.folder / ".journeys", ignore_errors=True)
