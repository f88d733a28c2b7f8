"""Reading a journey's rows: the right format, columns against the journey, cells against the inputs, ids.

Decides nothing about other sources of inputs (`inputs`) and reads no file: it is given the bytes.
"""

from pathlib import PurePath
from typing import Final

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.bindings.cells import turns_of
from pytest_journeys.bindings.columns import check_columns
from pytest_journeys.bindings.complaints import Complaints, kept_text, point
from pytest_journeys.bindings.csv_rows import read_csv
from pytest_journeys.bindings.file_text import TooLarge, text_of
from pytest_journeys.bindings.id_column import id_column_of, named_ids
from pytest_journeys.bindings.json_rows import read_json, read_jsonl
from pytest_journeys.bindings.row import Rows
from pytest_journeys.bindings.row_ids import ids_of, repeats_of
from pytest_journeys.bindings.table import Table, TextTable
from pytest_journeys.values.diagnostic import Diagnostic

FORMATS: Final = (".csv", ".json", ".jsonl", ".ndjson", ".yaml", ".yml")


def read_rows(artifact: Artifact, source_map: SourceMap, data: bytes | TooLarge | None, file: str) -> Rows:
    """The rows of a journey that has some; `data` is the content of its row file and `file` the name to show.

    `data` None means: the rows are inline (in the source map) or, when the artifact names a file, that it is not there.
    Raises nothing: what is wrong is in the diagnostics of the result, which then has no rows.
    """
    secrets = frozenset(declared.name for declared in artifact.inputs if declared.is_secret)
    is_inline = data is None and artifact.rows is not None and artifact.rows.file is None
    complaints = Complaints(source_map.file if is_inline else file, is_shown=not secrets)
    if data is None and not is_inline:
        return Rows(file=file, diagnostics=(_not_there(artifact, source_map, file),))
    if is_inline:
        from pytest_journeys.bindings.yaml_rows import inline_rows

        complaints.text = kept_text(source_map)
        table: Table | None = inline_rows(source_map)
        found: tuple[Diagnostic, ...] = ()
    else:
        table, found = _read(b"" if data is None else data, complaints)
    if table is not None and not len(table) and not complaints.has_errors:
        complaints.add(
            "E603",
            "there are no rows",
            source_map.span("rows") if is_inline else point(1, 1),
            help="write at least one row, or take `rows` out of the journey",
        )
    if table is None or not len(table) or complaints.has_errors:
        return Rows(file=complaints.file, diagnostics=(*found, *complaints.diagnostics()))
    return _bound(artifact, table, secrets, complaints, found)


def _read(data: bytes | TooLarge, complaints: Complaints) -> tuple[Table | None, tuple[Diagnostic, ...]]:
    kind = PurePath(complaints.file).suffix.lower()
    if kind not in FORMATS:
        complaints.add(
            "E617", f"rows cannot be read from a {kind or 'file without a suffix'}", None,
            help="a row file is .csv, .json, .jsonl or .yaml",
        )  # fmt: skip
        return None, ()
    text = text_of(data, complaints)
    if text is None:
        return None, ()
    complaints.text = text
    match kind:
        case ".csv":
            return read_csv(text, complaints), ()
        case ".json":
            return read_json(text, complaints), ()
        case ".jsonl" | ".ndjson":
            return read_jsonl(text, complaints), ()
        case _:
            from pytest_journeys.bindings.yaml_rows import read_yaml

            return read_yaml(text, complaints)


def _not_there(artifact: Artifact, source_map: SourceMap, file: str) -> Diagnostic:
    span = source_map.span("rows")
    return Diagnostic(
        code="E602",
        title=f"the row file {file} is not there",
        file=source_map.file,
        span=span,
        excerpt=source_map.excerpt(span.line) if span else "",
        help="the path is relative to the journey's file",
    )


def _bound(
    artifact: Artifact,
    table: Table,
    secrets: frozenset[str],
    complaints: Complaints,
    found: tuple[Diagnostic, ...],
) -> Rows:
    inputs = {declared.name: declared for declared in artifact.inputs}
    id_column = id_column_of(artifact, table)
    check_columns(artifact, table, id_column, complaints)
    turns = turns_of(inputs, table, complaints)
    open_columns = tuple(column for column in table.columns if column not in secrets)
    if id_column in table.columns and id_column not in secrets:
        repeats = [0] * len(table)
        texts = named_ids(table, id_column, complaints)
        ids = ids_of(texts, texts, repeats)
    else:
        identities = table.identities(open_columns)
        repeats = repeats_of(identities)
        ids = ids_of(table.texts(open_columns), identities, repeats)
    if complaints.has_errors:
        return Rows(file=complaints.file, diagnostics=(*found, *complaints.diagnostics()))
    own = frozenset(table.columns).difference(inputs)
    return Rows(
        file=complaints.file,
        columns=table.columns,
        secrets=secrets.intersection(table.columns),
        ids=ids,
        diagnostics=(*found, *complaints.diagnostics()),
        _table=table,
        _repeats=repeats,
        _id_column=id_column if id_column in table.columns else None,
        _turns=turns,
        _texts=own if isinstance(table, TextTable) else frozenset(),
    )
