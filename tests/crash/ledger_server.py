"""A shop that keeps a ledger: a process of its own that writes down every request before it acts, and can strike from inside.

`python ledger_server.py FOLDER` serves on a loopback port until it is killed. In FOLDER stand: `address`; `ledger.jsonl`, a
line for each request as it arrives; `traps.json`, what to do at which request; `victim`, the process group that a trap
kills; `sessions`, if there: a login opens a session, kept in a cookie that every other request needs; `revoked`, tokens that are refused; `held-NAME` while a trap holds its request, and `release-NAME` once it may go on; `watched`, a folder of
sessions: each request is noted as late that arrives when one of them has the mark to stop.
"""

import hashlib
import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

PASSWORD = "open-sesame-42"
PATIENCE = 120.0


class Books:
    """What the shop knows: tokens, carts, payments. Every cart of an owner has the owner's name and a number."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tokens: Counter[str] = Counter()
        self.carts: dict[str, dict[str, Any]] = {}
        self.opened: Counter[str] = Counter()
        self.payments: dict[str, int] = {}
        self.keys: dict[str, str] = {}

    @property
    def password(self) -> str:
        """Everybody's password; the file `password` rotates it."""
        path = self.folder / "password"
        return path.read_text() if path.exists() else PASSWORD

    @property
    def revoked(self) -> list[str]:
        """Tokens that are accepted no more: the file `revoked`."""
        path = self.folder / "revoked"
        return path.read_text().split() if path.exists() else []

    @property
    def has_sessions(self) -> bool:
        """Whether a login sets a cookie, and everything else needs it."""
        return (self.folder / "sessions").exists()

    def act(self, method: str, path: str, key: str | None, body: Any, bearer: str, cookie: str) -> tuple[int, Any]:
        """Do what a request asks; status and document."""
        if path == "/login":
            if body["password"] != self.password:
                return 401, {"error": "wrong password"}
            self.tokens[body["user"]] += 1
            return 200, {"token": f"token-of-{body['user']}-{self.tokens[body['user']]}"}
        user = row_of(path, body)
        if bearer not in {f"token-of-{user}-{number + 1}" for number in range(self.tokens[user])}:
            return 401, {"error": "who are you?"}
        if bearer in self.revoked:
            return 401, {"error": "this token has expired"}
        if self.has_sessions and cookie != f"sid={bearer.replace('token', 'session')}":
            return 401, {"error": "no session"}
        if path == "/carts":
            self.opened[user] += 1
            cart = f"{user}-{self.opened[user]}"
            self.carts[cart] = {"id": cart, "items": 0, "paid": False}
            return 201, self.carts[cart]
        if path.startswith("/payments/"):
            payment = path.removeprefix("/payments/")
            self.payments[payment] += 1
            return 200, {"status": "pending" if self.payments[payment] == 1 else "paid"}
        return self._of_cart(method, path, key, body)

    def _of_cart(self, method: str, path: str, key: str | None, body: Any) -> tuple[int, Any]:
        name, _, about = path.removeprefix("/carts/").partition("/")
        cart = self.carts.get(name)
        if cart is None:
            return 404, {"error": "no such cart"}
        if about == "items":
            cart["items"] += body["quantity"]
            return 201, cart
        if about == "payment":
            if key is None or self.keys.setdefault(key, name) != name:
                return 409, {"error": "pay with a key of your own"}
            cart["paid"] = True
            self.payments.setdefault(name, 0)
            return 201, {"payment": name}
        if about == "coupon":
            return 204, None
        if method == "DELETE":
            del self.carts[name]
            return 204, None
        return 200, cart


def row_of(path: str, body: Any) -> str:
    """Whose request it is: said in the path, or in the body of the first two."""
    if path == "/login":
        return str(body["user"])
    if path == "/carts":
        return str(body["owner"])
    return path.split("/")[2].partition("-")[0]


class Ledger(ThreadingHTTPServer):
    """The server."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        self.folder = folder
        self.books = Books(folder)
        self.lock = threading.Lock()
        self.seen: Counter[tuple[str, str, str]] = Counter()

    def note(self, row: str, method: str, path: str, key: str | None, body: bytes) -> dict[str, Any] | None:
        """Write a request into the ledger; the trap that it steps into."""
        line = {
            "row": row,
            "method": method,
            "path": path,
            "key": key,
            "body": hashlib.sha256(body).hexdigest() if body else None,
            "at": time.time(),
            "is_late": self.is_late(),
        }
        with self.lock:
            with open(self.folder / "ledger.jsonl", "a", encoding="utf-8") as file:
                file.write(f"{json.dumps(line)}\n")
            self.seen[row, method, path] += 1
            number = self.seen[row, method, path]
        traps = self.folder / "traps.json"
        if traps.exists():
            for trap in json.loads(traps.read_text()):
                if (trap["row"], trap["method"], trap["path"], trap["nth"]) == (row, method, path, number):
                    return dict(trap)
        return None

    def is_late(self) -> bool:
        """Whether what is watched for is there."""
        watched = self.folder / "watched"
        return watched.exists() and any(Path(watched.read_text()).glob("*/stop"))

    def spring(self, trap: dict[str, Any]) -> None:
        """Hold the request until it is released, kill, or send the controller a signal (its name) and go on.

        Who is killed, and who is held for ever, gets no answer.
        """
        for name in trap["awaits"]:
            self.await_file(f"held-{name}")
        if trap["do"] == "kill":
            os.killpg(int(self.await_file("victim")), signal.SIGKILL)
            threading.Event().wait()
        if trap["do"].startswith("SIG"):
            os.kill(int(self.await_file("victim")), signal.Signals[trap["do"]])
            return
        (self.folder / f"held-{trap['name']}").touch()
        self.await_file(f"release-{trap['name']}", patience=600.0)

    def await_file(self, name: str, *, patience: float = PATIENCE) -> str:
        """The text of a file that somebody is about to write."""
        deadline = time.monotonic() + patience
        while not (self.folder / name).exists():
            if time.monotonic() > deadline:
                raise TimeoutError(name)
            time.sleep(0.002)
        return (self.folder / name).read_text()


class Line(BaseHTTPRequestHandler):
    """One connection, kept alive."""

    server: Ledger
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def serve(self) -> None:
        """Write it down, act, answer; fall into a trap before or after acting."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.loads(raw) if raw else None
        key = self.headers.get("Idempotency-Key")
        row = row_of(self.path, body)
        trap = self.server.note(row, self.command, self.path, key, raw)
        if trap is not None and trap["when"] == "before":
            self.server.spring(trap)
        bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
        with self.server.lock:
            status, document = self.server.books.act(
                self.command, self.path, key, body, bearer, self.headers.get("Cookie") or ""
            )
            answer = b"" if document is None else json.dumps(document).encode()
        if trap is not None and trap["when"] == "after":
            self.server.spring(trap)
        self.send_response(status)
        if document is not None:
            self.send_header("Content-Type", "application/json")
        if self.path == "/login" and status == 200 and self.server.books.has_sessions:
            session = document["token"].replace("token", "session")
            self.send_header("Set-Cookie", f"sid={session}; Path=/; HttpOnly; Max-Age=3600")
        if status != 204:
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_GET = do_POST = do_DELETE = serve  # noqa: N815 (names of http.server)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the ledger tells it."""


def main(folder: Path) -> None:
    """Serve until killed."""
    server = Ledger(folder)
    aside = folder / "address.new"
    aside.write_text(f"http://127.0.0.1:{server.server_port}")
    aside.rename(folder / "address")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
