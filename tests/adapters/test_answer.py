"""Answers read from bytes: every framing, cut anywhere, bounded, and as h11, which many have looked at, reads them."""

import re
import time
from collections.abc import Callable, Iterator

import h11
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pytest_journeys.adapters.answer import AnswerError, RawAnswer, read_answer
from pytest_journeys.adapters.incoming import CutShortError

LIMIT = 1000


def _reading(*pieces: bytes) -> Callable[[], bytes]:
    """A line on which these pieces come, and which is closed then."""
    rest: Iterator[bytes] = iter(pieces)
    return lambda: next(rest, b"")


def _read(*pieces: bytes, method: str = "GET") -> RawAnswer:
    return read_answer(_reading(*pieces), method=method, limit=LIMIT)


def _refused(*pieces: bytes) -> str:
    with pytest.raises(AnswerError) as caught:
        _read(*pieces)
    return str(caught.value)


_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
_CHUNKED = (
    b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;a="b"\r\nhe\r\n3 \r\nllo\r\n0\r\nX-Trailer: 1\r\n\r\n'
)
_CLOSING = b"HTTP/1.1 200 OK\r\nConnection: x, Close\r\nContent-Length: 5\r\n\r\nhello"
_UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\n\r\nhello"
_OLD = b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"
_TOLD = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
_FOLDED = b"HTTP/1.1 200\nX-Long: one\r\n\t two\nContent-Length: 5, 5\n\nhello"
_BOTH = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"


@pytest.mark.parametrize(
    ("data", "keeps_line"),
    [
        (_LENGTH, True),
        (_CHUNKED, True),
        (_BOTH, True),
        (_FOLDED, True),
        (_TOLD + _LENGTH, True),
        (_CLOSING, False),
        (_UNTIL_CLOSE, False),
        (_OLD, False),
        (_CHUNKED + b"HTTP/1.1 200 OK\r\n", False),
    ],
)
def test_a_body_ends_where_its_framing_says(data: bytes, keeps_line: bool) -> None:
    """Length, chunks, the end of the line; and whether another request may follow. However the bytes are cut."""
    whole = _read(data)
    assert (whole.status, whole.body, whole.keeps_line) == (200, b"hello", keeps_line)
    if whole.keeps_line:
        dripped = _read(*(data[index : index + 1] for index in range(len(data))))
        assert dripped == whole


def test_a_value_that_goes_on_in_the_next_line_is_one_value() -> None:
    """Obsolete, and still sent; a status line may lack its reason, a line end its CR."""
    answer = _read(_FOLDED)
    assert answer.fields[0] == (b"X-Long", b"one two")
    assert answer.reason == b""


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", 200), ("GET", 204), ("GET", 304), ("GET", 101), ("CONNECT", 200)]
)
def test_some_answers_have_no_body_whatever_they_announce(method: str, status: int) -> None:
    """HEAD, 204, 304; after a switch of protocols or a tunnel what follows is no HTTP, and the line is no longer ours."""
    answer = _read(b"HTTP/1.1 %d X\r\nContent-Length: 5\r\n\r\n" % status, method=method)
    assert answer.body == b""
    assert answer.keeps_line == (method != "CONNECT" and status != 101)


@pytest.mark.parametrize("data", [_LENGTH, _CHUNKED, _BOTH, _FOLDED, _TOLD + _LENGTH])
def test_an_answer_that_is_cut_is_never_taken_for_a_whole_one(data: bytes) -> None:
    """Wherever the server closes the line."""
    for end in range(len(data)):
        with pytest.raises(CutShortError):
            _read(data[:end])


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"HTTP/1.1 99 X\r\n\r\n", "no status line"),
        (b"HTTP/1.1 200 O\0K\r\n\r\n", "no status line"),
        (b"\r\nHTTP/1.1 200 OK\r\n\r\n", "no status line"),
        (b"HTTP/1.1 200 OK\r\n X: 1\r\n\r\n", "no header"),
        (b"HTTP/1.1 200 OK\r\nX : 1\r\n\r\n", "no header"),
        (b"HTTP/1.1 200 OK\r\nX: a\rb\r\n\r\n", "no header"),
        (b"HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n", "no header"),
        (b"HTTP/1.1 200 OK\r\n: 1\r\n\r\n", "no header"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\nhello", "differs"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\nhello", "no number"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n", "no number"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "not chunked"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "not chunked",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n", "without its size"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", "without its size"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n", "does not end where"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX : 1\r\n\r\n", "no header"),
        (_LENGTH + b"!", "more than the 5 bytes"),
    ],
)
def test_what_is_no_http_is_refused(data: bytes, why: str) -> None:
    """Where two readers of the same bytes could disagree, we take them for no answer at all."""
    assert re.search(why, _refused(data))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n", "the body is larger than 1000 bytes"),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1001, "the body is larger than 1000 bytes"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e8\r\n" + b"x" * 1000 + b"\r\n1\r\nx\r\n",
            "the body is larger than 1000 bytes",
        ),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n", "the body is larger than"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 50_000, "its head is longer than 102400 bytes"),
        (b"HTTP/1.1 200 OK\r\n" + b"X: 1\r\n" * 50_000 + b"\r\n", "its head is longer than 102400 bytes"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;" + b"x" * 200_000, "a line of its body is longer"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: 1\r\n" * 50_000,
            "its trailers are longer than 102400 bytes",
        ),
    ],
)
def test_whatever_a_server_sends_is_bounded(data: bytes, why: str) -> None:
    """Body, head, chunk lines, trailers: an endless one ends at its limit, also when it comes in one piece."""
    assert why in _refused(data)
    assert why in _refused(*(data[index : index + 7000] for index in range(0, len(data), 7000)))


