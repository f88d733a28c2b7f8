"""A project with a ledger server for each test; afterwards its store must be intact and nobody may be left."""

import importlib.util
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crash.living import COUNTED, wait_until
from crash.project import Project
from pytest_journeys.store.checker import verify
from pytest_journeys.store.layout import Store

# A shell that starts pytest in the background lets it ignore SIGINT, and its children inherit that: these tests send it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

collect_ignore = [] if importlib.util.find_spec("xdist") else ["test_workers.py"]


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """After the whole matrix: what was done, and where."""
    if COUNTED and not config.option.markexpr:
        terminalreporter.section("real processes killed and signalled")
        for what, count in COUNTED.items():
            terminalreporter.write_line(f"{count:6} {what}")
        terminalreporter.write_line("no seed: every cell of each matrix is listed in its test")


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Give a project whose store is checked in the end."""
    server = tmp_path / "server"
    folder = tmp_path / "project"
    server.mkdir()
    folder.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).parent / "ledger_server.py"), str(server)], start_new_session=True
    )
    try:
        wait_until((server / "address").exists, "the ledger server")
        project = Project(folder, server)
        yield project
        project.leave_nobody()
        COUNTED["requests in ledgers"] += len(project.requests)
        if project.store.exists():
            COUNTED["stores checked"] += 1
            assert verify(Store(project.store)) == ()
    finally:
        process.kill()
        process.wait()
