"""A line to a server that keeps one deadline for all that happens on it: resolving, connecting, TLS, sending, receiving.

Shaped as httpcore's public network backend and stream; knows sockets, nothing of HTTP. A timeout per read would never
end an answer that drips, so each operation waits for what is left of the attempt and no longer.
"""

import re
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Any, Final, TypeAlias

Address: TypeAlias = tuple[int, int, int, str, Any]
"""What `socket.getaddrinfo` answers: family, type, protocol, canonical name, socket address."""

Resolver: TypeAlias = Callable[[str, int], list[Address]]

_HELD_BACK: Final = 64 * 1024  # bytes
_NUMERIC: Final = re.compile(r"[\d.]+|.*:.*")


class LineTimeoutError(Exception):
    """The attempt's total time is over."""


class LineCutError(Exception):
    """The line broke while an answer was awaited or came."""


class ConnectError(Exception):
    """No line could be made: no such host, refused, unreachable, TLS."""


class StaleLineError(Exception):
    """A kept line was dead: the system took not one byte of the request."""


class Exchange:
    """One attempt: its deadline, and what happened on the line so far. Begun anew for each request."""

    __slots__ = (
        "connected",
        "connecting",
        "deadline",
        "first_byte",
        "is_broken",
        "last",
        "line",
        "received",
        "sent",
        "started",
    )

    def __init__(self) -> None:
        self.started = self.deadline = 0.0
        self.begin(0.0)

    def begin(self, seconds: float) -> None:
        """A new attempt with so many seconds in all."""
        self.started = monotonic()
        self.deadline = self.started + seconds
        self.begin_again()

    def begin_again(self) -> None:
        """The same attempt on another line, before a byte of it was sent."""
        self.connecting = 0.0
        """When connecting began, by the monotonic clock; 0 for a kept line."""
        self.connected = 0.0
        self.first_byte = 0.0
        self.sent = 0
        """Bytes of the request that the system took."""
        self.received = 0
        self.last = b""
        """What the last read returned; empty when the server had closed the line."""
        self.is_broken = False
        self.line: Line | None = None

    def left(self) -> float:
        """Seconds until the deadline. Raises `LineTimeoutError` when there are none."""
        left = self.deadline - monotonic()
        if left <= 0:
            raise LineTimeoutError
        return left


