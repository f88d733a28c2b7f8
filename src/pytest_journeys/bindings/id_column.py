"""The column that names the rows, and the names in it."""

from functools import partial

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.bindings.complaints import Complaints
from pytest_journeys.bindings.table import Table


def id_column_of(artifact: Artifact, table: Table) -> str | None:
    """The column that names the rows: the one that `rows` names, else ``id`` unless an input of that name is declared."""
    if artifact.rows is not None and artifact.rows.id_column is not None:
        return artifact.rows.id_column
    is_input = any(declared.name == "id" for declared in artifact.inputs)
    return "id" if "id" in table.columns and not is_input else None


def named_ids(table: Table, column: str, complaints: Complaints) -> list[str]:
    """The texts of the id column; a row without one, or with one that a row above has, is complained of."""
    texts = [""] * len(table)
    told: set[int] = set()
    first: dict[str, int] = {}
    for index, value in table.values(column):
        if isinstance(value, bool) or not isinstance(value, (str, int)):
            complaints.add("E612", "an id is a text or an integer", partial(table.locate, index, column))
            told.add(index)
            continue
        text = texts[index] = str(value)
        before = first.setdefault(text, index)
        if before != index:
            complaints.add(
                "E611",
                f"two rows have the id {text!r}",
                partial(table.locate, index, column),
                notes=(f"the first is on line {table.lines[before]}",),
                help="ids are unique: they name a row when an interrupted run resumes",
            )
    for index, text in enumerate(texts):
        if not text and index not in told:
            complaints.add(
                "E612",
                f"this row has no {column}",
                partial(table.locate, index, None),
                help=f"fill in {column}: it names the row in reports and when a run resumes",
            )
    return texts
