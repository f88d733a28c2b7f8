"""What is wrong with one file that a run is given: diagnostics with their places, not more of them than people read.

Shows no line of a file whose journey declares secret inputs: the line may hold one.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.source import Span

MOST: Final = 20
"""Errors of one kind that are told one by one; the rest is counted."""

Where: TypeAlias = Callable[[], Span]
"""Finds a place, by reading the file again: dear, so asked only for what is told."""

_LONGEST_EXCERPT: Final = 400  # characters; of a longer line the position must do


@dataclass(slots=True)
class Complaints:
    """The findings about `file`. `lines` are its physical lines, found only when there is something to tell."""

    file: str
    text: str = ""
    is_shown: bool = True
    _found: list[Diagnostic] = field(default_factory=list, init=False)
    _counts: dict[str, int] = field(default_factory=dict, init=False)
    _lines: list[str] | None = field(default=None, init=False)

    def add(
        self,
        code: str,
        title: str,
        span: "Span | Where | None",
        *,
        label: str = "",
        notes: tuple[str, ...] = (),
        help: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """One more finding; beyond `MOST` of a code they are only counted, and a `Where` is not asked."""
        count = self._counts[code] = self._counts.get(code, 0) + 1
        if count > MOST:
            return
        if not isinstance(span, Span | None):
            span = span()
        excerpt = self.line(span.line) if span is not None and self.is_shown else ""
        self._found.append(
            Diagnostic(
                code=code,
                title=title,
                file=self.file,
                span=span,
                excerpt=excerpt if len(excerpt) <= _LONGEST_EXCERPT else "",
                label=label,
                notes=notes,
                help=help,
                severity=severity,
            )
        )

    def line(self, number: int) -> str:
        """One physical line without its end; empty beyond the last."""
        if self._lines is None:
            self._lines = self.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    @property
    def has_errors(self) -> bool:
        """Whether anything found is an error."""
        return any(found.severity is Severity.ERROR for found in self._found)

    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """All that was found, from top to bottom, and a line for each code of which some were only counted."""
        more = [
            Diagnostic(code=code, title=f"and {count - MOST} more of these", file=self.file)
            for code, count in self._counts.items()
            if count > MOST
        ]
        return (*sorted(self._found, key=_place), *more)


def _place(found: Diagnostic) -> tuple[int, int]:
    return (0, 0) if found.span is None else (found.span.line, found.span.column)


def point(line: int, column: int, length: int = 1) -> Span:
    """A span within one line."""
    return Span(line=line, column=column, end_line=line, end_column=column + length)


def point_at(text: str, offset: int, length: int = 1) -> Span:
    r"""The span that begins `offset` characters into a text whose lines end with ``\n``."""
    start = text.rfind("\n", 0, offset) + 1
    return point(text.count("\n", 0, offset) + 1, offset - start + 1, length)


def kept_text(source_map: SourceMap) -> str:
    """The lines of a journey's file that its source map kept, each in its place; the others are empty."""
    last = max(map(int, source_map.lines), default=0)
    return "\n".join(source_map.excerpt(line) for line in range(1, last + 1))
