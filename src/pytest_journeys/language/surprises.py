"""What a YAML parser takes, and a person did not mean: odd keys, comments that cut texts, tabs, aliases, tags."""

import re
from typing import Final

from pytest_journeys.language.document import Document
from pytest_journeys.language.plain_text import in_quotes, plain_span, span_at, text_of
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.source import Span

_COMMENT: Final = re.compile(r"(?:^|(?<=\s))#", re.MULTILINE)


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


def explain_key(document: Document, span: Span, word: str, value: object) -> Diagnostic:
    """A key that is a number, a truth value or null."""
    if not word:
        return document.diagnose("E112", "a key is missing before the colon", span)
    kind = "null" if value is None else "a truth value" if isinstance(value, bool) else "a number"
    title, help = f"the key {_short(word)} is {kind}, and keys are texts", f"write {in_quotes(_short(word))}"
    return document.diagnose("E112", title, span, help=help)


def explain_comment(document: Document, span: Span, text: str, is_text: bool) -> Diagnostic | None:
    """A plain text that ends before `` #``: an error inside of a reference, a warning where it does not look like a comment."""
    line = document.excerpt(span.end_line)
    at = span_at(span.end_line, span.end_column + 1, max(len(line) - span.end_column, 1))
    opened = text.rfind("${{")
    help = "where `#` belongs to the text, write the whole text in quotes"
    if opened >= 0 and "}}" not in text[opened:]:
        return document.diagnose("E123", "a comment begins inside of a reference", at, label="not read", help=help)
    if is_text and line[span.end_column + 1 : span.end_column + 2].isdigit():
        title = f"the text ends before ` #`: it is {in_quotes(_short(text))}"
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
    behind = (len(text), len(text))
    start, end = next(waiting, behind)
    last_end = 0
    while index >= 0:
        while end <= index and end < len(text):
            last_end = end
            start, end = next(waiting, behind)
        line_start = max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1
        if start <= index:
            index = text.find("\t", end)
        elif _COMMENT.search(text, max(line_start, last_end), index):
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


def refuse_document(document: Document, span: Span) -> Diagnostic:
    """A second ``---``."""
    help = "put what follows into a file of its own"
    return document.diagnose("E108", "a second document begins here", span, label="one file, one journey", help=help)


def refuse_directive(document: Document, line: int) -> Diagnostic:
    """``%YAML`` or ``%TAG``."""
    at = span_at(line, 1, len(document.excerpt(line)))
    return document.diagnose("E109", "YAML directives are not used here", at, help="remove the lines that begin with %")


def refuse_tag(document: Document, span: Span) -> Diagnostic:
    """``!tag``; the span begins there."""
    at = span_at(span.line, span.column)
    help = "remove the tag; where a text that begins with ! is meant, write it in quotes"
    return document.diagnose("E109", "YAML tags are not used here", at, label="begins with !", help=help)


def has_surrogates(text: str) -> bool:
    """Whether an escape made half of a surrogate pair."""
    return any("\ud800" <= character <= "\udfff" for character in text)


def refuse_surrogates(document: Document, span: Span) -> Diagnostic:
    """An escape like that of JSON, which writes characters beyond U+FFFF in two halves; YAML does not."""
    help = "write the character itself, or its eight digits, as in \\U0001F600"
    return document.diagnose("E124", "an escape names half of a surrogate pair", span, help=help)


def refuse_duplicate(document: Document, span: Span, key: str, first_line: int | None) -> Diagnostic:
    """A key that the same mapping has already."""
    notes = (f"it is first written on line {first_line}",) if first_line is not None else ()
    return document.diagnose(
        "E111", f"the key `{_short(key)}` is there twice", span, notes=notes, help="keep one of them"
    )


def refuse_merge(document: Document, span: Span) -> Diagnostic:
    """``<<``."""
    help = "write the keys out, put what steps share under `defaults`, or let an alias stand for a whole value"
    return document.diagnose("E113", "`<<` merges nothing here", span, help=help)


def refuse_alias(document: Document, span: Span, name: str, *, is_open: bool) -> Diagnostic:
    """An alias of nothing, or of what it stands in."""
    if is_open:
        return document.diagnose("E114", f"`*{_short(name)}` is inside of what it names", span)
    help = "where a text that begins with * is meant, write it in quotes"
    return document.diagnose("E114", f"no anchor `&{_short(name)}` stands above", span, help=help)


def refuse_repetition(document: Document, span: Span, limit: int) -> Diagnostic:
    """Aliases of aliases."""
    help = "write a row file or inputs instead of aliases of aliases"
    return document.diagnose("E115", f"aliases repeat more than {_spaced(limit)} values", span, help=help)


def refuse_word(document: Document, span: Span, word: str, reason: str) -> Diagnostic:
    """A number that JSON cannot carry."""
    help = "where a text is meant, write it in quotes"
    return document.diagnose("E116", f"{_short(word)} {reason}", span, help=help)


def refuse_depth(document: Document, span: Span, limit: int) -> Diagnostic:
    """One level too many."""
    help = "keep deep data in a file of its own"
    return document.diagnose("E105", f"nested deeper than {limit} levels", span, help=help)


def refuse_number_of_values(document: Document, span: Span, limit: int) -> Diagnostic:
    """One value too many."""
    help = "keep rows and long data in files of their own"
    return document.diagnose("E127", f"the file holds more than {_spaced(limit)} values", span, help=help)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def _spaced(number: int) -> str:
    return f"{number:,}".replace(",", " ")
