"""A line to a server that keeps one deadline for all that happens on it: TLS, sending, receiving.

Knows sockets, nothing of HTTP. A timeout per read would never end an answer that drips, so each operation waits for what
is left of the attempt and no longer.
"""

import select
import socket
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ssl import SSLContext

_PIECE: Final = 64 * 1024  # bytes, of one read


class LineTimeoutError(Exception):
    """The attempt's total time is over."""


class LineCutError(Exception):
    """The line broke while an answer was awaited or came."""


class ConnectError(Exception):
    """No line could be made: no such host, refused, unreachable, TLS, a proxy that does not let through."""


class StaleLineError(Exception):
    """A kept line was dead: the system took not one byte of the request."""


class Exchange:
    """One attempt: its deadline, and what happened on the line so far. Begun anew for each request."""

    __slots__ = ("connected", "connecting", "deadline", "first_byte", "is_broken", "received", "sent", "started")

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
        self.is_broken = False
        """The line would take no more of the request; what came back may still say why."""

    def left(self) -> float:
        """Seconds until the deadline. Raises `LineTimeoutError` when there are none."""
        left = self.deadline - monotonic()
        if left <= 0:
            raise LineTimeoutError
        return left


class Line:
    """One connected socket. Bytes count as sent only on a line that may carry the request."""

    __slots__ = ("_exchange", "_is_closed", "_is_counted", "_poll", "_socket")

    def __init__(self, made: socket.socket, exchange: Exchange, *, is_counted: bool) -> None:
        self._socket = made
        self._exchange = exchange
        self._is_counted = is_counted
        self._is_closed = False
        self._poll: Any = None

    def read(self) -> bytes:
        """The next bytes, empty when the server closed the line. Raises `LineTimeoutError`, `LineCutError`."""
        exchange = self._exchange
        try:
            self._socket.settimeout(exchange.left())
            data = self._socket.recv(_PIECE)
        except TimeoutError:
            raise LineTimeoutError from None
        except OSError as error:
            raise LineCutError((error.strerror or str(error)).lower()) from None
        if not exchange.received:
            exchange.first_byte = monotonic()
        exchange.received += len(data)
        return data

    def send(self, data: bytes) -> None:
        """Send all of it. A line that breaks meanwhile is told by the next read: the server may have answered before.

        Raises `StaleLineError` and `LineTimeoutError`.
        """
        exchange = self._exchange
        rest: bytes | memoryview = data
        while rest and not exchange.is_broken:
            try:
                self._socket.settimeout(exchange.left())
                count = self._socket.send(rest)
            except TimeoutError:
                raise LineTimeoutError from None
            except OSError:
                if not exchange.sent and not exchange.connecting:
                    raise StaleLineError from None
                exchange.is_broken = True
                return
            if self._is_counted:
                exchange.sent += count
            rest = memoryview(rest)[count:]

    def start_tls(self, context: "SSLContext", host: str) -> "Line":
        """The same line, encrypted; it carries the request. Raises `ConnectError` and `LineTimeoutError`, closed then."""
        exchange = self._exchange
        try:
            self._socket.settimeout(exchange.left())
            wrapped = context.wrap_socket(self._socket, server_hostname=host)
        except TimeoutError:
            self.close()
            raise LineTimeoutError from None
        except (OSError, ValueError) as error:
            self.close()
            if refused := getattr(error, "verify_message", ""):
                raise ConnectError(f"TLS: the certificate of {host} is refused: {refused}") from None
            reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
            raise ConnectError(f"TLS with {host} failed: {str(reason).lower().replace('_', ' ')}") from None
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

    def is_readable(self) -> bool:
        """Of an idle line: the server has closed it, or sent what nobody asked for."""
        if self._is_closed:
            return True
        if not hasattr(select, "poll"):
            return bool(select.select([self._socket], [], [], 0)[0])
        if self._poll is None:
            self._poll = select.poll()
            self._poll.register(self._socket, select.POLLIN)
        return bool(self._poll.poll(0))
