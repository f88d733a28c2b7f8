"""The Transport port over the connection pool that carries httpx: HTTP/1.1 with keep-alive, one request in, one fact out.

The only importer of httpx and of httpcore, the engine inside it; both are imported when they are first needed. httpcore's
documented `ConnectionPool` takes a network backend, which `httpx.HTTPTransport` does not: only so is the deadline kept.
"""

import base64
import logging
import re
import threading
from time import monotonic
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit

from pytest_journeys.adapters.content_coding import ContentCodingError, Decoder, decode_content, too_large
from pytest_journeys.adapters.head import UnsendableError, head_of, method_of, text_of
from pytest_journeys.adapters.line import (
    ConnectError,
    Exchange,
    LineCutError,
    Lines,
    LineTimeoutError,
    Resolver,
    StaleLineError,
)
from pytest_journeys.adapters.proxies import proxy_for
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import FailureKind, HttpRequest, HttpResponse, TransportFailure

if TYPE_CHECKING:
    import httpcore

DEFAULT_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of an answer's body, before and after content decoding."""

# Seconds that an unused line is kept. Servers close theirs after 2 s (gunicorn) or 5 s (Node, uvicorn); a poll with such an
# interval would meet the closing line every time, and what was sent on it would be in doubt.
_KEEP_ALIVE: Final = 1.5

_LOGGERS: Final = (
    "httpx",
    "httpcore.connection",
    "httpcore.http11",
    "httpcore.http2",
    "httpcore.proxy",
    "httpcore.socks",
)
_BODILESS: Final = frozenset({204, 304})
# What needs no parsing and no escaping; anything else goes through httpx.URL.
_PLAIN_URL: Final = re.compile(
    r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?"
    r"((?:[/?](?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?)"
)


@fact
class _Origin:
    """What all requests to one origin share."""

    pool: "httpcore.ConnectionPool"
    scheme: bytes
    host: bytes
    port: int | None
    host_header: tuple[bytes, bytes]


class _Silence(logging.Filter):
    """Drops what httpx and httpcore log while we send: URLs and headers hold secrets. Other users' records pass."""

    thread = 0

    def filter(self, record: logging.LogRecord) -> bool:
        return record.thread != self.thread