@pytest.mark.parametrize(
    "line",
    [
        b"X:" + b" " * 90_000 + b"\0\r\n\r\n",
        b"X:" + b" a" * 45_000 + b"\0\r\n\r\n",
        b"X: 1" + b"\r\n " * 30_000 + b"\0\r\n\r\n",
        b"Transfer-Encoding: chunked\r\n\r\n5;" + b" " * 90_000 + b"\n",
        b"Transfer-Encoding: chunked\r\n\r\n5" + b" " * 90_000 + b"\n",
    ],
)
def test_no_line_takes_long_to_refuse(line: bytes) -> None:
    """The time grows with the length, not with its square: half a second would be that."""
    begin = time.process_time()
    _refused(b"HTTP/1.1 200 OK\r\n" + line)
    assert time.process_time() - begin < 0.2


def _by_h11(data: bytes) -> tuple[object, ...]:
    """What h11 makes of it: as `_by_us` tells it."""
    line = h11.Connection(h11.CLIENT, max_incomplete_event_size=100 * 1024)
    line.send(h11.Request(method="GET", target="/", headers=[("Host", "h")]))
    line.send(h11.EndOfMessage())
    line.receive_data(data)
    is_closed = False
    status = 0
    body = b""
    try:
        while True:
            event = line.next_event()
            if event is h11.NEED_DATA:
                if is_closed:
                    return ("cut",)
                is_closed = True
                line.receive_data(b"")
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage):
                return ("answer", status, body)
            elif isinstance(event, h11.ConnectionClosed):
                return ("cut",)
    except h11.RemoteProtocolError as error:
        return ("cut",) if "closed connection" in str(error) else ("refused",)


def _by_us(data: bytes) -> tuple[object, ...]:
    try:
        answer = _read(data)
    except AnswerError as error:
        return ("more",) if "more than" in str(error) else ("refused",)
    except CutShortError:
        return ("cut",)
    return "answer", answer.status, answer.body


_PIECES = st.sampled_from(
    [
        *(
            b"HTTP/1.1 200 OK\r\n",
            b"HTTP/1.0 404\r\n",
            b"HTTP/1.1 204 No\r\n",
            b"HTTP/1.1 100 C\r\n\r\n",
            b"HTTP/1.1 2",
        ),
        *(b"Content-Length: 5\r\n", b"Content-Length: 5", b"content-length: 7\r\n", b"Transfer-Encoding: chunked\r\n"),
        *(b"Connection: close\r\n", b"X: 1\r\n", b"X:\t\r\n", b" X", b"Y : 1\r\n", b": ", b"\t", b"\r", b"\n", b"\r\n"),
        *(
            b"\r\n\r\n",
            b"hello",
            b"5\r\nhello\r\n",
            b"0\r\n\r\n",
            b"0\r\n",
            b"a;b\r\n",
            b"\0",
            b"\x0b",
            b"\xff",
            b",",
            b"5",
        ),
    ]
)


@given(st.lists(_PIECES, max_size=12).map(b"".join), st.booleans())
@example(b"X: 1\r\n\r\n", True)
@example(b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n", True)
def test_answers_are_read_as_h11_reads_them(rest: bytes, has_status: bool) -> None:
    """The same status and body from any bytes that both take for an answer; refused or cut where h11 finds none."""
    data = b"HTTP/1.1 200 OK\r\n" + rest if has_status else rest
    ours, theirs = _by_us(data), _by_h11(data)
    if ours == ("more",):  # h11 leaves it to its user to look at what follows
        assert theirs[0] == "answer"
    elif theirs[0] == "answer":
        assert ours == theirs
    else:
        assert ours[0] != "answer"
