"""What a person most likely meant where the YAML parser gives up, or takes a text for something else.

Knows the words of PyYAML's pure-Python parser (the only ones that reach it) and the text; the sentences are ours. Each
rule looks at one kind of trouble and answers with a diagnostic, or with None.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from pytest_journeys.language.document import Document
from pytest_journeys.language.indentation import Line, line_before, look_at, right_column
from pytest_journeys.values.diagnostic import Diagnostic, Severity
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


# rules for what the parser refuses


def _tab(document: Document, trouble: Trouble) -> Diagnostic | None:
    line = document.excerpt(trouble.line)
    lead = line[: len(line) - len(line.lstrip())]
    if "\t" in lead:
        return _refuse_tab(document, trouble.line, lead.index("\t") + 1)
    if trouble.problem.startswith("found character '\\t'"):
        return _refuse_tab(document, trouble.line, trouble.column)
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
        return explain_escape(document, trouble.line, trouble.column)
    return None


def _special(document: Document, trouble: Trouble) -> Diagnostic | None:
    sign = _SPECIAL.get(trouble.context)
    line, column = trouble.context_line, trouble.context_column
    if sign is None and trouble.problem.startswith("found character"):
        line, column = trouble.line, trouble.column
        sign = document.excerpt(line)[column - 1 : column]
    if sign is None:
        return None
    span = _plain_span(document, line, column)
    return document.diagnose(
        "E122",
        f"a text that begins with {sign} needs quotes",
        span,
        help=f"write {_in_quotes(_text_of(document, span))}",
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
        _span(line, column),
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
        return explain_question_mark(document, trouble.line, trouble.column)
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
        return document.diagnose("E128", "`${{` is not closed", _span(above.number, column, 3), help="close it with }}")
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
        return explain_question_mark(document, trouble.line, trouble.column)
    return document.diagnose(
        "E126", f"a value is missing before `{sign}`", _at(trouble), help="a text that begins so needs quotes"
    )


# what the parser takes, and a person did not mean


def explain_escape(document: Document, line: int, column: int) -> Diagnostic:
    """A backslash in double quotes that begins no escape; `column` is behind the backslash."""
    text = document.excerpt(line)
    start = max(text.rfind("\\", 0, column), 0)
    return document.diagnose(
        "E124",
        f"`{text[start : start + 2]}` is no escape that double quotes know",
        _span(line, start + 1, 2),
        help="write the text in single quotes, where a backslash is a backslash",
    )


def explain_odd_key(document: Document, span: Span, is_flow: bool) -> Diagnostic:
    """A list or a mapping where a key is expected; most often ``{{ x }}`` of another tool."""
    line = document.excerpt(span.line)
    closing = line.find("}}", span.column)
    if is_flow and line[max(span.column - 2, 0) : span.column] == "{{":
        end = closing + 2 if closing >= 0 else span.column
        inner = line[span.column : end - 2].strip()
        at = _span(span.line, span.column - 1, end - span.column + 2)
        help = f"a reference is written {_in_quotes('${{ ' + inner + ' }}')}"
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
        "E112", f"the key {shown} is {kind}, and keys are texts", span, help=f"write {_in_quotes(shown)}"
    )


def explain_comment(document: Document, span: Span, text: str, is_text: bool) -> Diagnostic | None:
    """A plain text that ends before `` #``: an error inside of a reference, a warning where it does not look like a comment."""
    line = document.excerpt(span.end_line)
    at = _span(span.end_line, span.end_column + 1, max(len(line) - span.end_column, 1))
    opened = text.rfind("${{")
    help = "where `#` belongs to the text, write the whole text in quotes"
    if opened >= 0 and "}}" not in text[opened:]:
        return document.diagnose("E123", "a comment begins inside of a reference", at, label="not read", help=help)
    if is_text and line[span.end_column + 1 : span.end_column + 2].isdigit():
        title = f"the text ends before ` #`: it is {_in_quotes(text if len(text) <= 40 else f'{text[:37]}...')}"
        return document.diagnose("E123", title, at, label="a comment", help=help, severity=Severity.WARNING)
    return None


