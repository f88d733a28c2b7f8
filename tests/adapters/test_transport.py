"""The transport against real sockets: what is sent, what comes back, and every way in which it can go wrong."""

import gzip
import logging
import os
import re
import socket
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.servers import answering, certified, ok, read_request, serving
from pytest_journeys.adapters.transport import HttpTransport
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.http import FailureKind, Headers, HttpRequest, HttpResponse, TransportFailure

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


@pytest.fixture
def transport(opened: Callable[..., HttpTransport]) -> HttpTransport:
    """A transport as a worker has it."""
    return opened()


def _get(url: str, **parts: object) -> HttpRequest:
    return HttpRequest(method="GET", url=url, **parts)  # type: ignore[arg-type]


def _sent(transport: HttpTransport, request: HttpRequest, timeout: Duration = SECOND) -> HttpResponse:
    answer = transport.send(request, timeout=timeout)
    assert isinstance(answer, HttpResponse), answer
    return answer


def _failed(transport: HttpTransport, request: HttpRequest, timeout: Duration = SECOND) -> TransportFailure:
    failure = transport.send(request, timeout=timeout)
    assert isinstance(failure, TransportFailure), failure
    return failure


def _hang(line: socket.socket, number: int, request: bytes) -> None:
    time.sleep(5)


def test_a_request_leaves_as_it_is_given(transport: HttpTransport) -> None:
    """Method, target, headers in their order and case, body; the defaults only where the request says nothing."""
    with serving(answering(ok())) as seen:
        _sent(
            transport,
            HttpRequest(
                method="PATCH",
                url=seen.url + "/a%2Fb?x=1&y=%20",
                headers=(("X-One", "1"), ("x-one", "2"), ("Accept", "text/plain"), ("User-Agent", "mine")),
                body=b"\x00body",
            ),
        )
        assert seen.requests[0].split(b"\r\n") == [
            b"PATCH /a%2Fb?x=1&y=%20 HTTP/1.1",
            b"Host: 127.0.0.1:%d" % seen.port,
            b"Accept-Encoding: gzip, deflate",
            b"X-One: 1",
            b"x-one: 2",
            b"Accept: text/plain",
            b"User-Agent: mine",
            b"Content-Length: 5",
            b"",
            b"\x00body",
        ]


@pytest.mark.parametrize(
    ("url", "line"),
    [
        ("", b"GET / HTTP/1.1"),
        ("?q=1", b"GET /?q=1 HTTP/1.1"),
        ("/a b/é?q=ü#part", b"GET /a%20b/%C3%A9?q=%C3%BC HTTP/1.1"),
        ("/a/../b/./c", b"GET /b/c HTTP/1.1"),
    ],
)
def test_urls_are_escaped_where_they_must_be(transport: HttpTransport, url: str, line: bytes) -> None:
    """What HTTP cannot carry is percent-encoded, a fragment stays at home."""
    with serving(answering(ok())) as seen:
        _sent(transport, _get(seen.url + url))
        assert seen.requests[0].split(b"\r\n")[0] == line


def test_credentials_in_a_url_are_basic_authentication(transport: HttpTransport) -> None:
    """As every client does; a header that the request gives wins."""
    with serving(answering(ok())) as seen:
        url = f"http://ada:p%20w@127.0.0.1:{seen.port}/"
        _sent(transport, _get(url))
        _sent(transport, _get(url, headers=(("authorization", "Bearer x"),)))
        assert b"Authorization: Basic YWRhOnAgdw==" in seen.requests[0]
        assert b"Basic" not in seen.requests[1]


