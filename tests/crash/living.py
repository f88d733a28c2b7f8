"""A pytest that runs, and one that has ended: signals for the one, exit code and text of the other."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crash import faults

PATIENCE = 120.0

REAL = "real processes of pytest"
"""The layer of the fault suite in which they are counted."""


@dataclass(frozen=True)
class Done:
    """A pytest that ended: its exit code and what it printed."""

    code: int
    text: str

    @property
    def counts(self) -> dict[str, int]:
        """What pytest's last line counts: ``{"passed": 6}``."""
        last = self.text.rstrip().splitlines()[-1]
        return {
            word: int(count)
            for count, word in re.findall(r"(\d+) (passed|failed|errors?|skipped|rerun|interrupted)", last)
        }

    @property
    def section(self) -> str:
        """The last section, on one line."""
        return " ".join(self.text.partition("= journeys =")[2].partition("\n")[2].partition("\n=")[0].split())

    @property
    def first_lines(self) -> str:
        """The lines in which the session says how it begins, on one line."""
        begun = self.text.partition("journeys: ")[2]
        told: list[str] = []
        for line in begun.splitlines():
            if told and not line.startswith((" ", "journeys: ")):
                break
            told.append(line.removeprefix("journeys: ").strip())
        return " ".join(told)

    def result_of(self, row: str) -> str:
        """The word of a row at -v: ``PASSED (replayed)``."""
        found = re.findall(
            rf"^.*purchase\[{row}\].*?((?:PASSED|FAILED|ERROR|SKIPPED)\b(?: \([^)]*\))?)|((?:PASSED|FAILED|ERROR|SKIPPED)\b(?: \([^)]*\))?) \S*purchase\[{row}\]",
            self.text,
            re.M,
        )
        assert found, f"{row} is not told:\n{self.text}"
        return found[0][0] or found[0][1]


@dataclass
class Living:
    """A pytest that runs, in a process group of its own."""

    process: "subprocess.Popen[str]"
    output: Path

    def signal(self, number: int, *, to_group: bool = False) -> None:
        """Send a signal to the controller, or to everybody."""
        faults.count(REAL, f"{signal.Signals(number).name} sent")
        if to_group:
            os.killpg(self.process.pid, number)
        else:
            os.kill(self.process.pid, number)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Look again until it is so; fail as soon as this pytest has ended without it."""
        wait_until(lambda: condition() or self.process.poll() is not None, what)
        assert condition(), f"it did not happen: {what}\n{self.output.read_text()}"

    def wait(self) -> Done:
        """How it ended; killed, if it does not end."""
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL, to_group=True)
            self.process.wait()
            raise AssertionError(f"pytest did not end:\n{self.output.read_text()}") from None
        if code == -signal.SIGKILL:
            faults.count(REAL, "ended by SIGKILL")
        return Done(code, self.output.read_text())


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Look again until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen: {what}"
        time.sleep(0.005)
