"""Texts from outside made safe to show: one line stays one line, nothing moves the cursor or turns the direction of text.

What is not printable by Unicode (control characters, escapes, bidi controls, lone surrogates, unassigned code points) is
shown as its escape; so whatever comes out is legal XML and JSON, too.
"""

import unicodedata
from typing import Final

_SHORT: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def printable(text: str) -> str:
    r"""The text on one line, with ``\n``, ``\x1b``, ``\u202e`` and the like in the place of what is not printable."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escaped(char) for char in text)


def printable_lines(text: str) -> list[str]:
    """The text's lines, each printable, tabs as four columns."""
    return [printable(line.expandtabs(4)) for line in text.splitlines()]


def cut(text: str, longest: int) -> str:
    """The text, cut to about so many characters; what was cut is told."""
    if len(text) <= longest:
        return text
    return f"{text[:longest]}... ({len(text) - longest} more characters)"


def width(text: str) -> int:
    """The columns that a printable text takes: wide characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    return sum(_columns(char) for char in text)


def _columns(char: str) -> int:
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _escaped(char: str) -> str:
    code = ord(char)
    if char in _SHORT:
        return _SHORT[char]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
