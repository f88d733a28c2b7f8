"""A transport without a network: each request is answered by a function."""

from collections.abc import Callable

from pytest_journeys.values.duration import Duration
from pytest_journeys.values.http import FailureKind, HttpRequest, HttpResponse, TransportFailure

Answering = Callable[[HttpRequest], HttpResponse | TransportFailure]


class FakeTransport:
    """Keeps the contract of `ports.Transport`; `sent` lists what it was given, in order."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._is_closed = False
        self.sent: list[HttpRequest] = []

    def send(self, request: HttpRequest, *, timeout: Duration) -> HttpResponse | TransportFailure:
        """Answer at once; after `close` nothing leaves any more."""
        if self._is_closed:
            return TransportFailure(kind=FailureKind.CONNECT, text="the transport is closed", may_have_left=False)
        if timeout.milliseconds <= 0:
            return TransportFailure(kind=FailureKind.TIMEOUT, text="no time left", may_have_left=False)
        self.sent.append(request)
        return self._answering(request)

    def close(self) -> None:
        """Let go."""
        self._is_closed = True


def answer(
    status: int = 200, body: bytes | str = b"", *, media_type: str = "application/json", **headers: str
) -> HttpResponse:
    """A response in one line; keyword arguments are headers, ``_`` for ``-``."""
    data = body.encode() if isinstance(body, str) else body
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return HttpResponse(
        status=status,
        reason="",
        http_version="HTTP/1.1",
        headers=(("content-type", media_type), *named) if data else named,
        body=data,
        timings_ms={"total": 0.0},
    )