def explain_question_mark(document: Document, line: int, column: int) -> Diagnostic:
    """A ``?`` in a plain text between brackets."""
    span = _plain_span(document, line, column)
    text = _text_of(document, span)
    return document.diagnose(
        "E121", "a text with ? needs quotes inside of brackets", span, help=f"write {_in_quotes(text)}"
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
            return _refuse_tab(document, line, index - line_start + 1)
    return None


# sentences


def _refuse_tab(document: Document, line: int, column: int) -> Diagnostic:
    return document.diagnose(
        "E104", "a tab stands where only spaces may", _span(line, column), label="a tab", help="use spaces"
    )


def _refuse_quote(document: Document, line: int, column: int, note: str) -> Diagnostic:
    quote = document.excerpt(line)[column - 1 : column]
    return document.diagnose(
        "E117",
        "a quote is not closed",
        _span(line, column),
        label="opened here",
        notes=(f"it is opened on line {line} {note}",),
        help=f"close it with {quote}, or put the text into the other kind of quotes",
    )


def _refuse_bare(document: Document, trouble: Trouble, sign: str) -> Diagnostic:
    """A reference, path or expression without quotes between brackets."""
    text = document.excerpt(trouble.line)
    is_reference = sign == "{" and text[: trouble.column - 1].endswith("$")
    start = _plain_start(text, trouble.column)
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
    span = _span(trouble.line, start, end - start)
    return document.diagnose("E119", title, span, help=f"write {_in_quotes(_text_of(document, span))}")


def _colon_in_flow(document: Document, trouble: Trouble, bracket: str) -> Diagnostic:
    line, opened = look_at(document, trouble.line), look_at(document, trouble.context_line)
    if trouble.line == trouble.context_line or line is None or opened is None:
        start = _plain_start(document.excerpt(trouble.line), trouble.column, past_colon=True)
        return _refuse_colon(document, trouble.line, start)
    if line.key_column <= opened.key_column:
        return _refuse_bracket(document, trouble, bracket)
    if trouble.column > line.key_column + len(line.name):
        start = _plain_start(document.excerpt(trouble.line), trouble.column, past_colon=True)
        return _refuse_colon(document, trouble.line, start)
    at = _span(trouble.line, line.key_column, len(line.name))
    return document.diagnose("E126", f"a comma is missing inside of `{bracket}`", at, label="before this")


def _refuse_colon(document: Document, line: int, column: int) -> Diagnostic:
    text = document.excerpt(line)
    end = len(re.split(r"\s#", text)[0].rstrip())
    opened = text[: column - 1].rfind("{")
    if opened > text[: column - 1].rfind("}"):
        behind = re.search(r"[,}]", text[column - 1 :])
        end = column - 1 + behind.start() if behind else end
    span = _span(line, column, max(end - column + 1, 1))
    title = "a text with a colon and a space in it needs quotes"
    return document.diagnose("E120", title, span, help=f"write {_in_quotes(_text_of(document, span))}")


def _refuse_bracket(document: Document, trouble: Trouble, bracket: str) -> Diagnostic:
    at = _span(trouble.context_line, trouble.context_column)
    help = f"close it with `{_closing(bracket)}`"
    return document.diagnose("E118", f"`{bracket}` is not closed", at, label="opened here", help=help)


def _last_bracket(document: Document) -> Diagnostic | None:
    """The file ends behind an opened bracket."""
    before = document.source.text.rstrip(" \r\n,:")
    if before[-1:] not in ("[", "{"):
        return None
    line = len(before.splitlines())
    at = _span(line, len(before.splitlines()[-1]))
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
    at = _span(line.number, line.column + found.start("value") - 1)
    help = f"write `{found['key']}: {found['value']}`"
    return document.diagnose("E125", "a space is missing after the colon", at, label="the colon", help=help)


def _no_key(document: Document, line: Line) -> Diagnostic | None:
    if re.search(r":(\s|$)", line.text):
        return None
    span = _span(
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
    span = _span(line.number, line.column, 1 if line.is_item else len(line.name))
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


def _span(line: int, column: int, length: int = 1) -> Span:
    return Span(line=line, column=column, end_line=line, end_column=column + length)


def _at(trouble: Trouble) -> Span:
    return _span(trouble.line, trouble.column)


def _plain_start(text: str, column: int, *, past_colon: bool = False) -> int:
    """Where the plain text between brackets begins that the column is in."""
    before = text[: column - 1]
    start = 0
    for found in re.finditer(r"[,{\[]\s*|:\s+", before):
        if found.end() < len(before) or not past_colon:
            start = found.end()
    return min(start, column - 1) + 1


def _plain_span(document: Document, line: int, column: int) -> Span:
    """The plain text that the column is in, up to a comma, a closing bracket or a comment."""
    text = document.excerpt(line)
    start = _plain_start(text, column)
    in_brackets = re.search(r"[{\[]", text[: start - 1]) is not None
    end = re.search(r"\s*(?:[,}\]]|\s#|$)" if in_brackets else r"\s*(?:\s#|$)", text[column - 1 :])
    length = column - start + (end.start() if end else 1)
    return _span(line, start, max(length, 1))


def _text_of(document: Document, span: Span) -> str:
    return document.excerpt(span.line)[span.column - 1 : span.end_column - 1]


def _in_quotes(text: str) -> str:
    text = text if len(text) <= 80 else f"{text[:77]}..."
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"
