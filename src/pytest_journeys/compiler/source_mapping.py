"""Where everything of an artifact was written: positions and excerpts for reports."""

from collections.abc import Sequence

from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.compiler.assertions import PlacedCheck
from pytest_journeys.compiler.findings import Place
from pytest_journeys.language.definition import Journey, RowsFrom
from pytest_journeys.language.document import Document
from pytest_journeys.language.requests import read_request_line
from pytest_journeys.language.steps import Act
from pytest_journeys.language.steps import Step as WrittenStep
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.source import Span


class Positions:
    """Collects the spans of an artifact's places while a journey is lowered."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._spans: dict[str, Span] = {}
        self._descriptions: dict[str, str] = {}

    def put(self, name: str, place: Place, *, on_key: bool = False, length: int | None = None) -> None:
        """Remember where a place of the artifact was written; with `length`, only so much of its text."""
        span = self._document.key_span(place.path) if on_key else self._document.span(place.path)
        if length is not None and not place.file:
            span = self._document.text_span(place.path, place.offset, length)
        elif not on_key and span.end_line != span.line:
            span = self._document.key_span(place.path)
        self._spans[name] = _first_line(span)

    def declare(self, name: str, place: Place, *, on_key: bool = False, length: int | None = None) -> None:
        """Remember where something was declared, unless a step of that name has the place: a failure is shown there."""
        if name not in self._spans:
            self.put(name, place, on_key=on_key, length=length)

    def step(self, path: str, place: Place, given: Act) -> None:
        """A step: itself, its request and URL, its condition and derived values."""
        self._spans[path] = self._beginning(place, given)
        if given.description:
            self._descriptions[path] = given.description
        if given.request is not None:
            line = read_request_line(given.request)
            self.put(f"{path}/request", place.at("request"))
            self.put(f"{path}/url", place.at(*line.url_path).after(line.url_offset), length=len(line.url))
        if given.call is not None:
            self.put(f"{path}/call", place.at("call"))
        if given.when is not None:
            self.put(f"{path}/when", place.at("when"))
        if isinstance(given, WrittenStep):
            if given.wait is not None:
                self.put(f"{path}/wait", place.at("wait"))
            if given.signal is not None:
                self.put(f"{path}/signal", place.at("signal"))
            for name in given.derive:
                self.put(f"{path}/derive/{name}", place.at("derive", name))

    def checks(self, path: str, section: str, checks: Sequence[PlacedCheck]) -> None:
        """Assertions, by their number."""
        for number, one in enumerate(checks):
            self.put(f"{path}/{section}/{number}", one.place)

    def source_map(self, journey: Journey) -> SourceMap:
        """The map of the whole file."""
        shown = {line for span in self._spans.values() for line in (span.line, span.end_line)}
        rows, row_lines = self._inline_rows(journey, shown)
        return SourceMap(
            file=self._document.source.name,
            source_digest=digest_of_bytes(self._document.source.text.encode("utf-8", "surrogatepass")),
            description=journey.description,
            owner=journey.owner,
            tags=journey.tags,
            step_descriptions=self._descriptions,
            positions={
                name: (span.line, span.column, span.end_line, span.end_column) for name, span in self._spans.items()
            },
            lines={str(line): self._document.excerpt(line) for line in sorted(shown)},
            rows=rows,
            row_lines=row_lines,
        )

    def _beginning(self, place: Place, given: Act) -> Span:
        """A step is shown where it begins: from its first character to the end of what names it."""
        whole = self._document.span(place.path)
        named = "request" if given.call is None else "call"
        if isinstance(given, WrittenStep):
            actions = {"id": given.id, "wait": given.wait, "signal": given.signal}
            named = next((name for name, value in actions.items() if value is not None), named)
        name = self._document.span((*place.path, named))
        end = name.end_column if name.line == name.end_line == whole.line else whole.column + 1
        return Span(line=whole.line, column=whole.column, end_line=whole.line, end_column=max(end, whole.column + 1))

    def _inline_rows(
        self, journey: Journey, shown: set[int]
    ) -> tuple[tuple[dict[str, JsonValue], ...] | None, tuple[int, ...]]:
        """The rows and the line of each; their lines are added to `shown`, unless one may hold a secret."""
        path: tuple[str, ...] = ("rows",)
        rows = journey.rows
        if isinstance(rows, RowsFrom):
            path, rows = ("rows", "from"), rows.source
        if rows is None or isinstance(rows, str):
            return None, ()
        spans = [self._document.span((*path, index)) for index in range(len(rows))]
        if not any(declared.secret for declared in journey.inputs.values()):
            shown.update(line for span in spans for line in range(span.line, span.end_line + 1))
        return tuple(dict(row) for row in rows), tuple(span.line for span in spans)


def _first_line(span: Span) -> Span:
    """The part of a span that stands on its first line."""
    if span.end_line == span.line:
        return span
    return Span(line=span.line, column=span.column, end_line=span.line, end_column=span.column + 1)
