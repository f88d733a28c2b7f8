"""A server that throws back whatever it is given, and what it mints, in every spelling that servers use."""

import base64
import html
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape, quoteattr

GIVEN: Final = 'gi"ven \\ /+%&<=> secrét of 36 letters'
MINTED: Final = 'min"ted\\/+%&<= a tokén that is derived'
COOKIE: Final = "cookie-crumbs-nobody-may-read-0042"
STATE_KEY: Final = "a+key/of+sealed/state+that/nobody+may/readc="
SECRETS: Final = (GIVEN, MINTED, COOKIE, STATE_KEY)


def spellings(secret: str) -> dict[str, bytes]:
    """The secret as bytes, by the name of the spelling; written here once more, so that the product is not its own judge."""
    data = secret.encode()
    found = {
        "raw": data,
        "latin-1": secret.encode("latin-1"),
        "json": json.dumps(secret)[1:-1].encode(),
        "json, not ascii": json.dumps(secret, ensure_ascii=False)[1:-1].encode(),
        "json, escaped slashes": json.dumps(secret)[1:-1].replace("/", "\\/").encode(),
        "json in json": json.dumps(json.dumps(secret))[3:-3].encode(),
        "percent": quote(secret, safe="").encode(),
        "percent, lower": quote(secret, safe="").lower().encode() if quote(secret) != secret else data,
        "percent, slash kept": quote(secret).encode(),
        "plus": quote_plus(secret).encode(),
        "hex": data.hex().encode(),
        "HEX": data.hex().upper().encode(),
        "html": html.escape(secret).encode(),
        "xml text": escape(secret).encode(),
        "xml attribute": quoteattr(secret)[1:-1].encode(),
    }
    for shift in range(3):
        for name, encode in (("base64", base64.b64encode), ("base64url", base64.urlsafe_b64encode)):
            # The first group holds what stood before, the last what comes after: between them is the secret alone.
            found[f"{name} at {shift}"] = encode(b"x" * shift + data + b"y" * 3)[4:-8]
    return found


class _Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path.startswith("/login"):
            body = json.dumps({"token": MINTED, "hint": f"your password is {GIVEN}"})
            self._answer(200, body.encode(), "application/json", {"set-cookie": f"sid={COOKIE}; Path=/; HttpOnly"})
        else:
            self._answer(200, _all_spellings(), "text/plain; charset=utf-8", _headers())

    def do_GET(self) -> None:
        match self.path.partition("?")[0]:
            case "/fail":
                body = json.dumps({"error": f"no such thing as {GIVEN} {MINTED}", "sid": COOKIE})
                self._answer(500, body.encode(), "application/json", _headers())
            case "/moved":
                self._answer(302, b"", "text/plain", {"location": f"/fail?token={quote(MINTED, safe='')}"})
            case "/binary":
                data = b"\x00\xff\x00".join(secret.encode() for secret in SECRETS)
                self._answer(200, b"\x89BIN\x00" + data, "application/octet-stream", {})
            case "/large":
                self._answer(200, _all_spellings() * 40, "text/plain", {})
            case "/liar":
                self._answer(200, GIVEN.encode(), "text/plain", {}, length=10_000)
                self.close_connection = True
            case _:
                self._answer(
                    200, json.dumps({"echo": [GIVEN, {"deep": MINTED}], "n": 1}).encode(), "application/json", {}
                )

    def _answer(
        self, status: int, body: bytes, media_type: str, headers: dict[str, str], length: int | None = None
    ) -> None:
        self.send_response(status, "Yes")
        self.send_header("content-type", media_type)
        self.send_header("content-length", str(len(body) if length is None else length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: the test's own output is searched too."""


def _all_spellings() -> bytes:
    lines = [
        b"%b: %b" % (name.encode(), spelt)
        for secret in SECRETS
        for name, spelt in spellings(secret).items()
        if not name.startswith("base64")
    ]
    for secret in SECRETS:
        for shift in range(3):  # whole, as a server would send it: `spellings` has only what is the same in all of them
            data = b"x" * shift + secret.encode() + b"y" * 3
            lines += [base64.b64encode(data), base64.urlsafe_b64encode(data)]
    return b"\n".join(lines)


def _headers() -> dict[str, str]:
    return {
        "x-percent": quote(GIVEN, safe=""),
        "x-base64": base64.b64encode(MINTED.encode()).decode(),
        "x-latin": GIVEN,
    }


def start_server() -> tuple[ThreadingHTTPServer, str]:
    """The server, running, and its address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_address[1]}"
