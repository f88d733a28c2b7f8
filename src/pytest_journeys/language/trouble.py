"""What a YAML parser says when it gives up."""

import re
from typing import Final

from pytest_journeys.values.fact import fact
from pytest_journeys.values.source import Span

_FOUND: Final = re.compile(r"(?:but found|but got) '(.*)'$", re.DOTALL)


@fact
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

    @property
    def found(self) -> str:
        """The token that the parser did not expect; empty when it names none."""
        found = _FOUND.search(self.problem)
        return found[1] if found else ""

    @property
    def at(self) -> Span:
        """The character at which the parser gave up."""
        return Span(line=self.line, column=self.column, end_line=self.line, end_column=self.column + 1)
