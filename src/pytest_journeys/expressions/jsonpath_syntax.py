"""The grammar of a JSONPath as RFC 9535 has it, functions left out; other dialects are answered with what to write."""

import json
import re
from typing import Final

from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.jsonpath_nodes import (
    AllOf,
    AnyOf,
    At,
    Comparison,
    Condition,
    Every,
    Exists,
    Filter,
    Given,
    Name,
    Negation,
    Query,
    Range,
    Segment,
    Selector,
    singular_steps,
)
from pytest_journeys.expressions.jsonpath_reader import NAME, SPACE, PathReader
from pytest_journeys.expressions.lexer import end_of_text, read_text

MAX_LENGTH: Final = 2_000
_MAX_NESTING: Final = 20
_MAX_INTEGER: Final = 2**53 - 1  # RFC 9535, 2.1
_INTEGER: Final = re.compile(r"-?[0-9]+")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,400})(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,4})?")
_ODD_NAME: Final = re.compile(r"[^\s.\[\]()]+")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMPARING: Final = re.compile(r"==|!=|<=|>=|<|>")
_LITERALS: Final = {"true": True, "false": False, "null": None}


def segments_of(text: str) -> tuple[Segment, ...]:
    """The segments of a path. Raises `ExpressionFault` with the place in `text`."""
    if len(text) > MAX_LENGTH:
        raise ExpressionFault(f"a path of {len(text)} characters; {MAX_LENGTH} is the limit", 0, len(text))
    return _Parser(text).whole()


