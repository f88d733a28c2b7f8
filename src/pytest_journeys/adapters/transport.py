"""The Transport port: HTTP/1.1 over kept lines, one request in, one fact out.

It knows what a failure is called; how lines are made (`lines`), how requests are written (`message`) and answers are read
(`answer`) is known elsewhere.
"""

import re
from time import monotonic
from typing import Final

from pytest_journeys.adapters.answer import AnswerError, RawAnswer, read_answer
from pytest_journeys.adapters.connecting import Resolver, system_resolver
from pytest_journeys.adapters.content_coding import ContentCodingError, decode_content
from pytest_journeys.adapters.httpx_parts import decoder_of, read_url, trust
from pytest_journeys.adapters.incoming import CutShortError
from pytest_journeys.adapters.line import ConnectError, Exchange, LineCutError, LineTimeoutError, StaleLineError
from pytest_journeys.adapters.lines import Lines, Way, way_to
from pytest_journeys.adapters.message import Message, UnsendableError, message_of
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import FailureKind, HttpRequest, HttpResponse, TransportFailure

DEFAULT_LIMIT: Final = 64 * 1024 * 1024
"""Bytes of an answer's body, before and after content decoding."""

# What needs no parsing and no escaping; anything else is read by httpx.
_PLAIN_URL: Final = re.compile(
    r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?"
    r"((?:[/?](?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-Fa-f]{2})*)?)"
)


@fact
class _Origin:
    """What all requests to one origin share. `before` stands before their target: a proxy that forwards wants it whole."""

    way: Way
    host: str
    before: str
    proxy_credentials: str


class HttpTransport:
    """One per worker, used by one thread at a time; `close` may be called from another, and ends a running `send`."""

    def __init__(self, *, limit: int = DEFAULT_LIMIT, resolve: Resolver = system_resolver) -> None:
        self._limit = limit
        self._exchange = Exchange()
        self._lines = Lines(self._exchange, resolve, trust)
        self._origins: dict[tuple[str, str, str | None], _Origin] = {}

    def close(self) -> None:
        """Let go of every connection. May be called twice."""
        self._lines.close()

    def send(self, request: HttpRequest, *, timeout: Duration) -> HttpResponse | TransportFailure:
        """Send once; see `ports.Transport`. A request of which the system took no byte goes out on a new line instead."""
        exchange = self._exchange
        exchange.begin(timeout.seconds)
        try:
            way, message = self._prepared(request)
            try:
                answer = self._exchanged(way, message, request.method)
            except StaleLineError:
                exchange.begin_again()
                answer = self._exchanged(way, message, request.method)
            return self._response(answer)
        except Exception as error:
            kind, text = self._explained(error, timeout)
            may_have_left = exchange.sent > 0
            return TransportFailure(kind=kind, text=text, may_have_left=may_have_left, timings_ms=self._timings())

    def _prepared(self, request: HttpRequest) -> tuple[Way, Message]:
        plain = _PLAIN_URL.fullmatch(request.url)
        credentials = ""
        if plain is not None and "/." not in plain[4]:
            scheme, host, port, target = plain.groups()
            if not target.startswith("/"):
                target = f"/{target}"
        else:
            url = read_url(request.url)
            scheme, host, port, target, credentials = url.scheme, url.host, url.port, url.target, url.credentials
        origin = self._origins.get((scheme, host, port))
        if origin is None:
            origin = self._origins[scheme, host, port] = _origin_of(scheme, host, port)
        message = message_of(
            request,
            origin.before + target,
            origin.host,
            credentials=credentials,
            proxy_credentials=origin.proxy_credentials,
        )
        return origin.way, message

    def _exchanged(self, way: Way, message: Message, method: str) -> RawAnswer:
        line = self._lines.take(way)
        try:
            for piece in message.pieces:
                line.send(piece)
            answer = read_answer(line.read, method=method, limit=self._limit)
        except BaseException:
            line.close()
            raise
        if message.keeps_line and answer.keeps_line and not self._exchange.is_broken:
            self._lines.keep(way, line)
        else:
            line.close()
        return answer

    def _response(self, answer: RawAnswer) -> HttpResponse:
        headers = tuple([(name.decode("ascii"), _text_of(value)) for name, value in answer.fields])
        body = answer.body
        if body:
            codings = [value for name, value in headers if len(name) == 16 and name.lower() == "content-encoding"]
            if codings:
                body = decode_content(body, ",".join(codings), self._limit, decoder_of)
        return HttpResponse(
            status=answer.status,
            reason=_text_of(answer.reason),
            http_version=answer.version.decode("ascii"),
            headers=headers,
            body=body,
            timings_ms=self._timings(),
        )

    def _timings(self) -> dict[str, float]:
        exchange = self._exchange
        started = exchange.started
        timings = {"total": round((monotonic() - started) * 1000, 3)}
        if exchange.connected:
            timings["connect"] = round((exchange.connected - exchange.connecting) * 1000, 3)
        if exchange.first_byte:
            timings["first_byte"] = round((exchange.first_byte - started) * 1000, 3)
        return timings

    def _explained(self, error: Exception, timeout: Duration) -> tuple[FailureKind, str]:
        exchange = self._exchange
        came = f"{exchange.received} bytes had come" if exchange.received else "nothing had come"
        match error:
            case UnsendableError():
                return FailureKind.INVALID, str(error)
            case ConnectError():
                return FailureKind.CONNECT, str(error)
            case LineTimeoutError():
                if not exchange.sent:
                    return FailureKind.TIMEOUT, f"no connection within {timeout}"
                return FailureKind.TIMEOUT, f"no whole answer within {timeout}; {came}"
            case LineCutError():
                return FailureKind.CUT, f"the line was cut ({error}); {came}"
            case StaleLineError():
                return FailureKind.CONNECT, "the line broke before anything was sent"
            case CutShortError():
                if not exchange.received:
                    return FailureKind.CUT, "the server closed the line without an answer"
                return FailureKind.CUT, f"the server closed the line in the middle of its answer ({str(error) or came})"
            case AnswerError() | ContentCodingError():
                return FailureKind.PROTOCOL, str(error)
            case _ if not exchange.sent:
                return FailureKind.INVALID, f"the request cannot be sent: {error}"
            case _:
                # Nothing a server sends may end a run with a traceback; what we did not foresee is told by its name.
                return FailureKind.PROTOCOL, f"{type(error).__name__}: {error}"


def _origin_of(scheme: str, host: str, port: str | None) -> _Origin:
    default = 443 if scheme == "https" else 80
    number = default if port is None else int(port)
    if not 0 < number < 65536:
        raise UnsendableError(f"port {number} does not exist")
    way = way_to(scheme, host.strip("[]"), number)
    shown = host if number == default else f"{host}:{number}"
    return _Origin(
        way=way,
        host=shown,
        before=f"{scheme}://{shown}" if way.forwards else "",
        proxy_credentials=way.credentials if way.forwards else "",
    )


def _text_of(value: bytes) -> str:
    """Header text: UTF-8 where it is, else Latin-1 (RFC 9110, section 5.5)."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
