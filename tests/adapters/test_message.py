"""Requests as bytes: who frames the body, and what does not leave."""

import pytest

from pytest_journeys.adapters.message import UnsendableError, message_of
from pytest_journeys.values.http import Headers, HttpRequest


def _bytes(headers: Headers, body: bytes = b"body", method: str = "POST") -> bytes:
    request = HttpRequest(method=method, url="", headers=headers, body=body)
    return b"".join(message_of(request, "/", "h").pieces)


def test_a_body_is_framed_once() -> None:
    """By its length; by the request's own Content-Length or Transfer-Encoding, where it gives one; GET needs none."""
    assert b"\r\nContent-Length: 4\r\n\r\nbody" in _bytes(())
    assert b"\r\nContent-Length: 0\r\n\r\n" in _bytes((), b"")
    assert b"Content-Length" not in _bytes((), b"", "GET")
    assert _bytes((("content-length", "4"),)).lower().count(b"content-length") == 1
    assert _bytes((("transfer-encoding", "chunked"),)).endswith(b"\r\n\r\n4\r\nbody\r\n0\r\n\r\n")
    assert _bytes((("transfer-encoding", "chunked"),), b"").endswith(b": chunked\r\n\r\n0\r\n\r\n")
    assert b"Content-Length" not in _bytes((("transfer-encoding", "chunked"),))


@pytest.mark.parametrize(
    "headers",
    [
        (("content-length", "2"),),
        (("content-length", "20"),),
        (("content-length", "4"), ("Content-Length", "5")),
        (("content-length", "4"), ("transfer-encoding", "chunked")),
        (("transfer-encoding", "gzip"),),
    ],
)
def test_what_contradicts_itself_does_not_leave(headers: Headers) -> None:
    """Two servers in a row could read two different requests in it."""
    with pytest.raises(UnsendableError, match=r"cannot be sent as HTTP: it(s| has)"):
        _bytes(headers)


@pytest.mark.parametrize("value", ["a\rb", "a\nb", "a\0b", "a\vb", "a\fb", "a\r\nInjected: 1"])
def test_a_value_stays_in_its_line(value: str) -> None:
    """No value becomes a header of its own, and what it holds is not told: it may be a secret."""
    with pytest.raises(UnsendableError) as caught:
        _bytes((("x", value),))
    assert str(caught.value) == "the request cannot be sent as HTTP: the value of header x holds a line break or a NUL"


def test_who_asks_to_close_the_line_gets_no_second_request_on_it() -> None:
    """Whatever the server then says; and head and body leave apart only when they are large."""
    request = HttpRequest(method="GET", url="", headers=(("Connection", "x, Close"),))
    assert not message_of(request, "/", "h").keeps_line
    assert message_of(HttpRequest(method="GET", url=""), "/", "h").keeps_line
    large = message_of(HttpRequest(method="PUT", url="", body=b"x" * 70_000), "/", "h")
    assert [len(piece) for piece in large.pieces][1:] == [70_000]
