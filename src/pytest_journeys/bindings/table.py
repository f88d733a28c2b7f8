"""Rows as a format yields them, before they are bound: what stands in which column, and where.

Two shapes share the questions: a `TextTable` (CSV: every row has every column, cells are texts, an empty one is not
given) and an `ObjectTable` (JSON, JSONL, YAML, inline: values are JSON, a row may lack a column).
"""

from array import array
from collections.abc import Callable, Hashable, Iterator, Sequence
from operator import itemgetter
from typing import TypeAlias

from pytest_journeys.expressions.wording import compact_json
from pytest_journeys.values.canonical import canonical_text
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.source import Span

Locate: TypeAlias = Callable[[int, str | None], Span]
"""Where a row's value of a column stands; with None the row; of row -1 a column's name. Asked only when there is something to tell."""


@fact(kw_only=False)
class TextTable:
    """Cells by position; every row is as long as `columns`."""

    columns: tuple[str, ...]
    cells: list[tuple[str, ...]]
    lines: "array[int]"
    locate: Locate

    def __len__(self) -> int:
        return len(self.cells)

    def as_read(self, index: int) -> dict[str, JsonValue]:
        """A row's given values; an empty cell is not given."""
        return {name: cell for name, cell in zip(self.columns, self.cells[index], strict=True) if cell}

    def value(self, index: int, column: str) -> JsonValue:
        """What a row gives in a column that every row gives."""
        return self.cells[index][self.columns.index(column)]

    def values(self, column: str) -> Iterator[tuple[int, JsonValue]]:
        """The given values of a column with their rows."""
        at = self.columns.index(column)
        return ((index, row[at]) for index, row in enumerate(self.cells) if row[at])

    def texts(self, columns: Sequence[str]) -> list[str]:
        """Each row's given values of some columns, joined by hyphens."""
        chosen = self._chosen(columns)
        return ["-".join(filter(None, row)) for row in chosen]

    def identities(self, columns: Sequence[str]) -> Sequence[Hashable]:
        """One value per row, equal for rows that are equal in these columns."""
        return self._chosen(columns)

    def _chosen(self, columns: Sequence[str]) -> list[tuple[str, ...]]:
        if tuple(columns) == self.columns:
            return self.cells
        if len(columns) > 1:
            take = itemgetter(*map(self.columns.index, columns))
            return [take(row) for row in self.cells]
        if not columns:
            return [()] * len(self.cells)
        at = self.columns.index(columns[0])
        return [(row[at],) for row in self.cells]


@fact(kw_only=False)
class ObjectTable:
    """Values by name; `columns` are the names of all rows, in the order in which they first appear."""

    columns: tuple[str, ...]
    objects: list[dict[str, JsonValue]]
    lines: Sequence[int]
    locate: Locate

    def __len__(self) -> int:
        return len(self.objects)

    def as_read(self, index: int) -> dict[str, JsonValue]:
        """A row's values."""
        return dict(self.objects[index])

    def value(self, index: int, column: str) -> JsonValue:
        """What a row gives in a column that every row gives."""
        return self.objects[index][column]

    def values(self, column: str) -> Iterator[tuple[int, JsonValue]]:
        """The given values of a column with their rows."""
        return ((index, row[column]) for index, row in enumerate(self.objects) if column in row)

    def texts(self, columns: Sequence[str]) -> list[str]:
        """Each row's values of some columns, joined by hyphens; what is no text as JSON."""
        return [
            "-".join(
                value if isinstance(value, str) else compact_json(value)
                for value in (row[name] for name in columns if name in row)
                if value != ""
            )
            for row in self.objects
        ]

    def identities(self, columns: Sequence[str]) -> Sequence[Hashable]:
        """One value per row, equal for rows that are equal in these columns."""
        return [canonical_text({name: row[name] for name in columns if name in row}) for row in self.objects]


Table: TypeAlias = TextTable | ObjectTable


def object_table(objects: list[dict[str, JsonValue]], lines: Sequence[int], locate: Locate) -> ObjectTable:
    """The table of these rows."""
    columns: dict[str, None] = {}
    for row in objects:
        if not row.keys() <= columns.keys():
            columns.update(dict.fromkeys(row))
    return ObjectTable(tuple(columns), objects, lines, locate)
