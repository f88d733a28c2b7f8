"""A request and what came of it, in our own words, so that a transport is one adapter and nothing else knows httpx.

Header names keep the case they were written or received in and are compared without it; a name may appear several times.
"""

from dataclasses import field
from enum import Enum
from typing import Final, TypeAlias

from pytest_journeys.values.fact import fact

Headers: TypeAlias = tuple[tuple[str, str], ...]

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@fact
class HttpRequest:
    """One request as it leaves: absolute URL, every header that we decide on, the whole body."""

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""


@fact
class HttpResponse:
    """One answer. `body` is content-decoded; `timings_ms` holds at least ``total``, in milliseconds."""

    status: int
    reason: str
    http_version: str
    headers: Headers
    body: bytes
    timings_ms: dict[str, float] = field(default_factory=dict)

    def header(self, name: str) -> str | None:
        """The first value of a header, or None."""
        folded = name.lower()
        return next((value for key, value in self.headers if key.lower() == folded), None)

    def header_values(self, name: str) -> list[str]:
        """Every value of a header, in the order received."""
        folded = name.lower()
        return [value for key, value in self.headers if key.lower() == folded]


class FailureKind(Enum):
    """Why no whole answer came. `retry: {errors: [...]}` names ``connect`` and ``timeout``."""

    CONNECT = "connect"  # refused, unreachable, no such host, TLS: nothing was sent
    TIMEOUT = "timeout"  # the attempt's total time is over
    CUT = "cut"  # the line was closed or reset after the request had begun to leave
    PROTOCOL = "protocol"  # what came is not HTTP, lies about its length or encoding, or is beyond a limit
    INVALID = "invalid"  # the request itself cannot be sent (a bad URL, a newline in a header)


@fact
class TransportFailure:
    """No whole answer. `may_have_left` is False only when it is certain that no byte of the request reached the server."""

    kind: FailureKind
    text: str
    may_have_left: bool
    timings_ms: dict[str, float] = field(default_factory=dict)
