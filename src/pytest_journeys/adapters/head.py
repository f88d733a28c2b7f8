"""The head of a request as bytes, and the texts in the head of an answer: what HTTP/1.1 allows there, and our defaults."""

from typing import Final

from pytest_journeys import __version__
from pytest_journeys.values.http import HttpRequest

_BODY_METHODS: Final = frozenset({"POST", "PUT", "PATCH"})
_DEFAULTS: Final = (
    ("accept", (b"Accept", b"*/*")),
    ("accept-encoding", (b"Accept-Encoding", b"gzip, deflate")),
    ("user-agent", (b"User-Agent", f"pytest-journeys/{__version__}".encode())),
)


class UnsendableError(Exception):
    """The request itself cannot be sent; the message says why."""


def head_of(request: HttpRequest, host: tuple[bytes, bytes], credentials: bytes) -> list[tuple[bytes, bytes]]:
    """The headers to send: the request's own, in order and case, behind the defaults that it does not give itself.

    `credentials` are those of the URL. Raises `UnsendableError` for a character that HTTP cannot carry.
    """
    given = {name.lower() for name, _ in request.headers}
    headers = [] if "host" in given else [host]
    headers.extend(pair for name, pair in _DEFAULTS if name not in given)
    if credentials and "authorization" not in given:
        headers.append((b"Authorization", credentials))
    try:
        for name, value in request.headers:
            headers.append((name.encode("ascii"), value.strip(" \t").encode("latin-1")))
    except UnicodeEncodeError:
        raise UnsendableError(f"header {name!r} holds a character that HTTP cannot carry (not Latin-1)") from None
    if (request.body or request.method in _BODY_METHODS) and not given & {"content-length", "transfer-encoding"}:
        headers.append((b"Content-Length", b"%d" % len(request.body)))
    return headers


def method_of(method: str) -> bytes:
    """The method as bytes. Raises `UnsendableError` if it is not ASCII; other nonsense is found when it is sent."""
    if not method.isascii():
        raise UnsendableError(f"{method!r} is no method")
    return method.encode()


def text_of(value: bytes) -> str:
    """Header text: UTF-8 where it is, else Latin-1 (RFC 9110, section 5.5)."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
