"""Plain (unquoted) texts of YAML as they stand in a line: where one begins and ends, and how it looks in quotes."""

import re

from pytest_journeys.language.document import Document
from pytest_journeys.values.source import Span


def span_at(line: int, column: int, length: int = 1) -> Span:
    """A span within one line."""
    return Span(line=line, column=column, end_line=line, end_column=column + length)


def plain_start(text: str, column: int, *, past_colon: bool = False) -> int:
    """Where the plain text between brackets begins that the column is in."""
    before = text[: column - 1]
    start = 0
    for found in re.finditer(r"[,{\[]\s*|:\s+", before):
        if found.end() < len(before) or not past_colon:
            start = found.end()
    return min(start, column - 1) + 1


def plain_span(document: Document, line: int, column: int) -> Span:
    """The plain text that the column is in, up to a comma, a closing bracket or a comment."""
    text = document.excerpt(line)
    start = plain_start(text, column)
    in_brackets = re.search(r"[{\[]", text[: start - 1]) is not None
    end = re.search(r"\s*(?:[,}\]]|\s#|$)" if in_brackets else r"\s*(?:\s#|$)", text[column - 1 :])
    length = column - start + (end.start() if end else 1)
    return span_at(line, start, max(length, 1))


def text_of(document: Document, span: Span) -> str:
    """What stands in a span of one line."""
    return document.excerpt(span.line)[span.column - 1 : span.end_column - 1]


def in_quotes(text: str) -> str:
    """The text as it is written with quotes; a long one is cut."""
    text = text if len(text) <= 80 else f"{text[:77]}..."
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"
