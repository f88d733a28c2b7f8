"""A small HTTP server on loopback, in a thread: it answers as it is told and writes down what it was asked."""

import json
import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PATIENCE = 30.0


@dataclass
class Answer:
    """What a path is answered with, so many times, and then with a status of its own where `then` gives one.

    A request is held until `released` is set.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Sequence[tuple[str, str]] = (("content-type", "application/json"),)
    times: int | None = None
    then: int | None = None
    released: threading.Event = field(default_factory=threading.Event)


class Server(ThreadingHTTPServer):
    """By default a path is answered with ``{"path": ..., "asked": how often}``."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.asked: list[str] = []
        self.bodies: list[bytes] = []
        self._counts: Counter[str] = Counter()
        self._answers: dict[str, Answer] = {}
        self._lock = threading.Lock()
        self.arrived = threading.Event()

    def answer(
        self,
        path: str,
        *,
        status: int = 200,
        body: object = None,
        times: int | None = None,
        then: int | None = None,
        **headers: str,
    ) -> None:
        """Answer a path so, from now on or so many times, and then with `then`. Bytes are sent as they are, all else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = [("content-type", "application/json")] if not isinstance(body, bytes) else []
        given += [(name.replace("_", "-"), value) for name, value in headers.items()]
        found = Answer(status, data, given, times, then)
        found.released.set()
        self._answers[path] = found

    def hold(self, path: str, *, times: int | None = None, then: int | None = None) -> Answer:
        """Hold requests for a path until what is returned is released; `arrived` tells that one is there."""
        self._answers[path] = Answer(times=times, then=then)
        return self._answers[path]

    def note(self, request: str, path: str) -> Answer:
        """Write a request down; what it is answered with."""
        with self._lock:
            self.asked.append(request)
            self._counts[path] += 1
            number = self._counts[path]
            known = self._answers.get(path)
            if known is not None and known.times is not None:
                known.times -= 1
                if known.times == 0:
                    del self._answers[path]
                    if known.then is not None:
                        self.answer(path, status=known.then)
        if known is None:
            known = Answer(body=json.dumps({"path": path, "asked": number}).encode())
            known.released.set()
        if not known.released.is_set():
            self.arrived.set()
        known.released.wait(PATIENCE)
        return known


class Line(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def serve(self) -> None:
        """Write it down and answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if body:
            self.server.bodies.append(body)
        answer = self.server.note(f"{self.command} {self.path}", self.path)
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST = do_DELETE = serve  # noqa: N815 (names of http.server)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: `asked` tells it."""
