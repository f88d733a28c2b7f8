"""Rows from a YAML file, and rows written inside a journey. The YAML reader is imported only when a YAML file is read."""

from collections.abc import Mapping

from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.bindings.complaints import Complaints, point
from pytest_journeys.bindings.table import ObjectTable, object_table
from pytest_journeys.expressions.wording import noun
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.source import Source, Span


def read_yaml(text: str, complaints: Complaints) -> tuple[ObjectTable | None, tuple[Diagnostic, ...]]:
    """The table, or None when there is none, and what the reader found wrong with the YAML."""
    from pytest_journeys.language.reader import read_data  # brings yaml: 20 ms that only a YAML row file pays

    document = read_data(Source(complaints.file, text))
    if document.has_errors:
        return None, document.diagnostics
    if not isinstance(document.tree, list):
        complaints.add(
            "E609",
            "the row file holds no list",
            document.span(()),
            help="rows are a list of mappings: - {sku: A-100}",
        )
        return None, document.diagnostics
    objects: list[dict[str, JsonValue]] = []
    places: list[int] = []
    for place, row in enumerate(document.tree):
        if isinstance(row, Mapping):
            objects.append(dict(row))
            places.append(place)
        else:
            complaints.add("E609", f"a row is a mapping, this is {noun(row)}", document.span((place,)))

    def locate(index: int, column: str | None) -> Span:
        place = places[max(index, 0)]
        if column is None:
            return document.span((place,))
        return document.key_span((place, column)) if index < 0 else document.span((place, column))

    lines = [document.span((place,)).line for place in places]
    return object_table(objects, lines, locate), document.diagnostics


def inline_rows(source_map: SourceMap) -> ObjectTable:
    """The rows that travel in the source map; a place is the row's line."""
    lines = source_map.row_lines

    def locate(index: int, column: str | None) -> Span:
        place = max(index, 0)
        if place < len(lines):
            return point(lines[place], 1)
        return source_map.span("rows") or point(1, 1)

    objects = [dict(row) for row in source_map.rows or ()]
    return object_table(objects, lines if len(lines) == len(objects) else [1] * len(objects), locate)
