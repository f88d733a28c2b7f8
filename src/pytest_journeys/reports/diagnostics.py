"""What is wrong with a file, in the same visual language as a failed assertion. 80 columns, no colour needed."""

from collections.abc import Iterator, Sequence

from pytest_journeys.reports.excerpt import Place, fact_lines, place_lines
from pytest_journeys.reports.printable import printable
from pytest_journeys.reports.told import told_count
from pytest_journeys.values.diagnostic import Diagnostic, Severity


def render_diagnostic(diagnostic: Diagnostic) -> str:
    """One finding: headline, place and excerpt, notes, help."""
    return "\n".join(_lines(diagnostic))


def render_diagnostics(diagnostics: Sequence[Diagnostic]) -> str:
    """All findings of a file or of several, an empty line between them, and how many there are when it is not one.

    The order given is kept: whoever found them knows which comes first.
    """
    blocks = [render_diagnostic(diagnostic) for diagnostic in diagnostics]
    if len(blocks) > 1:
        blocks.append(told_findings(diagnostics))
    return "\n\n".join(blocks)


def told_findings(diagnostics: Sequence[Diagnostic]) -> str:
    """``2 errors and 1 warning in 1 file``."""
    counts = [
        told_count(count, severity.value)
        for severity in Severity
        if (count := sum(diagnostic.severity is severity for diagnostic in diagnostics))
    ]
    files = len({diagnostic.file for diagnostic in diagnostics})
    return f"{' and '.join(counts) or 'no findings'} in {told_count(files, 'file')}"


def _lines(diagnostic: Diagnostic) -> Iterator[str]:
    mark = "" if diagnostic.severity is Severity.ERROR else f"{diagnostic.severity.value}: "
    place = Place(file=diagnostic.file, span=diagnostic.span, excerpt=diagnostic.excerpt, label=diagnostic.label)
    yield f"{diagnostic.code} {mark}{printable(diagnostic.title)}"
    yield from place_lines(place)
    for note in diagnostic.notes:
        yield from fact_lines(place.margin, ("note", printable(note)))
    if diagnostic.help:
        yield from fact_lines(place.margin, ("help", _told_help(diagnostic.help)))


def _told_help(help: str) -> str | list[str]:
    """A sentence is wrapped; an example of several lines is shown as it is."""
    lines = [printable(line) for line in help.splitlines()]
    return lines if len(lines) > 1 else "".join(lines)