class HttpxTransport:
    """One per worker, used by one thread at a time; `close` may be called from another, and ends a running `send`."""

    def __init__(self, *, limit: int = DEFAULT_LIMIT, resolve: Resolver | None = None) -> None:
        import httpcore

        self._httpcore = httpcore
        self._limit = limit
        self._resolve = resolve
        self._exchange = Exchange()
        self._origins: dict[tuple[str, str, str | None], _Origin] = {}
        self._pools: dict[tuple[bool, str | None], httpcore.ConnectionPool] = {}
        self._silence = _Silence()

    def close(self) -> None:
        """Let go of every connection. May be called twice."""
        self._origins.clear()
        while self._pools:
            self._pools.popitem()[1].close()
        for name in _LOGGERS:
            logging.getLogger(name).removeFilter(self._silence)

    def send(self, request: HttpRequest, *, timeout: Duration) -> HttpResponse | TransportFailure:
        """Send once; see `ports.Transport`. A request of which the system took no byte goes out on a new line instead."""
        exchange = self._exchange
        exchange.begin(timeout.seconds)
        self._silence.thread = threading.get_ident()
        try:
            pool, prepared = self._prepared(request)
            try:
                return self._exchanged(pool, prepared, request)
            except StaleLineError:
                exchange.begin_again()
                return self._exchanged(pool, prepared, request)
        except Exception as error:
            return self._failure(error, timeout)
        finally:
            self._silence.thread = 0

    def _exchanged(
        self, pool: "httpcore.ConnectionPool", prepared: "httpcore.Request", request: HttpRequest
    ) -> HttpResponse:
        exchange = self._exchange
        answer = pool.handle_request(prepared)
        try:
            parts: list[bytes] = []
            size = 0
            for part in answer.stream:  # type: ignore[union-attr]
                size += len(part)
                if size > self._limit:
                    raise ContentCodingError(f"the body is larger than {self._limit} bytes")
                parts.append(part)
        finally:
            answer.close()
        body = parts[0] if len(parts) == 1 else b"".join(parts)
        encoding = ""
        announces_length = is_chunked = False
        headers: list[tuple[str, str]] = []
        for raw_name, raw_value in answer.headers:
            name = raw_name.decode("latin-1")
            headers.append((name, raw_value.decode("ascii") if raw_value.isascii() else text_of(raw_value)))
            if len(name) in _WATCHED_LENGTHS:
                folded = name.lower()
                if folded == "content-encoding":
                    encoding = f"{encoding},{headers[-1][1]}" if encoding else headers[-1][1]
                announces_length = announces_length or folded == "content-length"
                is_chunked = is_chunked or folded == "transfer-encoding"
        if not self._is_whole(body, is_chunked=is_chunked):
            if exchange.line is not None:
                exchange.line.close()
            if announces_length and not is_chunked and request.method != "HEAD" and answer.status not in _BODILESS:
                raise ContentCodingError(f"the server sent more than the {len(body)} bytes that it announced")
        if encoding and body:
            body = decode_content(body, encoding, self._limit, self._httpx_decoder)
        return HttpResponse(
            status=answer.status,
            reason=text_of(answer.extensions["reason_phrase"]),
            http_version=answer.extensions["http_version"].decode("ascii", "replace"),
            headers=tuple(headers),
            body=body,
            timings_ms=self._timings(),
        )

    def _is_whole(self, body: bytes, *, is_chunked: bool) -> bool:
        """Whether the last bytes read are the last of this answer; more would be taken for the next one's beginning."""
        last = self._exchange.last
        if not last:
            return True
        if is_chunked:
            return last.endswith(b"\r\n\r\n") or b"\r\n\r\n".endswith(last)
        if not body:
            return last.endswith(b"\n")
        return last.endswith(body) if len(last) > len(body) else body.endswith(last)

    def _timings(self) -> dict[str, float]:
        exchange = self._exchange
        started = exchange.started
        timings = {"total": round((monotonic() - started) * 1000, 3)}
        if exchange.connected:
            timings["connect"] = round((exchange.connected - exchange.connecting) * 1000, 3)
        if exchange.first_byte:
            timings["first_byte"] = round((exchange.first_byte - started) * 1000, 3)
        return timings

    def _failure(self, error: Exception, timeout: Duration) -> TransportFailure:
        exchange = self._exchange
        kind, text = self._explained(error, timeout)
        return TransportFailure(kind=kind, text=text, may_have_left=exchange.sent > 0, timings_ms=self._timings())

    def _explained(self, error: Exception, timeout: Duration) -> tuple[FailureKind, str]:
        exchange = self._exchange
        core = self._httpcore
        came = f"{exchange.received} bytes had come" if exchange.received else "nothing had come"
        match error:
            case UnsendableError() | core.UnsupportedProtocol():
                return FailureKind.INVALID, str(error)
            case core.LocalProtocolError():
                said = re.split(r" b['\"]", str(error))[0].lower()  # without the header's value
                return FailureKind.INVALID, f"the request cannot be sent as HTTP: {said}"
            case ConnectError():
                return FailureKind.CONNECT, str(error)
            case core.ProxyError():
                return FailureKind.CONNECT, f"the proxy refused: {error}"
            case LineTimeoutError():
                if not exchange.sent:
                    return FailureKind.TIMEOUT, f"no connection within {timeout}"
                return FailureKind.TIMEOUT, f"no whole answer within {timeout}; {came}"
            case LineCutError():
                return FailureKind.CUT, f"the line was cut ({error}); {came}"
            case StaleLineError():
                return FailureKind.CONNECT, "the line broke before anything was sent"
            case core.RemoteProtocolError() if exchange.line is not None and not exchange.last:
                if not exchange.received:
                    return FailureKind.CUT, "the server closed the line without an answer"
                missing = re.search(r"received \d+ bytes, expected \d+", str(error))
                return FailureKind.CUT, (
                    f"the server closed the line in the middle of its answer ({missing[0] if missing else came})"
                )
            case core.RemoteProtocolError():
                return FailureKind.PROTOCOL, f"the answer is not HTTP: {error}"
            case ContentCodingError():
                return FailureKind.PROTOCOL, str(error)
            case _ if not exchange.sent:
                return FailureKind.INVALID, f"the request cannot be sent: {error}"
            case _:
                # Nothing a server sends may end a run with a traceback; what we did not foresee is told by its name.
                return FailureKind.PROTOCOL, f"{type(error).__name__}: {error}"

    def _prepared(self, request: HttpRequest) -> tuple["httpcore.ConnectionPool", "httpcore.Request"]:
        plain = _PLAIN_URL.fullmatch(request.url)
        credentials = b""
        if plain is not None and "/." not in plain[4]:
            scheme, host, port, target = plain.groups()
            if not target.startswith("/"):
                target = f"/{target}"
        else:
            scheme, host, port, target, credentials = _unusual_url(request.url)
        origin = self._origins.get((scheme, host, port))
        if origin is None:
            origin = self._origins[scheme, host, port] = self._new_origin(scheme, host, port)
        core = self._httpcore
        prepared = core.Request(
            method=method_of(request.method),
            url=core.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target.encode("ascii")),
            headers=head_of(request, origin.host_header, credentials),
            content=request.body,
        )
        return origin.pool, prepared

    def _new_origin(self, scheme: str, host: str, port: str | None) -> _Origin:
        number = None if port is None else int(port)
        if number is not None and not 0 < number < 65536:
            raise UnsendableError(f"port {number} does not exist")
        is_default = number is None or number == (443 if scheme == "https" else 80)
        return _Origin(
            pool=self._pool_for(scheme, host.strip("[]"), number),
            scheme=scheme.encode(),
            host=host.strip("[]").encode(),
            port=number,
            host_header=(b"Host", (host if is_default else f"{host}:{number}").encode()),
        )

    def _pool_for(self, scheme: str, host: str, port: int | None) -> "httpcore.ConnectionPool":
        is_secure = scheme == "https"
        proxy = proxy_for(scheme, host, port)
        pool = self._pools.get((is_secure, proxy))
        if pool is None:
            for name in _LOGGERS:
                logging.getLogger(name).addFilter(self._silence)
            backend: Any = Lines(self._exchange, is_secure=is_secure, resolve=self._resolve)
            pool = self._pools[is_secure, proxy] = self._httpcore.ConnectionPool(
                ssl_context=_ssl_context() if is_secure or (proxy or "").startswith("https") else None,
                proxy=self._proxy(proxy) if proxy else None,
                keepalive_expiry=_KEEP_ALIVE,
                max_keepalive_connections=10,
                network_backend=backend,
            )
        return pool

    def _proxy(self, url: str) -> "httpcore.Proxy":
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ConnectError(f"proxies by {parts.scheme or 'no scheme'} are not supported")
        auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        port = parts.port or (443 if parts.scheme == "https" else 80)
        return self._httpcore.Proxy(
            self._httpcore.URL(scheme=parts.scheme.encode(), host=parts.hostname.encode(), port=port, target=b"/"),
            auth=auth,
            ssl_context=_ssl_context() if parts.scheme == "https" else None,
        )

    @staticmethod
    def _httpx_decoder(coding: str) -> Decoder | None:
        """``br`` and ``zstd``, where httpx finds their packages."""
        if coding == "br":
            packages = ["brotli", "brotlicffi"]
        elif coding == "zstd":
            packages = ["zstandard"]
        else:
            return None
        from importlib.util import find_spec

        if not any(find_spec(package) for package in packages):
            return None

        def decode(data: bytes, limit: int) -> bytes:
            import httpx

            pieces = (data[start : start + 1024] for start in range(0, len(data), 1024))
            parts: list[bytes] = []
            size = 0
            try:
                for part in httpx.Response(200, headers={"content-encoding": coding}, content=pieces).iter_bytes():
                    size += len(part)
                    if size > limit:
                        raise too_large(limit)
                    parts.append(part)
            except httpx.DecodingError as error:
                raise ContentCodingError(f"the body is not {coding}: {error}") from None
            return b"".join(parts)

        return decode


