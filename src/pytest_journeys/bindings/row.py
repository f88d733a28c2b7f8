"""One row, bound to its columns, and the rows of a journey."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Final, TypeAlias, overload

from pytest_journeys.bindings.table import Table, TextTable
from pytest_journeys.values.canonical import digest_of
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.secret import Secret

Turn: TypeAlias = Callable[[JsonValue], JsonValue]
"""A value as read, to the value of its declared type; it has been checked before."""

KEY_DIGITS: Final = 32
"""Hex digits of a row key that is a digest."""


@fact
class Row:
    """One record. `values` holds what was given: inputs by their declared types, other columns as read.

    `secrets` holds the columns that feed secret inputs. `id` is what people see; `key` names the row among the versions of its file; `repeat` counts the equal rows above it;
    `line` is where it begins in its file. `blanks` are the columns whose cell is empty.
    """

    values: dict[str, JsonValue]
    id: str
    key: str
    repeat: int
    line: int
    blanks: tuple[str, ...] = ()
    secrets: dict[str, Secret] = field(default_factory=dict)


@fact
class Rows(Sequence[Row]):
    """The rows of a journey, made one by one when asked for. None when `diagnostics` hold an error.

    `ids` are there at once, for collecting; `file` is the name shown, `columns` all that any row gives,
    `secrets` those that feed secret inputs.
    """

    file: str
    columns: tuple[str, ...] = ()
    secrets: frozenset[str] = frozenset()
    ids: Sequence[str] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    _table: Table | None = field(default=None, repr=False)
    _repeats: Sequence[int] = ()
    _id_column: str | None = None
    _turns: Mapping[str, Turn] = field(default_factory=dict)
    _texts: frozenset[str] = frozenset()

    @property
    def has_errors(self) -> bool:
        """Whether the file cannot be used."""
        return any(found.severity is Severity.ERROR for found in self.diagnostics)

    @property
    def has_empty_cells(self) -> bool:
        """Whether the format can leave a cell empty: CSV."""
        return isinstance(self._table, TextTable)

    def __len__(self) -> int:
        return len(self.ids)

    @overload
    def __getitem__(self, index: int) -> Row: ...
    @overload
    def __getitem__(self, index: slice) -> list[Row]: ...
    def __getitem__(self, index: int | slice) -> Row | list[Row]:
        if isinstance(index, slice):
            return [self[place] for place in range(*index.indices(len(self)))]
        if self._table is None or not -len(self.ids) <= index < len(self.ids):
            raise IndexError("no such row")
        index %= len(self.ids)
        read = self._table.as_read(index)
        key = self._key(read)
        blanks = tuple(name for name in self.columns if name not in read) if len(read) < len(self.columns) else ()
        for name, turn in self._turns.items():
            if name in read:
                read[name] = turn(read[name])
        for name in blanks:
            if name in self._texts:
                read[name] = ""
        secrets = {
            name: Secret(name, read.pop(name))
            for name in self.secrets
            if read.get(name) is not None  # null is no secret: it is not given
        }
        return Row(
            values=read,
            id=self.ids[index],
            key=key,
            repeat=self._repeats[index],
            line=self._table.lines[index],
            blanks=blanks,
            secrets=secrets,
        )

    def key(self, index: int) -> str:
        """The key of a row alone: cheaper than the row."""
        if self._table is None:
            raise IndexError("no such row")
        if self._id_column is not None:
            return str(self._table.value(index, self._id_column))
        return self._key(self._table.as_read(index))

    def repeat(self, index: int) -> int:
        """How many equal rows stand above a row."""
        return self._repeats[index]

    def lacking(self, column: str) -> list[int]:
        """The lines of the rows that give nothing in a column."""
        if self._table is None:
            return []
        if column not in self.columns:
            return list(self._table.lines)
        given = {index for index, _ in self._table.values(column)}
        return [line for index, line in enumerate(self._table.lines) if index not in given]

    def _key(self, read: dict[str, JsonValue]) -> str:
        if self._id_column is not None:
            return str(read[self._id_column])
        told = {name: value for name, value in read.items() if name not in self.secrets} if self.secrets else read
        return digest_of(told)[:KEY_DIGITS]