def test_an_answer_comes_back_whole(transport: HttpTransport) -> None:
    """Status, reason, headers as received and in order, body, timings."""
    answer = ok(
        b"caf\xc3\xa9", b"X-A: 1", b"x-a: 2", "X-U: é".encode(), "X-L: é".encode("latin-1"), status=b"418 I'm a teapot"
    )
    with serving(answering(answer)) as seen:
        got = _sent(transport, _get(seen.url))
        assert (got.status, got.reason, got.http_version, got.body) == (418, "I'm a teapot", "HTTP/1.1", b"caf\xc3\xa9")
        assert got.headers == (("Content-Length", "5"), ("X-A", "1"), ("x-a", "2"), ("X-U", "é"), ("X-L", "é"))
        assert 0 < got.timings_ms["connect"] < got.timings_ms["first_byte"] <= got.timings_ms["total"] < 1000
        assert "connect" not in _sent(transport, _get(seen.url)).timings_ms
        assert seen.connections == 1


def test_redirects_and_cookies_are_left_to_the_engine(transport: HttpTransport) -> None:
    """The transport sends one request: it follows nothing and remembers nothing."""
    with serving(answering(ok(b"", b"Location: /next", b"Set-Cookie: a=b", status=b"302 Found"))) as seen:
        assert _sent(transport, _get(seen.url)).status == 302
        _sent(transport, _get(seen.url))
        assert len(seen.requests) == 2
        assert b"cookie" not in seen.requests[1].lower()


@pytest.mark.parametrize(
    ("method", "answer", "status"),
    [
        ("GET", b"HTTP/1.1 204 No Content\r\n\r\n", 204),
        ("GET", b"HTTP/1.1 304 Not Modified\r\nContent-Length: 10\r\nContent-Encoding: gzip\r\n\r\n", 304),
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n", 200),
        ("GET", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + ok(b""), 200),
        ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Trailer: 1\r\n\r\n", 200),
    ],
)  # fmt: skip
def test_answers_without_a_body_keep_the_line(
    transport: HttpTransport, method: str, answer: bytes, status: int
) -> None:
    """204, 304, HEAD, 1xx before the answer, an empty chunked body: no waiting, and the line is used again."""
    with serving(answering(answer)) as seen:
        for _ in range(2):
            got = _sent(transport, HttpRequest(method=method, url=seen.url))
            assert (got.status, got.body) == (status, b"")
        assert seen.connections == 1


def test_a_closed_line_is_not_used_again(transport: HttpTransport) -> None:
    """Connection: close from either side, a body that ends with the line, a line closed while idle: a new one is made."""
    with serving(answering(ok())) as seen:
        for expected in (1, 2):
            _sent(transport, _get(seen.url, headers=(("connection", "close"),)))
            assert seen.connections == expected
    until_close = b"HTTP/1.0 200 OK\r\n\r\nall of it"
    with serving(answering(ok(b"1", b"Connection: close"), until_close, keeps=False)) as seen:
        assert _sent(transport, _get(seen.url)).body == b"1"
        assert _sent(transport, _get(seen.url)).body == b"all of it"
    with serving(answering(ok(b"2"), keeps=False)) as seen:
        for expected in (1, 2, 3):
            assert _sent(transport, HttpRequest(method="POST", url=seen.url)).body == b"2"
            assert len(seen.requests) == seen.connections == expected
            time.sleep(0.02)


def test_an_idle_line_is_given_up_before_servers_do(transport: HttpTransport) -> None:
    """A poll every two seconds must not meet the line that the server is about to close."""
    with serving(answering(ok())) as seen:
        _sent(transport, _get(seen.url))
        time.sleep(1.6)
        _sent(transport, _get(seen.url))
        assert seen.connections == 2


def test_a_request_on_a_line_that_dies_may_have_left_and_is_sent_once(transport: HttpTransport) -> None:
    """On a kept line that breaks after the request: cut, in doubt, never sent again by the transport."""

    def script(line: socket.socket, number: int, request: bytes) -> bool:
        if number == 0:
            line.sendall(ok())
        return number == 0

    with serving(script) as seen:
        _sent(transport, _get(seen.url))
        failure = _failed(transport, HttpRequest(method="POST", url=seen.url, body=b"once"))
        assert (failure.kind, failure.may_have_left) == (FailureKind.CUT, True)
        assert len(seen.requests) == 2


