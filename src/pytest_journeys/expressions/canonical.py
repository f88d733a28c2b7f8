"""A tree back to text: minimal and stable, so that spaces, quotes and needless brackets change no digest."""

import json
from typing import Final

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
)
from pytest_journeys.expressions.syntax import is_name

_CONDITIONAL, _OR, _AND, _NOT, _COMPARE, _SUM, _TERM, _FACTOR, _ATOM = range(9)
_LEVELS: Final = {
    "or": _OR,
    "and": _AND,
    "+": _SUM,
    "-": _SUM,
    "*": _TERM,
    "/": _TERM,
    "%": _TERM,
}


def canonical(expression: Expression) -> str:
    """The text of the tree: ``parse(canonical(e)) == e``, and the same for every way to write `e`."""
    return _written(expression, _CONDITIONAL)


def _written(node: Expression, least: int) -> str:
    """The node's text, in brackets when its operator binds looser than `least`."""
    level, text = _level_and_text(node)
    return f"({text})" if level < least else text


def _level_and_text(node: Expression) -> tuple[int, str]:
    match node:
        case Constant():
            return _constant(node)
        case Listing():
            return _ATOM, f"[{', '.join(_written(item, _CONDITIONAL) for item in node.items)}]"
        case Reference():
            return _ATOM, node.source + "".join(_name(name) for name in node.names)
        case Member():
            return _ATOM, _written(node.of, _ATOM) + _name(node.name)
        case Index():
            return _ATOM, f"{_written(node.of, _ATOM)}[{_written(node.at, _CONDITIONAL)}]"
        case Slice():
            start = "" if node.start is None else _written(node.start, _CONDITIONAL)
            stop = "" if node.stop is None else _written(node.stop, _CONDITIONAL)
            return _ATOM, f"{_written(node.of, _ATOM)}[{start}:{stop}]"
        case Unary():
            if node.operator == "not":
                return _NOT, f"not {_written(node.value, _COMPARE)}"
            return _FACTOR, f"-{_written(node.value, _ATOM)}"
        case Binary():
            level = _LEVELS.get(node.operator, _COMPARE)
            left = _written(node.left, _SUM if level == _COMPARE else level)
            right = _written(node.right, level + 1)
            return level, f"{left} {node.operator} {right}"
        case Conditional():
            then, condition = _written(node.then, _OR), _written(node.condition, _OR)
            return _CONDITIONAL, f"{then} if {condition} else {_written(node.otherwise, _CONDITIONAL)}"
        case Call():
            given = [_written(argument, _CONDITIONAL) for argument in node.arguments]
            given += [f"{name}={_written(value, _CONDITIONAL)}" for name, value in node.keywords]
            return _ATOM, f"{node.function}({', '.join(given)})"


def _constant(node: Constant) -> tuple[int, str]:
    text = json.dumps(node.value, ensure_ascii=False)
    return (_FACTOR if text.startswith("-") else _ATOM), text


def _name(name: str) -> str:
    return f".{name}" if is_name(name) else f"[{json.dumps(name, ensure_ascii=False)}]"
