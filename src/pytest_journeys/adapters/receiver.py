"""A small HTTP server on loopback that hands JSON bodies to whoever takes them. Knows HTTP, nothing of stores and runs.

One request for each connection, a bounded body, a bounded number of connections, none of which may be slow. A path is
never shown: it is a token.
"""

import threading
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socket import socket
from typing import Final, TypeAlias

from pytest_journeys.values.canonical import canonical_bytes
from pytest_journeys.values.json import JsonValue, NotJsonError, parse_json

HOST: Final = "127.0.0.1"
MOST_BYTES: Final = 1024 * 1024
"""Of a body; what is larger is refused unread."""

_PATIENCE: Final = 10.0  # seconds for a client to say the next thing
_MOST_CONNECTIONS: Final = 32
_NEED_LENGTH: Final = "say how long the body is: content-length"

Take: TypeAlias = Callable[[str, JsonValue], tuple[HTTPStatus, str]]
"""Takes what was sent to a path (without its slash); what to answer, and why in a sentence."""


class Receiver(ThreadingHTTPServer):
    """Listens from the moment it is made; port 0 lets the system choose. Raises `OSError` when it cannot."""

    daemon_threads = True
    request_queue_size = 16

    def __init__(self, port: int, take: Take) -> None:
        super().__init__((HOST, port), _Handler)
        self.take = take
        self._places = threading.BoundedSemaphore(_MOST_CONNECTIONS)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.server_address[1]}"

    def process_request(self, request: "socket | tuple[bytes, socket]", client_address: object) -> None:
        """Begin a connection, or close it at once when there are too many."""
        if self._places.acquire(blocking=False):
            super().process_request(request, client_address)
        else:
            self.shutdown_request(request)

    def process_request_thread(self, request: "socket | tuple[bytes, socket]", client_address: object) -> None:
        """Carry a connection out, and make room."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away, or says nothing for too long, is no news; a traceback could show what it sent."""


class _Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Receiver
    timeout = _PATIENCE
    server_version = "journeys"
    sys_version = ""

    def do_POST(self) -> None:
        """Take the body, if it is one."""
        length = self.headers.get("content-length", "")
        if not (length.isascii() and length.isdigit()):
            self._answer(HTTPStatus.LENGTH_REQUIRED, _NEED_LENGTH)
            return
        if len(length) > 12 or int(length) > MOST_BYTES:
            self._answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"an answer has at most {MOST_BYTES} bytes")
            return
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            self._answer(HTTPStatus.BAD_REQUEST, "the body ends too early")
            return
        try:
            value = parse_json(body)
        except NotJsonError as error:
            self._answer(HTTPStatus.BAD_REQUEST, f"not JSON: {error}")
            return
        self._answer(*self.server.take(self.path.partition("?")[0].removeprefix("/"), value))

    def _refuse(self) -> None:
        self._answer(HTTPStatus.METHOD_NOT_ALLOWED, "an answer is sent with POST", {"allow": "POST"})

    do_GET = do_HEAD = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _refuse  # noqa: N815 (http.server's names)

    def _answer(self, status: HTTPStatus, told: str, headers: Mapping[str, str] | None = None) -> None:
        body = canonical_bytes({"told": told})
        self.close_connection = True
        self.send_response(status)
        for name, value in {"content-type": "application/json", "connection": "close", **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a request line holds a token."""
