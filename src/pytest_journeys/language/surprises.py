"""What a YAML parser takes, and a person did not mean: odd keys, comments that cut texts, tabs, aliases, tags."""

import re
from typing import Any

from pytest_journeys.language.document import Document
from pytest_journeys.language.plain_text import in_quotes, plain_span, span_at, text_of
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.source import Span


def explain_escape(document: Document, line: int, column: int) -> Diagnostic:
    """A backslash in double quotes that begins no escape; `column` is behind the backslash."""
    text = document.excerpt(line)
    start = max(text.rfind("\\", 0, column), 0)
    return document.diagnose(
        "E124",
        f"`{text[start : start + 2]}` is no escape that double quotes know",
        span_at(line, start + 1, 2),
        help="write the text in single quotes, where a backslash is a backslash",
    )


def explain_odd_key(document: Document, span: Span, is_flow: bool) -> Diagnostic:
    """A list or a mapping where a key is expected; most often ``{{ x }}`` of another tool."""
    line = document.excerpt(span.line)
    closing = line.find("}}", span.column)
    if is_flow and line[max(span.column - 2, 0) : span.column] == "{{":
        end = closing + 2 if closing >= 0 else span.column
        inner = line[span.column : end - 2].strip()
        at = span_at(span.line, span.column - 1, end - span.column + 2)
        help = f"a reference is written {in_quotes('${{ ' + inner + ' }}')}"
        return document.diagnose("E119", "`{{ ... }}` is no reference", at, help=help)
    return document.diagnose(
        "E112", "a key is a text, not a list or a mapping", span, help="write the key as one word or in quotes"
    )


def explain_key(document: Document, span: Span, event: Any, value: object, kind: str) -> Diagnostic:
    """A key that is a number, a truth value or null."""
    word = str(getattr(event, "value", ""))
    if not word:
        return document.diagnose("E112", "a key is missing before the colon", span)
    shown = word if len(word) <= 40 else f"{word[:37]}..."
    return document.diagnose(
        "E112", f"the key {shown} is {kind}, and keys are texts", span, help=f"write {in_quotes(shown)}"
    )


def explain_comment(document: Document, span: Span, text: str, is_text: bool) -> Diagnostic | None:
    """A plain text that ends before `` #``: an error inside of a reference, a warning where it does not look like a comment."""
    line = document.excerpt(span.end_line)
    at = span_at(span.end_line, span.end_column + 1, max(len(line) - span.end_column, 1))
    opened = text.rfind("${{")
    help = "where `#` belongs to the text, write the whole text in quotes"
    if opened >= 0 and "}}" not in text[opened:]:
        return document.diagnose("E123", "a comment begins inside of a reference", at, label="not read", help=help)
    if is_text and line[span.end_column + 1 : span.end_column + 2].isdigit():
        title = f"the text ends before ` #`: it is {in_quotes(text if len(text) <= 40 else f'{text[:37]}...')}"
        return document.diagnose("E123", title, at, label="a comment", help=help, severity=Severity.WARNING)
    return None


def explain_question_mark(document: Document, line: int, column: int) -> Diagnostic:
    """A ``?`` in a plain text between brackets."""
    span = plain_span(document, line, column)
    text = text_of(document, span)
    return document.diagnose(
        "E121", "a text with ? needs quotes inside of brackets", span, help=f"write {in_quotes(text)}"
    )


def find_tab(document: Document, letters: list[tuple[int, int]]) -> Diagnostic | None:
    """The first tab that is neither in a quoted or block text (`letters`, as indexes) nor in a comment."""
    text = document.source.text
    index = text.find("\t")
    waiting = iter(letters)
    start, end = next(waiting, (len(text), len(text)))
    while index >= 0:
        while end <= index:
            start, end = next(waiting, (len(text), len(text)))
        line_start = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
        if start <= index:
            index = text.find("\t", end)
        elif re.search(r"(?:^|\s)#", text[line_start:index]):
            line_end = text.find("\n", index)
            index = text.find("\t", line_end) if line_end >= 0 else -1
        else:
            line = len(text[: index + 1].splitlines())
            return refuse_tab(document, line, index - line_start + 1)
    return None


def refuse_tab(document: Document, line: int, column: int) -> Diagnostic:
    """A tab outside of quotes, block texts and comments."""
    return document.diagnose(
        "E104", "a tab stands where only spaces may", span_at(line, column), label="a tab", help="use spaces"
    )
