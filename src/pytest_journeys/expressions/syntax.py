"""The grammar of expressions: text to tree. Total and cheap: no attribute access, no loops, nothing of Python.

Knows the sources and the shape of a reference; whether a name or a function exists is not its business.
"""

from typing import Final

from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.lexer import NAME, Token
from pytest_journeys.expressions.nodes import (
    SOURCES,
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
from pytest_journeys.expressions.token_reader import TokenReader

MAX_DEPTH: Final = 100
"""Levels of the tree; a chain of operators is one level each."""

_MAX_NESTING: Final = 50  # brackets inside brackets: each costs the parser some frames
_WORDS: Final = {"true": True, "false": False, "null": None}
_OPERATORS: Final = {"if", "else", "and", "or", "not", "in"}
_COMPARISONS: Final = {"==", "!=", "<", "<=", ">", ">="}


def parse(text: str) -> Expression:
    """The tree of an expression. Raises `ExpressionFault` with the place in `text`."""
    if not text.strip():
        raise ExpressionFault(
            "an empty expression", 0, len(text), "write where the value comes from, as in inputs.user"
        )
    return _Parser(text).whole()


class _Parser(TokenReader):
    """Precedence climbing over the tokens of one text."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._nesting = 0
        self._depths: dict[int, int] = {}

    def whole(self) -> Expression:
        found = self._expression()
        token = self.token
        if token.kind != "end":
            self.refuse_rest(token)
        return found

    # how nodes are placed

    def _place(self, start: int) -> dict[str, int]:
        return {"offset": start, "length": self.tokens[self.at - 1].end - start}

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
                f"nested more than {_MAX_NESTING} levels deep", self.token.offset, 1, "split it into variables"
            )
        start = self.token.offset
        then = self._or()
        if self.is_word("if"):
            opened = self.next()
            condition = self._or()
            if not self.is_word("else"):
                raise ExpressionFault("this if has no else", opened.offset, 2, "write a if c else b")
            self.next()
            otherwise = self._expression()
            then = self._grown(Conditional(condition=condition, then=then, otherwise=otherwise, **self._place(start)))
        self._nesting -= 1
        return then

    def _or(self) -> Expression:
        start = self.token.offset
        left = self._and()
        while self.is_word("or"):
            self.next()
            right = self._and()
            left = self._grown(Binary(operator="or", left=left, right=right, **self._place(start)))
        return left

    def _and(self) -> Expression:
        start = self.token.offset
        left = self._not()
        while self.is_word("and"):
            self.next()
            right = self._not()
            left = self._grown(Binary(operator="and", left=left, right=right, **self._place(start)))
        return left

    def _not(self) -> Expression:
        if not self.is_word("not"):
            return self._comparison()
        start = self.next().offset
        value = self._comparison()
        return self._grown(Unary(operator="not", value=value, **self._place(start)))

    def _comparison(self) -> Expression:
        start = self.token.offset
        left = self._sum()
        operator = self._comparing()
        if operator is None:
            return left
        right = self._sum()
        left = self._grown(Binary(operator=operator, left=left, right=right, **self._place(start)))
        second = self.token
        if self._comparing() is not None:
            raise ExpressionFault(
                "comparisons have two sides", second.offset, second.end - second.offset, "write a < b and b < c"
            )
        return left

    def _comparing(self) -> str | None:
        token = self.token
        if token.kind in _COMPARISONS:
            self.next()
            return token.kind
        if self.is_word("in"):
            self.next()
            return "in"
        if self.is_word("not") and self.is_word("in", 1):
            self.at += 2
            return "not in"
        return None

    def _sum(self) -> Expression:
        start = self.token.offset
        left = self._term()
        while self.token.kind in ("+", "-"):
            operator = self.next().kind
            right = self._term()
            left = self._grown(Binary(operator=operator, left=left, right=right, **self._place(start)))
        return left

    def _term(self) -> Expression:
        start = self.token.offset
        left = self._factor()
        while self.token.kind in ("*", "/", "%"):
            operator = self.next().kind
            right = self._factor()
            left = self._grown(Binary(operator=operator, left=left, right=right, **self._place(start)))
        return left

    def _factor(self) -> Expression:
        start = self.token.offset
        is_negative = self.stands("-")
        if is_negative:
            self.next()
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
            if self.stands("."):
                self.next()
                value = self._grown(Member(of=value, name=self._member_name(), **self._place(start)))
                self.refuse_method(value)
            elif self.stands("["):
                value = self._grown(self._bracket(value))
            elif self.stands("("):
                self.refuse_call()
            else:
                return value

    def _bracket(self, of: Expression) -> Expression:
        opened = self.next()
        start = None if self.stands(":") else self._expression()
        if self.stands(":"):
            self.next()
            stop = None if self.stands("]") else self._expression()
            self.take("]", opened)
            return Slice(of=of, start=start, stop=stop, **self._place(of.offset))
        assert start is not None
        self.take("]", opened)
        if isinstance(start, Constant) and isinstance(start.value, str):
            return Member(of=of, name=start.value, **self._place(of.offset))
        return Index(of=of, at=start, **self._place(of.offset))

    def _atom(self) -> Expression:
        token = self.token
        match token.kind:
            case "number" | "text":
                self.next()
                return Constant(value=token.value, **self._place(token.offset))
            case "[":
                self.next()
                items = self._items("]", token)
                return self._grown(Listing(items=items, **self._place(token.offset)))
            case "(":
                self.next()
                inner = self._expression()
                self.take(")", token)
                return inner
            case "name":
                return self._named()
            case _:
                return self.refuse_operand(token)

    def _items(self, closing: str, opened: Token) -> tuple[Expression, ...]:
        items: list[Expression] = []
        while not (self.stands(closing) and not items):
            items.append(self._expression())
            if not self.stands(","):
                break
            self.next()
        self.take(closing, opened)
        return tuple(items)

    def _named(self) -> Expression:
        token = self.token
        name = str(token.value)
        if name in _WORDS:
            self.next()
            return Constant(value=_WORDS[name], **self._place(token.offset))
        if name in _OPERATORS:
            return self.refuse_operand(token)
        self.next()
        if name in SOURCES:
            return self._reference(token)
        if self.stands("("):
            return self._call(token)
        return self.refuse_name(token)

    def _call(self, name: Token) -> Expression:
        opened = self.next()
        arguments: list[Expression] = []
        keywords: list[tuple[str, Expression]] = []
        while not (self.stands(")") and not arguments and not keywords):
            if self.stands("name") and self.tokens[self.at + 1].kind == "=":
                self._keyword(keywords)
            elif keywords:
                token = self.token
                raise ExpressionFault(
                    "a value without a name stands behind a named one", token.offset, token.end - token.offset
                )
            else:
                arguments.append(self._expression())
            if not self.stands(","):
                break
            self.next()
        self.take(")", opened)
        return self._grown(
            Call(
                function=str(name.value),
                arguments=tuple(arguments),
                keywords=tuple(sorted(keywords, key=lambda pair: pair[0])),
                **self._place(name.offset),
            )
        )

    def _keyword(self, keywords: list[tuple[str, Expression]]) -> None:
        token = self.next()
        self.next()
        name = str(token.value)
        if any(name == given for given, _ in keywords):
            raise ExpressionFault(f"{name} is given twice", token.offset, token.end - token.offset)
        keywords.append((name, self._expression()))

    # references

    def _reference(self, source: Token) -> Expression:
        name = str(source.value)
        if self.stands("("):
            raise ExpressionFault(
                f"{name} is a source, not a function", source.offset, source.end - source.offset, f"write {name}.NAME"
            )
        names: list[str] = []
        while len(names) < SOURCES[name]:
            names.append(self._source_name(name, names, source))
        found = Reference(source=name, names=tuple(names), **self._place(source.offset))
        if names:
            self.refuse_method(found)
        return found

    def _source_name(self, source: str, names: list[str], start: Token) -> str:
        """The next name of a reference: ``.name``, or a literal text in brackets."""
        if self.stands("."):
            self.next()
            return self._member_name()
        so_far = ".".join((source, *names))
        if not self.stands("["):
            shown = {"steps": "steps.STEP.VALUE", "signals": "signals.STEP.token"}.get(source, f"{source}.NAME")
            raise ExpressionFault(
                f"{so_far} lacks a name", start.offset, self._place(start.offset)["length"], f"write {shown}"
            )
        opened = self.next()
        token = self.token
        if token.kind != "text" or self.tokens[self.at + 1].kind != "]":
            raise ExpressionFault(
                f"directly after {so_far} stands a name or a literal text",
                token.offset,
                max(1, token.end - token.offset),
                "a name that is computed cannot be checked before the run; keep such values in one object",
            )
        self.next()
        self.take("]", opened)
        return str(token.value)

    def _member_name(self) -> str:
        token = self.token
        if token.kind == "name":
            self.next()
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


def is_name(text: str) -> bool:
    """Whether a text can stand behind a dot."""
    return NAME.fullmatch(text) is not None
