"""Broken journeys through the public face: each is told at its place, in words that are kept, without traffic."""

import os
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from mistakes.conftest import Listener
from mistakes.mistakes import FOLDER, NAMES, SUFFIX, WRITTEN_PORT, Finding, check, marked, put
from pytest_journeys.app.codes import all_codes
from pytest_journeys.cli.exit_codes import ExitCode

SLOWEST = 2.0
"""Seconds of CPU that the check of a mistake may take."""

GIVEN_ELSEWHERE = {
    "E617": "test_command_line.py, by --journeys-rows",
    "E620": "test_command_line.py, by --journeys-env",
}
"""Codes that no journey file alone can give."""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder in which the command runs."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def expected_of(name: str) -> list[Finding]:
    """The marks of a mistake."""
    return marked((FOLDER / f"{name}{SUFFIX}").read_text(encoding="utf-8"), f"{name}{SUFFIX}")


def exit_code_of(output: str) -> ExitCode:
    """4 when anything is an error, 0 when all are warnings."""
    return ExitCode.USAGE if re.search(r"^E\d+ (?!warning: )", output, re.MULTILINE) else ExitCode.OK


@pytest.mark.parametrize("name", NAMES)
def test_a_mistake_is_told_where_it_stands(name: str, here: Path, listener: Listener) -> None:
    """Exactly the marked codes at exactly the marked places, soon, without a traceback, without a connection."""
    put(name, here, listener.port)
    said = check([f"{name}{SUFFIX}"])
    assert said.findings == expected_of(name)
    assert said.exit_code == exit_code_of(said.output)
    assert said.errors == ""
    assert "Traceback" not in said.output
    assert said.seconds < SLOWEST
    assert listener.connections() == 0


@pytest.mark.parametrize("name", NAMES)
def test_a_finding_moves_with_its_line(name: str, here: Path, listener: Listener) -> None:
    """Three lines above shift what is found in the journey by three lines, and nothing else."""
    put(name, here, listener.port, above="# one\n# two\n# three\n")
    shifted = [
        found._replace(line=found.line + 3) if found.file == f"{name}{SUFFIX}" and found.line else found
        for found in expected_of(name)
    ]
    assert check([f"{name}{SUFFIX}"]).findings == shifted


@pytest.mark.parametrize("name", NAMES)
def test_the_page_is_the_one_that_was_read_and_kept(name: str, here: Path, listener: Listener) -> None:
    """What a person sees changes only on purpose: `UPDATE_PAGES=1 pytest` rewrites it.

    It fits into 80 columns; a headline may be a little longer, an excerpt is as long as it was written.
    """
    put(name, here, listener.port)
    page = check([f"{name}{SUFFIX}"]).output.replace(str(listener.port), WRITTEN_PORT)
    kept = FOLDER / f"{name}.txt"
    if os.environ.get("UPDATE_PAGES"):
        kept.write_text(page, encoding="utf-8")
    assert page == kept.read_text(encoding="utf-8")
    told = [line for line in page.splitlines() if not re.match(r"\d+ \| | *\| +\^|E\d+ ", line)]
    assert all(len(line) <= 80 for line in told)
    assert all(len(line) <= 90 for line in page.splitlines() if re.match(r"E\d+ ", line))


def _repeated(line: str, count: int) -> bytes:
    return b"journey: many\nsteps:\n  - request: GET http://127.0.0.1:54321/\nx-many:\n" + line.encode() * count


GENERATED: dict[str, tuple[Callable[[], bytes], str, tuple[int, int]]] = {
    "empty": (lambda: b"", "E106", (0, 0)),
    "utf-16": (lambda: "journey: wide\nsteps: []\n".encode("utf-16"), "E101", (0, 0)),
    "utf-16 without a mark": (lambda: "journey: wide\nsteps: []\n".encode("utf-16-le"), "E101", (0, 0)),
    "latin-1": (lambda: "journey: caf\xe9\nsteps: []\n".encode("latin-1"), "E101", (1, 13)),
    "nul": (lambda: b"journey: nul\nowner: a\0b\nsteps: []\n", "E102", (2, 9)),
    "escape character": (lambda: b"journey: bell\nowner: \x1b[31mred\nsteps: []\n", "E102", (2, 8)),
    "line separator": (lambda: "journey: line\nowner: a\u2028b\nsteps: []\n".encode(), "E102", (2, 9)),
    "too large": (lambda: b"# " + b"x" * 1_000_000, "E103", (0, 0)),
    "nested without an end": (lambda: b"journey: deep\nx-deep: " + b"[" * 100_000, "E105", (2, 72)),
    "too many values": (lambda: _repeated("  -\n", 200_001), "E127", (200_001, 4)),
}
"""Files that no editor writes, or nobody wants in a repository: content, code, place."""


