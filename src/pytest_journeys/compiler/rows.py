"""Rows: where they come from. Row files are not read here; of inline rows the columns are known."""

from pathlib import PurePosixPath
from typing import Final

from pytest_journeys.artifact.model import Rows
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.language import definition as language
from pytest_journeys.language.definition import RowsFrom
from pytest_journeys.values.nearest import nearest

_KINDS: Final = (".csv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml")


def inline_columns(given: language.Rows | None) -> frozenset[str] | None:
    """The columns of rows written in the journey; None when they are in a file, or there are none."""
    rows = given.source if isinstance(given, RowsFrom) else given
    if rows is None or isinstance(rows, str):
        return None
    return frozenset(name for row in rows for name in row)


def lower_rows(given: language.Rows | None, context: Context) -> Rows | None:
    """The artifact's account of the rows."""
    if given is None:
        return None
    source, id_column, place = given, None, Place(("rows",))
    if isinstance(given, RowsFrom):
        source, id_column, place = given.source, given.id, place.at("from")
    if isinstance(source, str):
        _check_file(source, place, context)
    elif not source:
        context.findings.add(
            codes.ROWS, "there are no rows", place, help="write at least one row, or take `rows` out of the journey"
        )
    _check_id(id_column, context)
    return Rows(file=source if isinstance(source, str) else None, id_column=id_column)


def _check_file(path: str, place: Place, context: Context) -> None:
    if "${{" in path:
        context.findings.add(codes.PLAIN_VALUE, "the path of a row file holds no references", place)
    elif PurePosixPath(path).suffix.lower() not in _KINDS:
        context.findings.add(
            codes.ROWS, f"{path} is no row file", place, help=f"rows are read from {', '.join(_KINDS)}"
        )


def _check_id(column: str | None, context: Context) -> None:
    if column is None:
        return
    place = Place(("rows", "id"))
    declared, columns = context.declared.inputs.get(column), context.declared.columns
    if declared is not None and declared.is_secret:
        context.findings.add(
            codes.SECRET_SHOWN,
            "a secret in a row's id, which is shown",
            place,
            label="a secret input",
            help="name the rows by another column",
        )
    elif columns is not None and column not in columns:
        near = nearest(column, columns)
        context.findings.add(
            codes.UNKNOWN_NAME,
            f"no row has a column {column}",
            place,
            help=f"did you mean {near}?" if near else "name a column that the rows have",
        )
