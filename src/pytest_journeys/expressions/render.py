"""Templates to values: prepared once, rendered for each run. What holds no reference costs nothing when it is rendered."""

from collections.abc import Callable, Iterator
from typing import Generic, TypeAlias, TypeVar, cast
from urllib.parse import quote

from pytest_journeys.expressions import template as templates
from pytest_journeys.expressions.evaluate import OMIT, Evaluate, Scope, can_omit, compile_expression
from pytest_journeys.expressions.expectation import Expectation, Operand
from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.registry import Registry
from pytest_journeys.expressions.syntax import parse
from pytest_journeys.expressions.template import Template
from pytest_journeys.expressions.texts import UrlText, utf8
from pytest_journeys.expressions.wording import as_text
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue

Rendered = TypeVar("Rendered", covariant=True)
_Render = Callable[[Scope], Operand]


@fact(kw_only=False)
class Prepared(Generic[Rendered]):
    """A template that is ready to be rendered.

    `render(scope)` raises `MissingValueError` and `EvaluationError`. `is_constant`: every scope gives the same value, which
    is shared between the calls and must not be changed.
    """

    render: Callable[[Scope], Rendered]
    is_constant: bool


PreparedUrl: TypeAlias = Prepared[str]
"""A URL that is ready to be rendered."""


def prepare(template: Template, registry: Registry, sites: Iterator[int]) -> Prepared[JsonValue]:
    """A template of data. Drawn calls take the next of `sites` in the order of the text.

    A template that is omitted as a whole renders to null, which leaves a header, a cookie or a member of a query out.
    """
    return cast("Prepared[JsonValue]", prepare_operand(template, registry, sites))


def prepare_operand(template: Template, registry: Registry, sites: Iterator[int]) -> Prepared[Operand]:
    """A template of an operator's operand: as `prepare`, and `Expect` renders to `Expectation`."""
    if isinstance(template, templates.Literal):
        return Prepared(_constant(template.value), is_constant=True)
    render = _Preparation(registry, sites).of(template)
    if not _may_be_omitted(template):
        return Prepared(render, is_constant=False)

    def without_omission(scope: Scope) -> Operand:
        value = render(scope)
        return None if value is OMIT else value

    return Prepared(without_omission, is_constant=False)


def prepare_url(template: Template, registry: Registry, sites: Iterator[int]) -> PreparedUrl:
    """A URL: a reference at its start is URL text, later ones are percent-encoded unless they are `UrlText`."""
    match template:
        case templates.Literal(value):
            text = as_text(value)
            return Prepared(lambda scope: text, is_constant=True)
        case templates.Reference():
            whole = _Preparation(registry, sites).expression(template)
            return Prepared(lambda scope: _plain(_text_in_url(whole(scope))), is_constant=False)
        case templates.Text(parts):
            preparation = _Preparation(registry, sites)
            pieces = [part if isinstance(part, str) else preparation.expression(part) for part in parts]
            return Prepared(_url(pieces), is_constant=False)
        case _:
            raise TypeError(f"a URL is a text, not {type(template).__name__}")


def _url(pieces: list[str | Evaluate]) -> Callable[[Scope], str]:
    first, *rest = pieces

    def render(scope: Scope) -> str:
        texts = [first if isinstance(first, str) else _text_in_url(first(scope))]
        for piece in rest:
            texts.append(piece if isinstance(piece, str) else _encoded(piece(scope)))
        return "".join(texts)

    return render


def _encoded(value: JsonValue) -> str:
    text = _text_in_url(value)
    return text if isinstance(text, UrlText) else quote(utf8(text), safe="")


def _text_in_url(value: JsonValue) -> str:
    if value is None or value is OMIT:
        raise EvaluationError("null has no place inside a URL")
    return as_text(value)


def _plain(text: str) -> str:
    return str(text)


def _constant(value: JsonValue) -> Callable[[Scope], Operand]:
    return lambda scope: value


def _may_be_omitted(template: Template) -> bool:
    return isinstance(template, templates.Reference) and can_omit(parse(template.expression))


class _Preparation:
    """Makes the closures of one template."""

    def __init__(self, registry: Registry, sites: Iterator[int]) -> None:
        self._registry = registry
        self._sites = sites

    def expression(self, reference: templates.Reference) -> Evaluate:
        return compile_expression(parse(reference.expression), self._registry, self._sites)

    def of(self, template: Template) -> _Render:
        match template:
            case templates.Literal(value):
                return _constant(value)
            case templates.Reference():
                return self.expression(template)
            case templates.Text(parts):
                return _text([part if isinstance(part, str) else self.expression(part) for part in parts])
            case templates.ListOf(items):
                return self._list(items)
            case templates.ObjectOf(members):
                return self._object(members)
            case templates.Expect(conditions):
                pairs = [(condition.operator, self.of(condition.operand)) for condition in conditions]
                return lambda scope: Expectation(tuple([(operator, render(scope)) for operator, render in pairs]))
            case _:
                raise TypeError(f"no kind of template: {type(template).__name__}")

    def _list(self, items: tuple[Template, ...]) -> _Render:
        renders = [self.of(item) for item in items]
        if not any(_may_be_omitted(item) for item in items):
            return lambda scope: [render(scope) for render in renders]
        return lambda scope: [value for render in renders if (value := render(scope)) is not OMIT]

    def _object(self, members: tuple[tuple[str, Template], ...]) -> _Render:
        renders = [(name, self.of(member)) for name, member in members]
        if not any(_may_be_omitted(member) for _, member in members):
            return lambda scope: {name: render(scope) for name, render in renders}
        return lambda scope: {name: value for name, render in renders if (value := render(scope)) is not OMIT}


def _text(pieces: list[str | Evaluate]) -> _Render:
    def render(scope: Scope) -> str:
        texts = []
        for piece in pieces:
            if isinstance(piece, str):
                texts.append(piece)
                continue
            value = piece(scope)
            if value is OMIT:
                raise EvaluationError("omit() has no place inside a text")
            texts.append(value if isinstance(value, str) else as_text(value))
        return "".join(texts)

    return render
