"""The fault suite tells at its end what it tried."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crash.states import faults


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for images, in memory where the system has such: what a disk does to them is simulated."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path_factory.mktemp("images")
        return
    path = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield path
    shutil.rmtree(path)


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """The numbers, when the whole suite ran."""
    if faults.IS_WHOLE and faults.COUNTED:
        terminalreporter.section("fault suite")
        for line in faults.told(config.rootpath):
            terminalreporter.write_line(line)