_WATCHED_LENGTHS: Final = frozenset({len("content-encoding"), len("content-length"), len("transfer-encoding")})


def _unusual_url(text: str) -> tuple[str, str, str | None, str, bytes]:
    """Scheme, host, port, target and basic credentials of a URL that needs parsing or escaping."""
    import httpx

    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise UnsendableError(f"the URL is invalid: {error}") from None
    if url.scheme not in ("http", "https") or not url.host:
        raise UnsendableError("the URL is not absolute: it needs http:// or https:// and a host")
    host = url.raw_host.decode("ascii")
    credentials = b""
    if url.userinfo:
        credentials = b"Basic " + base64.b64encode(f"{url.username}:{url.password}".encode())
    return (
        url.scheme,
        f"[{host}]" if ":" in host else host,
        None if url.port is None else str(url.port),
        url.raw_path.decode("ascii"),
        credentials,
    )


def _ssl_context() -> Any:
    """What httpx trusts: ``SSL_CERT_FILE`` or ``SSL_CERT_DIR``, else certifi's list."""
    import httpx

    try:
        return httpx.create_ssl_context()
    except OSError as error:
        raise ConnectError(
            f"TLS: the certificates that SSL_CERT_FILE or SSL_CERT_DIR names: {error.strerror or error}"
        ) from None
