"""A journey that is ready to be collected: its definition, its rows, what its inputs are given."""

import os
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Final

from pytest_journeys.app.definitions import Definition, definition_of, load_artifact_file, load_definition
from pytest_journeys.app.reading import read_bounded
from pytest_journeys.app.settings import Settings
from pytest_journeys.artifact.model import Artifact
from pytest_journeys.artifact.model import Rows as RowsDeclared
from pytest_journeys.bindings.defaults import rendering
from pytest_journeys.bindings.inputs import PreparedInputs, prepare_inputs
from pytest_journeys.bindings.offer import Offered, check_offered, read_assignments
from pytest_journeys.bindings.row import Row, Rows
from pytest_journeys.bindings.rows import read_rows
from pytest_journeys.events.model import RunOpened
from pytest_journeys.expressions.registry import BUILT_IN
from pytest_journeys.store.artifacts import (
    find_artifact,
    get_artifact,
    get_source_map,
    is_artifact_reference,
    source_maps_of,
)
from pytest_journeys.store.layout import Store
from pytest_journeys.store.runlist import JourneyEntry, RunKey
from pytest_journeys.store.versions import find_by_reference, is_version_reference
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.errors import DefinitionError, UsageError
from pytest_journeys.values.fact import fact

_render: Final = rendering(BUILT_IN)


@fact
class Journey:
    """One journey of a session. `rows` None: it is one item. `warnings` are told once."""

    definition: Definition
    rows: Rows | None
    inputs: PreparedInputs
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def name(self) -> str:
        """The journey's name."""
        return self.definition.artifact.journey

    @property
    def entry(self) -> JourneyEntry:
        """How a session's run list names it."""
        return JourneyEntry(
            journey=self.name,
            artifact=self.definition.digest,
            source_map=self.definition.map_digest,
            max_age_ms=self.definition.artifact.recovery.max_age_ms,
        )

    def key(self, index: int | None) -> RunKey:
        """The run key of a row, or of the journey itself."""
        if self.rows is None or index is None:
            return RunKey(self.name, "")
        return RunKey(self.name, self.rows.key(index), self.rows.repeat(index))

    def key_of(self, row: Row | None) -> RunKey:
        """The run key of a row that is at hand."""
        return RunKey(self.name, "") if row is None else RunKey(self.name, row.key, row.repeat)

    def row(self, index: int | None) -> Row | None:
        """The row at an index."""
        return None if self.rows is None or index is None else self.rows[index]


def load_journey(path: Path, settings: Settings) -> Journey:
    """A journey file, compiled and given its rows. Raises `DefinitionError`, `UsageError`."""
    try:
        definition = load_definition(path, root=settings.root, cache=settings.store / "cache")
    except DefinitionError as error:
        raise DefinitionError(settings.located(error.diagnostics)) from None
    return _ready(definition, settings)


def load_artifact(path: Path, settings: Settings) -> Journey:
    """An artifact file with its rows. Raises `ArtifactError`, `DefinitionError`, `UsageError`."""
    return _ready(load_artifact_file(path), settings)


def load_reference(reference: str, settings: Settings, *, folder: Path | None = None) -> Journey:
    """What ``--journeys-artifact`` names: ``artifact_ab12...``, ``checkout-flow@v14`` or a file.

    `folder` is where row and upload files are, by default the folder that the artifact was compiled from.
    Raises `UsageError` when nothing is found.
    """
    store = Store(settings.store)
    if is_artifact_reference(reference):
        digest = find_artifact(store, reference)
    elif is_version_reference(reference):
        digest = find_by_reference(store, reference)
    else:
        path = Path(reference)
        if not path.is_file():
            raise UsageError(
                f"--journeys-artifact {reference}: no such file",
                help="name artifact_..., JOURNEY@vN or a file that `journeys compile` wrote",
            )
        return load_artifact(path.resolve(), settings)
    maps = source_maps_of(store, digest)
    if not maps:
        raise UsageError(f"--journeys-artifact {reference}: its source map is not in the store")
    definition = definition_of(
        get_artifact(store, digest), get_source_map(store, digest, maps[-1]), settings.root, digest=digest
    )
    place = folder or (settings.root / definition.source_map.file).parent
    return _ready(replace(definition, folder=place), settings)


