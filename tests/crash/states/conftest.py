"""Where images of disks stand while they are tried."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder for images, in memory where the system has such: what a disk does to them is simulated."""
    if not os.access("/dev/shm", os.W_OK):
        yield tmp_path_factory.mktemp("images")
        return
    path = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield path
    shutil.rmtree(path)
