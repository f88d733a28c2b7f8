"""From text to a located tree: YAML within limits, with places for every key and value. The only importer of yaml.

PyYAML's pure-Python parser says what is YAML here and where an error is; libyaml, where it is at hand, only saves time:
what it refuses, or would take otherwise, is read again without it.
"""

import re
from collections.abc import Callable
from typing import Any, Final, Protocol, cast

import yaml
from yaml.error import MarkedYAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from pytest_journeys.language import surprises, syntax
from pytest_journeys.language.decoding import find_unshown
from pytest_journeys.language.document import Document
from pytest_journeys.language.limits import DATA, JOURNEY, Limits
from pytest_journeys.language.tree import Mark, Stop, Tree
from pytest_journeys.language.trouble import Trouble
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.json import MISSING
from pytest_journeys.values.source import Source


class Events(Protocol):
    """A YAML parser: one event after the other, None after the last."""

    def get_event(self) -> Any:
        """The next event. Raises `yaml.YAMLError`."""


class PureParser(Reader, Scanner, Parser):
    """PyYAML's parser in Python, without resolver and constructor."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)


FastParser: Final[Callable[[str], Events] | None] = getattr(getattr(yaml, "cyaml", None), "CParser", None)
"""libyaml's parser, None where PyYAML was built without it."""


_READ_AGAIN_UP_TO: Final = 200_000
"""Where a finding ends the reading, the other parser may have looked ahead and found more; beyond, it is not worth the time."""


_BARE_COMMENT: Final = re.compile(r"[^|>\n]*[|>][-+0-9]*#")
"""``|#``: libyaml sees a comment there, YAML does not."""


class _ReadAgain(Exception):  # noqa: N818 - no error: a way back
    """libyaml takes here what the pure-Python parser refuses."""


def read(source: Source, fast_parser: Callable[[str], Events] | None = FastParser) -> Document:
    """Read a journey file: a mapping, every key and value of it with its place. Raises nothing, whatever the text."""
    document = _read(source, JOURNEY, fast_parser)
    if document.has_errors or isinstance(document.tree, dict):
        return document
    help = "begin with `journey: NAME` and `steps:`"
    if document.tree is None:
        finding = document.diagnose("E106", "the file is empty", None, help=help)
    else:
        kind = "a list" if isinstance(document.tree, list) else "one value"
        title = f"a journey is a mapping of keys, and this file is {kind}"
        finding = document.diagnose("E107", title, document.span(()), help=help)
    return _document(source, [*document.diagnostics, finding])


def read_data(source: Source, fast_parser: Callable[[str], Events] | None = FastParser) -> Document:
    """Read an environment file or rows: the same YAML with larger limits; places for the top and its items only."""
    return _read(source, DATA, fast_parser)


def _read(source: Source, limits: Limits, fast_parser: Callable[[str], Events] | None) -> Document:
    unshown = find_unshown(source)
    if unshown:
        return _document(source, list(unshown))
    blank = Document(source=source, tree=None, places={})
    tree = Tree(blank, limits)
    if fast_parser is not None:
        try:
            _follow(fast_parser(source.text), tree, is_fast=True)
            return _finish(tree)
        except Stop:
            return _finish(tree, is_whole=False)
        except (_ReadAgain, yaml.YAMLError):
            tree = Tree(blank, limits)
    parser = PureParser(source.text)
    try:
        _follow(cast("Events", parser), tree, is_fast=False)
        return _finish(tree)
    except Stop:
        pass
    except MarkedYAMLError as error:
        tree.findings.append(syntax.explain(blank, _trouble(error, tree)))
    except (ValueError, OverflowError):  # an escape beyond the last character: chr() has refused it
        mark = cast("Mark", parser.get_mark())
        tree.findings.append(surprises.explain_escape(blank, mark.line + 1, mark.column + 1))
    return _finish(tree, is_whole=False)


def _follow(events: Events, tree: Tree, *, is_fast: bool) -> None:
    """Feed every event to the tree. Raises what the parser and the tree raise, and `_ReadAgain`."""
    letters: list[tuple[int, int]] = []
    has_tabs = "\t" in tree.blank.source.text
    try:
        while (event := events.get_event()) is not None:
            kind = type(event)
            if kind is ScalarEvent:
                if not event.style:
                    if is_fast and tree.flow_depth and "?" in event.value:
                        raise _ReadAgain
                elif (
                    is_fast
                    and event.style in "|>"
                    and _BARE_COMMENT.match(tree.blank.source.text, event.start_mark.index)
                ):
                    raise _ReadAgain
                elif has_tabs:
                    letters.append((_first_letter(tree, event), event.end_mark.index))
                tree.scalar(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                tree.open(event, kind is MappingStartEvent)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                tree.close(event)
            elif kind is AliasEvent:
                tree.alias(event)
            elif kind is DocumentStartEvent:
                tree.begin(event)
    except Stop:
        if is_fast and (has_tabs or event.start_mark.index < _READ_AGAIN_UP_TO):
            raise _ReadAgain from None
        raise
    if has_tabs:
        finding = surprises.find_tab(tree.blank, letters)
        if finding is not None and is_fast:
            raise _ReadAgain
        if finding is not None:
            tree.findings.append(finding)


def _first_letter(tree: Tree, event: Any) -> int:
    """Where a quoted text, or the lines of a block text, begin."""
    start: int = event.start_mark.index
    if event.style in "\"'":
        return tree.blank.source.text.find(event.style, start)  # an anchor may stand before the quote
    end_of_line = tree.blank.source.text.find("\n", start)
    return end_of_line if end_of_line >= 0 else len(tree.blank.source.text)


def _trouble(error: MarkedYAMLError, tree: Tree) -> Trouble:
    at, context = error.problem_mark, error.context_mark
    return Trouble(
        problem=error.problem or "",
        context=error.context or "",
        line=at.line + 1 if at else 1,
        column=at.column + 1 if at else 1,
        context_line=context.line + 1 if context else 0,
        context_column=context.column + 1 if context else 0,
        quoted=tree.last_quoted,
    )


def _finish(tree: Tree, *, is_whole: bool = True) -> Document:
    source = tree.blank.source
    if not is_whole or tree.value is MISSING:
        return _document(source, tree.findings)
    return Document(source=source, tree=tree.value, places=tree.places, diagnostics=_in_order(tree.findings))


def _document(source: Source, findings: list[Diagnostic]) -> Document:
    """A text of which no tree can be had."""
    return Document(source=source, tree=None, places={}, diagnostics=_in_order(findings))


def _in_order(findings: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    return tuple(sorted(findings, key=lambda found: (found.span.line, found.span.column) if found.span else (0, 0)))