class Lines:
    """Makes lines; httpcore's network backend. `is_secure` lines carry a request only once TLS stands."""

    def __init__(self, exchange: Exchange, *, is_secure: bool, resolve: Resolver | None = None) -> None:
        self._exchange = exchange
        self._is_secure = is_secure
        self._resolve = resolve or _addresses

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> "Line":
        """Connect to the first address that answers; each gets its share of the time that is left."""
        exchange = self._exchange
        exchange.connecting = monotonic()
        shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        addresses = self._addresses(host, port)
        reason = "no address"
        for index, (family, kind, protocol, _, address) in enumerate(addresses):
            made = socket.socket(family, kind, protocol)
            try:
                made.settimeout(exchange.left() / (len(addresses) - index))
                made.connect(address)
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            except TimeoutError:
                made.close()
                reason = "no answer"
            except OSError as error:
                made.close()
                reason = (error.strerror or str(error)).lower()
            except BaseException:
                made.close()
                raise
            else:
                exchange.connected = monotonic()
                return Line(made, exchange, is_counted=not self._is_secure)
        exchange.left()
        raise ConnectError(f"cannot connect to {shown}: {reason}")

    def connect_unix_socket(self, path: str, timeout: float | None = None, socket_options: Any = None) -> "Line":
        """Never asked for."""
        raise ConnectError("cannot connect to a unix socket")

    def sleep(self, seconds: float) -> None:
        """Never asked for: httpcore sleeps between its own retries, and has none."""

    def _addresses(self, host: str, port: int) -> list[Address]:
        """Resolve a name; in a thread, because the system's resolver takes no timeout."""
        if _NUMERIC.fullmatch(host):
            return self._looked_up(host, port)
        found: list[list[Address] | ConnectError] = []

        def look_up() -> None:
            try:
                found.append(self._looked_up(host, port))
            except ConnectError as error:
                found.append(error)

        thread = threading.Thread(target=look_up, name="journeys-resolver", daemon=True)
        thread.start()
        thread.join(self._exchange.left())
        if not found:
            raise LineTimeoutError
        if isinstance(found[0], ConnectError):
            raise found[0]
        return found[0]

    def _looked_up(self, host: str, port: int) -> list[Address]:
        try:
            return self._resolve(host, port)
        except (OSError, UnicodeError, OverflowError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise ConnectError(f"cannot resolve {host}: {reason.lower()}") from None


def _addresses(host: str, port: int) -> list[Address]:
    return [*socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


class Line:
    """One connected socket; httpcore's network stream. Bytes count as sent only on a line that may carry the request."""

    __slots__ = ("_exchange", "_is_closed", "_is_counted", "_pending", "_poll", "_socket")

    def __init__(self, made: socket.socket, exchange: Exchange, *, is_counted: bool) -> None:
        self._socket = made
        self._exchange = exchange
        self._is_counted = is_counted
        self._is_closed = False
        self._pending = b""
        self._poll: Any = None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """The next bytes, empty when the server closed the line."""
        exchange = self._exchange
        if self._pending:
            self._flush()
        try:
            self._socket.settimeout(exchange.left())
            data = self._socket.recv(max_bytes)
        except TimeoutError:
            raise LineTimeoutError from None
        except OSError as error:
            raise LineCutError((error.strerror or str(error)).lower()) from None
        if not exchange.received:
            exchange.first_byte = monotonic()
        exchange.received += len(data)
        exchange.last = data
        exchange.line = self
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Take bytes to send. Head and body of a small request leave together, when the answer is asked for."""
        if len(buffer) + len(self._pending) <= _HELD_BACK:
            self._pending += buffer
        else:
            self._flush()
            self._send(buffer)

    def _flush(self) -> None:
        pending, self._pending = self._pending, b""
        self._send(pending)

    def _send(self, buffer: bytes) -> None:
        """Send all of it. A line that breaks meanwhile is told by the next read: the server may have answered before."""
        exchange = self._exchange
        view = memoryview(buffer)
        while view and not exchange.is_broken:
            try:
                self._socket.settimeout(exchange.left())
                count = self._socket.send(view)
            except TimeoutError:
                raise LineTimeoutError from None
            except OSError:
                if not exchange.sent and not exchange.connecting:
                    raise StaleLineError from None
                exchange.is_broken = True
                return
            if self._is_counted:
                exchange.sent += count
            view = view[count:]

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "Line":
        """The same line, encrypted."""
        if isinstance(self._socket, ssl.SSLSocket):
            self.close()
            raise ConnectError("TLS through a proxy that speaks TLS itself is not supported")
        exchange = self._exchange
        try:
            self._socket.settimeout(exchange.left())
            wrapped = ssl_context.wrap_socket(self._socket, server_hostname=server_hostname)
        except TimeoutError:
            self.close()
            raise LineTimeoutError from None
        except ssl.SSLCertVerificationError as error:
            self.close()
            raise ConnectError(
                f"TLS: the certificate of {server_hostname} is refused: {error.verify_message}"
            ) from None
        except (OSError, ValueError) as error:
            self.close()
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
            raise ConnectError(f"TLS with {server_hostname} failed: {str(reason).lower().replace('_', ' ')}") from None
        except BaseException:
            self.close()
            raise
        exchange.connected = monotonic()
        return Line(wrapped, exchange, is_counted=True)

    def close(self) -> None:
        """Close it, also while another thread waits on it."""
        if self._is_closed:
            return
        self._is_closed = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        finally:
            self._socket.close()

    def get_extra_info(self, info: str) -> Any:
        """What httpcore asks for; of an idle line, whether it is readable: then the server has closed it."""
        if info == "is_readable":
            return self._is_closed or self._is_readable()
        if info == "ssl_object":
            return self._socket if isinstance(self._socket, ssl.SSLSocket) else None
        return self._socket if info == "socket" else None

    def _is_readable(self) -> bool:
        if not hasattr(select, "poll"):
            return bool(select.select([self._socket], [], [], 0)[0])
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._socket, select.POLLIN)
        return bool(self._poll.poll(0))
