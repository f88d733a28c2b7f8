"""Which JSON types an expression can yield, as far as it can be seen without running it.

A set of type names (``null boolean integer number string array object``); None when nothing is known.
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from pytest_journeys.expressions.nodes import (
    Binary,
    Call,
    Conditional,
    Constant,
    Expression,
    Index,
    Listing,
    Member,
    Reference,
    Slice,
    Unary,
    children,
)
from pytest_journeys.expressions.signature import Function
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import type_name

Kinds: TypeAlias = frozenset[str] | None

BOOLEAN: Final[Kinds] = frozenset({"boolean"})
TEXT: Final[Kinds] = frozenset({"string"})
INTEGER: Final[Kinds] = frozenset({"integer"})
NUMBER: Final[Kinds] = frozenset({"integer", "number"})
LIST: Final[Kinds] = frozenset({"array"})
OBJECT: Final[Kinds] = frozenset({"object"})

_COMPARED: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "in", "not in"})
_ORDERED: Final = frozenset({"<", "<=", ">", ">="})
_NOUNS: Final = {
    "null": "null",
    "boolean": "a boolean",
    "integer": "an integer",
    "number": "a number",
    "string": "a text",
    "array": "a list",
    "object": "an object",
}


@fact
class Clash:
    """Two types that never go together, and where."""

    message: str
    offset: int
    length: int
    help: str = ""


def kinds_of_type(name: str, *, is_optional: bool = False) -> Kinds:
    """The types of a declared type: ``number`` takes integers, ``any`` everything."""
    if name == "any":
        return None
    found = NUMBER if name == "number" else frozenset({name})
    return found if not is_optional or found is None else found | {"null"}


def in_words(kinds: frozenset[str]) -> str:
    """``an integer or null``; ``a number`` for both kinds of number."""
    names = sorted(kinds - {"integer"} if "number" in kinds else kinds)
    return " or ".join(_NOUNS[name] for name in names)


def may_be(kinds: Kinds, wanted: frozenset[str] | None) -> bool:
    """Whether a value of these kinds can be of a wanted one; null is a value that a run may lack and is let through."""
    return kinds is None or wanted is None or bool((kinds - {"null"}) & wanted) or kinds == {"null"}


class Inference:
    """Types of expressions whose references are looked up by `lookup` and whose functions are in `functions`."""

    def __init__(self, lookup: Callable[[Reference], Kinds], functions: Mapping[str, Function]) -> None:
        self._lookup = lookup
        self._functions = functions

    def kinds(self, node: Expression) -> Kinds:
        """What a node can yield."""
        match node:
            case Constant():
                return frozenset({type_name(node.value)})
            case Listing():
                return LIST
            case Reference():
                return self._lookup(node)
            case Member() | Index():
                return None
            case Slice():
                found = self.kinds(node.of)
                return found & {"string", "array"} if found else None
            case Unary():
                return BOOLEAN if node.operator == "not" else NUMBER
            case Conditional():
                then, otherwise = self.kinds(node.then), self.kinds(node.otherwise)
                return None if then is None or otherwise is None else then | otherwise
            case Call():
                return self._called(node)
            case Binary():
                return self._binary(node)

    def clashes(self, node: Expression) -> list[Clash]:
        """What cannot work inside a node, inner before outer."""
        found = [clash for child in children(node) for clash in self.clashes(child)]
        match node:
            case Binary():
                found += self._clashing(node)
            case Unary():
                wanted = BOOLEAN if node.operator == "not" else NUMBER
                found += self._unless(node.value, wanted, f"{node.operator} takes {in_words(wanted or frozenset())}")
            case Conditional():
                found += self._unless(node.condition, BOOLEAN, "a condition is a boolean")
            case Member():
                found += self._unless(node.of, frozenset({"object", "array"}), f"there is no .{node.name}: this")
            case Index() | Slice():
                wanted = frozenset({"array", "object", "string"})
                found += self._unless(node.of, wanted, "only lists, objects and texts are indexed: this")
            case Call():
                found += self._arguments(node)
            case _:
                pass
        return found

    def _binary(self, node: Binary) -> Kinds:
        if node.operator in _COMPARED or node.operator in ("and", "or"):
            return BOOLEAN
        if node.operator != "+":
            return NUMBER
        left, right = self.kinds(node.left), self.kinds(node.right)
        addable = frozenset({"string", "array", "integer", "number"})
        known = [kinds & addable for kinds in (left, right) if kinds is not None]
        if not known:
            return None
        return _sum_of(known[0], known[-1])

    def _called(self, node: Call) -> Kinds:
        if node.function == "default" and len(node.arguments) == 2:
            first, second = self.kinds(node.arguments[0]), self.kinds(node.arguments[1])
            return None if first is None or second is None else first | second
        function = self._functions.get(node.function)
        return None if function is None else kinds_of_type(function.result)

    def _unless(self, node: Expression, wanted: Kinds, sentence: str) -> list[Clash]:
        kinds = self.kinds(node)
        if kinds is None or may_be(kinds, wanted):
            return []
        told = sentence if sentence.endswith("this") else f"{sentence}, this"
        return [Clash(message=f"{told} is {in_words(kinds)}", offset=node.offset, length=node.length)]

    def _clashing(self, node: Binary) -> list[Clash]:
        if node.operator in ("and", "or"):
            sentence = f"{node.operator} takes booleans"
            return self._unless(node.left, BOOLEAN, sentence) + self._unless(node.right, BOOLEAN, sentence)
        if node.operator in ("-", "*", "/", "%"):
            sentence = f"{node.operator} takes numbers"
            return self._unless(node.left, NUMBER, sentence) + self._unless(node.right, NUMBER, sentence)
        if node.operator in ("in", "not in"):
            wanted = frozenset({"array", "string", "object"})
            return self._unless(node.right, wanted, f"{node.operator} looks into a list, an object or a text")
        left, right = self.kinds(node.left), self.kinds(node.right)
        if left is None or right is None or _go_together(node.operator, left, right):
            return []
        one, other = in_words(left), in_words(right)
        message = {
            "+": f"+ takes two numbers, two texts or two lists, not {one} and {other}",
            "==": f"{one} is never equal to {other}",
            "!=": f"{one} is never equal to {other}",
        }.get(node.operator, f"{one} is neither less nor greater than {other}")
        return [Clash(message=message, offset=node.offset, length=node.length, help=_conversion(left, right))]

    def _arguments(self, node: Call) -> list[Clash]:
        function = self._functions.get(node.function)
        if function is None:
            return []
        found: list[Clash] = []
        by_name = {parameter.name: parameter for parameter in function.parameters}
        given = [*zip(function.parameters, node.arguments, strict=False)]
        given += [(by_name[name], value) for name, value in node.keywords if name in by_name]
        for parameter, value in given:
            if "any" in parameter.types or parameter.is_variadic:
                continue
            wanted: frozenset[str] = frozenset().union(*(kinds_of_type(name) or () for name in parameter.types))
            found += self._unless(value, wanted, f"{parameter.name} of {function.name}() is {in_words(wanted)}")
        return found


def _sum_of(left: frozenset[str], right: frozenset[str]) -> Kinds:
    both = left & right
    return both | (NUMBER or frozenset()) if {"integer", "number"} & left and {"integer", "number"} & right else both


def _go_together(operator: str, left: frozenset[str], right: frozenset[str]) -> bool:
    numbers = frozenset({"integer", "number"})
    one, other = (kinds | numbers if kinds & numbers else kinds for kinds in (left, right))
    both = one & other
    if operator in ("==", "!="):
        return bool(both) or "null" in left or "null" in right
    allowed = numbers | {"string"} if operator in _ORDERED else numbers | {"string", "array"}
    return bool(both & allowed)


def _conversion(left: frozenset[str], right: frozenset[str]) -> str:
    if left == {"string"} and right <= {"integer", "number"}:
        return "convert the text: int(...) or float(...)"
    if right == {"string"} and left <= {"integer", "number"}:
        return "convert the text with int(...), or the number with str(...)"
    return ""
