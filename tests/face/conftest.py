"""A project with a server for each test; afterwards its store must be intact."""

import threading
from collections.abc import Iterator

import pytest

import pytest_journeys.adapters.transport
import pytest_journeys.compiler.compiler
import pytest_journeys.plugin.collection
import pytest_journeys.plugin.compat  # noqa: F401 (what stays loaded is not loaded again for each session in this process)
from face.project import MODES, Project
from face.server import Server
from pytest_journeys.store.checker import verify
from pytest_journeys.store.layout import Store


@pytest.fixture
def server() -> Iterator[Server]:
    """Give a server that answers everything."""
    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def project(pytester: pytest.Pytester, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """Give a project whose journeys find the server, and whose store is checked in the end."""
    monkeypatch.setenv("JOURNEYS_ENV_URL", server.url)
    monkeypatch.setenv("COLUMNS", "80")
    project = Project(pytester, server)
    yield project
    if project.store.exists():
        assert verify(Store(project.store)) == ()


@pytest.fixture(params=MODES)
def mode(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """Give the arguments that make pytest run in one process, then with two workers."""
    return MODES[request.param]
