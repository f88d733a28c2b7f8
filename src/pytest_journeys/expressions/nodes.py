"""The tree of an expression: frozen nodes, each with its place in the text. Equality leaves the place out.

Eleven dataclasses cost nearly three milliseconds at every start (measured); one base written by hand costs none.
"""

from typing import Final, NoReturn, TypeAlias, dataclass_transform

from pytest_journeys.values.json import JsonScalar


@dataclass_transform(kw_only_default=True, frozen_default=True)
class Node:
    """What every node knows: where it stands in the text. Built from keywords, equal by kind and values."""

    __slots__ = ("length", "offset")

    offset: int
    length: int

    def __init__(self, **values: object) -> None:
        for name, value in values.items():
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError(f"{type(self).__name__} is frozen")

    def _values(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in type(self).__slots__])

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={getattr(self, name)!r}" for name in type(self).__slots__)
        return f"{type(self).__name__}({shown})"


class Constant(Node):
    """A number, a text, true, false or null. A negative number is one too."""

    __slots__ = ("value",)

    value: JsonScalar


class Listing(Node):
    """``[a, b]``."""

    __slots__ = ("items",)

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


class Reference(Node):
    """A value from outside the expression: a source and the names that the compiler resolves."""

    __slots__ = ("names", "source")

    source: str
    names: tuple[str, ...]


class Member(Node):
    """``of.name``, also written ``of["name"]``."""

    __slots__ = ("name", "of")

    of: "Expression"
    name: str


class Index(Node):
    """``of[at]`` with anything but a literal text."""

    __slots__ = ("at", "of")

    of: "Expression"
    at: "Expression"


class Slice(Node):
    """``of[start:stop]``; None for a bound that is not written."""

    __slots__ = ("of", "start", "stop")

    of: "Expression"
    start: "Expression | None"
    stop: "Expression | None"


class Unary(Node):
    """``-x`` or ``not x``: `operator` is ``-`` or ``not``."""

    __slots__ = ("operator", "value")

    operator: str
    value: "Expression"


class Binary(Node):
    """``left operator right``; the operator as written, ``not in`` with one space."""

    __slots__ = ("left", "operator", "right")

    operator: str
    left: "Expression"
    right: "Expression"


class Conditional(Node):
    """``then if condition else otherwise``."""

    __slots__ = ("condition", "otherwise", "then")

    condition: "Expression"
    then: "Expression"
    otherwise: "Expression"


class Call(Node):
    """``function(arguments, name=value)``. Whether there is such a function is not known here."""

    __slots__ = ("arguments", "function", "keywords")

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
