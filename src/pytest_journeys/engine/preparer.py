"""Turns the artifact's expressions and templates into what can be evaluated many times, for one step at a time."""

from collections.abc import Iterator

from pytest_journeys.expressions.evaluate import Evaluate, compile_expression
from pytest_journeys.expressions.expectation import Operand
from pytest_journeys.expressions.nodes import Expression
from pytest_journeys.expressions.registry import BUILT_IN, Registry
from pytest_journeys.expressions.render import Prepared, PreparedUrl, prepare, prepare_operand, prepare_url
from pytest_journeys.expressions.syntax import parse
from pytest_journeys.expressions.template import Template
from pytest_journeys.values.json import JsonValue


class _Sites(Iterator[int]):
    """Ordinals, and how many were taken."""

    def __init__(self) -> None:
        self.taken = 0

    def __next__(self) -> int:
        self.taken += 1
        return self.taken - 1


class Preparer:
    """Prepares the parts of one step, numbering its impure calls in the order they are met.

    The order is that of the artifact, so a call keeps its ordinal in every process that prepares the same artifact:
    values drawn before an interruption are found again after it.
    """

    def __init__(self, registry: Registry = BUILT_IN) -> None:
        self._registry = registry
        self._sites = _Sites()

    @property
    def draws(self) -> int:
        """How many impure calls have been met so far."""
        return self._sites.taken

    def template(self, template: Template) -> Prepared[JsonValue]:
        """Data with references in it."""
        return prepare(template, self._registry, self._sites)

    def operand(self, template: Template) -> Prepared[Operand]:
        """What an operator compares with."""
        return prepare_operand(template, self._registry, self._sites)

    def url(self, template: Template) -> PreparedUrl:
        """A URL, whose references are percent-encoded."""
        return prepare_url(template, self._registry, self._sites)

    def expression(self, text: str) -> Evaluate:
        """One expression, given as text."""
        return self.tree(parse(text))

    def tree(self, expression: Expression) -> Evaluate:
        """One expression, given as its tree."""
        return compile_expression(expression, self._registry, self._sites)
