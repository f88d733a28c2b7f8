"""The tree of an expression: frozen nodes, each with its place in the text. Equality leaves the place out."""

from dataclasses import dataclass, field
from typing import TypeAlias

from pytest_journeys.values.json import JsonScalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """What every node knows: where it stands in the text."""

    offset: int = field(compare=False)
    length: int = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Node):
    """A number, a text, true, false or null. A negative number is one too."""

    value: JsonScalar


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing(Node):
    """``[a, b]``."""

    items: "tuple[Expression, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference(Node):
    """A value from outside the expression: a source and the names that the compiler resolves."""

    source: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Member(Node):
    """``of.name``, also written ``of["name"]``."""

    of: "Expression"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(Node):
    """``of[at]`` with anything but a literal text."""

    of: "Expression"
    at: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice(Node):
    """``of[start:stop]``; None for a bound that is not written."""

    of: "Expression"
    start: "Expression | None"
    stop: "Expression | None"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unary(Node):
    """``-x`` or ``not x``: `operator` is ``-`` or ``not``."""

    operator: str
    value: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Binary(Node):
    """``left operator right``; the operator as written, ``not in`` with one space."""

    operator: str
    left: "Expression"
    right: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditional(Node):
    """``then if condition else otherwise``."""

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


@dataclass(frozen=True, slots=True, kw_only=True)
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
