"""The bytes of a row or environment file as text: UTF-8, no NUL, not beyond reason."""

from typing import Final

from pytest_journeys.bindings.complaints import Complaints, point
from pytest_journeys.values.fact import fact

MOST_BYTES: Final = 256 * 1024 * 1024
"""A larger row file is refused: every worker holds its rows."""


@fact
class TooLarge:
    """A file that is not read: it holds so many bytes, or more."""

    size: int


def text_of(data: bytes | TooLarge, complaints: Complaints) -> str | None:
    """The text without its byte order mark, or None when it is no text that we read."""
    if isinstance(data, TooLarge):
        complaints.add(
            "E602",
            f"a file of {data.size // 1_000_000} MB; {MOST_BYTES // 1_000_000} MB is the limit",
            None,
            help="split it: every worker holds all rows of a file",
        )
        return None
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        complaints.add("E601", "the file is UTF-16", point(1, 1), help="save it as UTF-8")
        return None
    null = data.find(b"\0")
    if null >= 0:
        help = "it looks like UTF-16: save it as UTF-8" if data[:64].count(b"\0") > 8 else "take it away"
        complaints.add("E601", "the file holds a NUL byte", point(*_place(data, null)), help=help)
        return None
    try:
        return data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        complaints.add(
            "E601",
            f"byte 0x{data[error.start]:02x} is no UTF-8",
            point(*_place(data, error.start)),
            help="save the file as UTF-8",
        )
        return None


def _place(data: bytes, at: int) -> tuple[int, int]:
    r"""Line and column of a byte, lines ending with ``\n``."""
    start = data.rfind(b"\n", 0, at) + 1
    before = data[start:at].removeprefix(b"\xef\xbb\xbf") if start == 0 else data[start:at]
    return data.count(b"\n", 0, at) + 1, len(before.decode("utf-8", "replace")) + 1
