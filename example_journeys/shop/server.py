"""The shop on the wire: HTTP/1.1 with keep-alive on a loopback port, a thread for each connection, closed when nobody comes.

`python -m shop.server FOLDER IDLE_SECONDS` opens a shop and leaves it running in the background. The command returns
as soon as the shop can be asked; its address then stands in FOLDER.
"""

import contextlib
import json
import os
import secrets
import sys
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from .business import Refusal
from .desk import Desk
from .door import Opening, publish, read, unpublish_unless_visited
from .messages import Answer, Question
from .moods import Moods


class Connection(BaseHTTPRequestHandler):
    """One customer's line, for as many questions as they like."""

    server: "OpenShop"
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # an answer leaves in one piece

    def serve(self) -> None:
        """Read a question and answer it, in the mood that it asks for."""
        self.server.asked_at = time.monotonic()
        question = Question(
            method=self.command,
            target=self.path,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
        )
        try:
            mood = self.server.moods.mood_for(question)
        except Refusal as refusal:
            self._send(self.server.desk.refuse(question, refusal))
            return
        answer = self.server.answer(question)
        match mood.name:
            case "hang":
                self._wait_until_they_give_up()
            case "cut":
                self.close_connection = True
            case "slow":
                time.sleep(mood.seconds)
                self._send(answer)
            case _:
                self._send(answer)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = serve  # noqa: N815 (names of http.server)

    def _send(self, answer: Answer) -> None:
        body = b"" if answer.document is None else json.dumps(answer.document).encode()
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if body:
            self.send_header("Content-Type", "application/json")
        if answer.status is not HTTPStatus.NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _wait_until_they_give_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.recv(1)

    def version_string(self) -> str:
        """Answer what the Server header says."""
        return "example-shop"

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the ledger tells it better."""


class OpenShop(ThreadingHTTPServer):
    """A shop from its opening to its end. What it knows goes with it: the next one is another shop, at another address."""

    daemon_threads = True
    request_queue_size = 128
    timeout = 0.5  # seconds between two looks at whether it should close

    def __init__(self, folder: Path, *, idle_seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.opening = Opening(url=f"http://127.0.0.1:{self.server_port}", id=secrets.token_hex(8))
        self.desk = Desk()
        self.moods = Moods()
        self.asked_at = time.monotonic()
        self._folder = folder
        self._idle_seconds = idle_seconds

    def answer(self, question: Question) -> Answer:
        """Say who is here, or let the desk answer."""
        if question.path == "/health":
            return Answer(status=HTTPStatus.OK, document={"opening": self.opening.id, "pid": os.getpid()})
        return self.desk.answer(question)

    def serve_until_nobody_comes(self) -> None:
        """Accept connections until the shop was idle for long enough, or its address is gone from the folder."""
        while read(self._folder) == self.opening:
            self.handle_request()
            if self._is_idle():
                unpublish_unless_visited(self._folder, self._is_idle)

    def _is_idle(self) -> bool:
        return time.monotonic() - self.asked_at >= self._idle_seconds


def main(folder: Path, idle_seconds: float) -> None:
    """Open, publish the address, go on in the background. Where somebody else was faster, there is nothing to do."""
    shop = OpenShop(folder, idle_seconds=idle_seconds)
    if publish(folder, shop.opening) and os.fork() == 0:
        shop.serve_until_nobody_comes()


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
