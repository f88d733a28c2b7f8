"""What a person most likely meant where the YAML parser gives up.

Knows the words of PyYAML's pure-Python parser (the only ones that reach it) and the text; the sentences are ours. Each
rule looks at one kind of trouble and answers with a diagnostic, or with None.
"""

import re
from typing import Final

from pytest_journeys.language import surprises
from pytest_journeys.language.brackets import explain_brackets, find_last_bracket, refuse_after_quote, refuse_colon
from pytest_journeys.language.document import Document
from pytest_journeys.language.indentation import Line, line_before, look_at, refuse_indent
from pytest_journeys.language.plain_text import in_quotes, plain_span, span_at, text_of
from pytest_journeys.language.trouble import Trouble
from pytest_journeys.values.diagnostic import Diagnostic

_KEY_WITHOUT_SPACE: Final = re.compile(r"(?:- +)*(?P<key>[A-Za-z_][\w.-]*):(?P<value>[^\s:/].*)?$", re.ASCII)
_VALUE_ON_LINE: Final = re.compile(r"[ ]*(?:- +)*(?:\"[^\"]*\"|'[^']*'|[^\s#'\"{\[][^#]*?):[ ]+(?=\S)")
_SPECIAL: Final = {
    "while scanning an alias": "*",
    "while scanning an anchor": "&",
    "while scanning a block scalar": "> or |",
}


def explain(document: Document, trouble: Trouble) -> Diagnostic:
    """One sentence for one trouble: the first rule that knows it answers."""
    for rule in (
        _tab,
        _quote,
        _escape,
        _special,
        _tag,
        explain_brackets,
        _colon,
        _no_colon,
        _after_value,
        _indent,
        _no_value,
    ):
        found = rule(document, trouble)
        if found is not None:
            return found
    return document.diagnose(
        "E126", "the file is no YAML from here on", trouble.at, label="not expected here", notes=(trouble.problem,)
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


def _colon(document: Document, trouble: Trouble) -> Diagnostic | None:
    """A second ``: `` on a line, or a key below a value."""
    if trouble.problem != "mapping values are not allowed here":
        return None
    text = document.excerpt(trouble.line)
    key = _VALUE_ON_LINE.match(text)
    if key is not None and key.end() < trouble.column:
        return refuse_colon(document, trouble.line, key.end() + 1)
    line, above = look_at(document, trouble.line), line_before(document, trouble.line)
    if line is None or above is None:
        return None
    opened = above.text.rfind("${{")
    if opened >= 0 and "}}" not in above.text[opened:]:
        column = document.excerpt(above.number).rfind("${{") + 1
        return document.diagnose(
            "E128", "`${{` is not closed", span_at(above.number, column, 3), help="close it with }}"
        )
    return _missing_space(document, above) or _no_key(document, above) or refuse_indent(document, line)


def _no_colon(document: Document, trouble: Trouble) -> Diagnostic | None:
    if trouble.context != "while scanning a simple key":
        return None
    line = look_at(document, trouble.context_line)
    if line is None:
        return None
    return _missing_space(document, line) or _no_key(document, line)


def _after_value(document: Document, trouble: Trouble) -> Diagnostic | None:
    """Something stands behind a quoted text or a closed bracket."""
    sign = trouble.found
    before = document.excerpt(trouble.line)[: trouble.column - 1].rstrip()
    if sign in ("}", "]"):
        return document.diagnose("E118", f"`{sign}` closes nothing", trouble.at, help="remove it")
    if not before.strip(" -"):
        return None
    if before[-1] in "'\"" and trouble.problem.startswith("expected"):
        return refuse_after_quote(document, trouble)
    if before[-1] in "}]" and trouble.problem.startswith("expected"):
        title = f"text after the closing `{before[-1]}`"
        return document.diagnose("E129", title, trouble.at, help="put the whole text into quotes")
    return None


def _indent(document: Document, trouble: Trouble) -> Diagnostic | None:
    if trouble.problem == "sequence entries are not allowed here":
        help = "begin the list on the next line, or write it in brackets"
        return document.diagnose("E110", "a list cannot begin behind its key", trouble.at, label="here", help=help)
    if not trouble.problem.startswith(("expected <block end>", "expected '<document start>'")):
        return None
    line = look_at(document, trouble.line)
    if line is not None and line.text.startswith(":"):
        return document.diagnose("E112", "a key is missing before the colon", trouble.at)
    if line is None:
        return None
    above = line_before(document, trouble.line)
    if above is not None and trouble.problem.startswith("expected '<document start>'"):
        # The file began with a text: its first key has no colon, or no space behind it.
        return _missing_space(document, above) or _no_key(document, above) or refuse_indent(document, line)
    return refuse_indent(document, line)


def _no_value(document: Document, trouble: Trouble) -> Diagnostic | None:
    if not trouble.problem.startswith("expected the node content"):
        return None
    sign = document.excerpt(trouble.line)[trouble.column - 1 : trouble.column]
    if not sign:
        return find_last_bracket(document)
    if sign in ("}", "]"):
        return document.diagnose(
            "E118", f"`{sign}` closes nothing", trouble.at, help="remove it, or write the text in quotes"
        )
    if sign == "?":
        return surprises.explain_question_mark(document, trouble.line, trouble.column)
    return document.diagnose(
        "E126", f"a value is missing before `{sign}`", trouble.at, help="a text that begins so needs quotes"
    )


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
