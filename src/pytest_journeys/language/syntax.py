"""What a person most likely meant where the YAML parser gives up.

Knows the words of PyYAML's pure-Python parser (the only ones that reach it) and the text; the sentences are ours. Each
rule looks at one kind of trouble and answers with a diagnostic, or with None.
"""

import re
from dataclasses import dataclass
from typing import Final

from pytest_journeys.language import surprises
from pytest_journeys.language.document import Document
from pytest_journeys.language.indentation import Line, line_before, look_at, right_column
from pytest_journeys.language.plain_text import in_quotes, plain_span, plain_start, span_at, text_of
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.source import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A parser's error: lines and columns begin at 1, `context_line` is 0 when there is no context.

    `quoted` is the last quoted text of more than one line that was read before.
    """

    problem: str
    context: str
    line: int
    column: int
    context_line: int
    context_column: int
    quoted: Span | None


_FOUND: Final = re.compile(r"(?:but found|but got) '(.*)'$", re.DOTALL)
_KEY_WITHOUT_SPACE: Final = re.compile(r"(?:- +)*(?P<key>[A-Za-z_][\w.-]*):(?P<value>[^\s:/].*)?$", re.ASCII)
_VALUE_ON_LINE: Final = re.compile(r"[ ]*(?:- +)*(?:\"[^\"]*\"|'[^']*'|[^\s#'\"{\[][^#]*?):[ ]+(?=\S)")
_SPECIAL: Final = {
    "while scanning an alias": "*",
    "while scanning an anchor": "&",
    "while scanning a block scalar": "> or |",
}


def explain(document: Document, trouble: Trouble) -> Diagnostic:
    """One sentence for one trouble: the first rule that knows it answers."""
    for rule in (_tab, _quote, _escape, _special, _tag, _flow, _colon, _no_colon, _after_value, _indent, _no_value):
        found = rule(document, trouble)
        if found is not None:
            return found
    return document.diagnose(
        "E126", "the file is no YAML from here on", _at(trouble), label="not expected here", notes=(trouble.problem,)
    )


def _tab(document: Document, trouble: Trouble) -> Diagnostic | None:
    line = document.excerpt(trouble.line)
    lead = line[: len(line) - len(line.lstrip())]
    if "\t" in lead:
        return surprises.refuse_tab(document, trouble.line, lead.index("\t") + 1)
    if trouble.problem.startswith("found character '\\t'"):
        return surprises.refuse_tab(document, trouble.line, trouble.column)
    return None


def _quote(document: Document, trouble: Trouble) -> Diagnostic | None:
    if trouble.context == "while scanning a quoted scalar" and trouble.problem.startswith("found unexpected"):
        return _refuse_quote(
            document, trouble.context_line, trouble.context_column, "and goes on to the end of the file"
        )
    quoted = trouble.quoted
    if quoted is not None and quoted.end_line == trouble.line and quoted.end_column <= trouble.column:
        return _refuse_quote(
            document, quoted.line, quoted.column, f"and meets the next quote on line {quoted.end_line}"
        )
    return None


def _escape(document: Document, trouble: Trouble) -> Diagnostic | None:
    if trouble.context == "while scanning a double-quoted scalar":
        return surprises.explain_escape(document, trouble.line, trouble.column)
    return None


def _special(document: Document, trouble: Trouble) -> Diagnostic | None:
    sign = _SPECIAL.get(trouble.context)
    line, column = trouble.context_line, trouble.context_column
    if sign is None and trouble.problem.startswith("found character"):
        line, column = trouble.line, trouble.column
        sign = document.excerpt(line)[column - 1 : column]
    if sign is None:
        return None
    span = plain_span(document, line, column)
    return document.diagnose(
        "E122",
        f"a text that begins with {sign} needs quotes",
        span,
        help=f"write {in_quotes(text_of(document, span))}",
    )


def _tag(document: Document, trouble: Trouble) -> Diagnostic | None:
    is_tag = trouble.context == "while scanning a tag" or "tag handle" in trouble.problem
    is_directive = trouble.context == "while scanning a directive" or "%" in document.excerpt(trouble.line)[:1]
    if not is_tag and not is_directive:
        return None
    line, column = (trouble.context_line or trouble.line), (trouble.context_column or trouble.column)
    return document.diagnose(
        "E109",
        "YAML tags are not used here" if is_tag else "YAML directives are not used here",
        span_at(line, column),
        help="remove the tag; where a text that begins with ! is meant, write it in quotes"
        if is_tag
        else "remove the lines that begin with %",
    )


def _flow(document: Document, trouble: Trouble) -> Diagnostic | None:
    if not trouble.context.startswith("while parsing a flow") or trouble.context == "while parsing a flow node":
        return None
    found = _FOUND.search(trouble.problem)
    sign = found[1] if found else ""
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
        return document.diagnose("E118", title, _at(trouble), label=f"`{_closing(bracket)}` is expected here")
    if sign.startswith("<") and sign not in ("<scalar>", "<alias>", "<anchor>", "<tag>"):
        return _refuse_bracket(document, trouble, bracket)
    if sign == "<scalar>" and before.rstrip()[-1:] in ("'", '"'):
        return _after_quote(document, trouble)
    if (
        look_at(document, trouble.line) is not None
        and trouble.line > trouble.context_line
        and sign in ("-", "<scalar>")
    ):
        return _refuse_bracket(document, trouble, bracket)
    return document.diagnose("E126", f"a comma is missing inside of `{bracket}`", _at(trouble), label="before this")


def _colon(document: Document, trouble: Trouble) -> Diagnostic | None:
    """A second ``: `` on a line, or a key below a value."""
    if trouble.problem != "mapping values are not allowed here":
        return None
    text = document.excerpt(trouble.line)
    key = _VALUE_ON_LINE.match(text)
    if key is not None and key.end() < trouble.column:
        return _refuse_colon(document, trouble.line, key.end() + 1)
    line, above = look_at(document, trouble.line), line_before(document, trouble.line)
    if line is None or above is None:
        return None
    opened = above.text.rfind("${{")
    if opened >= 0 and "}}" not in above.text[opened:]:
        column = document.excerpt(above.number).rfind("${{") + 1
        return document.diagnose(
            "E128", "`${{` is not closed", span_at(above.number, column, 3), help="close it with }}"
        )
    return _missing_space(document, above) or _no_key(document, above) or _wrong_indent(document, line)


def _no_colon(document: Document, trouble: Trouble) -> Diagnostic | None:
    if trouble.context != "while scanning a simple key":
        return None
    line = look_at(document, trouble.context_line)
    if line is None:
        return None
    return _missing_space(document, line) or _no_key(document, line)


def _after_value(document: Document, trouble: Trouble) -> Diagnostic | None:
    """Something stands behind a quoted text or a closed bracket."""
    found = _FOUND.search(trouble.problem)
    sign = found[1] if found else ""
    before = document.excerpt(trouble.line)[: trouble.column - 1].rstrip()
    if sign in ("}", "]"):
        return document.diagnose("E118", f"`{sign}` closes nothing", _at(trouble), help="remove it")
    if not before.strip(" -"):
        return None
    if before[-1] in "'\"" and trouble.problem.startswith("expected"):
        return _after_quote(document, trouble)
    if before[-1] in "}]" and trouble.problem.startswith("expected"):
        title = f"text after the closing `{before[-1]}`"
        return document.diagnose("E129", title, _at(trouble), help="put the whole text into quotes")
    return None


def _indent(document: Document, trouble: Trouble) -> Diagnostic | None:
    if trouble.problem == "sequence entries are not allowed here":
        help = "begin the list on the next line, or write it in brackets"
        return document.diagnose("E110", "a list cannot begin behind its key", _at(trouble), label="here", help=help)
    if not trouble.problem.startswith(("expected <block end>", "expected '<document start>'")):
        return None
    line = look_at(document, trouble.line)
    if line is not None and line.text.startswith(":"):
        return document.diagnose("E112", "a key is missing before the colon", _at(trouble))
    return _wrong_indent(document, line) if line is not None else None


def _no_value(document: Document, trouble: Trouble) -> Diagnostic | None:
    if not trouble.problem.startswith("expected the node content"):
        return None
    sign = document.excerpt(trouble.line)[trouble.column - 1 : trouble.column]
    if not sign:
        return _last_bracket(document)
    if sign in ("}", "]"):
        return document.diagnose(
            "E118", f"`{sign}` closes nothing", _at(trouble), help="remove it, or write the text in quotes"
        )
    if sign == "?":
        return surprises.explain_question_mark(document, trouble.line, trouble.column)
    return document.diagnose(
        "E126", f"a value is missing before `{sign}`", _at(trouble), help="a text that begins so needs quotes"
    )


# sentences


def _refuse_quote(document: Document, line: int, column: int, note: str) -> Diagnostic:
    quote = document.excerpt(line)[column - 1 : column]
    return document.diagnose(
        "E117",
        "a quote is not closed",
        span_at(line, column),
        label="opened here",
        notes=(f"it is opened on line {line} {note}",),
        help=f"close it with {quote}, or put the text into the other kind of quotes",
    )


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
        return _refuse_colon(document, trouble.line, start)
    if line.key_column <= opened.key_column:
        return _refuse_bracket(document, trouble, bracket)
    if trouble.column > line.key_column + len(line.name):
        start = plain_start(document.excerpt(trouble.line), trouble.column, past_colon=True)
        return _refuse_colon(document, trouble.line, start)
    at = span_at(trouble.line, line.key_column, len(line.name))
    return document.diagnose("E126", f"a comma is missing inside of `{bracket}`", at, label="before this")


def _refuse_colon(document: Document, line: int, column: int) -> Diagnostic:
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


def _last_bracket(document: Document) -> Diagnostic | None:
    """The file ends behind an opened bracket."""
    before = document.source.text.rstrip(" \r\n,:")
    if before[-1:] not in ("[", "{"):
        return None
    line = len(before.splitlines())
    at = span_at(line, len(before.splitlines()[-1]))
    help = f"close it with `{_closing(before[-1])}`"
    return document.diagnose("E118", f"`{before[-1]}` is not closed", at, label="opened here", help=help)


def _after_quote(document: Document, trouble: Trouble) -> Diagnostic:
    return document.diagnose(
        "E129",
        "text after the closing quote",
        _at(trouble),
        label="the quoted text ends before this",
        help="use the other kind of quotes around the whole text, or double a single quote inside ('it''s')",
    )


def _missing_space(document: Document, line: Line) -> Diagnostic | None:
    found = _KEY_WITHOUT_SPACE.fullmatch(line.text)
    if found is None or not found["value"]:
        return None
    at = span_at(line.number, line.column + found.start("value") - 1)
    help = f"write `{found['key']}: {found['value']}`"
    return document.diagnose("E125", "a space is missing after the colon", at, label="the colon", help=help)


def _no_key(document: Document, line: Line) -> Diagnostic | None:
    if re.search(r":(\s|$)", line.text):
        return None
    span = span_at(
        line.number, line.key_column, max(len(document.excerpt(line.number).rstrip()) - line.key_column + 1, 1)
    )
    return document.diagnose(
        "E125",
        "this line is no `key: value`",
        span,
        label="a colon is missing",
        help="a text that goes on from the line above is indented deeper than its key",
    )


def _wrong_indent(document: Document, line: Line) -> Diagnostic:
    right = right_column(document, line)
    what = "a list item" if line.is_item else f"`{line.name}`"
    span = span_at(line.number, line.column, 1 if line.is_item else len(line.name))
    title = f"wrong indent: {what} begins at column {line.column}, where nothing goes on"
    help = "a list stands below a key that has no value on its own line" if line.is_item else ""
    above_it = line_before(document, line.number)
    notes: tuple[str, ...] = ()
    if above_it is not None and line.column > above_it.key_column and re.search(r":\s+\S", above_it.text):
        notes = (f"`{above_it.name}` on line {above_it.number} has a value already, so nothing can stand below it",)
    if right is not None:
        column, above = right
        sibling = "the list item" if line.is_item else f"`{above.name}`"
        help = f"begin at column {column}, as {sibling} on line {above.number} does"
    return document.diagnose("E110", title, span, notes=notes, help=help)


# places


def _closing(bracket: str) -> str:
    return "]" if bracket == "[" else "}"


def _at(trouble: Trouble) -> Span:
    return span_at(trouble.line, trouble.column)
