"""A finding that a person should act on: what is wrong, where, and what would be right.

A bad file and a failed assertion are told in the same shape (`reports` renders both). A diagnostic is a value: it is
collected and returned, never raised; `DefinitionError` carries the ones that stop a file from being compiled.
"""

from dataclasses import field
from enum import Enum

from pytest_journeys.values.fact import fact
from pytest_journeys.values.source import Span


class Severity(Enum):
    """How bad it is: an error stops, a warning is told."""

    ERROR = "error"
    WARNING = "warning"


@fact
class Diagnostic:
    """One finding.

    `code` is stable and documented (``E101``), `title` one line without an end stop, `file` the name shown, `excerpt` the
    source line the span begins on, `label` the words behind the carets, `notes` facts that help, `help` what to do next.
    """

    code: str
    title: str
    file: str
    span: Span | None = None
    excerpt: str = ""
    label: str = ""
    notes: tuple[str, ...] = field(default=())
    help: str = ""
    severity: Severity = Severity.ERROR
