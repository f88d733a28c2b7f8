"""A registry of one's own: devpi-server on loopback, a process of its own, started once for these tests."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SCRIPTS = Path(sysconfig.get_path("scripts"))
START_WITHIN = 60.0  # seconds; the server imports for a while on a busy machine


@pytest.fixture(scope="session")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address. Its state lives in a temporary folder and goes with it."""
    folder = tmp_path_factory.mktemp("registry")
    state = folder / "state"
    subprocess.run(
        [SCRIPTS / "devpi-init", "--serverdir", state, "--no-root-pypi"], check=True, capture_output=True, timeout=120
    )
    port = _free_port()
    with open(folder / "log", "wb") as log:
        server = subprocess.Popen(
            [SCRIPTS / "devpi-server", "--serverdir", state, "--host", "127.0.0.1", "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url, server, folder / "log")
        yield url
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


@pytest.fixture
def project(tmp_path: Path, registry: str) -> Path:
    """A project with the journey in it, that knows where the registry is."""
    shutil.copy(HERE / "registry.journey.yaml", tmp_path)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "local.yaml").write_text(f"registry_url: {registry}\n")
    return tmp_path


def run_pytest(project: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest in a project, as a person would."""
    command = [sys.executable, "-m", "pytest", "--journeys-env", "local", *arguments]
    environment = {**os.environ, "JOURNEYS_SECRET_REGISTRY_PASSWORD": "difference-engine-no-2"}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, timeout=120)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_WITHIN
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{url}/+api", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"devpi-server did not start:\n{log.read_text(errors='replace')[-2000:]}")
