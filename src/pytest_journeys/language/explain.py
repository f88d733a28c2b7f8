"""From a located tree to a `Journey`, or to every reason why it is none: pydantic's errors in our words and places."""

from collections.abc import Mapping
from typing import Final

from pydantic import ValidationError

from pytest_journeys.language import structure
from pytest_journeys.language.definition import Journey
from pytest_journeys.language.document import Document
from pytest_journeys.language.failures import Failure, explain_failure, follows_from_another
from pytest_journeys.values.diagnostic import Diagnostic, Severity

MOST_TOLD: Final = 50
"""How many findings of one file are told."""


def define(document: Document) -> tuple[Journey | None, tuple[Diagnostic, ...]]:
    """The journey that a document defines, None when there is an error; and everything there is to say, in source order.

    The reader's findings are among the diagnostics. A document without a tree has no others.
    """
    if not isinstance(document.tree, Mapping):
        return None, _told(document, list(document.diagnostics))
    findings = list(document.diagnostics)
    journey = None
    try:
        journey = Journey.model_validate(
            {key: value for key, value in document.tree.items() if not key.startswith("x-")}
        )
    except ValidationError as error:
        for details in error.errors(include_url=False, include_context=True, include_input=True):
            failure = Failure.of(document, details)
            if not follows_from_another(document, failure):
                findings.append(explain_failure(document, failure))
    findings.extend(structure.check(document))
    told = _told(document, findings)
    is_wrong = any(finding.severity is Severity.ERROR for finding in told)
    return (None if is_wrong else journey), told


def _told(document: Document, findings: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """In source order, each once, not more than a person reads."""
    unique = {(finding.code, finding.title, finding.span): finding for finding in findings}
    ordered = sorted(unique.values(), key=_position)
    if len(ordered) <= MOST_TOLD:
        return tuple(ordered)
    title = f"{len(ordered) - MOST_TOLD} more findings are not shown"
    return (*ordered[:MOST_TOLD], document.diagnose("E299", title, None, help="correct the ones above first"))


def _position(finding: Diagnostic) -> tuple[int, int]:
    return (finding.span.line, finding.span.column) if finding.span is not None else (0, 0)