@pytest.mark.parametrize(
    "where",
    [0, 5, 9, 20],
    ids=["before a byte", "in the status line", "in the headers", "in the body"],
)
def test_the_deadline_holds_against_drips_and_hangs(transport: HttpTransport, where: int) -> None:
    """A byte at a time, or nothing at all: the attempt ends when its total time is over, not later."""
    whole = b"HTTP/1.1 200 OK\r\nA: 1\r\nContent-Length: 1000\r\n\r\n" + b"x" * 1000

    def drip(line: socket.socket, number: int, request: bytes) -> None:
        line.sendall(whole[: where * 3])
        for byte in whole[where * 3 :]:
            time.sleep(0.02 if where else 5)
            line.sendall(bytes([byte]))

    with serving(drip) as seen:
        started = time.monotonic()
        failure = _failed(transport, _get(seen.url), Duration(200))
        assert 0.19 < time.monotonic() - started < 0.5
        assert (failure.kind, failure.may_have_left) == (FailureKind.TIMEOUT, True)
        assert "within 200ms" in failure.text


def test_the_deadline_holds_while_sending(transport: HttpTransport) -> None:
    """A server that does not read cannot hold us."""
    listener = socket.create_server(("127.0.0.1", 0))
    with listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        failure = _failed(transport, HttpRequest(method="POST", url=url, body=b"x" * 30_000_000), Duration(200))
        assert (failure.kind, failure.may_have_left) == (FailureKind.TIMEOUT, True)
        assert failure.timings_ms["total"] < 500


def test_the_deadline_holds_while_resolving_and_connecting(opened: Callable[..., HttpTransport]) -> None:
    """Neither a resolver that hangs nor addresses that do not answer take longer than the attempt has; nothing left."""

    def slow(host: str, port: int) -> list[tuple[int, int, int, str, object]]:
        time.sleep(2)
        return []

    transport = opened(resolve=slow)
    failure = _failed(transport, _get("http://slow.test/"), Duration(150))
    assert (failure.kind, failure.may_have_left) == (FailureKind.TIMEOUT, False)
    assert failure.timings_ms["total"] < 400

    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        address = full.getsockname()
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:  # fill the queue, so that the next one waits
            one.setblocking(False)
            one.connect_ex(address)

        def twice(host: str, port: int) -> list[tuple[int, int, int, str, object]]:
            return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", address)] * 2

        transport = opened(resolve=twice)
        failure = _failed(transport, _get("http://full.test/"), Duration(300))
        for one in waiting:
            one.close()
    assert failure.kind in (FailureKind.TIMEOUT, FailureKind.CONNECT)
    assert not failure.may_have_left
    assert failure.timings_ms["total"] < 600


def test_the_next_address_is_tried(transport: HttpTransport, opened: Callable[..., HttpTransport]) -> None:
    """A name with several addresses works when any of them does."""
    with serving(answering(ok())) as seen, socket.socket() as full, socket.socket() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting.connect(full.getsockname())

        def silent_first(host: str, port: int) -> list[tuple[int, int, int, str, object]]:
            kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
            return [(*kind, full.getsockname()), (*kind, ("127.0.0.1", seen.port))]

        assert _sent(opened(resolve=silent_first), _get("http://silent.test/"), Duration(600)).status == 200

        def two(host: str, port: int) -> list[tuple[int, int, int, str, object]]:
            kind = (socket.AF_INET, socket.SOCK_STREAM, 0, "")
            return [(*kind, ("127.0.0.1", 1)), (*kind, ("127.0.0.1", seen.port))]

        assert _sent(opened(resolve=two), _get("http://two.test/")).status == 200


