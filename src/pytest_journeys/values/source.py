"""Source text and places in it. Lines and columns begin at 1; columns count characters."""

from pytest_journeys.values.fact import fact


@fact
class Span:
    """A stretch of source text; the end is exclusive and may equal the start."""

    line: int
    column: int
    end_line: int
    end_column: int

    def shifted(self, offset: int, length: int) -> "Span":
        """The part of a one-line span that begins `offset` characters into it and is `length` long."""
        start = self.column + offset
        return Span(line=self.line, column=start, end_line=self.line, end_column=start + length)


@fact(kw_only=False)
class Source:
    """A text and the name it is shown under (a path relative to where the person stands)."""

    name: str
    text: str

    def line(self, number: int) -> str:
        """The text of one line without its end; empty beyond the last."""
        lines = self.text.splitlines()
        return lines[number - 1] if 0 < number <= len(lines) else ""
