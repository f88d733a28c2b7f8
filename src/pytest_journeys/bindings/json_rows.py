"""Rows from JSON (a list of objects) and from JSON lines (an object on each). Knows places, not inputs."""

import re
from array import array
from functools import partial
from typing import Final

from pytest_journeys.artifact.fitting import DEEPEST, is_too_deep
from pytest_journeys.bindings.complaints import Complaints, point_at
from pytest_journeys.bindings.table import Locate, ObjectTable, object_table
from pytest_journeys.expressions.wording import noun
from pytest_journeys.values.json import JsonValue, NotJsonError, parse_json_at
from pytest_journeys.values.source import Span

_SPACE: Final = re.compile(r"[ \t\r\n]*")
_EXAMPLE: Final = 'rows are a list of objects: [{"sku": "A-100"}, {"sku": "A-200"}]'


def read_json(text: str, complaints: Complaints) -> ObjectTable | None:
    """The table of a JSON list, or None when the text is none."""
    offsets = array("L")
    objects: list[dict[str, JsonValue]] = []
    offset = _after_space(text, 0)
    if text[offset : offset + 1] != "[":
        complaints.add("E609", "the row file holds no list", point_at(text, offset), help=_EXAMPLE)
        return None
    offset = _after_space(text, offset + 1)
    is_first = True
    while text[offset : offset + 1] != "]":
        if not is_first:
            if text[offset : offset + 1] != ",":
                complaints.add("E608", "a comma or ] is missing after a row", point_at(text, offset))
                return None
            offset = _after_space(text, offset + 1)
        is_first = False
        try:
            value, end = parse_json_at(text, offset)
        except NotJsonError as error:
            _complain(text, error, offset, complaints)
            return None
        _keep(text, value, offset, objects, offsets, complaints)
        offset = _after_space(text, end)
    offset = _after_space(text, offset + 1)
    if offset < len(text):
        complaints.add("E608", "something stands behind the list of rows", point_at(text, offset))
        return None
    return object_table(objects, _lines_of(text, offsets), _locator(text, offsets))


def read_jsonl(text: str, complaints: Complaints) -> ObjectTable:
    """The table of JSON lines; blank lines are skipped, each broken line is complained of."""
    offsets = array("L")
    objects: list[dict[str, JsonValue]] = []
    start = 0
    while start < len(text):
        stop = text.find("\n", start)
        stop = len(text) if stop < 0 else stop
        offset = _SPACE.match(text, start, stop).end()  # type: ignore[union-attr] # it matches nothing as well
        if offset < stop:
            try:
                value, end = parse_json_at(text, offset)
                if end > stop:
                    raise NotJsonError("the row goes on below: each line is a whole row")
                rest = _after_space(text, end)
                if rest < stop:
                    raise NotJsonError("something stands behind the row", rest)
                _keep(text, value, offset, objects, offsets, complaints)
            except NotJsonError as error:
                _complain(text, error, offset, complaints)
        start = stop + 1
    return object_table(objects, _lines_of(text, offsets), _locator(text, offsets))


def _keep(
    text: str,
    value: JsonValue,
    offset: int,
    objects: list[dict[str, JsonValue]],
    offsets: "array[int]",
    complaints: Complaints,
) -> None:
    if is_too_deep(value):
        complaints.add("E608", f"nested more than {DEEPEST} levels deep", partial(point_at, text, offset))
    elif isinstance(value, dict):
        objects.append(value)
        offsets.append(offset)
    else:
        complaints.add(
            "E609", f"a row is an object, this is {noun(value)}", partial(point_at, text, offset), help=_EXAMPLE
        )


def _complain(text: str, error: NotJsonError, offset: int, complaints: Complaints) -> None:
    message = str(error)
    if error.offset is None:
        complaints.add("E608", f"not JSON: {message}", partial(point_at, text, offset))
    else:  # the parser's own sentence, which begins with a capital
        place = partial(point_at, text, error.offset)
        complaints.add("E608", f"not JSON: {message[:1].lower()}{message[1:]}", place)


def _after_space(text: str, offset: int) -> int:
    found = _SPACE.match(text, offset)
    return offset if found is None else found.end()


def _lines_of(text: str, offsets: "array[int]") -> "array[int]":
    lines = array("L")
    line, last = 1, 0
    for offset in offsets:
        line += text.count("\n", last, offset)
        last = offset
        lines.append(line)
    return lines


def _locator(text: str, offsets: "array[int]") -> Locate:
    def locate(index: int, column: str | None) -> Span:
        row = offsets[max(index, 0)]
        if column is None:
            return point_at(text, row)
        name, start, end = _member(text, row, column)
        return point_at(text, name, len(column) + 2) if index < 0 else point_at(text, start, _length(text, start, end))

    return locate


def _length(text: str, start: int, end: int) -> int:
    """The length of a value's first line."""
    stop = text.find("\n", start, end)
    return (end if stop < 0 else stop) - start


def _member(text: str, offset: int, column: str) -> tuple[int, int, int]:
    """Where a member of the object at `offset` has its name, and its value's start and end; the object if it has none."""
    at = _after_space(text, offset + 1)
    while text[at : at + 1] == '"':
        name, end = parse_json_at(text, at)
        start = _after_space(text, _after_space(text, end) + 1)
        _, stop = parse_json_at(text, start)
        if name == column:
            return at, start, stop
        at = _after_space(text, stop)
        if text[at : at + 1] == ",":
            at = _after_space(text, at + 1)
    return offset, offset, offset + 1
