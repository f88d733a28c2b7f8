"""Journey files, checked and compiled without a session: nothing is sent, no secret is read, the store is left alone."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from pytest_journeys.app.codes import SAME_NAME
from pytest_journeys.app.definitions import Definition, load_definition
from pytest_journeys.app.journey import Journey, load_journey
from pytest_journeys.app.settings import Settings
from pytest_journeys.artifact.codec import encode_bundle
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.errors import DefinitionError, UsageError
from pytest_journeys.values.fact import fact

SUFFIXES: Final = (".journey.yaml", ".journey.yml")


@fact
class Checked:
    """One file after its check. `journey` is None when it has errors."""

    file: Path
    journey: Journey | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def has_errors(self) -> bool:
        """Whether it cannot run."""
        return self.journey is None


def journey_files(paths: Iterable[Path]) -> list[Path]:
    """The journey files that paths name, folders searched, in a stable order. Raises `UsageError` for one that is not there."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            found.update(dict.fromkeys(sorted(_inside(path))))
        elif path.is_file():
            found[path] = None
        else:
            raise UsageError(f"{path}: no such file or folder")
    return list(found)


def check_files(paths: Iterable[Path], settings: Settings) -> Iterator[Checked]:
    """Compile each file and read its rows; all that is wrong with each. Two files with one name are told at the second."""
    names: dict[str, str] = {}
    for path in paths:
        try:
            journey = load_journey(path.resolve(), settings)
        except DefinitionError as error:
            yield Checked(file=path, journey=None, diagnostics=error.diagnostics)
            continue
        file = journey.definition.source_map.file
        other = names.setdefault(journey.name, file)
        if other != file:
            yield Checked(file=path, journey=None, diagnostics=(_same_name(journey, other),))
        else:
            yield Checked(file=path, journey=journey, diagnostics=journey.warnings)


def compile_file(path: Path, settings: Settings) -> tuple[Definition, bytes]:
    """A journey's definition, and the one-file form of its artifact. Raises `DefinitionError`, `UsageError`."""
    if not path.is_file():
        raise UsageError(f"{path}: no such file")
    definition = load_definition(path.resolve(), root=settings.root, cache=None)
    return definition, encode_bundle(definition.artifact, definition.source_map)


def _inside(folder: Path) -> Iterator[Path]:
    """The journey files below a folder; hidden folders and virtual environments are not gone into, as with pytest."""
    for entry in sorted(folder.iterdir()):
        if entry.is_dir():
            if not entry.name.startswith(".") and not (entry / "pyvenv.cfg").exists():
                yield from _inside(entry)
        elif entry.name.endswith(SUFFIXES):
            yield entry


def _same_name(journey: Journey, other: str) -> Diagnostic:
    source_map = journey.definition.source_map
    span = source_map.span("journey")
    return Diagnostic(
        code=SAME_NAME.code,
        title=f"another file holds a journey named {journey.name}: {other}",
        file=source_map.file,
        span=span,
        excerpt=source_map.excerpt(span.line) if span is not None else "",
        help="a journey's name is its identity in a store: give each its own",
        severity=Severity.ERROR,
    )
