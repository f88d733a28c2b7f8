"""The lines of one transport: made by the way that leads to an origin, kept while they are idle, closed together."""

import base64
from collections.abc import Callable
from dataclasses import field
from time import monotonic
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from pytest_journeys.adapters.answer import read_answer
from pytest_journeys.adapters.connecting import Resolver, connect
from pytest_journeys.adapters.line import ConnectError, Exchange, Line
from pytest_journeys.adapters.proxies import proxy_for
from pytest_journeys.values.fact import fact

if TYPE_CHECKING:
    from ssl import SSLContext

# Seconds that an unused line is kept. Servers close theirs after 2 s (gunicorn) or 5 s (Node, uvicorn); a poll with such an
# interval would meet the closing line every time, and what was sent on it would be in doubt.
_KEEP_ALIVE: Final = 1.5
_MOST_KEPT: Final = 10
_LONGEST_REFUSAL: Final = 64 * 1024  # bytes, of what a proxy says instead of letting us through


@fact
class Way:
    """How an origin is reached: directly, by a proxy that forwards, or through a tunnel. Equal ways share lines.

    `host` and `port` are where the line is made to, `is_secure` says that it speaks TLS with that host. `tunnel` is the
    host and port of the origin behind a proxy. `credentials` are the proxy's.
    """

    host: str
    port: int
    is_secure: bool
    forwards: bool = False
    tunnel: tuple[str, int] | None = None
    credentials: str = field(default="", repr=False)


def way_to(scheme: str, host: str, port: int) -> Way:
    """The way that the environment asks for. Raises `ConnectError` for a proxy that is none."""
    default = port == (443 if scheme == "https" else 80)
    proxy = proxy_for(scheme, host, None if default else port)
    if proxy is None:
        return Way(host=host, port=port, is_secure=scheme == "https")
    parts = urlsplit(proxy)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConnectError(f"proxies by {parts.scheme or 'no scheme'} are not supported")
    if parts.scheme == scheme == "https":
        raise ConnectError("TLS through a proxy that speaks TLS itself is not supported")
    credentials = ""
    if parts.username:
        pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        credentials = f"Basic {base64.b64encode(pair.encode()).decode()}"
    return Way(
        host=parts.hostname,
        port=parts.port or (443 if parts.scheme == "https" else 80),
        is_secure=parts.scheme == "https",
        forwards=scheme == "http",
        tunnel=(host, port) if scheme == "https" else None,
        credentials=credentials,
    )


class Lines:
    """One per transport. A line that is taken is not shared; `close` may be called from another thread."""

    def __init__(self, exchange: Exchange, resolve: Resolver, trust: Callable[[], "SSLContext"]) -> None:
        self._exchange = exchange
        self._resolve = resolve
        self._trust = trust
        self._context: SSLContext | None = None
        self._kept: dict[Way, tuple[Line, float]] = {}
        self._taken: Line | None = None

    def take(self, way: Way) -> Line:
        """An idle line of this way, or a new one. Raises `ConnectError`, `LineTimeoutError`, `LineCutError`."""
        kept = self._kept.pop(way, None)
        if kept is not None:
            line, until = kept
            if monotonic() < until and not line.is_readable():
                self._taken = line
                return line
            line.close()
        return self._new(way)

    def keep(self, way: Way, line: Line) -> None:
        """Take back a line on which another request may be sent."""
        self._taken = None
        self._kept[way] = line, monotonic() + _KEEP_ALIVE
        if len(self._kept) > _MOST_KEPT:
            self._kept.pop(next(iter(self._kept)))[0].close()

    def close(self) -> None:
        """Close the line that is taken, which ends what goes on there, and all that are kept."""
        taken, self._taken = self._taken, None
        if taken is not None:
            taken.close()
        while self._kept:
            self._kept.popitem()[1][0].close()

    def _new(self, way: Way) -> Line:
        tls_with = way.tunnel[0] if way.tunnel is not None else way.host if way.is_secure else None
        context = None if tls_with is None else self._trusted()
        line = self._taken = connect(
            way.host, way.port, self._exchange, self._resolve, is_counted=context is None
        )  # fmt: skip
        if way.tunnel is not None:
            self._dig(line, way, *way.tunnel)
        if tls_with is not None and context is not None:
            line = self._taken = line.start_tls(context, tls_with)
        return line

    def _dig(self, line: Line, way: Way, host: str, port: int) -> None:
        """Ask the proxy for a tunnel. Raises `ConnectError` when it refuses."""
        target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", "Accept: */*"]
        if way.credentials:
            lines.append(f"Proxy-Authorization: {way.credentials}")
        try:
            line.send("\r\n".join([*lines, "\r\n"]).encode("ascii"))
            answer = read_answer(line.read, method="CONNECT", limit=_LONGEST_REFUSAL)
        except BaseException:
            line.close()
            raise
        if answer.status >= 300:
            line.close()
            reason = answer.reason.decode("ascii", "replace")
            raise ConnectError(f"the proxy refused: {answer.status} {reason}")
        self._exchange.received, self._exchange.first_byte = 0, 0.0  # the proxy's answer is not the one awaited

    def _trusted(self) -> "SSLContext":
        """Made when it is first needed: that takes longer than a hundred requests."""
        if self._context is None:
            self._context = self._trust()
        return self._context
