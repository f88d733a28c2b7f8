"""Makes a line to a host and a port, within what is left of the attempt: resolving, and one address after the other."""

import re
import socket
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any, Final, TypeAlias

from pytest_journeys.adapters.line import ConnectError, Exchange, Line, LineTimeoutError

Address: TypeAlias = tuple[int, int, int, str, Any]
"""What `socket.getaddrinfo` answers: family, type, protocol, canonical name, socket address."""

Resolver: TypeAlias = Callable[[str, int], list[Address]]

_NUMERIC: Final = re.compile(r"[\d.]+|.*:.*")


def system_resolver(host: str, port: int) -> list[Address]:
    """The system's."""
    return [*socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


def connect(host: str, port: int, exchange: Exchange, resolve: Resolver, *, is_counted: bool) -> Line:
    """A line to the first address that answers; each gets its share of the time that is left.

    Raises `ConnectError` and `LineTimeoutError`.
    """
    exchange.connecting = monotonic()
    addresses = _addresses(host, port, exchange, resolve)
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
            return Line(made, exchange, is_counted=is_counted)
    exchange.left()
    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    raise ConnectError(f"cannot connect to {shown}: {reason}")


def _addresses(host: str, port: int, exchange: Exchange, resolve: Resolver) -> list[Address]:
    """Resolve a name; in a thread, because the system's resolver takes no timeout."""
    if _NUMERIC.fullmatch(host):
        return _looked_up(host, port, resolve)
    found: list[list[Address] | ConnectError] = []

    def look_up() -> None:
        try:
            found.append(_looked_up(host, port, resolve))
        except ConnectError as error:
            found.append(error)

    thread = threading.Thread(target=look_up, name="journeys-resolver", daemon=True)
    thread.start()
    thread.join(exchange.left())
    if not found:
        raise LineTimeoutError
    if isinstance(found[0], ConnectError):
        raise found[0]
    return found[0]


def _looked_up(host: str, port: int, resolve: Resolver) -> list[Address]:
    try:
        return resolve(host, port)
    except (OSError, UnicodeError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConnectError(f"cannot resolve {host}: {reason.lower()}") from None
