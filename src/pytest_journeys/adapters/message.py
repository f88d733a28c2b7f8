"""A request as the bytes that leave: what HTTP/1.1 allows in its head, and our defaults."""

import re
from typing import Final

from pytest_journeys import __version__
from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import Headers, HttpRequest

_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
_DEFAULTS: Final = (
    ("accept", "Accept: */*"),
    ("accept-encoding", "Accept-Encoding: gzip, deflate"),
    ("user-agent", f"User-Agent: pytest-journeys/{__version__}"),
)
_TOGETHER: Final = 64 * 1024  # bytes; head and body of a smaller request leave in one piece
_TOKEN: Final = re.compile(r"[-!#$%&'*+.^_`|~0-9A-Za-z]+")
_UNSENDABLE: Final = re.compile(r"[\0\r\n\v\f]")


class UnsendableError(Exception):
    """The request itself cannot be sent; the message says why."""


@fact
class Message:
    """The pieces in which a request leaves. `keeps_line`: it does not ask that the line be closed."""

    pieces: tuple[bytes, ...]
    keeps_line: bool


def message_of(
    request: HttpRequest, target: str, host: str, *, credentials: str = "", proxy_credentials: str = ""
) -> Message:
    """The request's own headers, in order and case, behind the defaults that it does not give itself.

    `credentials` are those of the URL. Raises `UnsendableError` for what HTTP cannot carry.
    """
    if not _TOKEN.fullmatch(request.method):
        raise _unsendable("its method is none")
    given = {name.lower() for name, _ in request.headers}
    lines = [f"{request.method} {target} HTTP/1.1"]
    if proxy_credentials and "proxy-authorization" not in given:
        lines.append(f"Proxy-Authorization: {proxy_credentials}")
    if "host" not in given:
        lines.append(f"Host: {host}")
    lines.extend(line for name, line in _DEFAULTS if name not in given)
    if credentials and "authorization" not in given:
        lines.append(f"Authorization: {credentials}")
    for name, value in request.headers:
        if not _TOKEN.fullmatch(name):
            raise _unsendable("a header's name holds a character that none may hold")
        if _UNSENDABLE.search(value):
            raise _unsendable(f"the value of header {name} holds a line break or a NUL")
        lines.append(name + ": " + value.strip(" \t"))
    body = request.body
    if "transfer-encoding" in given or "content-length" in given:
        body = _framed(request.headers, body)
    elif body or request.method in _BODY_METHODS:
        lines.append(f"Content-Length: {len(body)}")
    lines.append("\r\n")
    try:
        head = "\r\n".join(lines).encode("latin-1")
    except UnicodeEncodeError:
        name = next(name for name, value in request.headers if any(ord(char) > 255 for char in value))
        raise UnsendableError(f"header {name!r} holds a character that HTTP cannot carry (not Latin-1)") from None
    keeps_line = "connection" not in given or not _asks_to_close(request.headers)
    pieces = (head + body,) if len(body) <= _TOGETHER else (head, body)
    return Message(pieces=pieces, keeps_line=keeps_line)


def _framed(headers: Headers, body: bytes) -> bytes:
    """The body as the request's own headers frame it. Raises `UnsendableError` when they contradict it or each other."""
    lengths = [value.strip(" \t") for name, value in headers if name.lower() == "content-length"]
    codings = [value.strip(" \t").lower() for name, value in headers if name.lower() == "transfer-encoding"]
    if lengths and codings:
        raise _unsendable("it has a Content-Length and a Transfer-Encoding")
    if codings:
        if codings != ["chunked"]:
            raise _unsendable("its Transfer-Encoding is not chunked")
        return b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    if lengths != [str(len(body))]:
        raise _unsendable("its Content-Length is not the length of its body")
    return body


def _asks_to_close(headers: Headers) -> bool:
    tokens = (token for name, value in headers if name.lower() == "connection" for token in value.split(","))
    return any(token.strip().lower() == "close" for token in tokens)


def _unsendable(why: str) -> UnsendableError:
    return UnsendableError(f"the request cannot be sent as HTTP: {why}")
