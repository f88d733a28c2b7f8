"""An answer as HTTP/1.1 frames it (RFC 9112): read whole, checked and bounded. Nothing that a server says is trusted.

Knows bytes; decodes no content and knows no socket.
"""

import re
from typing import Final, Literal, TypeAlias

from pytest_journeys.adapters.incoming import Incoming, Read, TooLongError
from pytest_journeys.values.fact import fact

_LONGEST_HEAD: Final = 100 * 1024  # bytes, of a head, of a chunk's line and of the trailers
_BODILESS: Final = frozenset({204, 304})
_SWITCHING: Final = 101

_BLANK: Final = re.compile(rb"\n\r?\n")
_NEWLINE: Final = re.compile(rb"\n")
_STATUS_LINE: Final = re.compile(rb"HTTP/([0-9]\.[0-9]) ([1-9][0-9]{2})(?: ([^\0\r\n\v\f]*))?\r?\n")
_FIELD: Final = re.compile(rb"([-!#$%&'*+.^_`|~0-9A-Za-z]+):([^\0\r\n\v\f]*)\r?\n")
_FOLD: Final = re.compile(rb"\r?\n[ \t]+")  # a value that goes on in the next line: obsolete, and still sent
_LENGTH: Final = re.compile(rb"[0-9]{1,20}")
_CHUNK_LINE: Final = re.compile(rb"([0-9A-Fa-f]{1,20})[ \t]*(?:;[^\r\n]*)?\r\n")

Field: TypeAlias = tuple[bytes, bytes]
Framing: TypeAlias = int | Literal["chunked", "until close"]
"""How the end of a body is known; a number is its length in bytes."""


class AnswerError(Exception):
    """What came is no answer that may be believed; the message is a sentence."""


@fact
class RawAnswer:
    """One whole answer. `keeps_line`: another request may be sent on the line that it came by."""

    status: int
    reason: bytes
    version: bytes
    fields: tuple[Field, ...]
    body: bytes
    keeps_line: bool


def read_answer(read: Read, *, method: str, limit: int) -> RawAnswer:
    """The final answer to a request of this method, with at most `limit` bytes of body.

    Raises `AnswerError`, `CutShortError` and what `read` raises.
    """
    incoming = Incoming(read)
    while True:
        try:
            head = incoming.through(_BLANK, _LONGEST_HEAD)
        except TooLongError:
            raise _not_http(f"its head is longer than {_LONGEST_HEAD} bytes") from None
        line = _STATUS_LINE.match(head)
        if line is None:
            raise _not_http("its first line is no status line")
        status = int(line[2])
        fields = _fields_of(head[line.end() :])
        if status >= 200 or status == _SWITCHING:
            break
    framing, keeps_line = _framing_of(fields, is_persistent=line[1] >= b"1.1")
    if method == "HEAD" or status in _BODILESS:
        body = b""
    elif status == _SWITCHING or (method == "CONNECT" and status < 300):
        body, keeps_line = b"", False  # what follows is no HTTP
    elif isinstance(framing, int):
        body = _of_length(incoming, framing, limit)
    elif framing == "chunked":
        body = _of_chunks(incoming, limit)
    else:
        body, keeps_line = _until_close(incoming, limit), False
    return RawAnswer(
        status=status,
        reason=line[3] or b"",
        version=b"HTTP/" + line[1],
        fields=fields,
        body=body,
        keeps_line=keeps_line and incoming.is_empty,
    )


def _fields_of(block: bytes) -> tuple[Field, ...]:
    """The fields of a head or of trailers, which end with a blank line."""
    if b"\n " in block or b"\n\t" in block:
        block = _FOLD.sub(b" ", block)
    fields: list[Field] = []
    position = 0
    while (found := _FIELD.match(block, position)) is not None:
        fields.append((found[1], found[2].strip(b" \t")))
        position = found.end()
    if block[position:] not in (b"\r\n", b"\n"):
        raise _not_http("a line of its head is no header")
    return tuple(fields)


def _framing_of(fields: tuple[Field, ...], *, is_persistent: bool) -> tuple[Framing, bool]:
    """How the body ends, and whether the line may be kept. A coding wins over a length (RFC 9112, section 6.3)."""
    length: int | None = None
    codings: list[bytes] = []
    for name, value in fields:
        folded = name.lower()
        if folded == b"content-length":
            for part in value.split(b","):
                told = part.strip()
                if not _LENGTH.fullmatch(told):
                    raise _not_http("its Content-Length is no number")
                if length is not None and length != int(told):
                    raise _not_http("its Content-Length is given twice and differs")
                length = int(told)
        elif folded == b"transfer-encoding":
            codings.append(value.lower())
        elif folded == b"connection":
            is_persistent = is_persistent and b"close" not in [part.strip() for part in value.lower().split(b",")]
    if codings:
        if codings != [b"chunked"]:
            raise _not_http("its Transfer-Encoding is not chunked")
        return "chunked", is_persistent
    return ("until close" if length is None else length), is_persistent


def _of_length(incoming: Incoming, length: int, limit: int) -> bytes:
    if length > limit:
        raise _too_large(limit)
    body = incoming.take(length)
    if not incoming.is_empty:
        raise AnswerError(f"the server sent more than the {length} bytes that it announced")
    return body


def _of_chunks(incoming: Incoming, limit: int) -> bytes:
    parts: list[bytes] = []
    left = limit
    while True:
        line = _CHUNK_LINE.fullmatch(_line_of(incoming))
        if line is None:
            raise _not_http("a chunk of its body begins without its size")
        size = int(line[1], 16)
        if not size:
            break
        left -= size
        if left < 0:
            raise _too_large(limit)
        parts.append(incoming.take(size))
        if incoming.take(2) != b"\r\n":
            raise _not_http("a chunk of its body does not end where it said")
    trailers: list[bytes] = []
    room = _LONGEST_HEAD
    while not trailers or trailers[-1] not in (b"\r\n", b"\n"):
        trailers.append(_line_of(incoming))
        room -= len(trailers[-1])
        if room < 0:
            raise _not_http(f"its trailers are longer than {_LONGEST_HEAD} bytes")
    _fields_of(b"".join(trailers))
    return b"".join(parts)


def _line_of(incoming: Incoming) -> bytes:
    try:
        return incoming.through(_NEWLINE, _LONGEST_HEAD)
    except TooLongError:
        raise _not_http(f"a line of its body is longer than {_LONGEST_HEAD} bytes") from None


def _until_close(incoming: Incoming, limit: int) -> bytes:
    try:
        return incoming.rest(limit)
    except TooLongError:
        raise _too_large(limit) from None


def _not_http(why: str) -> AnswerError:
    return AnswerError(f"the answer is not HTTP: {why}")


def _too_large(limit: int) -> AnswerError:
    return AnswerError(f"the body is larger than {limit} bytes")
