"""Columns against the journey: which ones nobody uses, which ones are missing, which ones cannot be used."""

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.bindings.complaints import Complaints
from pytest_journeys.bindings.references import names_of
from pytest_journeys.bindings.table import Table
from pytest_journeys.values.diagnostic import Severity
from pytest_journeys.values.nearest import nearest


def check_columns(artifact: Artifact, table: Table, id_column: str | None, complaints: Complaints) -> None:
    """Complain of an id column that cannot be one, of references to columns that are not there, of unused columns."""
    inputs = {declared.name: declared for declared in artifact.inputs}
    columns = set(table.columns)
    if id_column is not None and id_column not in columns:
        complaints.add(
            "E613", f"there is no column {id_column}, which is to name the rows", table.locate(-1, None),
            help=_columns_in_words(id_column, table),
        )  # fmt: skip
    elif id_column is not None and id_column in inputs and inputs[id_column].is_secret:
        complaints.add(
            "E613", f"the column {id_column} feeds a secret input, so it cannot name the rows",
            table.locate(-1, id_column), help="ids are shown everywhere: name another column",
        )  # fmt: skip
    referenced = names_of(artifact, "row")
    for name, is_needed in sorted(referenced.items()):
        if name in inputs and inputs[name].is_secret:
            complaints.add(
                "E616", f"row.{name} is a secret input", table.locate(-1, None), help=f"write inputs.{name}"
            )  # fmt: skip
        elif is_needed and name not in columns:
            complaints.add(
                "E615", f"the journey refers to row.{name}, but there is no column {name}",
                table.locate(-1, None), help=_columns_in_words(name, table),
            )  # fmt: skip
    for column in table.columns:
        if column not in inputs and column not in referenced and column != id_column:
            near = nearest(column, inputs)
            complaints.add(
                "E614", f"nothing uses the column {column}", table.locate(-1, column),
                help=f"did you mean the input {near}?" if near else "declare an input of that name, or write row."
                f"{column} where it is needed",
                severity=Severity.WARNING,
            )  # fmt: skip


def _columns_in_words(name: str, table: Table) -> str:
    near = nearest(name, table.columns)
    return f"did you mean {near}?" if near else f"the columns are {', '.join(table.columns)}"
