"""Lines: by which way they go, how long they are kept, what a proxy is told."""

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from adapters.servers import answering, certified, ok, read_request, serving
from pytest_journeys.adapters.line import ConnectError, Exchange, Line, StaleLineError
from pytest_journeys.adapters.lines import way_to
from pytest_journeys.adapters.transport import HttpTransport
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.http import FailureKind, HttpRequest, HttpResponse, TransportFailure

SECOND = Duration(1000)


@pytest.fixture
def opened() -> Iterator[Callable[..., HttpTransport]]:
    """Makes transports that are closed when the test is over."""
    made: list[HttpTransport] = []

    def make(**settings: Any) -> HttpTransport:
        made.append(HttpTransport(**settings))
        return made[-1]

    yield make
    for one in made:
        one.close()


def _get(transport: HttpTransport, url: str) -> HttpResponse | TransportFailure:
    return transport.send(HttpRequest(method="GET", url=url), timeout=SECOND)


def _body(transport: HttpTransport, url: str) -> bytes:
    came = _get(transport, url)
    assert isinstance(came, HttpResponse), came
    return came.body


def test_proxies_of_the_environment_are_used(
    monkeypatch: pytest.MonkeyPatch, opened: Callable[..., HttpTransport]
) -> None:
    """HTTP_PROXY gets the absolute URL and the proxy's credentials, NO_PROXY goes past it, a refused CONNECT is told."""

    def script(line: socket.socket, number: int, request: bytes) -> bool:
        line.sendall(ok(b"", status=b"407 Who are you") if request.startswith(b"CONNECT") else ok(b"by proxy"))
        return True

    with serving(script) as proxy, serving(answering(ok(b"direct"))) as direct:
        monkeypatch.setenv("HTTP_PROXY", f"http://me:it@127.0.0.1:{proxy.port}")
        monkeypatch.setenv("https_proxy", f"127.0.0.1:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        transport = opened()
        assert _body(transport, "http://shop.test/a") == b"by proxy"
        assert proxy.requests[0].startswith(b"GET http://shop.test/a HTTP/1.1\r\n")
        assert b"Proxy-Authorization: Basic bWU6aXQ=" in proxy.requests[0]
        assert _body(transport, direct.url) == b"direct"
        failure = _get(transport, "https://shop.test/")
        assert isinstance(failure, TransportFailure)
        assert (failure.kind, failure.may_have_left) == (FailureKind.CONNECT, False)
        assert failure.text == "the proxy refused: 407 Who are you"


def test_a_tunnel_carries_tls_with_the_origin(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, opened: Callable[..., HttpTransport]
) -> None:
    """The proxy hears host, port and its credentials and nothing of the request; what it says is no part of the answer."""
    certificate, context = certified(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    asked: list[bytes] = []

    def script(line: socket.socket, number: int, request: bytes) -> bool:
        asked.append(request)
        line.sendall(b"HTTP/1.1 200 Go on\r\n\r\n")
        with contextlib.suppress(OSError), context.wrap_socket(line.dup(), server_side=True) as origin:
            while request := read_request(origin):
                if request.startswith(b"GET /gone"):
                    break
                origin.sendall(ok(b"secure"))
        return False

    with serving(script) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:it@127.0.0.1:{proxy.port}")
        transport = opened()
        came = [_get(transport, "https://127.0.0.1:4443/secret?token=1") for _ in range(2)]
        assert [one.body for one in came if isinstance(one, HttpResponse)] == [b"secure", b"secure"], came
        gone = _get(opened(), "https://127.0.0.1:4443/gone")
        assert isinstance(gone, TransportFailure)
        assert (gone.kind, gone.text) == (FailureKind.CUT, "the server closed the line without an answer")
        transport.close()
    head = b"CONNECT 127.0.0.1:4443 HTTP/1.1\r\nHost: 127.0.0.1:4443\r\nAccept: */*\r\n"
    assert asked == 2 * [head + b"Proxy-Authorization: Basic bWU6aXQ=\r\n\r\n"]


@pytest.mark.parametrize(
    ("proxy", "why"),
    [
        ("socks5://127.0.0.1:1080", "proxies by socks5 are not supported"),
        ("https://127.0.0.1:1080", "TLS through a proxy that speaks TLS itself is not supported"),
    ],
)
def test_proxies_that_we_cannot_go_by_are_told(monkeypatch: pytest.MonkeyPatch, proxy: str, why: str) -> None:
    """Before anything is connected to."""
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(ConnectError, match=why):
        way_to("https", "shop.test", 443)


def test_few_idle_lines_are_kept(opened: Callable[..., HttpTransport]) -> None:
    """A journey over many hosts does not hold a line to each; the one that was used longest ago goes first."""
    transport = opened()
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(serving(answering(ok()))) for _ in range(11)]
        for server in (*servers, servers[-1], servers[0]):
            _body(transport, server.url)
        assert [server.connections for server in servers] == [2, *[1] * 10]


def test_a_dead_kept_line_that_took_nothing_is_replaced() -> None:
    """Where the system took not one byte of a request, it goes out on a new line: nothing can be sent twice."""
    ours, theirs = socket.socketpair()
    exchange = Exchange()
    line = Line(ours, exchange, is_counted=True)
    theirs.close()
    exchange.begin(1.0)
    with pytest.raises(StaleLineError):
        line.send(b"POST / HTTP/1.1\r\n\r\n")
    assert exchange.sent == 0
    line.close()