class _Parser(PathReader):
    """Reads one path from left to right."""

    def whole(self) -> tuple[Segment, ...]:
        if not self.starts("$"):
            self.refuse_start()
        self.at = 1
        segments = self._segments()
        if self.at < len(self.text):
            self.refuse_rest()
        return segments

    # segments

    def _segments(self) -> tuple[Segment, ...]:
        segments: list[Segment] = []
        while True:
            before = self.at
            self.skip_space()
            if self.starts(".."):
                self.at += 2
                segments.append(Segment(self._after_dots(), is_descendant=True))
            elif self.starts("."):
                self.at += 1
                segments.append(Segment((self._after_dot(),)))
            elif self.starts("["):
                segments.append(Segment(self._bracket()))
            else:
                self.at = before
                return tuple(segments)

    def _after_dots(self) -> tuple[Selector, ...]:
        return self._bracket() if self.starts("[") else (self._after_dot(),)

    def _after_dot(self) -> Selector:
        if self.starts("*"):
            self.at += 1
            return Every()
        start = self.at
        found = NAME.match(self.text, start)
        end = start if found is None else found.end()
        if end < len(self.text) and self.text[end] == "(":
            self.refuse_function(start, end)
        odd = _ODD_NAME.match(self.text, start)
        written = odd[0] if odd and not self.nesting else self.text[start:end]
        if found is None or (len(written) > len(found[0]) and self.text[end] not in SPACE):
            self.refuse_name(start, written)
        self.at = end
        return Name(found[0])

    def _bracket(self) -> tuple[Selector, ...]:
        opened = self.at
        self.at += 1
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            self.fault(f"nested more than {_MAX_NESTING} levels deep")
        selectors: list[Selector] = []
        while True:
            self.skip_space()
            selectors.append(self._selector(opened))
            self.skip_space()
            if self.starts("]"):
                break
            if not self.starts(","):
                self.refuse_in_bracket(opened)
            self.at += 1
        self.at += 1
        self.nesting -= 1
        return tuple(selectors)

    def _selector(self, opened: int) -> Selector:
        if self.at >= len(self.text):
            self.fault("this [ is not closed", "end it with ]", offset=opened)
        character = self.text[self.at]
        if character in "'\"":
            return Name(self._quoted())
        if character == "*":
            self.at += 1
            return Every()
        if character == "?":
            self.at += 1
            return Filter(self._any_of())
        if character == ":" or character == "-" or character.isdigit():
            return self._position()
        return self.refuse_selector()

    def _quoted(self) -> str:
        if end_of_text(self.text, self.at) < 0:
            self.fault("this quote is not closed", f"end it with {self.text[self.at]}", length=len(self.text) - self.at)
        token = read_text(self.text, self.at)
        self.at = token.end
        return str(token.value)

    def _position(self) -> Selector:
        numbers: list[int | None] = [self._integer()]
        self.skip_space()
        while self.starts(":") and len(numbers) < 3:
            self.at += 1
            self.skip_space()
            numbers.append(self._integer())
            self.skip_space()
        if len(numbers) == 1:
            index = numbers[0]
            assert index is not None
            return At(index)
        return Range(numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else None)

    def _integer(self) -> int | None:
        found = _INTEGER.match(self.text, self.at)
        if found is None:
            if self.starts("-"):
                self.fault("behind - a number is missing")
            return None
        digits = found[0]
        if digits == "-0" or (digits.lstrip("-").startswith("0") and digits != "0"):
            self.fault(f"{digits} is no index", "write it without leading zeros", length=len(digits))
        if len(digits) > 17 or abs(int(digits)) > _MAX_INTEGER:
            self.fault("an index beyond 2**53 - 1", length=len(digits))
        self.at = found.end()
        return int(digits)

    # filters

    def _any_of(self) -> Condition:
        conditions = [self._all_of()]
        while self._taken("||"):
            conditions.append(self._all_of())
        return conditions[0] if len(conditions) == 1 else AnyOf(tuple(conditions))

    def _all_of(self) -> Condition:
        conditions = [self._condition()]
        while self._taken("&&"):
            conditions.append(self._condition())
        return conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions))

    def _taken(self, operator: str) -> bool:
        self.skip_space()
        if not self.starts(operator):
            return False
        self.at += len(operator)
        return True

    def _condition(self) -> Condition:
        self.skip_space()
        is_negated = self.starts("!") and not self.starts("!=")
        if is_negated:
            self.at += 1
            self.skip_space()
        if self.starts("("):
            condition = self._in_brackets()
            return Negation(condition) if is_negated else condition
        start = self.at
        left = self._side()
        self.skip_space()
        found = _COMPARING.match(self.text, self.at)
        if found is not None and not self.text.startswith("=", found.end()):
            if is_negated:
                self.fault("! stands before brackets or a path", "write !(a == b)", offset=start)
            return self._comparison(found[0], start, left)
        if isinstance(left, Given):
            self.refuse_after_literal(start)
        condition = Exists(left)
        return Negation(condition) if is_negated else condition

    def _in_brackets(self) -> Condition:
        opened = self.at
        self.at += 1
        self.nesting += 1
        if self.nesting > _MAX_NESTING:
            self.fault(f"nested more than {_MAX_NESTING} levels deep")
        condition = self._any_of()
        self.skip_space()
        if not self.starts(")"):
            if self.at >= len(self.text):
                self.fault("this ( is not closed", "end it with )", offset=opened)
            self.refuse_operator()
        self.at += 1
        self.nesting -= 1
        return condition

    def _comparison(self, operator: str, start: int, left: Query | Given) -> Condition:
        self.refuse_many(left, start)
        self.at += len(operator)
        self.skip_space()
        second = self.at
        right = self._side()
        self.refuse_many(right, second)
        return Comparison(operator, left, right)

    def refuse_many(self, side: Query | Given, start: int) -> None:
        if isinstance(side, Query) and singular_steps(side.segments) is None:
            length = len(self.text[start : self.at].rstrip(SPACE))
            self.fault("a comparison takes a path of names and indexes alone", offset=start, length=length)

    def _side(self) -> Query | Given:
        if self.starts("@") or self.starts("$"):
            is_root = self.starts("$")
            self.at += 1
            return Query(is_root, self._segments())
        if self.starts("'") or self.starts('"'):
            return Given(self._quoted())
        if found := _NUMBER.match(self.text, self.at):
            value = json.loads(found[0])
            if isinstance(value, float) and value in (float("inf"), float("-inf")):
                self.fault("a number outside the float range", length=len(found[0]))
            self.at = found.end()
            return Given(value)
        word = _WORD.match(self.text, self.at)
        if word and word[0] in _LITERALS:
            self.at = word.end()
            return Given(_LITERALS[word[0]])
        return self.refuse_side(word[0] if word else "")
