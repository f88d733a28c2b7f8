"""Servers of raw sockets that misbehave on purpose, one thread each, on loopback."""

import contextlib
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Seen:
    """What a server was sent: one entry per connection, growing while it is read."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"


Script = Callable[[socket.socket, int, bytes], bool | None]
"""Answers one request on a connection: gets the socket, the number of the request (from 0, over all) and its bytes.

True keeps the line for another request, otherwise it is closed.
"""


def read_request(line: socket.socket) -> bytes:
    """One request: its head, and a body of its content-length."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        (int(row.split(b":")[1]) for row in head.lower().split(b"\r\n") if row.startswith(b"content-length:")), 0
    )
    while len(body) < length:
        piece = line.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


@contextlib.contextmanager
def serving(script: Script) -> Iterator[Seen]:
    """A server that answers by a script until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    seen = Seen(port=listener.getsockname()[1])
    lines: list[socket.socket] = []

    def serve(line: socket.socket) -> None:
        with line, contextlib.suppress(OSError):
            while True:
                request = read_request(line)
                if not request:
                    return
                number = len(seen.requests)
                seen.requests.append(request)
                if not script(line, number, request):
                    return

    def accept() -> None:
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            seen.connections += 1
            lines.append(line)
            threading.Thread(target=serve, args=(line,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield seen
    finally:
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for line in lines:
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
            line.close()


def answering(*answers: bytes, keeps: bool = True) -> Script:
    """Sends the answers in turn, the last one again and again."""

    def script(line: socket.socket, number: int, request: bytes) -> bool:
        line.sendall(answers[min(number, len(answers) - 1)])
        return keeps

    return script


def ok(body: bytes = b"{}", *headers: bytes, status: bytes = b"200 OK") -> bytes:
    """A well-formed answer with a content-length."""
    rows = [b"HTTP/1.1 " + status, b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(rows) + b"\r\n\r\n" + body


def certified(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that nobody vouches for, and what a server needs to show it."""
    made = subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "cert.pem"],
        cwd=folder, capture_output=True, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return folder / "cert.pem", context
