"""The visual language of every finding, on 80 columns: headline, place, excerpt with carets, facts behind ``=``.

Bad files and failed assertions are told in the same shape; this module knows the shape and not what it tells.
"""

from collections.abc import Iterator
from typing import Final, TypeAlias

from pytest_journeys.reports.printable import printable, width
from pytest_journeys.values.fact import fact
from pytest_journeys.values.source import Span

COLUMNS: Final = 80
_TAB: Final = 4
_LONGEST_EXCERPT: Final = 200  # characters of a source line; a longer one is shown around its span


@fact
class Place:
    """Where a finding points to. `excerpt` is the line that the span begins on, empty when it is not known."""

    file: str
    span: Span | None = None
    excerpt: str = ""
    label: str = ""

    @property
    def margin(self) -> int:
        """The columns of the line number."""
        return len(str(self.span.line)) if self.span is not None else 1


def place_lines(place: Place) -> Iterator[str]:
    """The ``-->`` line and the excerpt with its carets."""
    margin = " " * place.margin
    span = place.span
    if span is None:
        yield f"{margin}--> {printable(place.file)}"
        return
    yield f"{margin}--> {printable(place.file)}:{span.line}:{span.column}"
    if not place.excerpt.strip():
        if place.label:
            yield f"{margin} = {printable(place.label)}"
        return
    text, start, end = _window(place.excerpt.rstrip("\r\n"), span)
    before, marked = _columns_of(text[:start]), _columns_of(text[start:end])
    carets = " " * width(before) + "^" * max(1, width(marked))
    yield f"{margin} |"
    yield f"{span.line} | {_columns_of(text).rstrip()}"
    yield from _labelled(margin, carets, printable(place.label))


Fact: TypeAlias = tuple[str, str | list[str]]
"""A name and what is told of it: a text to be wrapped, or lines to be shown as they are."""


def fact_lines(margin: int, fact: Fact) -> Iterator[str]:
    """``= name: text``, wrapped and indented under the text's beginning."""
    name, told = fact
    head = f"{' ' * margin} = {name}: "
    for line in told if isinstance(told, list) else wrapped(told, COLUMNS - len(head)):
        yield f"{head}{line}".rstrip()
        head = " " * len(head)


def wrapped(text: str, columns: int) -> Iterator[str]:
    """The text in lines of at most so many columns, broken at spaces; a longer word is broken unless it is a URL."""
    line = ""
    for word in text.split(" "):
        if line and width(line) + 1 + width(word) <= columns:
            line += f" {word}"
            continue
        if line:
            yield line
        line = word
        while width(line) > columns and "://" not in line:
            fits = _fitting(line, columns)
            yield line[:fits]
            line = line[fits:]
    yield line


def _fitting(text: str, columns: int) -> int:
    """How many characters of a text take at most so many columns; at least one."""
    fits = min(len(text), columns)
    while fits > 1 and width(text[:fits]) > columns:
        fits -= 1
    return fits


def _labelled(margin: str, carets: str, label: str) -> Iterator[str]:
    one_line = f"{margin} | {carets} {label}".rstrip()
    if not label or width(one_line) <= COLUMNS:
        yield one_line
        return
    yield f"{margin} | {carets}"
    for line in wrapped(label, COLUMNS - len(margin) - 3):
        yield f"{margin} | {line}"


def _columns_of(text: str) -> str:
    """The text as it is shown: tabs as spaces, so that carets stand under the right place."""
    return printable(text.replace("\t", " " * _TAB))


def _window(line: str, span: Span) -> tuple[str, int, int]:
    """The part of the line that is shown, and where the span begins and ends in it."""
    start = min(max(span.column - 1, 0), len(line))
    end = min(span.end_column - 1, len(line)) if span.end_line == span.line else len(line.rstrip())
    end = max(end, start)
    if len(line) <= _LONGEST_EXCERPT:
        return line, start, end
    first = max(0, start - _LONGEST_EXCERPT // 4)
    last = min(len(line), first + _LONGEST_EXCERPT)
    head, tail = "..." if first else "", "..." if last < len(line) else ""
    shift = len(head) - first
    return head + line[first:last] + tail, start + shift, min(end, last) + shift
