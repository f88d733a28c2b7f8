"""A shop that keeps a ledger of what it was sent: an object whose every moment can be copied, or a process of its own.

`python shop.py FOLDER` serves on loopback, writes its address to FOLDER/address and each request to FOLDER/ledger.jsonl
before it acts, until it is killed. Each request names its run and attempt in the header `Run`.
"""

import hashlib
import json
import sys
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import Request, urlopen

PASSWORD = "open-sesame-42"
PRICE = 250


class Entry(NamedTuple):
    """One request as it arrived. `run` is ``run_.../1``: the run and its attempt."""

    run: str
    row: str
    method: str
    path: str
    key: str | None
    body: str

    @property
    def is_safe(self) -> bool:
        """Whether sending it again changes nothing."""
        return self.method == "GET"


class Shop:
    """What the shop knows. Carts are named after their owner and numbered; a key given again yields the first answer."""

    def __init__(self) -> None:
        self.ledger: list[Entry] = []
        self.tokens: Counter[str] = Counter()
        self.opened: Counter[str] = Counter()
        self.carts: dict[str, dict[str, Any]] = {}
        self.addresses: dict[str, str] = {}
        self.answered: dict[str, tuple[int, Any]] = {}
        self.looked: Counter[str] = Counter()
        self.refused: set[str] = set()

    def copy(self) -> "Shop":
        """The shop as it is now."""
        other = Shop()
        other.ledger = list(self.ledger)
        other.tokens, other.opened, other.looked = self.tokens.copy(), self.opened.copy(), self.looked.copy()
        other.carts = {name: dict(cart) for name, cart in self.carts.items()}
        other.addresses = dict(self.addresses)
        other.answered = dict(self.answered)
        other.refused = set(self.refused)
        return other

    def now(self) -> "Shop":
        """The same shop at this moment: another object only where it is another process."""
        return self

    def act(self, method: str, path: str, headers: dict[str, str], raw: bytes) -> tuple[int, Any]:
        """Write it down, then do it; status and document. `headers` have lower-case names."""
        body = json.loads(raw) if raw else {}
        row = body.get("user") or body.get("owner") or path.split("/")[2].partition("-")[0]
        key = headers.get("idempotency-key")
        digest = hashlib.sha256(raw).hexdigest()[:12]
        self.ledger.append(Entry(headers.get("run", ""), row, method, path, key, digest))
        if path == "/login":
            if body["password"] != PASSWORD:
                return 401, {"error": "wrong password"}
            self.tokens[row] += 1
            return 200, {"token": f"token-of-{row}-{self.tokens[row]:06}"}
        known = {f"Bearer token-of-{row}-{number + 1:06}" for number in range(self.tokens[row])}
        if headers.get("authorization") not in known:
            return 401, {"error": "who are you?"}
        if path == "/carts":
            self.opened[row] += 1
            name = f"{row}-{self.opened[row]}"
            self.carts[name] = {"id": name, "total": 0, "payments": 0}
            return 201, {"id": name}
        if key is None:
            return self._of_cart(method, path, body)
        if key not in self.answered:
            answer = self._of_cart(method, path, body)
            if answer[0] == 503:
                return answer
            self.answered[key] = answer
        return self.answered[key]

    def _of_cart(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        name, _, about = path.removeprefix("/carts/").partition("/")
        cart = self.carts.get(name)
        if cart is None:
            return 404, {"error": "no such cart"}
        match about:
            case "items":
                cart["total"] += body["quantity"] * PRICE
                return 201, {"total": cart["total"]}
            case "address" if method == "PUT":
                self.addresses[name] = body["city"]
                return 200, {"city": body["city"]}
            case "address":
                return (204, None) if self.addresses.pop(name, None) else (404, {"error": "no such address"})
            case "notice":
                return 201, {"notice": f"{name} is noted"}
            case "payment" if method == "POST":
                if name.startswith("e-") and name not in self.refused:
                    self.refused.add(name)
                    return 503, {"error": "try again"}
                cart["payments"] += 1
                return 201, {"paid": cart["total"]}
            case "payment":
                self.looked[name] += 1
                return 200, {"status": "paid" if self.looked[name] > 1 else "pending"}
        if method == "DELETE":
            del self.carts[name]
            return 204, None
        return 200, {
            **cart,
            "address": self.addresses.get(name),
            "receipt": "a long receipt. " * (1200 if name.startswith("c-") else 1),
        }


class Line(BaseHTTPRequestHandler):
    """One connection, kept alive, to the shop of its server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def serve(self) -> None:
        """Act and answer; `POST /-/anew` forgets everything, `GET /-/left` tells what is left."""
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        server = self.server
        assert isinstance(server, Serving)
        with server.lock:
            status, document = self._act(server, raw)
        answer = b"" if document is None else json.dumps(document).encode()
        self.send_response(status)
        if document is not None:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def _act(self, server: "Serving", raw: bytes) -> tuple[int, Any]:
        if self.path == "/-/anew":
            server.anew()
            return 204, None
        if self.path == "/-/left":
            return 200, [server.shop.carts, server.shop.addresses]
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = server.shop.act(self.command, self.path, headers, raw)
        server.note(server.shop.ledger[-1])
        return answer

    do_GET = do_POST = do_PUT = do_DELETE = serve  # noqa: N815 (names of http.server)

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""


class Serving(ThreadingHTTPServer):
    """A shop behind a socket: one request after another, whatever connection it comes by."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        self.folder = folder
        self.lock = threading.Lock()
        self.anew()

    def anew(self) -> None:
        """Forget everything."""
        self.shop = Shop()
        (self.folder / "ledger.jsonl").write_text("")

    def note(self, entry: Entry) -> None:
        """Add a line to the ledger."""
        with open(self.folder / "ledger.jsonl", "a", encoding="utf-8") as file:
            file.write(f"{json.dumps(entry)}\n")


class ServedShop(Shop):
    """What can be seen of a shop that is another process: its ledger and what is left in it at one moment."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self.address = (folder / "address").read_text()
        self.ledger = [Entry(*json.loads(line)) for line in (folder / "ledger.jsonl").read_text().splitlines()]
        self.carts, self.addresses = json.loads(self._ask("GET", "/-/left"))

    def copy(self) -> Shop:
        """Itself: it does not change."""
        return self

    def now(self) -> Shop:
        """What is seen at this moment."""
        return ServedShop(self._folder)

    def anew(self) -> "ServedShop":
        """Let the shop forget everything."""
        self._ask("POST", "/-/anew")
        return ServedShop(self._folder)

    def _ask(self, method: str, path: str) -> bytes:
        request = Request(self.address + path, method=method)
        with urlopen(request) as response:
            return bytes(response.read())


def main(folder: Path) -> None:
    """Serve until killed."""
    server = Serving(folder)
    aside = folder / "address.new"
    aside.write_text(f"http://127.0.0.1:{server.server_port}")
    aside.rename(folder / "address")
    server.serve_forever()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
