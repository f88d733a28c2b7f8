"""The folder of mistakes: files, the marks in them, and what the command says of a file.

A comment below a line expects a finding there: ``#     ^ E123`` at the column of the caret, ``# <- E123`` at the column
of the comment itself. ``# rows.csv:2:5 E606`` expects one in another file, ``# nowhere E106`` one of the file as a whole.
"""

import io
import re
import time
from collections.abc import Iterable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from pytest_journeys.cli import main

FOLDER: Final = Path(__file__).parent / "journeys"
SUFFIX: Final = ".journey.yaml"
NAMES: Final = sorted(path.name.removesuffix(SUFFIX) for path in FOLDER.glob(f"*{SUFFIX}"))
WRITTEN_PORT: Final = "54321"
"""The port in the files: one of the listener's stands in its place when they are checked."""

_HERE: Final = re.compile(r"# *(?P<caret>\^) (?P<code>E\d{3})|(?P<lead> *)# <- (?P<own>E\d{3})")
_ELSEWHERE: Final = re.compile(r"# (?P<file>\S+):(?P<line>\d+):(?P<column>\d+) (?P<code>E\d{3})")
_NOWHERE: Final = re.compile(r"# nowhere (?P<code>E\d{3})")
_TOLD: Final = re.compile(r"^(E\d{3}) (?:.*)\n *--> ([^:\n]+)(?::(\d+):(\d+))?$", re.MULTILINE)


class Finding(NamedTuple):
    """A code and its place; line and column 0 where there is none."""

    file: str
    line: int
    column: int
    code: str


@dataclass(frozen=True, kw_only=True)
class Said:
    """What `journeys check` said, and how many seconds of CPU it took."""

    exit_code: int
    output: str
    errors: str
    seconds: float

    @property
    def findings(self) -> list[Finding]:
        """Every finding in the output, in the order of the places."""
        found = _TOLD.findall(self.output)
        return sorted(Finding(file, int(line or 0), int(column or 0), code) for code, file, line, column in found)


def marked(text: str, file: str) -> list[Finding]:
    """The findings that a file expects."""
    expected: list[Finding] = []
    about = 0
    for number, line in enumerate(text.splitlines(), start=1):
        if here := _HERE.fullmatch(line):
            column = here.start("caret") + 1 if here["caret"] else len(here["lead"]) + 1
            expected.append(Finding(file, about, column, here["code"] or here["own"]))
        elif other := _ELSEWHERE.fullmatch(line):
            expected.append(Finding(other["file"], int(other["line"]), int(other["column"]), other["code"]))
        elif whole := _NOWHERE.fullmatch(line):
            expected.append(Finding(file, 0, 0, whole["code"]))
        else:
            about = number
    return sorted(expected)


def put(name: str, folder: Path, port: int, *, above: str = "") -> Path:
    """A mistake with the files beside it in a folder, `above` before the first line of its journey."""
    for beside in FOLDER.glob(f"{name}.*"):
        if beside.name != name + SUFFIX and beside.suffix != ".txt":
            (folder / beside.name).write_bytes(beside.read_bytes())
    journey = folder / f"{name}{SUFFIX}"
    text = (FOLDER / journey.name).read_text(encoding="utf-8").replace(WRITTEN_PORT, str(port))
    journey.write_text(above + text, encoding="utf-8")
    return journey


def check(arguments: Iterable[str]) -> Said:
    """`journeys check` in this process, where it stands."""
    output, errors = io.StringIO(), io.StringIO()
    began = time.process_time()
    with redirect_stdout(output), redirect_stderr(errors):
        code = main(["check", *arguments])
    return Said(
        exit_code=int(code),
        output=output.getvalue(),
        errors=errors.getvalue(),
        seconds=time.process_time() - began,
    )
