"""The run inputs of a journey: row > command line > preset > default, each checked against its declaration.

Everything that can be wrong is found while collecting, over all rows at once; binding one row is then a copy.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field
from enum import Enum
from typing import TypeAlias

from pytest_journeys.artifact.fitting import MisfitError, fitted, value_of_text
from pytest_journeys.artifact.model import Artifact, Input
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.bindings.complaints import Complaints, kept_text, point
from pytest_journeys.bindings.offer import Offered
from pytest_journeys.bindings.row import Row, Rows
from pytest_journeys.expressions.template import Literal, Template
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.errors import SetupError, UsageError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.secret import Secret

Render: TypeAlias = Callable[[Template, Mapping[str, JsonValue]], JsonValue]
"""Evaluates a default that is no literal; the mapping holds the inputs that are known. Raises `ValueError` with a sentence."""


class Origin(Enum):
    """Where a value comes from, strongest first."""

    ROW = "row"
    COMMAND_LINE = "--journeys-input"
    PRESET = "preset"
    DEFAULT = "default"
    EMPTY_CELL = "empty cell"
    OPTIONAL = "optional, not given"


@fact
class BoundInputs:
    """The inputs of one run. `secrets` are never recorded; one that is not given is null, in `values`.

    `origins` tells of each where it comes from.
    """

    values: dict[str, JsonValue]
    secrets: dict[str, Secret]
    origins: dict[str, Origin]


@fact
class PreparedInputs:
    """What all runs of a journey share. With `diagnostics` the journey cannot run."""

    diagnostics: tuple[Diagnostic, ...] = ()
    _shared: Mapping[str, JsonValue] = field(default_factory=dict)
    _origins: Mapping[str, Origin] = field(default_factory=dict)
    _rendered: tuple[Input, ...] = ()
    _from_rows: tuple[str, ...] = ()
    _render: Render | None = None

    def bind(self, row: Row | None = None) -> BoundInputs:
        """The inputs of the run of a row, or of the journey itself. Raises `SetupError` for a default that fails."""
        values = dict(self._shared)
        origins = dict(self._origins)
        if row is not None:
            given = row.values
            for name in self._from_rows:
                if name in given:
                    values[name] = given[name]
                    origins[name] = Origin.ROW
        for declared in self._rendered:
            if declared.name not in values:
                values[declared.name] = self._rendered_default(declared, values)
                origins[declared.name] = Origin.DEFAULT
        secrets: dict[str, Secret] = {}
        if row is not None and row.secrets:
            secrets.update(row.secrets)
            origins.update(dict.fromkeys(secrets, Origin.ROW))
            for name in secrets:
                values.pop(name, None)
        return BoundInputs(values=values, secrets=secrets, origins=origins)

    def _rendered_default(self, declared: Input, values: Mapping[str, JsonValue]) -> JsonValue:
        if self._render is None or declared.default is None:
            raise SetupError(
                f"the default of the input {declared.name} holds an expression, and nothing evaluates it",
                place=f"inputs/{declared.name}",
            )
        try:
            return fitted(declared, self._render(declared.default, values))
        except ValueError as error:
            raise SetupError(
                f"the default of the input {declared.name}: {error}", place=f"inputs/{declared.name}"
            ) from None


def prepare_inputs(
    artifact: Artifact,
    source_map: SourceMap,
    *,
    rows: Rows | None = None,
    offered: Offered | None = None,
    render: Render | None = None,
) -> PreparedInputs:
    """Everything but the row's part of a journey's inputs, checked for all of its rows.

    `offered` applies where the journey declares it. Raises `UsageError` for a command-line value that does not fit, is
    for a secret input, or stands against a column. What the definition or the rows lack is in the diagnostics.
    """
    offered = offered if offered is not None else Offered()
    columns = frozenset(rows.columns) if rows is not None else frozenset()
    complaints = Complaints(source_map.file)
    preset = artifact.presets.get(offered.preset or "", {})
    shared: dict[str, JsonValue] = {}
    origins: dict[str, Origin] = {}
    rendered: list[Input] = []
    missing: list[Diagnostic] = []
    for declared in artifact.inputs:
        name = declared.name
        if name in offered.assignments:
            shared[name] = _from_command_line(artifact, declared, offered.assignments[name], columns)
            origins[name] = Origin.COMMAND_LINE
        elif name in preset and not declared.is_secret:
            shared[name] = _checked(declared, preset[name], f"preset {offered.preset}: ", source_map, complaints)
            origins[name] = Origin.PRESET
        elif isinstance(declared.default, Literal) and not declared.is_secret:
            shared[name] = _checked(declared, declared.default.value, "default: ", source_map, complaints)
            origins[name] = Origin.DEFAULT
        elif declared.default is not None and not declared.is_secret:
            rendered.append(declared)
        elif declared.is_optional:
            shared[name] = None
            origins[name] = Origin.OPTIONAL
        elif name in columns and rows is not None and rows.has_empty_cells and _takes_empty_text(declared):
            shared[name] = ""
            origins[name] = Origin.EMPTY_CELL
        else:
            missing.extend(_missing(declared, source_map, rows))
    return PreparedInputs(
        diagnostics=(*complaints.diagnostics(), *missing),
        _shared=shared,
        _origins=origins,
        _rendered=tuple(rendered),
        _from_rows=tuple(declared.name for declared in artifact.inputs if declared.name in columns),
        _render=render,
    )


def _from_command_line(artifact: Artifact, declared: Input, text: str, columns: frozenset[str]) -> JsonValue:
    name = declared.name
    if declared.is_secret:
        raise UsageError(
            f"--journeys-input {name}: {artifact.journey} declares it as a secret, which a command line would show",
            help="give it in a column of the rows, or declare a secret instead of a secret input",
        )
    if name in columns:
        raise UsageError(
            f"--journeys-input {name}: the rows of {artifact.journey} have a column {name}, which says otherwise",
            help=f"leave out the option, or take the column {name} out of the rows",
        )
    try:
        return value_of_text(declared, text)
    except MisfitError as misfit:
        raise UsageError(f"--journeys-input {name}: {misfit}", help=misfit.help) from None


def _takes_empty_text(declared: Input) -> bool:
    try:
        return declared.type == "string" and fitted(declared, "") == ""
    except MisfitError:
        return False


def _checked(declared: Input, value: JsonValue, where: str, source_map: SourceMap, complaints: Complaints) -> JsonValue:
    try:
        return fitted(declared, value)
    except MisfitError as misfit:
        complaints.text = complaints.text or kept_text(source_map)
        complaints.add(
            "E610",
            f"{declared.name}: {where}{misfit}",
            source_map.span(f"inputs/{declared.name}"),
            help=misfit.help,
        )
        return None


def _missing(declared: Input, source_map: SourceMap, rows: Rows | None) -> Sequence[Diagnostic]:
    """The findings about an input that nothing but rows could give: of the journey, or of the rows that lack it."""
    name = declared.name
    if rows is not None and name in rows.columns:
        complaints = Complaints(rows.file)
        other = "make it optional" if declared.is_secret else "give the input a default, or a value in a preset"
        for line in rows.lacking(name):
            complaints.add("E618", f"this row gives no {name}", point(line, 1), help=f"fill it in, or {other}")
        return complaints.diagnostics()
    complaints = Complaints(source_map.file, kept_text(source_map))
    complaints.add(
        "E618",
        f"the input {name} has no value",
        source_map.span(f"inputs/{name}"),
        help=f"a secret input is given by a column {name} of the rows; or make it optional"
        if declared.is_secret
        else f"give it by --journeys-input {name}=VALUE, a preset, a default, or a column {name} of the rows",
    )
    return complaints.diagnostics()


def explained(inputs: BoundInputs, names: Iterable[str]) -> list[tuple[str, str, JsonValue]]:
    """For each name: the name, where its value comes from, and the value; a secret's is None."""
    return [(name, inputs.origins[name].value, inputs.values.get(name)) for name in names if name in inputs.origins]