def as_stored(journey: Journey, opened: RunOpened, settings: Settings) -> Journey:
    """The journey as a run was opened with it: its artifact and source map out of the store, with the rows of today.

    Raises `StoreError`, `ArtifactError`, `DefinitionError`.
    """
    store = Store(settings.store)
    definition = definition_of(
        get_artifact(store, opened.artifact),
        get_source_map(store, opened.artifact, opened.source_map),
        journey.definition.folder,
        digest=opened.artifact,
    )
    artifact = definition.artifact
    offered = _offered_to(artifact, settings)
    inputs = prepare_inputs(artifact, definition.source_map, rows=journey.rows, offered=offered, render=_render)
    if inputs.diagnostics:
        raise DefinitionError(inputs.diagnostics)
    return Journey(definition=definition, rows=journey.rows, inputs=inputs)


def check_selected(journeys: Iterable[Journey], settings: Settings) -> None:
    """What only the whole selection tells. Raises `UsageError`."""
    selected = list(journeys)
    check_offered(_offered(settings), [journey.definition.artifact for journey in selected])
    files: dict[str, str] = {}
    for journey in selected:
        file = journey.definition.source_map.file
        other = files.setdefault(journey.name, file)
        if other != file:
            raise UsageError(
                f"two files hold a journey named {journey.name}: {settings.shown(other)} and {settings.shown(file)}"
            )
    if settings.rows is not None:
        having = [journey.name for journey in selected if journey.rows is not None]
        if len(having) != 1:
            told = (
                "no selected journey has rows"
                if not having
                else f"several selected journeys have rows: {', '.join(having)}"
            )
            raise UsageError(f"--journeys-rows: {told}", help="name the one journey file on the command line")


def _ready(definition: Definition, settings: Settings) -> Journey:
    artifact = definition.artifact
    rows = None
    found: tuple[Diagnostic, ...] = ()
    if artifact.rows is not None:
        rows = _rows(definition, artifact.rows, settings)
        found = rows.diagnostics
    if not any(item.severity is Severity.ERROR for item in found):
        inputs = prepare_inputs(
            artifact, definition.source_map, rows=rows, offered=_offered_to(artifact, settings), render=_render
        )
        found = (*found, *inputs.diagnostics)
    errors = tuple(item for item in found if item.severity is Severity.ERROR)
    if errors:
        raise DefinitionError(settings.located((*definition.warnings, *found)))
    warnings = settings.located((*definition.warnings, *found))
    return Journey(definition=definition, rows=rows, inputs=inputs, warnings=warnings)


def _rows(definition: Definition, declared: RowsDeclared, settings: Settings) -> Rows:
    artifact, source_map = definition.artifact, definition.source_map
    if settings.rows is not None:
        path = settings.rows
        shown = os.path.relpath(path, settings.root)
        if not path.is_file():
            raise UsageError(f"--journeys-rows {settings.shown(path)}: no such file")
        artifact = replace(artifact, rows=replace(declared, file=shown))
    elif declared.file is None:
        return read_rows(artifact, source_map, None, source_map.file)
    else:
        path = definition.folder / declared.file
        shown = (Path(source_map.file).parent / declared.file).as_posix()
    try:
        data = read_bounded(path)
    except OSError:
        return read_rows(artifact, source_map, None, shown)
    return read_rows(artifact, source_map, data, shown)


def _offered(settings: Settings) -> Offered:
    return Offered(assignments=read_assignments(settings.inputs), preset=settings.preset)


def _offered_to(artifact: Artifact, settings: Settings) -> Offered:
    """What is offered to all applies where it is declared."""
    offered = _offered(settings)
    declared = {item.name for item in artifact.inputs}
    return Offered(
        assignments={name: text for name, text in offered.assignments.items() if name in declared},
        preset=offered.preset if offered.preset in artifact.presets else None,
    )
