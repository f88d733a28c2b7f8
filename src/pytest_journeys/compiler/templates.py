"""Values of a definition to templates: every text is scanned, every reference in it resolved."""

from collections.abc import Iterable, Mapping, Sequence

from pytest_journeys.compiler import codes
from pytest_journeys.compiler.expressions import Expressions, Resolved
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.kinds import TEXT, Kinds, kinds_of_type
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.scan import ReferencePart, TextPart, has_reference, scan
from pytest_journeys.expressions.template import ListOf, Literal, ObjectOf, Reference, Template, Text
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue, type_name


@fact
class Lowered:
    """A template and what it depends on, as `Resolved` tells it of one expression."""

    template: Template
    kinds: Kinds = None
    secret: str | None = None
    draws: bool = False
    steps: frozenset[str] = frozenset()


def lower_value(value: JsonValue, place: Place, scope: Scope, expressions: Expressions) -> Lowered:
    """Any JSON value. Objects keep their order; what holds neither references nor members is one literal."""
    match value:
        case str():
            return lower_text(value, place, scope, expressions)
        case Mapping() if value:
            for name in value:
                expressions.key(name, place.at(name))
            members = [
                (name, lower_value(member, place.at(name), scope, expressions)) for name, member in value.items()
            ]
            template = ObjectOf(tuple((name, member.template) for name, member in members))
            return joined(template, [member for _, member in members], kinds_of_type("object"))
        case Mapping():
            return literal(value)
        case Sequence():
            items = [lower_value(item, place.at(index), scope, expressions) for index, item in enumerate(value)]
            return joined(list_of(items), items, kinds_of_type("array"))
        case _:
            return literal(value)


def lower_text(value: str, place: Place, scope: Scope, expressions: Expressions) -> Lowered:
    """A scalar: exactly one reference keeps its type, references inside text are rendered."""
    if not has_reference(value):
        return literal(value)
    try:
        parts = scan(value)
    except ExpressionFault as fault:
        expressions.tell(fault, place, codes.NOT_CLOSED)
        return literal(value)
    filled: list[str | Reference] = []
    found: list[Resolved] = []
    for part in parts:
        if isinstance(part, TextPart):
            filled.append(part.text)
            continue
        resolved = expressions.resolve(part.text, place.after(part.offset), scope)
        found.append(resolved)
        filled.append(Reference(resolved.text))
    if not found:
        return literal("".join(part.text for part in parts))
    if len(filled) == 1:
        return joined(Reference(found[0].text), found, found[0].kinds)
    return joined(Text(tuple(filled)), found, TEXT)


def is_reference(value: JsonValue) -> bool:
    """Whether a value is exactly one reference, which is a value of any type."""
    if not isinstance(value, str) or not has_reference(value):
        return False
    try:
        parts = scan(value)
    except ExpressionFault:
        return False
    return len(parts) == 1 and isinstance(parts[0], ReferencePart)


def literal(value: JsonValue) -> Lowered:
    """A value that is the same for every run."""
    return Lowered(template=Literal(value), kinds=frozenset({type_name(value)}))


def plain_data(value: JsonValue) -> Lowered:
    """JSON in which ``${{`` is nothing but characters."""
    match value:
        case Mapping() if value:
            members = tuple((name, plain_data(member).template) for name, member in value.items())
            return Lowered(template=ObjectOf(members))
        case str() | Mapping():
            return literal(value)
        case Sequence():
            return Lowered(template=list_of([plain_data(item) for item in value]))
        case _:
            return literal(value)


def list_of(items: Iterable[Lowered]) -> Template:
    """A list: one literal when every element is one."""
    templates = tuple(item.template for item in items)
    if all(isinstance(template, Literal) for template in templates):
        return Literal([template.value for template in templates if isinstance(template, Literal)])
    return ListOf(templates)


def joined(template: Template, parts: Iterable[Lowered | Resolved], kinds: Kinds = None) -> Lowered:
    """A template that depends on what its parts depend on."""
    given = list(parts)
    return Lowered(
        template=template,
        kinds=kinds,
        secret=next((part.secret for part in given if part.secret is not None), None),
        draws=any(part.draws for part in given),
        steps=frozenset().union(*(part.steps for part in given)),
    )
