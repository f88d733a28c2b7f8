"""Rows from CSV (RFC 4180): commas, one header, quoted cells may hold line ends. Knows places, not inputs."""

import csv
import io
import re
from array import array
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Final

from pytest_journeys.bindings.complaints import Complaints, point
from pytest_journeys.bindings.table import TextTable
from pytest_journeys.values.source import Span

_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_QUOTED: Final = re.compile(r'"(?:[^"]|"")*"')
_CELL: Final = re.compile(r'"(?:[^"]|"")*"[^,\r\n]*|[^,\r\n]*')


def read_csv(text: str, complaints: Complaints) -> TextTable | None:
    """The table, or None when there is none; ragged rows and a broken header are complained of."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    header: list[str] = []
    cells: list[tuple[str, ...]] = []
    lines = array("L")
    start = 1
    try:
        for row in reader:
            if not header:
                header = [name.strip() for name in row]
                header_line = start
            elif len(row) == len(header):
                cells.append(tuple(row))
                lines.append(start)
            elif row:  # a blank line is no row
                _complain_of_raggedness(text, start, len(row), len(header), complaints)
            start = reader.line_num + 1
    except csv.Error as error:
        _complain_of_quotes(str(error), text, start, complaints)
        return None
    if not header:
        complaints.add(
            "E604",
            "the row file is empty",
            point(1, 1),
            help="the first line names the columns, each line below it is a row",
        )
        return None
    if not _is_header(header, header_line, text, complaints):
        return None

    def locate(index: int, column: str | None) -> Span:
        line = header_line if index < 0 else lines[index]
        return _span(text, line, 0 if column is None else header.index(column))

    return TextTable(tuple(header), cells, lines, locate)


def _is_header(header: list[str], line: int, text: str, complaints: Complaints) -> bool:
    seen: set[str] = set()
    is_good = True
    for position, name in enumerate(header):
        if not name:
            complaints.add(
                "E604",
                f"column {position + 1} has no name",
                _span(text, line, position),
                help="the first line names every column",
            )
        elif name in seen:
            complaints.add("E605", f"two columns are named {name}", _span(text, line, position), help="rename one")
        else:
            seen.add(name)
            continue
        is_good = False
    if len(header) == 1 and re.search(r"[;\t|]", header[0]):
        complaints.add("E604", "the header is one cell", _span(text, line, 0), help="cells are separated by commas")
        is_good = False
    return is_good


def _complain_of_raggedness(text: str, line: int, found: int, wanted: int, complaints: Complaints) -> None:
    more = found > wanted
    complaints.add(
        "E606",
        f"this row has {found} cell{'' if found == 1 else 's'}, the header has {wanted}",
        partial(_span, text, line, wanted if more else found - 1),
        label="beyond the last column" if more else "the row ends here",
        help="put a cell that holds a comma in double quotes" if more else "an empty cell still needs its comma",
    )


def _complain_of_quotes(reason: str, text: str, line: int, complaints: Complaints) -> None:
    if "field limit" in reason:
        complaints.add("E607", f"a cell is longer than {csv.field_size_limit()} characters", point(line, 1))
        return
    position = next(
        (
            place
            for place, (begin, end) in enumerate(_cells(text, _offset_of(text, line)))
            if text[begin:end].startswith('"') and not _QUOTED.fullmatch(text, begin, end)
        ),
        0,
    )
    if "unexpected end" in reason:
        complaints.add("E607", "a quoted cell is not closed", _span(text, line, position), help='close it with "')
        return
    complaints.add(
        "E607",
        "text follows the quote that closes a cell",
        _span(text, line, position),
        help='inside a quoted cell a double quote is written twice: "say ""hello"""',
    )


def _span(text: str, line: int, position: int) -> Span:
    """Where the cell at `position` of the record that begins on `line` stands; a cell of several lines: its first."""
    start, end = next(islice(_cells(text, _offset_of(text, line)), position, None))
    begin = max(text.rfind("\n", 0, start), text.rfind("\r", 0, start)) + 1
    above = sum(1 for _ in _LINE_END.finditer(text, 0, begin))
    length = len(_LINE_END.split(text[start:end], maxsplit=1)[0])
    return point(above + 1, start - begin + 1, max(length, 1))


def _cells(text: str, offset: int) -> Iterator[tuple[int, int]]:
    """Start and end of each cell of the record that begins at `offset`."""
    while True:
        found = _CELL.match(text, offset)
        end = offset if found is None else found.end()
        yield offset, end
        if text[end : end + 1] != ",":
            return
        offset = end + 1


def _offset_of(text: str, line: int) -> int:
    ends = _LINE_END.finditer(text)
    offset = 0
    for _ in range(line - 1):
        offset = next(ends).end()
    return offset
