"""From the bytes of a file to its text: UTF-8, of a bearable size, without characters that no editor shows.

Knows nothing of YAML. The size is checked first, so that a caller need not read a huge file to hear that it is one.
"""

import functools
import re
from typing import Final

from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.source import Source, Span

JOURNEY_LIMIT: Final = 1_000_000
"""The largest journey file, in bytes."""

DATA_LIMIT: Final = 64_000_000
"""The largest environment file or YAML row file, in bytes."""

_BYTE_ORDER_MARKS: Final = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)
_LINE_SEPARATORS: Final = {"\x85": "next line", "\u2028": "line separator", "\u2029": "paragraph separator"}


@functools.cache
def _unshown() -> re.Pattern[str]:
    """What no editor shows. Compiled for the first file that is read anew: that takes 8 ms, and a cached one needs none."""
    return re.compile("[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")


def refuse_size(name: str, size: int, limit: int) -> Diagnostic | None:
    """A diagnostic when a file of `size` bytes is larger than `limit` allows: ask before reading it."""
    if size <= limit:
        return None
    return Diagnostic(
        code="E103",
        title=f"the file is too large: {_megabytes(size)}, at most {_megabytes(limit)}",
        file=name,
        help="move data into a row file, or long bodies into files of their own (json_file, file)",
    )


def decode(data: bytes, name: str, limit: int = JOURNEY_LIMIT) -> Source | tuple[Diagnostic, ...]:
    """The text of a file, a leading byte order mark left out, or why it is none."""
    too_large = refuse_size(name, len(data), limit)
    if too_large is not None:
        return (too_large,)
    encoding = _other_encoding(data)
    if encoding is not None:
        return (_not_utf8(name, f"the file is {encoding}, not UTF-8", None, ""),)
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        span, excerpt = _place(before + "\ufffd", len(before))
        return (_not_utf8(name, f"the byte 0x{data[error.start]:02x} is not UTF-8", span, excerpt),)
    source = Source(name, text)
    return find_unshown(source) or source


def find_unshown(source: Source) -> tuple[Diagnostic, ...]:
    """The first control character or other unshown character of a text, as a diagnostic."""
    found = _unshown().search(source.text)
    if found is None:
        return ()
    character = found[0]
    span, excerpt = _place(source.text, found.start())
    number = f"{ord(character):04X}"
    escape = f"\\x{number[2:]}" if ord(character) < 256 else f"\\u{number}"
    kind = _LINE_SEPARATORS.get(character)
    return (
        Diagnostic(
            code="E102",
            title=f"{f'a {kind}' if kind else _kind_of(character)} (U+{number}) stands in the text",
            file=source.name,
            span=span,
            excerpt=excerpt,
            help=f'remove it; where it is meant, write "{escape}" in double quotes',
        ),
    )


def _kind_of(character: str) -> str:
    if character == "\0":
        return "a NUL character"
    if "\ud800" <= character <= "\udfff":
        return "half of a surrogate pair"
    return "a byte order mark" if character == "\ufeff" else "a control character"


def _other_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32, by byte order mark, or without one by the zero bytes that ASCII has there."""
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    head = data[:4]
    if len(head) == 4:
        zeros = tuple(byte == 0 for byte in head)
        if zeros in ((True, True, True, False), (False, True, True, True)):
            return "UTF-32"
        if zeros in ((True, False, True, False), (False, True, False, True)):
            return "UTF-16"
    return None


def _not_utf8(name: str, title: str, span: Span | None, excerpt: str) -> Diagnostic:
    return Diagnostic(
        code="E101", title=title, file=name, span=span, excerpt=excerpt, help="save the file with the encoding UTF-8"
    )


def _place(text: str, index: int) -> tuple[Span, str]:
    """The span of one character, and its line with unshown characters made visible."""
    before = text[:index].splitlines(keepends=True)
    ends_line = bool(before) and before[-1][-1] in "\r\n"
    line = len(before) + 1 if ends_line or not before else len(before)
    column = 1 if ends_line or not before else len(before[-1]) + 1
    start = index - column + 1
    end = next(
        (at for at in range(index, min(len(text), index + 200)) if text[at] in "\r\n"), min(len(text), index + 200)
    )
    excerpt = _unshown().sub("\ufffd", text[start:end])
    return Span(line=line, column=column, end_line=line, end_column=column + 1), excerpt


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.10g} MB" if size % 100_000 == 0 else f"{size / 1_000_000:.1f} MB"
