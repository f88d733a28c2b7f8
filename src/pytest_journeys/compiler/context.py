"""What every part of the compiler works with: the names, the expressions, the findings, and the files beside the journey."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from pytest_journeys.compiler import codes
from pytest_journeys.compiler.expressions import Expressions
from pytest_journeys.compiler.findings import Findings, Place
from pytest_journeys.compiler.scope import Declarations, Scope
from pytest_journeys.compiler.templates import Lowered, lower_text, lower_value
from pytest_journeys.expressions.registry import Registry
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue, NotJsonError, parse_json

MOST_LEVELS: Final = 64
"""Levels of a JSON file that becomes part of an artifact, as many as a journey file may have."""


@fact
class Context:
    """One file being compiled. `read` gives the bytes of a file named relative to the journey's folder."""

    declared: Declarations
    expressions: Expressions
    findings: Findings
    read: Callable[[str], bytes]

    @property
    def registry(self) -> Registry:
        """The functions and operators that there are."""
        return self.expressions.registry

    def value(self, value: JsonValue, place: Place, scope: Scope) -> Lowered:
        """Any value, its references resolved."""
        return lower_value(value, place, scope, self.expressions)

    def text(self, value: str, place: Place, scope: Scope) -> Lowered:
        """A scalar, its references resolved."""
        return lower_text(value, place, scope, self.expressions)

    def bytes_of(self, path: str, place: Place) -> bytes | None:
        """The bytes of a file, or None and a finding."""
        try:
            return self.read(path)
        except SetupError as error:
            reason, advice = str(error.args[0]) if error.args else str(error), error.help
        except OSError as error:
            reason, advice = error.strerror or type(error).__name__, ""
        self.findings.add(
            codes.NO_FILE,
            f"{path} cannot be read: {reason}",
            place,
            help=advice or "paths are relative to the journey's file",
        )
        return None

    def json_of(self, path: str, place: Place) -> JsonValue:
        """The value in a JSON file; null and a finding when there is none."""
        data = self.bytes_of(path, place)
        if data is None:
            return None
        try:
            value = parse_json(data)
        except NotJsonError as error:
            self.findings.add(codes.NO_FILE, f"{path} is not JSON: {error}", place)
            return None
        if _is_deeper(value, MOST_LEVELS):
            self.findings.add(codes.NO_FILE, f"{path} is nested deeper than {MOST_LEVELS} levels", place)
            return None
        return value


def _is_deeper(value: JsonValue, levels: int) -> bool:
    if isinstance(value, Mapping):
        return levels == 0 or any(_is_deeper(member, levels - 1) for member in value.values())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return levels == 0 or any(_is_deeper(item, levels - 1) for item in value)
    return False
