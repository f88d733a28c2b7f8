"""Where a parser stands among the tokens, and what is said of a token that does not belong there."""

from typing import Final, NoReturn

from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.lexer import Token, tokens_of
from pytest_journeys.expressions.nodes import SOURCES, Expression, Member, Node, Reference
from pytest_journeys.values.nearest import nearest

_PYTHON: Final = {
    "True": "write true",
    "False": "write false",
    "None": "write null",
    "undefined": "write null",
    "nil": "write null",
    "is": "write == or !=",
    "lambda": "there are no functions of your own in an expression",
    "AND": "write and",
    "OR": "write or",
    "NOT": "write not",
    "IN": "write in",
    "contains": 'write "part" in text',
    "matches": "write regex(text, pattern), or assert with matches",
}


class TokenReader:
    """The tokens of one text, read from left to right."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokens_of(text)
        self.at = 0

    @property
    def token(self) -> Token:
        """The token that comes next."""
        return self.tokens[self.at]

    def stands(self, kind: str) -> bool:
        """Whether a token of this kind comes next."""
        return self.token.kind == kind

    def is_word(self, word: str, ahead: int = 0) -> bool:
        """Whether a word comes next, or so many tokens ahead."""
        token = self.tokens[min(self.at + ahead, len(self.tokens) - 1)]
        return token.kind == "name" and token.value == word

    def next(self) -> Token:
        """Take the next token."""
        token = self.token
        self.at += 1
        return token

    def take(self, kind: str, opened: Token) -> Token:
        """Take the token that closes what `opened` began. Raises `ExpressionFault`."""
        if self.stands(kind):
            return self.next()
        if self.stands("end"):
            raise ExpressionFault(f"this {opened.kind} is not closed", opened.offset, 1, f"end it with {kind}")
        return self.refuse_rest(self.token)

    def shown(self, node: Node) -> str:
        """The text of a node as it was written."""
        return self.text[node.offset : node.offset + node.length]

    def refuse_method(self, value: Expression) -> None:
        """A bracket behind a member is a call of a method."""
        if not self.stands("("):
            return
        name = value.name if isinstance(value, Member) else ""
        inner = self.shown(value.of) if isinstance(value, Member) else self.shown(value)
        if isinstance(value, Reference):
            name = value.names[-1]
            inner = ".".join((value.source, *value.names[:-1]))
        raise ExpressionFault(f"there are no methods: .{name}()", value.offset, value.length, f"write {name}({inner})")

    def refuse_call(self) -> NoReturn:
        """A bracket behind anything else."""
        raise ExpressionFault("only a function's name can be called", self.token.offset, 1)

    def refuse_name(self, token: Token) -> NoReturn:
        """A name that is neither a source nor called."""
        name = str(token.value)
        length = token.end - token.offset
        if name in _PYTHON:
            raise ExpressionFault(f"{name} is not a word of this language", token.offset, length, _PYTHON[name])
        near = nearest(name, SOURCES)
        first, dash, _ = name.partition("-")
        if dash and first in SOURCES:
            advice = "- is a name character: put spaces around the operator"
        elif near is not None:
            advice = f"did you mean {near}?"
        else:
            advice = f"write inputs.{name}, variables.{name} or steps.STEP.{name}; a text stands in quotes"
        raise ExpressionFault(f"{name} is neither a source nor a function call", token.offset, length, advice)

    def refuse_operand(self, token: Token) -> NoReturn:
        """A token where a value should stand."""
        if token.kind == "end":
            last = self.tokens[self.at - 1]
            raise ExpressionFault(
                f"behind {self.text[last.offset : last.end]} a value is missing", last.offset, last.end - last.offset
            )
        shown = self.text[token.offset : token.end]
        self._refuse_assignment(token)
        advice = "write not (a), with brackets" if shown == "not" else ""
        raise ExpressionFault(f"before {shown} a value is missing", token.offset, len(shown), advice)

    def refuse_rest(self, token: Token) -> NoReturn:
        """A token where an operator or the end should stand."""
        shown = self.text[token.offset : token.end]
        length = max(1, token.end - token.offset)
        self._refuse_assignment(token)
        if token.kind == "name" and shown in _PYTHON:
            raise ExpressionFault(f"{shown} is not a word of this language", token.offset, length, _PYTHON[shown])
        if token.kind == "name" and shown == "for":
            raise ExpressionFault(
                "there are no loops in an expression", token.offset, length, "query(value, path) selects"
            )
        if token.kind in (")", "]"):
            raise ExpressionFault(f"this {shown} closes nothing", token.offset, length)
        if token.kind == "text" and self.tokens[self.at - 1].kind == "text":
            raise ExpressionFault("between two texts an operator is missing", token.offset, length, "join them with +")
        raise ExpressionFault(f"{shown} does not belong here: an operator is missing", token.offset, length)

    def _refuse_assignment(self, token: Token) -> None:
        if token.kind == "=":
            raise ExpressionFault("= compares nothing", token.offset, 1, "write ==")
