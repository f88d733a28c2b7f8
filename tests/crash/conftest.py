"""A project with a ledger server for each test; afterwards its store must be intact and nobody may be left."""

import importlib.util
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crash import faults
from crash.living import wait_until
from crash.project import Project
from pytest_journeys.store.checker import verify
from pytest_journeys.store.layout import Store

# A shell that starts pytest in the background lets it ignore SIGINT, and its children inherit that: these tests send it.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

collect_ignore = [] if importlib.util.find_spec("xdist") else ["test_soak.py", "test_workers.py"]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A worker hands its numbers over."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["faults"] = {layer: dict(counts) for layer, counts in faults.COUNTED.items()}


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """The numbers of a worker count as if there were none."""
    for layer, counts in getattr(node, "workeroutput", {}).get("faults", {}).items():
        for what, number in counts.items():
            faults.count(layer, what, number)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The numbers, when the whole suite ran."""
    if faults.IS_WHOLE and faults.COUNTED:
        terminalreporter.section("fault suite")
        for line in faults.told(config.rootpath):
            terminalreporter.write_line(line)


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
        faults.count(faults.CHECKED, "requests in ledgers of real processes", len(project.requests))
        if project.store.exists():
            faults.count(faults.CHECKED, "stores of real processes verified")
            assert verify(Store(project.store)) == ()
    finally:
        process.kill()
        process.wait()