def test_nothing_left_when_no_line_could_be_made(
    transport: HttpTransport, opened: Callable[..., HttpTransport]
) -> None:
    """Refused, no such host, no TLS at the other end: connect failures, and certainly nothing left."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    refused = _failed(transport, _get(f"http://127.0.0.1:{port}/"))
    assert refused.text == f"cannot connect to 127.0.0.1:{port}: connection refused"

    def unknown(host: str, port: int) -> list[tuple[int, int, int, str, object]]:
        raise socket.gaierror(-2, "Name or service not known")

    nowhere = _failed(opened(resolve=unknown), _get("http://nowhere.test/"))
    assert nowhere.text == "cannot resolve nowhere.test: name or service not known"
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def hello() -> None:
            line, _ = listener.accept()
            with line:
                line.sendall(b"220 hello, this is not TLS\r\n")
                line.recv(1000)

        threading.Thread(target=hello, daemon=True).start()
        plain = _failed(transport, _get(f"https://127.0.0.1:{listener.getsockname()[1]}/"))
        assert plain.text.startswith("TLS with 127.0.0.1 failed: wrong version")
    for failure in (refused, nowhere, plain):
        assert (failure.kind, failure.may_have_left) == (FailureKind.CONNECT, False)


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (b"", FailureKind.CUT, "without an answer"),
        (b"HTTP/1.1 200 O", FailureKind.CUT, "without an answer|middle"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", FailureKind.CUT, "middle of its answer.*5 bytes"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", FailureKind.CUT, "middle of its answer"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nmuch longer", FailureKind.PROTOCOL, "more than the 5 bytes"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", FailureKind.PROTOCOL, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", FailureKind.PROTOCOL, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n", FailureKind.PROTOCOL, "not HTTP"),
        (b"SSH-2.0-OpenSSH_9\r\n", FailureKind.CUT, "middle of its answer .19 bytes had come."),
        (b"HTTP/1.1 999999 What\r\n\r\n", FailureKind.PROTOCOL, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nBad Header: \x01\r\n\r\n", FailureKind.PROTOCOL, "not HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"a" * 200_000 + b"\r\n\r\n", FailureKind.PROTOCOL, "not HTTP"),
        (ok(b"not gzip", b"Content-Encoding: gzip"), FailureKind.PROTOCOL, "not gzip"),
        (
            ok(gzip.compress(b"x" * 99, mtime=0)[:-9], b"Content-Encoding: gzip"),
            FailureKind.PROTOCOL,
            "ends in the middle",
        ),
        (ok(b"\xff\xff\xff", b"Content-Encoding: deflate"), FailureKind.PROTOCOL, "not deflate"),
    ],
)
def test_nonsense_is_a_failure_and_never_an_exception(
    transport: HttpTransport, answer: bytes, kind: FailureKind, text: str
) -> None:
    """Servers that close, lie about lengths, break chunks or do not speak HTTP; the next request is not affected."""
    with serving(answering(answer, keeps=False)) as seen, serving(answering(ok())) as good:
        failure = _failed(transport, _get(seen.url))
        assert (failure.kind, failure.may_have_left) == (kind, True)
        assert re.search(text, failure.text)
        assert _sent(transport, _get(good.url)).status == 200


def test_a_reset_is_a_cut(transport: HttpTransport) -> None:
    """A reset line in the middle of a body."""

    def reset(line: socket.socket, number: int, request: bytes) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
        time.sleep(0.05)
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")

    with serving(reset) as seen:
        failure = _failed(transport, _get(seen.url))
        assert failure.kind is FailureKind.CUT
        assert "cut (connection reset by peer)" in failure.text


def test_what_follows_an_answer_never_becomes_the_next_one(transport: HttpTransport) -> None:
    """Bytes behind an answer are not taken for the answer of the next request, with a body or without."""
    smuggled = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
    for first in (
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok" + smuggled,
        b"HTTP/1.1 204 No Content\r\n\r\n" + smuggled,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n" + smuggled,
    ):
        with serving(answering(first, ok(b"good"))) as seen:
            transport.send(_get(seen.url), timeout=SECOND)
            assert _sent(transport, _get(seen.url)).body == b"good"


def test_an_early_answer_is_heard(transport: HttpTransport) -> None:
    """A server that refuses a large body and closes is quoted, not called a broken line."""

    def refuse(line: socket.socket, number: int, request: bytes) -> None:
        line.sendall(ok(b"too large", b"Connection: close", status=b"413 Content Too Large"))
        line.shutdown(socket.SHUT_WR)
        while line.recv(65536):
            pass

    def head_only(line: socket.socket, number: int, request: bytes) -> None:
        refuse(line, number, request)

    with serving(head_only) as seen:
        got = _sent(transport, HttpRequest(method="POST", url=seen.url, body=b"x" * 3_000_000))
        assert (got.status, got.body) == (413, b"too large")


@pytest.mark.parametrize(
    ("body", "coding"),
    [
        (gzip.compress(b"hello", mtime=0), b"gzip"),
        (gzip.compress(b"hel", mtime=0) + gzip.compress(b"lo", mtime=0), b"x-gzip"),
        (zlib.compress(b"hello"), b"deflate"),
        (zlib.compress(b"hello")[2:-4], b"deflate"),
        (gzip.compress(zlib.compress(b"hello"), mtime=0), b"deflate, gzip"),
        (b"hello", b"identity"),
        (b"hello", b"unheard-of"),
    ],
)
def test_content_codings_are_undone(transport: HttpTransport, body: bytes, coding: bytes) -> None:
    """Gzip with any number of members, deflate in both readings, several codings in order; unknown ones stay."""
    with serving(answering(ok(body, b"Content-Encoding: " + coding))) as seen:
        assert _sent(transport, _get(seen.url)).body == b"hello"


def test_large_answers_and_bombs_are_bounded(opened: Callable[..., HttpTransport]) -> None:
    """50 MB come through; beyond the limit, as sent or as decoded, the answer is a failure and memory stays bounded."""
    transport = opened()
    large = b"x" * 50_000_000
    with serving(answering(ok(large))) as seen:
        assert _sent(transport, _get(seen.url), Duration(20_000)).body == large
    small = opened(limit=100_000)
    bomb = gzip.compress(b"\0" * 50_000_000)
    endless = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000
    for answer, text in (
        (ok(b"x" * 100_001), "the body is larger than 100000 bytes"),
        (endless, "the body is larger than 100000 bytes"),
        (ok(bomb, b"Content-Encoding: gzip"), "the decoded body is larger than 100000 bytes"),
        (
            ok(zlib.compress(b"\0" * 200_000), b"Content-Encoding: deflate"),
            "the decoded body is larger than 100000 bytes",
        ),
    ):
        with serving(answering(answer, keeps=False)) as seen:
            failure = _failed(small, _get(seen.url))
            assert (failure.kind, failure.text) == (FailureKind.PROTOCOL, text)


@pytest.mark.parametrize(
    ("method", "url", "headers"),
    [
        ("GET", "ftp://h/", ()),
        ("GET", "/only/a/path", ()),
        ("GET", "http://", ()),
        ("GET", "http://h:99999/", ()),
        ("GET", "http://h/\n", ()),
        ("GET", "http://[::zz]/", ()),
        ("GET", "{url}", (("x", "a\r\nInjected: 1"),)),
        ("GET", "{url}", (("x\r\nInjected", "1"),)),
        ("GET", "{url}", (("x", "a\0b"),)),
        ("GET", "{url}", (("x", "snow ☃"),)),
        ("GET", "{url}", (("schlüssel", "1"),)),
        ("GET /x HTTP/1.1\r\nInjected: 1", "{url}", ()),
        ("GÉT", "{url}", ()),
    ],
)
def test_requests_that_cannot_be_sent_are_invalid(
    transport: HttpTransport, method: str, url: str, headers: Headers
) -> None:
    """A bad URL, a newline in a header, a character that HTTP cannot carry: told, and not a byte leaves."""
    with serving(answering(ok())) as seen:
        failure = _failed(transport, HttpRequest(method=method, url=url.format(url=seen.url), headers=headers))
        assert (failure.kind, failure.may_have_left) == (FailureKind.INVALID, False)
        assert "snow" not in failure.text
        assert "Injected" not in failure.text or method != "GET"
        assert not seen.requests


def test_closing_from_another_thread_ends_a_running_request(opened: Callable[..., HttpTransport]) -> None:
    """When the grace of an interrupt is over, a request in flight ends at once."""
    transport = opened()
    with serving(_hang) as seen:
        threading.Timer(0.1, transport.close).start()
        started = time.monotonic()
        failure = _failed(transport, _get(seen.url), Duration(4000))
        assert time.monotonic() - started < 1
        assert (failure.kind, failure.may_have_left) == (FailureKind.CUT, True)
    transport.close()


def test_nothing_is_logged_while_we_send(transport: HttpTransport, caplog: pytest.LogCaptureFixture) -> None:
    """A log may be kept and shown: no URL and no header gets there. What others in this process log is their affair."""
    caplog.set_level(logging.DEBUG)
    with serving(answering(ok(b"", b"Set-Cookie: s=top-secret-1"))) as seen:
        _sent(transport, _get(seen.url + "/?key=top-secret-2", headers=(("authorization", "top-secret-3"),)))
        assert "top-secret" not in caplog.text
        import httpx

        httpx.get(seen.url + "/theirs", trust_env=False)
        assert "/theirs" in caplog.text


def test_tls_trusts_what_ssl_cert_file_names(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory, opened: Callable[..., HttpTransport]
) -> None:
    """A certificate is accepted when SSL_CERT_FILE vouches for it, else refused with the reason, before anything leaves."""
    certificate, context = certified(tmp_path_factory.mktemp("tls"))
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for _ in range(2):
            plain, _ = listener.accept()
            try:
                with context.wrap_socket(plain, server_side=True) as line:
                    for _ in range(2):
                        read_request(line)
                        line.sendall(ok(b"secure"))
            except OSError:
                plain.close()

    threading.Thread(target=serve, daemon=True).start()
    url = f"https://127.0.0.1:{listener.getsockname()[1]}/"
    refused = _failed(opened(), _get(url))
    assert (refused.kind, refused.may_have_left) == (FailureKind.CONNECT, False)
    assert "certificate of 127.0.0.1 is refused: self-signed" in refused.text
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    transport = opened()
    assert [_sent(transport, _get(url)).body for _ in range(2)] == [b"secure", b"secure"]
    transport.close()
    listener.close()
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    missing = _failed(opened(), _get(url))
    assert missing.kind is FailureKind.CONNECT
    assert "SSL_CERT_FILE" in missing.text


def test_nothing_heavy_is_imported_for_plain_http() -> None:
    """A plain http request loads no client library and no TLS context: that is most of what a first request would cost."""
    code = (
        "import sys; from pytest_journeys.adapters.transport import HttpTransport\n"
        "from pytest_journeys.values.http import HttpRequest; from pytest_journeys.values.duration import Duration\n"
        "t = HttpTransport(); t.send(HttpRequest(method='GET', url=sys.argv[1]), timeout=Duration(1000)); t.close()\n"
        "assert not {'httpx', 'httpcore', 'h11', 'urllib.request'} & set(sys.modules)\n"
    )
    environment = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    with serving(answering(ok())) as seen:
        subprocess.run([sys.executable, "-c", code, seen.url], check=True, env=environment)
        assert len(seen.requests) == 1


def test_a_small_request_leaves_in_one_piece(transport: HttpTransport) -> None:
    """Head and body together: one packet, and the server wakes once."""
    pieces: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            line, _ = listener.accept()
            with line:
                pieces.append(line.recv(65536))
                line.sendall(ok())

        thread = threading.Thread(target=serve)
        thread.start()
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        _sent(transport, HttpRequest(method="POST", url=url, body=b"body"))
        thread.join()
    assert pieces[0].endswith(b"\r\n\r\nbody")
