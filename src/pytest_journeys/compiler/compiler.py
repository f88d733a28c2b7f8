"""The door: the text of a journey becomes an artifact, its source map, and everything that is wrong with it."""

from collections.abc import Callable

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.compiler.findings import Findings
from pytest_journeys.compiler.journeys import lower_journey
from pytest_journeys.compiler.unknown_keys import certain_of, without_unknown_keys
from pytest_journeys.expressions.registry import BUILT_IN, Registry
from pytest_journeys.language import reader
from pytest_journeys.language.document import Document
from pytest_journeys.language.explain import define
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.fact import fact
from pytest_journeys.values.source import Source


@fact
class Compiled:
    """What came of a file. With an error among the diagnostics there is no artifact and no source map."""

    artifact: Artifact | None
    source_map: SourceMap | None
    diagnostics: tuple[Diagnostic, ...]


def compile_journey(source: Source, *, read: Callable[[str], bytes], registry: Registry = BUILT_IN) -> Compiled:
    """Compile the text of a journey. Returns everything that is wrong with it; raises nothing for any text.

    `read` gives the bytes of a file named relative to the journey's folder (``json_file``, uploads, ``equals_file``); it
    raises `OSError` or `SetupError` for one that cannot be read. The same text and files yield the same artifact, on
    every Python.
    """
    document = reader.read(source)
    journey, told = define(document)
    if journey is None:
        certain = _still_certain(document, told, read, registry)
        whole = Findings(document, (*told, *certain)).diagnostics if certain else told
        return Compiled(artifact=None, source_map=None, diagnostics=whole)
    findings = Findings(document, told)
    artifact, source_map = lower_journey(journey, document, findings, read=read, registry=registry)
    if findings.has_errors:
        return Compiled(artifact=None, source_map=None, diagnostics=findings.diagnostics)
    return Compiled(artifact=artifact, source_map=source_map, diagnostics=findings.diagnostics)


def _still_certain(
    document: Document, told: tuple[Diagnostic, ...], read: Callable[[str], bytes], registry: Registry
) -> tuple[Diagnostic, ...]:
    """What is wrong with the rest of a file that has unknown keys, so that one slip does not hide the others."""
    rest = without_unknown_keys(document, told)
    journey = None if rest is None else define(rest)[0]
    if journey is None:
        return ()
    findings = Findings(document)
    lower_journey(journey, document, findings, read=read, registry=registry)
    return certain_of(findings.diagnostics)
