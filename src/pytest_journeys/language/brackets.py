"""Trouble between the brackets of YAML: bare references and paths, colons, commas, brackets that do not match."""

import re

from pytest_journeys.language import surprises
from pytest_journeys.language.document import Document
from pytest_journeys.language.indentation import look_at
from pytest_journeys.language.plain_text import in_quotes, plain_start, span_at, text_of
from pytest_journeys.language.trouble import Trouble
from pytest_journeys.values.diagnostic import Diagnostic


def explain_brackets(document: Document, trouble: Trouble) -> Diagnostic | None:
    """The rule for trouble between brackets; None for any other."""
    if not trouble.context.startswith("while parsing a flow") or trouble.context == "while parsing a flow node":
        return None
    sign = trouble.found
    before = document.excerpt(trouble.line)[: trouble.column - 1]
    if sign in ("{", "[") and before and before[-1] not in " ,{[\"'}]":
        return _refuse_bare(document, trouble, sign)
    if sign == "?":
        return surprises.explain_question_mark(document, trouble.line, trouble.column)
    bracket = document.excerpt(trouble.context_line)[trouble.context_column - 1 : trouble.context_column]
    if sign == ":":
        return _colon_in_flow(document, trouble, bracket)
    if sign in ("}", "]"):
        title = f"`{bracket}` is closed by `{sign}`"
        return document.diagnose("E118", title, trouble.at, label=f"`{_closing(bracket)}` is expected here")
    if sign.startswith("<") and sign not in ("<scalar>", "<alias>", "<anchor>", "<tag>"):
        return _refuse_bracket(document, trouble, bracket)
    if sign == "<scalar>" and before.rstrip()[-1:] in ("'", '"'):
        return refuse_after_quote(document, trouble)
    if (
        look_at(document, trouble.line) is not None
        and trouble.line > trouble.context_line
        and sign in ("-", "<scalar>")
    ):
        return _refuse_bracket(document, trouble, bracket)
    return document.diagnose("E126", f"a comma is missing inside of `{bracket}`", trouble.at, label="before this")


def _refuse_bare(document: Document, trouble: Trouble, sign: str) -> Diagnostic:
    """A reference, path or expression without quotes between brackets."""
    text = document.excerpt(trouble.line)
    is_reference = sign == "{" and text[: trouble.column - 1].endswith("$")
    start = plain_start(text, trouble.column)
    if is_reference:
        closing = text.find("}}", trouble.column)
        end = closing + 3 if closing >= 0 else trouble.column + 2
        while end <= len(text) and text[end - 1] not in " ,}]":
            end += 1
        title = "a reference inside of brackets needs quotes"
    else:
        behind = re.match(r"[\[{][^,}\]]*[\]}]?(?:[^,:}\]]|:(?!\s))*(?<!\s)", text[trouble.column - 1 :])
        end = trouble.column + (behind.end() if behind else 1)
        title = f"a text with `{sign}` needs quotes inside of brackets"
    span = span_at(trouble.line, start, end - start)
    return document.diagnose("E119", title, span, help=f"write {in_quotes(text_of(document, span))}")


def _colon_in_flow(document: Document, trouble: Trouble, bracket: str) -> Diagnostic:
    line, opened = look_at(document, trouble.line), look_at(document, trouble.context_line)
    if trouble.line == trouble.context_line or line is None or opened is None:
        start = plain_start(document.excerpt(trouble.line), trouble.column, past_colon=True)
        return refuse_colon(document, trouble.line, start)
    if line.key_column <= opened.key_column:
        return _refuse_bracket(document, trouble, bracket)
    if trouble.column > line.key_column + len(line.name):
        start = plain_start(document.excerpt(trouble.line), trouble.column, past_colon=True)
        return refuse_colon(document, trouble.line, start)
    at = span_at(trouble.line, line.key_column, len(line.name))
    return document.diagnose("E126", f"a comma is missing inside of `{bracket}`", at, label="before this")


def refuse_colon(document: Document, line: int, column: int) -> Diagnostic:
    """A plain text, from this column on, with a second ``: `` in it."""
    text = document.excerpt(line)
    end = len(re.split(r"\s#", text)[0].rstrip())
    opened = text[: column - 1].rfind("{")
    if opened > text[: column - 1].rfind("}"):
        behind = re.search(r"[,}]", text[column - 1 :])
        end = column - 1 + behind.start() if behind else end
    span = span_at(line, column, max(end - column + 1, 1))
    title = "a text with a colon and a space in it needs quotes"
    return document.diagnose("E120", title, span, help=f"write {in_quotes(text_of(document, span))}")


def _refuse_bracket(document: Document, trouble: Trouble, bracket: str) -> Diagnostic:
    at = span_at(trouble.context_line, trouble.context_column)
    help = f"close it with `{_closing(bracket)}`"
    return document.diagnose("E118", f"`{bracket}` is not closed", at, label="opened here", help=help)


def find_last_bracket(document: Document) -> Diagnostic | None:
    """The file ends behind an opened bracket."""
    before = document.source.text.rstrip(" \r\n,:")
    if before[-1:] not in ("[", "{"):
        return None
    line = len(before.splitlines())
    at = span_at(line, len(before.splitlines()[-1]))
    help = f"close it with `{_closing(before[-1])}`"
    return document.diagnose("E118", f"`{before[-1]}` is not closed", at, label="opened here", help=help)


def refuse_after_quote(document: Document, trouble: Trouble) -> Diagnostic:
    """Text behind a closing quote."""
    return document.diagnose(
        "E129",
        "text after the closing quote",
        trouble.at,
        label="the quoted text ends before this",
        help="use the other kind of quotes around the whole text, or double a single quote inside ('it''s')",
    )


def _closing(bracket: str) -> str:
    return "]" if bracket == "[" else "}"
