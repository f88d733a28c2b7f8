"""The grammar of expressions: text to tree. Total and cheap: no attribute access, no loops, nothing of Python.

Knows the sources and the shape of a reference; whether a name or a function exists is not its business.
"""

from typing import Final, NoReturn

from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.lexer import NAME, Token, tokens_of
from pytest_journeys.expressions.nodes import (
    Binary,
    Call,
    Conditional,
    Constant,
    Expression,
    Index,
    Listing,
    Member,
    Node,
    Reference,
    Slice,
    Unary,
    children,
)
from pytest_journeys.values.nearest import nearest

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

MAX_DEPTH: Final = 100
"""Levels of the tree; a chain of operators is one level each."""

_MAX_NESTING: Final = 50  # brackets inside brackets: each costs the parser some frames
_WORDS: Final = {"true": True, "false": False, "null": None}
_OPERATORS: Final = {"if", "else", "and", "or", "not", "in"}
_COMPARISONS: Final = {"==", "!=", "<", "<=", ">", ">="}
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


def parse(text: str) -> Expression:
    """The tree of an expression. Raises `ExpressionFault` with the place in `text`."""
    if not text.strip():
        raise ExpressionFault(
            "an empty expression", 0, len(text), "write where the value comes from, as in inputs.user"
        )
    return _Parser(text).whole()


