"""Where a line should have begun: the columns at which the lines above it hold keys and list items.

Looks at the text only, so it knows what is right also where the parser has given up.
"""

import re
from typing import Final

from pytest_journeys.language.document import Document
from pytest_journeys.language.plain_text import span_at
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.fact import fact

_LINE: Final = re.compile(r"(?P<lead>[ \t]*)(?P<dashes>(?:- +)*)(?P<rest>.*)")
_NAME: Final = re.compile(r"\"[^\"]*\"|'[^']*'|[^\s:#]+")
_LOOK_BACK: Final = 1_000


@fact
class Line:
    """One line: where it begins, where its key or text begins after ``- ``, its first word. Columns begin at 1."""

    number: int
    column: int
    key_column: int
    name: str
    text: str

    @property
    def is_item(self) -> bool:
        """Whether the line begins a list item."""
        return self.key_column != self.column or self.text == "-"


def look_at(document: Document, number: int) -> Line | None:
    """The line, or None when it is blank or a comment."""
    found = _LINE.fullmatch(document.excerpt(number).rstrip())
    if found is None or not (found["rest"] or found["dashes"]) or found["rest"].startswith("#"):
        return None
    column = len(found["lead"]) + 1
    name = _NAME.match(found["rest"])
    return Line(
        number=number,
        column=column,
        key_column=column + len(found["dashes"]),
        name=name[0] if name else found["rest"],
        text=(found["dashes"] + found["rest"]).strip(),
    )


def line_before(document: Document, number: int) -> Line | None:
    """The nearest line above that is neither blank nor a comment."""
    for candidate in range(number - 1, max(0, number - _LOOK_BACK), -1):
        line = look_at(document, candidate)
        if line is not None:
            return line
    return None


def _right_column(document: Document, line: Line) -> tuple[int, Line] | None:
    """The nearest column at which `line` would fit, and the line above that it would stand under; None when there is none."""
    candidates: list[tuple[int, Line]] = []
    lowest = 1_000_000
    above = line_before(document, line.number)
    while above is not None and lowest > 1:
        if above.column < lowest:
            if line.is_item and above.is_item:
                candidates.append((above.column, above))
            if not line.is_item and above.key_column < lowest:
                candidates.append((above.key_column, above))
            lowest = above.column
        above = line_before(document, above.number)
    other = [candidate for candidate in candidates if candidate[0] != line.column]
    return min(other, key=lambda candidate: abs(candidate[0] - line.column)) if other else None


def refuse_indent(document: Document, line: Line) -> Diagnostic:
    """A line that begins where nothing goes on, with the column at which it would fit."""
    right = _right_column(document, line)
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
