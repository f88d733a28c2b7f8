"""Rows from a YAML file, and rows written inside a journey. The YAML reader is imported only when a YAML file is read."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.bindings.complaints import Complaints, kept_text, point
from pytest_journeys.bindings.table import ObjectTable, object_table
from pytest_journeys.expressions.wording import noun
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.source import Source, Span


def read_yaml(text: str, complaints: Complaints) -> tuple[ObjectTable | None, tuple[Diagnostic, ...]]:
    """The table, or None when there is none, and what the reader found wrong with the YAML."""
    from pytest_journeys.language.reader import read_data  # brings yaml: 20 ms that only a YAML row file pays

    document = read_data(Source(complaints.file, text))
    found = document.diagnostics
    if not complaints.is_shown:  # its lines may hold secrets
        found = tuple(replace(one, excerpt="", label="", notes=(), help="") for one in found)
    if document.has_errors:
        return None, found
    if not isinstance(document.tree, list):
        complaints.add(
            "E609",
            "the row file holds no list",
            document.span(()),
            help="rows are a list of mappings: - {sku: A-100}",
        )
        return None, found
    objects: list[dict[str, JsonValue]] = []
    places: list[int] = []
    for place, row in enumerate(document.tree):
        if isinstance(row, Mapping):
            objects.append(dict(row))
            places.append(place)
        else:
            complaints.add("E609", f"a row is a mapping, this is {noun(row)}", document.span((place,)))

    lines = [document.span((place,)).line for place in places]

    def locate(index: int, column: str | None) -> Span:
        at = max(index, 0)
        if column is not None:
            end = lines[at + 1] if at + 1 < len(lines) else None
            found = _member(complaints.text, lines[at], end, column, wants_name=index < 0)
            if found is not None:
                return found
        return document.span((places[at],))

    return object_table(objects, lines, locate), found


def inline_rows(source_map: SourceMap) -> ObjectTable:
    """The rows that travel in the source map; a place is the row's line."""
    lines = source_map.row_lines
    text = kept_text(source_map)

    def locate(index: int, column: str | None) -> Span:
        at = max(index, 0)
        if at >= len(lines):
            return source_map.span("rows") or point(1, 1)
        end = lines[at + 1] if at + 1 < len(lines) else None
        found = None if column is None else _member(text, lines[at], end, column, wants_name=index < 0)
        return found or point(lines[at], 1)

    objects = [dict(row) for row in source_map.rows or ()]
    return object_table(objects, lines if len(lines) == len(objects) else [1] * len(objects), locate)


def _member(text: str, line: int, end: int | None, column: str, *, wants_name: bool) -> Span | None:
    """Where a member of the row between two lines stands; the reader keeps the places of whole rows only."""
    lines = text.split("\n")
    stop = len(lines) if end is None else max(end - 1, line)
    name = re.compile(rf"""(?:^|[\s{{,-])(["']?{re.escape(column)}["']?)\s*:\s*([^\s,}}]*)""")
    for number, content in enumerate(lines[line - 1 : stop], line):
        found = name.search(content)
        if found is not None:
            start, after = found.span(1 if wants_name else 2)
            return point(number, start + 1, max(after - start, 1))
    return None