class _Parser:
    """Precedence climbing over the tokens of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0
        self._nesting = 0
        self._depths: dict[int, int] = {}

    def whole(self) -> Expression:
        found = self._expression()
        token = self._token
        if token.kind != "end":
            self._refuse_rest(token)
        return found

    # tokens

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def _is(self, kind: str) -> bool:
        return self._token.kind == kind

    def _is_word(self, word: str, ahead: int = 0) -> bool:
        token = self._tokens[min(self._at + ahead, len(self._tokens) - 1)]
        return token.kind == "name" and token.value == word

    def _next(self) -> Token:
        token = self._token
        self._at += 1
        return token

    def _take(self, kind: str, opened: Token) -> Token:
        if self._is(kind):
            return self._next()
        if self._is("end"):
            raise ExpressionFault(f"this {opened.kind} is not closed", opened.offset, 1, f"end it with {kind}")
        return self._refuse_rest(self._token)

    # how nodes are placed

    def _place(self, start: int) -> dict[str, int]:
        return {"offset": start, "length": self._tokens[self._at - 1].end - start}

    def _grown(self, node: Expression) -> Expression:
        depth = 1 + max((self._depths.get(id(child), 1) for child in children(node)), default=0)
        if depth > MAX_DEPTH:
            raise ExpressionFault(
                f"nested more than {MAX_DEPTH} levels deep", node.offset, node.length, "split it into variables"
            )
        self._depths[id(node)] = depth
        return node

    # the grammar, loosest first

    def _expression(self) -> Expression:
        self._nesting += 1
        if self._nesting > _MAX_NESTING:
            raise ExpressionFault(
                f"nested more than {_MAX_NESTING} levels deep", self._token.offset, 1, "split it into variables"
            )
        start = self._token.offset
        then = self._or()
        if self._is_word("if"):
            opened = self._next()
            condition = self._or()
            if not self._is_word("else"):
                raise ExpressionFault("this if has no else", opened.offset, 2, "write a if c else b")
            self._next()
            otherwise = self._expression()
            then = self._grown(Conditional(condition=condition, then=then, otherwise=otherwise, **self._place(start)))
        self._nesting -= 1
        return then

    def _or(self) -> Expression:
        start = self._token.offset
        left = self._and()
        while self._is_word("or"):
            self._next()
            right = self._and()
            left = self._grown(Binary(operator="or", left=left, right=right, **self._place(start)))
        return left

    def _and(self) -> Expression:
        start = self._token.offset
        left = self._not()
        while self._is_word("and"):
            self._next()
            right = self._not()
            left = self._grown(Binary(operator="and", left=left, right=right, **self._place(start)))
        return left

    def _not(self) -> Expression:
        if not self._is_word("not"):
            return self._comparison()
        start = self._next().offset
        value = self._comparison()
        return self._grown(Unary(operator="not", value=value, **self._place(start)))

    def _comparison(self) -> Expression:
        start = self._token.offset
        left = self._sum()
        operator = self._comparing()
        if operator is None:
            return left
        right = self._sum()
        left = self._grown(Binary(operator=operator, left=left, right=right, **self._place(start)))
        second = self._token
        if self._comparing() is not None:
            raise ExpressionFault(
                "comparisons have two sides", second.offset, second.end - second.offset, "write a < b and b < c"
            )
        return left

    def _comparing(self) -> str | None:
        token = self._token
        if token.kind in _COMPARISONS:
            self._next()
            return token.kind
        if self._is_word("in"):
            self._next()
            return "in"
        if self._is_word("not") and self._is_word("in", 1):
            self._at += 2
            return "not in"
        return None

    def _sum(self) -> Expression:
        start = self._token.offset
        left = self._term()
        while self._token.kind in ("+", "-"):
            operator = self._next().kind
            right = self._term()
            left = self._grown(Binary(operator=operator, left=left, right=right, **self._place(start)))
        return left

    def _term(self) -> Expression:
        start = self._token.offset
        left = self._factor()
        while self._token.kind in ("*", "/", "%"):
            operator = self._next().kind
            right = self._factor()
            left = self._grown(Binary(operator=operator, left=left, right=right, **self._place(start)))
        return left

    def _factor(self) -> Expression:
        start = self._token.offset
        is_negative = self._is("-")
        if is_negative:
            self._next()
        value = self._followed(self._atom())
        if not is_negative:
            return value
        if isinstance(value, Constant) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
            return Constant(value=-value.value, **self._place(start))
        return self._grown(Unary(operator="-", value=value, **self._place(start)))

    def _followed(self, value: Expression) -> Expression:
        """What stands behind an atom: members, indexes, slices."""
        start = value.offset
        while True:
            if self._is("."):
                self._next()
                value = self._grown(Member(of=value, name=self._member_name(), **self._place(start)))
                self._refuse_method(value)
            elif self._is("["):
                value = self._grown(self._bracket(value))
            elif self._is("("):
                self._refuse_call()
            else:
                return value

    def _bracket(self, of: Expression) -> Expression:
        opened = self._next()
        start = None if self._is(":") else self._expression()
        if self._is(":"):
            self._next()
            stop = None if self._is("]") else self._expression()
            self._take("]", opened)
            return Slice(of=of, start=start, stop=stop, **self._place(of.offset))
        assert start is not None
        self._take("]", opened)
        if isinstance(start, Constant) and isinstance(start.value, str):
            return Member(of=of, name=start.value, **self._place(of.offset))
        return Index(of=of, at=start, **self._place(of.offset))

    def _atom(self) -> Expression:
        token = self._token
        match token.kind:
            case "number" | "text":
                self._next()
                return Constant(value=token.value, **self._place(token.offset))
            case "[":
                self._next()
                items = self._items("]", token)
                return self._grown(Listing(items=items, **self._place(token.offset)))
            case "(":
                self._next()
                inner = self._expression()
                self._take(")", token)
                return inner
            case "name":
                return self._named()
            case _:
                return self._refuse_operand(token)

    def _items(self, closing: str, opened: Token) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not (self._is(closing) and not items):
            items.append(self._expression())
            if not self._is(","):
                break
            self._next()
        self._take(closing, opened)
        return tuple(items)

    def _named(self) -> Expression:
        token = self._token
        name = str(token.value)
        if name in _WORDS:
            self._next()
            return Constant(value=_WORDS[name], **self._place(token.offset))
        if name in _OPERATORS:
            return self._refuse_operand(token)
        self._next()
        if name in SOURCES:
            return self._reference(token)
        if self._is("("):
            return self._call(token)
        return self._refuse_name(token)

    def _call(self, name: Token) -> Expression:
        opened = self._next()
        arguments: list[Expression] = []
        keywords: list[tuple[str, Expression]] = []
        while not (self._is(")") and not arguments and not keywords):
            if self._is("name") and self._tokens[self._at + 1].kind == "=":
                self._keyword(keywords)
            elif keywords:
                token = self._token
                raise ExpressionFault(
                    "a value without a name stands behind a named one", token.offset, token.end - token.offset
                )
            else:
                arguments.append(self._expression())
            if not self._is(","):
                break
            self._next()
        self._take(")", opened)
        return self._grown(
            Call(
                function=str(name.value),
                arguments=tuple(arguments),
                keywords=tuple(sorted(keywords, key=lambda pair: pair[0])),
                **self._place(name.offset),
            )
        )

    def _keyword(self, keywords: list[tuple[str, Expression]]) -> None:
        token = self._next()
        self._next()
        name = str(token.value)
        if any(name == given for given, _ in keywords):
            raise ExpressionFault(f"{name} is given twice", token.offset, token.end - token.offset)
        keywords.append((name, self._expression()))

    # references

    def _reference(self, source: Token) -> Expression:
        name = str(source.value)
        if self._is("("):
            raise ExpressionFault(
                f"{name} is a source, not a function", source.offset, source.end - source.offset, f"write {name}.NAME"
            )
        names: list[str] = []
        while len(names) < SOURCES[name]:
            names.append(self._source_name(name, names, source))
        found = Reference(source=name, names=tuple(names), **self._place(source.offset))
        if names:
            self._refuse_method(found)
        return found

    def _source_name(self, source: str, names: list[str], start: Token) -> str:
        """The next name of a reference: ``.name``, or a literal text in brackets."""
        if self._is("."):
            self._next()
            return self._member_name()
        so_far = ".".join((source, *names))
        if not self._is("["):
            shown = {"steps": "steps.STEP.VALUE", "signals": "signals.STEP.token"}.get(source, f"{source}.NAME")
            raise ExpressionFault(
                f"{so_far} lacks a name", start.offset, self._place(start.offset)["length"], f"write {shown}"
            )
        opened = self._next()
        token = self._token
        if token.kind != "text" or self._tokens[self._at + 1].kind != "]":
            raise ExpressionFault(
                f"directly after {so_far} stands a name or a literal text",
                token.offset,
                max(1, token.end - token.offset),
                "a name that is computed cannot be checked before the run; keep such values in one object",
            )
        self._next()
        self._take("]", opened)
        return str(token.value)

    def _member_name(self) -> str:
        token = self._token
        if token.kind == "name":
            self._next()
            return str(token.value)
        if token.kind == "number":
            raise ExpressionFault(
                "a list is indexed in brackets", token.offset, token.end - token.offset, "write items[0], not items.0"
            )
        if token.kind == "text":
            raise ExpressionFault(
                "a name in quotes stands in brackets", token.offset, token.end - token.offset, 'write x["name"]'
            )
        raise ExpressionFault("here a name is missing", token.offset, max(1, token.end - token.offset))

    # refusals

    def _shown(self, node: Node) -> str:
        return self._text[node.offset : node.offset + node.length]

    def _refuse_method(self, value: Expression) -> None:
        if not self._is("("):
            return
        name = value.name if isinstance(value, Member) else ""
        inner = self._shown(value.of) if isinstance(value, Member) else self._shown(value)
        if isinstance(value, Reference):
            name = value.names[-1]
            inner = ".".join((value.source, *value.names[:-1]))
        raise ExpressionFault(f"there are no methods: .{name}()", value.offset, value.length, f"write {name}({inner})")

    def _refuse_call(self) -> NoReturn:
        raise ExpressionFault("only a function's name can be called", self._token.offset, 1)

    def _refuse_name(self, token: Token) -> NoReturn:
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

    def _refuse_operand(self, token: Token) -> NoReturn:
        if token.kind == "end":
            last = self._tokens[self._at - 1]
            raise ExpressionFault(
                f"behind {self._text[last.offset : last.end]} a value is missing", last.offset, last.end - last.offset
            )
        shown = self._text[token.offset : token.end]
        if token.kind == "=":
            raise ExpressionFault("= compares nothing", token.offset, 1, "write ==")
        advice = "write not (a), with brackets" if shown == "not" else ""
        raise ExpressionFault(f"before {shown} a value is missing", token.offset, len(shown), advice)

    def _refuse_rest(self, token: Token) -> NoReturn:
        shown = self._text[token.offset : token.end]
        length = max(1, token.end - token.offset)
        if token.kind == "=":
            raise ExpressionFault("= compares nothing", token.offset, 1, "write ==")
        if token.kind == "name" and shown in _PYTHON:
            raise ExpressionFault(f"{shown} is not a word of this language", token.offset, length, _PYTHON[shown])
        if token.kind == "name" and shown == "for":
            raise ExpressionFault(
                "there are no loops in an expression", token.offset, length, "query(value, path) selects"
            )
        if token.kind in (")", "]"):
            raise ExpressionFault(f"this {shown} closes nothing", token.offset, length)
        if token.kind == "text" and self._tokens[self._at - 1].kind == "text":
            raise ExpressionFault("between two texts an operator is missing", token.offset, length, "join them with +")
        raise ExpressionFault(f"{shown} does not belong here: an operator is missing", token.offset, length)


def is_name(text: str) -> bool:
    """Whether a text can stand behind a dot."""
    return NAME.fullmatch(text) is not None
