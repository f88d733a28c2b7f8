"""What an expression refers to and calls: for a compiler that resolves names."""

from collections.abc import Iterator

from pytest_journeys.expressions.nodes import Call, Constant, Expression, Reference, children
from pytest_journeys.values.fact import fact


@fact
class FoundReference:
    """A reference and its place. `has_default`: it stands inside the first argument of ``default``."""

    source: str
    names: tuple[str, ...]
    offset: int
    length: int
    has_default: bool


@fact
class FoundCall:
    """A call and its place. `texts` holds each argument that is a literal text, by position or by name."""

    function: str
    positional: int
    keywords: tuple[str, ...]
    offset: int
    length: int
    texts: dict[int | str, str]


def references(expression: Expression) -> tuple[FoundReference, ...]:
    """Every reference, in the order of the tree."""
    return tuple(_references(expression, False))


def calls(expression: Expression) -> tuple[FoundCall, ...]:
    """Every call, the outer before the inner."""
    return tuple(_calls(expression))


def _references(node: Expression, has_default: bool) -> Iterator[FoundReference]:
    if isinstance(node, Reference):
        yield FoundReference(
            source=node.source, names=node.names, offset=node.offset, length=node.length, has_default=has_default
        )
        return
    covered = node.arguments[0] if isinstance(node, Call) and node.function == "default" and node.arguments else None
    for child in children(node):
        yield from _references(child, has_default or child is covered)


def _calls(node: Expression) -> Iterator[FoundCall]:
    if isinstance(node, Call):
        given: list[tuple[int | str, Expression]] = [*enumerate(node.arguments), *node.keywords]
        yield FoundCall(
            function=node.function,
            positional=len(node.arguments),
            keywords=tuple(name for name, _ in node.keywords),
            offset=node.offset,
            length=node.length,
            texts={
                name: value.value
                for name, value in given
                if isinstance(value, Constant) and isinstance(value.value, str)
            },
        )
    for child in children(node):
        yield from _calls(child)
