"""The shop as a process of its own: granian (Rust), started on a free port, asked for its counters, measured, ended."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shop import ROUTES

HERE = Path(__file__).parent
HOST = "127.0.0.1"


class WorkNotDoneError(Exception):
    """The shop's counters do not agree with what a contestant says it did."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What one request costs at least: the fastest client that Python allows, and the server's own part, in us."""

    wall_us: float
    server_cpu_us: float


@dataclass(frozen=True, slots=True)
class Server:
    """A running shop."""

    port: int
    group: int

    @property
    def url(self) -> str:
        """The shop's address."""
        return f"http://{HOST}:{self.port}"

    def reset(self) -> None:
        """Begin to count anew."""
        self._ask("POST", "/reset")

    def forget_first(self) -> None:
        """Take note of the next request as the first one; what was done and handed out stays."""
        self._ask("POST", "/forget-first")

    def counters(self) -> dict[str, Any]:
        """What was done since the last reset."""
        found: dict[str, Any] = self._ask("GET", "/counters")
        return found

    def check(self, rows: int) -> None:
        """Each route did its work once per row, nothing was refused or gone. Raises `WorkNotDoneError`."""
        counters = self.counters()
        if counters["refused"] or counters["gone"] or any(counters["done"][route] != rows for route in ROUTES):
            raise WorkNotDoneError(f"expected {rows} of each and nothing refused or gone, the shop counted {counters}")

    def check_resumed(self, rows: int) -> int:
        """Each route did its work at least once per row and nothing was refused; how many requests came beyond that.

        Raises `WorkNotDoneError`.
        """
        counters = self.counters()
        if counters["refused"] or any(counters["done"][route] < rows for route in ROUTES):
            raise WorkNotDoneError(f"expected {rows} of each and nothing refused, the shop counted {counters}")
        return sum(counters["done"].values()) + int(counters["gone"]) - rows * len(ROUTES)

    def ceiling(self, requests: int = 5000) -> Ceiling:
        """Sign in over and over on one line: bytes that were made before, answers that nobody parses."""
        body = b'{"user": "ada"}'
        head = f"POST /login HTTP/1.1\r\nhost: {HOST}\r\ncontent-length: {len(body)}\r\n\r\n"
        request = head.encode() + body
        with socket.create_connection((HOST, self.port)) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            cpu, begin = self._cpu_seconds(), time.perf_counter()
            for _ in range(requests):
                line.sendall(request)
                if b"tok-" not in line.recv(65536):
                    raise WorkNotDoneError("the shop did not answer a sign-in with a token")
            wall = time.perf_counter() - begin
            return Ceiling(1e6 * wall / requests, 1e6 * (self._cpu_seconds() - cpu) / requests)

    def _cpu_seconds(self) -> float:
        """User and system time of the server's processes; 0.0 where the system does not tell."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                fields = stat.read_text().rpartition(")")[2].split()
                if int(fields[2]) == self.group:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def _ask(self, method: str, path: str) -> Any:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=10)
        try:
            connection.request(method, path)
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()


@contextmanager
def serving() -> Iterator[Server]:
    """Start the shop, wait until it answers, end it."""
    with socket.create_server((HOST, 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "shop:application", "--interface", "wsgi", "--host", HOST]
    command += ["--port", str(port), "--workers", "1", "--blocking-threads", "1", "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=HERE, start_new_session=True)
    try:
        server = Server(port, process.pid)
        _wait_for(server, process)
        yield server
    finally:
        process.terminate()
        process.wait()


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            server.reset()
            return
        time.sleep(0.05)
    raise SystemExit("the server did not start: is granian installed? (tox -e bench, or pip install granian)")