@pytest.mark.parametrize("name", GENERATED)
def test_a_file_that_cannot_hold_a_mark_is_refused(name: str, here: Path) -> None:
    """Bytes that are no text, and texts that are no journey by their size, are told with one sentence."""
    content, code, (line, column) = GENERATED[name]
    Path("odd.journey.yaml").write_bytes(content())
    said = check(["odd.journey.yaml"])
    assert said.findings == [Finding("odd.journey.yaml", line, column, code)]
    assert (said.exit_code, said.errors) == (ExitCode.USAGE, "")
    assert said.seconds < SLOWEST
    assert len(said.output) < 1_500


def test_fifty_findings_are_enough(here: Path) -> None:
    """Of a file with more mistakes than a person reads the first fifty are told, and how many more there are."""
    keys = "".join(f"wrong-{number}: 1\n" for number in range(60))
    Path("many.journey.yaml").write_text(f"journey: many\n{keys}steps: [{{request: GET http://x.test/}}]\n")
    codes = [found.code for found in check(["many.journey.yaml"]).findings]
    assert (codes.count("E201"), codes.count("E299"), len(codes)) == (50, 1, 51)


def test_two_files_with_one_name_are_told_at_the_second(here: Path) -> None:
    """A journey's name is its identity: the second file that takes it is an error, at the name."""
    for file in ("one", "two"):
        Path(f"{file}.journey.yaml").write_text("journey: same\nsteps: [{request: GET http://x.test/}]\n")
    said = check(["."])
    assert said.findings == [Finding("two.journey.yaml", 1, 10, "E399")]
    assert "one.journey.yaml" in said.output
    assert said.exit_code == ExitCode.USAGE


def test_a_file_of_50_mb_is_refused_without_being_read(here: Path) -> None:
    """Its size is asked first: nothing of that size is ever in memory."""
    with Path("huge.journey.yaml").open("wb") as huge:
        huge.truncate(50_000_000)
    tracemalloc.start()
    said = check(["huge.journey.yaml"])
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert "E103 the file is too large: 50 MB, at most 1 MB" in said.output
    assert said.seconds < 0.5
    assert most < 5_000_000


def test_one_mistake_hides_no_other(here: Path, listener: Listener) -> None:
    """All files of a folder are told by one command, the good one among them is good."""
    for name in NAMES:
        put(name, here, listener.port)
    (here / "good.journey.yaml").write_text(
        f"journey: good\nsteps:\n  - request: GET http://127.0.0.1:{listener.port}/\n", encoding="utf-8"
    )
    said = check(["."])
    assert {found.file for found in said.findings} == {found.file for name in NAMES for found in expected_of(name)}
    assert said.exit_code == ExitCode.USAGE
    wrong = sum(exit_code_of((FOLDER / f"{name}.txt").read_text(encoding="utf-8")) for name in NAMES) // ExitCode.USAGE
    assert said.output.endswith(f"\n{len(NAMES) + 1} journeys checked, {wrong} with errors\n")
    assert listener.connections() == 0


def test_pytest_tells_each_mistake_and_runs_nothing(tmp_path: Path, listener: Listener) -> None:
    """In a real process: a collection error for each file, the pages as kept, exit code 2, not one connection."""
    wrong = [n for n in NAMES if exit_code_of((FOLDER / f"{n}.txt").read_text(encoding="utf-8")) is ExitCode.USAGE]
    for name in wrong:
        put(name, tmp_path, listener.port)
    (tmp_path / "good.journey.yaml").write_text(
        f"journey: good\nsteps:\n  - request: GET http://127.0.0.1:{listener.port}/\n", encoding="utf-8"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    for more in (["--collect-only"], []):
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 2, done.stdout[-2_000:]
        assert f"{len(wrong)} errors" in done.stdout
        assert "Traceback" not in done.stdout + done.stderr
        assert "INTERNALERROR" not in done.stdout + done.stderr
        for name in wrong:
            assert (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()[0] in done.stdout
        assert ("good.journey.yaml::good" in done.stdout) == bool(more)
        assert listener.connections() == 0
        assert not (tmp_path / ".journeys").exists()


def test_the_listener_counts(listener: Listener) -> None:
    """The proof that nobody connected would see one who did."""
    import socket

    socket.create_connection(("127.0.0.1", listener.port)).close()
    assert listener.connections() == 1


def test_every_code_has_a_mistake_and_a_page() -> None:
    """What language, compiler and bindings can say is shown once here and explained by `journeys explain`."""
    shown = {found.code for name in NAMES for found in expected_of(name)}
    shown |= {code for _, code, _ in GENERATED.values()} | {"E103", "E299", "E399"} | GIVEN_ELSEWHERE.keys()
    pages = {code for code in all_codes() if code[1] != "5"}
    assert shown == pages
    assert len(NAMES) + len(GENERATED) >= 40


def test_every_mistake_is_marked() -> None:
    """A file without a mark would prove nothing; a page without a file is left over."""
    assert [name for name in NAMES if not expected_of(name)] == []
    assert sorted(page.stem for page in FOLDER.glob("*.txt")) == NAMES
