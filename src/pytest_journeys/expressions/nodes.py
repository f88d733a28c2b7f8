"""The tree of an expression: frozen nodes, each with its place in the text."""

from dataclasses import field
from typing import Final, TypeAlias

from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonScalar


@fact
class Node:
    """What every node knows: where it stands in the text, which does not count when two are compared."""

    offset: int = field(compare=False)
    length: int = field(compare=False)


@fact
class Constant(Node):
    """A number, a text, true, false or null. A negative number is one too."""

    value: JsonScalar


@fact
class Listing(Node):
    """``[a, b]``."""

    items: "tuple[Expression, ...]"


SOURCES: Final = {
    "inputs": 1,
    "variables": 1,
    "env": 1,
    "secrets": 1,
    "row": 1,
    "fixtures": 1,
    "steps": 2,
    "signals": 2,
    "each": 1,
    "run": 1,
    "response": 1,
    "it": 0,
}
"""Each source and how many names follow it."""


@fact
class Reference(Node):
    """A value from outside the expression: a source and the names that the compiler resolves."""

    source: str
    names: tuple[str, ...]


@fact
class Member(Node):
    """``of.name``, also written ``of["name"]``."""

    of: "Expression"
    name: str


@fact
class Index(Node):
    """``of[at]`` with anything but a literal text."""

    of: "Expression"
    at: "Expression"


@fact
class Slice(Node):
    """``of[start:stop]``; None for a bound that is not written."""

    of: "Expression"
    start: "Expression | None"
    stop: "Expression | None"


@fact
class Unary(Node):
    """``-x`` or ``not x``: `operator` is ``-`` or ``not``."""

    operator: str
    value: "Expression"


@fact
class Binary(Node):
    """``left operator right``; the operator as written, ``not in`` with one space."""

    operator: str
    left: "Expression"
    right: "Expression"


@fact
class Conditional(Node):
    """``then if condition else otherwise``."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


@fact
class Call(Node):
    """``function(arguments, name=value)``. Whether there is such a function is not known here."""

    function: str
    arguments: "tuple[Expression, ...]"
    keywords: "tuple[tuple[str, Expression], ...]"


Expression: TypeAlias = Constant | Listing | Reference | Member | Index | Slice | Unary | Binary | Conditional | Call


def children(node: Expression) -> "tuple[Expression, ...]":
    """The expressions directly inside, in the order written."""
    match node:
        case Constant() | Reference():
            return ()
        case Listing():
            return node.items
        case Member():
            return (node.of,)
        case Index():
            return (node.of, node.at)
        case Slice():
            return (node.of, *(bound for bound in (node.start, node.stop) if bound is not None))
        case Unary():
            return (node.value,)
        case Binary():
            return (node.left, node.right)
        case Conditional():
            return (node.then, node.condition, node.otherwise)
        case Call():
            return (*node.arguments, *(value for _, value in node.keywords))
