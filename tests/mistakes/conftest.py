"""The journeys in here are wrong on purpose: they are read by the tests, never collected."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

import pytest_journeys.compiler.compiler
import pytest_journeys.plugin.collection
import pytest_journeys.plugin.lead  # noqa: F401 (what stays loaded is not loaded again for each session in this process)

collect_ignore = ["journeys"]


@dataclass(frozen=True, kw_only=True)
class Listener:
    """A server on loopback that takes no request: whoever connects is counted."""

    socket: socket.socket

    @property
    def port(self) -> int:
        """Its port, of five digits like the one that the mistakes are written with."""
        return int(self.socket.getsockname()[1])

    def connections(self) -> int:
        """How many have connected since the last question."""
        count = 0
        while True:
            try:
                self.socket.accept()[0].close()
            except BlockingIOError:
                return count
            count += 1


@pytest.fixture(scope="session")
def listener() -> Iterator[Listener]:
    """The server that every URL of the mistakes names."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(200)
        server.setblocking(False)
        assert server.getsockname()[1] >= 10_000
        yield Listener(socket=server)
