"""The grammar of a JSONPath as RFC 9535 has it, functions left out; other dialects are answered with what to write."""

import json
import re
from typing import Final, NoReturn

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
from pytest_journeys.expressions.lexer import end_of_text, read_text

MAX_LENGTH: Final = 2_000
_MAX_NESTING: Final = 20
_MAX_INTEGER: Final = 2**53 - 1  # RFC 9535, 2.1
_NAME: Final = re.compile(r"(?:[A-Za-z_]|[^\x00-\x7f])(?:[A-Za-z0-9_]|[^\x00-\x7f])*")
_INTEGER: Final = re.compile(r"-?[0-9]+")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,400})(?:\.[0-9]{1,400})?(?:[eE][+-]?[0-9]{1,4})?")
_ODD_NAME: Final = re.compile(r"[^\s.\[\]()]+")
_WORD: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_COMPARING: Final = re.compile(r"==|!=|<=|>=|<|>")
_SPACE: Final = " \t\r\n"
_LITERALS: Final = {"true": True, "false": False, "null": None}


def segments_of(text: str) -> tuple[Segment, ...]:
    """The segments of a path. Raises `ExpressionFault` with the place in `text`."""
    if len(text) > MAX_LENGTH:
        raise ExpressionFault(f"a path of {len(text)} characters; {MAX_LENGTH} is the limit", 0, len(text))
    return _Parser(text).whole()


class _Parser:
    """Reads one path from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._nesting = 0

    def whole(self) -> tuple[Segment, ...]:
        if not self._starts("$"):
            self._refuse_start()
        self._at = 1
        segments = self._segments()
        if self._at < len(self._text):
            self._refuse_rest()
        return segments

    # characters

    def _starts(self, expected: str) -> bool:
        return self._text.startswith(expected, self._at)

    def _skip_space(self) -> None:
        while self._at < len(self._text) and self._text[self._at] in _SPACE:
            self._at += 1

    def _fault(self, message: str, help: str = "", *, offset: int | None = None, length: int = 1) -> NoReturn:
        raise ExpressionFault(message, self._at if offset is None else offset, length, help)

    # segments

    def _segments(self) -> tuple[Segment, ...]:
        segments: list[Segment] = []
        while True:
            before = self._at
            self._skip_space()
            if self._starts(".."):
                self._at += 2
                segments.append(Segment(self._after_dots(), is_descendant=True))
            elif self._starts("."):
                self._at += 1
                segments.append(Segment((self._after_dot(),)))
            elif self._starts("["):
                segments.append(Segment(self._bracket()))
            else:
                self._at = before
                return tuple(segments)

    def _after_dots(self) -> tuple[Selector, ...]:
        return self._bracket() if self._starts("[") else (self._after_dot(),)

    def _after_dot(self) -> Selector:
        if self._starts("*"):
            self._at += 1
            return Every()
        start = self._at
        found = _NAME.match(self._text, start)
        end = start if found is None else found.end()
        if end < len(self._text) and self._text[end] == "(":
            self._refuse_function(start, end)
        odd = _ODD_NAME.match(self._text, start)
        written = odd[0] if odd and not self._nesting else self._text[start:end]
        if found is None or (len(written) > len(found[0]) and self._text[end] not in _SPACE):
            self._refuse_name(start, written)
        self._at = end
        return Name(found[0])

    def _bracket(self) -> tuple[Selector, ...]:
        opened = self._at
        self._at += 1
        self._nesting += 1
        if self._nesting > _MAX_NESTING:
            self._fault(f"nested more than {_MAX_NESTING} levels deep")
        selectors: list[Selector] = []
        while True:
            self._skip_space()
            selectors.append(self._selector(opened))
            self._skip_space()
            if self._starts("]"):
                break
            if not self._starts(","):
                self._refuse_in_bracket(opened)
            self._at += 1
        self._at += 1
        self._nesting -= 1
        return tuple(selectors)

    def _selector(self, opened: int) -> Selector:
        if self._at >= len(self._text):
            self._fault("this [ is not closed", "end it with ]", offset=opened)
        character = self._text[self._at]
        if character in "'\"":
            return Name(self._quoted())
        if character == "*":
            self._at += 1
            return Every()
        if character == "?":
            self._at += 1
            return Filter(self._any_of())
        if character == ":" or character == "-" or character.isdigit():
            return self._position()
        return self._refuse_selector()

    def _quoted(self) -> str:
        if end_of_text(self._text, self._at) < 0:
            self._fault(
                "this quote is not closed", f"end it with {self._text[self._at]}", length=len(self._text) - self._at
            )
        token = read_text(self._text, self._at)
        self._at = token.end
        return str(token.value)

    def _position(self) -> Selector:
        numbers: list[int | None] = [self._integer()]
        self._skip_space()
        while self._starts(":") and len(numbers) < 3:
            self._at += 1
            self._skip_space()
            numbers.append(self._integer())
            self._skip_space()
        if len(numbers) == 1:
            index = numbers[0]
            assert index is not None
            return At(index)
        return Range(numbers[0], numbers[1], numbers[2] if len(numbers) == 3 else None)

    def _integer(self) -> int | None:
        found = _INTEGER.match(self._text, self._at)
        if found is None:
            if self._starts("-"):
                self._fault("behind - a number is missing")
            return None
        digits = found[0]
        if digits == "-0" or (digits.lstrip("-").startswith("0") and digits != "0"):
            self._fault(f"{digits} is no index", "write it without leading zeros", length=len(digits))
        if len(digits) > 17 or abs(int(digits)) > _MAX_INTEGER:
            self._fault("an index beyond 2**53 - 1", length=len(digits))
        self._at = found.end()
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
        self._skip_space()
        if not self._starts(operator):
            return False
        self._at += len(operator)
        return True

    def _condition(self) -> Condition:
        self._skip_space()
        is_negated = self._starts("!") and not self._starts("!=")
        if is_negated:
            self._at += 1
            self._skip_space()
        if self._starts("("):
            condition = self._in_brackets()
            return Negation(condition) if is_negated else condition
        start = self._at
        left = self._side()
        self._skip_space()
        found = _COMPARING.match(self._text, self._at)
        if found is not None and not self._text.startswith("=", found.end()):
            if is_negated:
                self._fault("! stands before brackets or a path", "write !(a == b)", offset=start)
            return self._comparison(found[0], start, left)
        if isinstance(left, Given):
            self._refuse_after_literal(start)
        condition = Exists(left)
        return Negation(condition) if is_negated else condition

    def _in_brackets(self) -> Condition:
        opened = self._at
        self._at += 1
        self._nesting += 1
        if self._nesting > _MAX_NESTING:
            self._fault(f"nested more than {_MAX_NESTING} levels deep")
        condition = self._any_of()
        self._skip_space()
        if not self._starts(")"):
            if self._at >= len(self._text):
                self._fault("this ( is not closed", "end it with )", offset=opened)
            self._refuse_operator()
        self._at += 1
        self._nesting -= 1
        return condition

    def _comparison(self, operator: str, start: int, left: Query | Given) -> Condition:
        self._refuse_many(left, start)
        self._at += len(operator)
        self._skip_space()
        second = self._at
        right = self._side()
        self._refuse_many(right, second)
        return Comparison(operator, left, right)

    def _refuse_many(self, side: Query | Given, start: int) -> None:
        if isinstance(side, Query) and singular_steps(side.segments) is None:
            length = len(self._text[start : self._at].rstrip(_SPACE))
            self._fault("a comparison takes a path of names and indexes alone", offset=start, length=length)

    def _side(self) -> Query | Given:
        if self._starts("@") or self._starts("$"):
            is_root = self._starts("$")
            self._at += 1
            return Query(is_root, self._segments())
        if self._starts("'") or self._starts('"'):
            return Given(self._quoted())
        if found := _NUMBER.match(self._text, self._at):
            value = json.loads(found[0])
            if isinstance(value, float) and value in (float("inf"), float("-inf")):
                self._fault("a number outside the float range", length=len(found[0]))
            self._at = found.end()
            return Given(value)
        word = _WORD.match(self._text, self._at)
        if word and word[0] in _LITERALS:
            self._at = word.end()
            return Given(_LITERALS[word[0]])
        return self._refuse_side(word[0] if word else "")

    # refusals

    def _refuse_start(self) -> NoReturn:
        text = self._text
        if not text.strip():
            self._fault("an empty path", "the whole body is $", length=max(1, len(text)))
        if text[0] in _SPACE:
            self._fault("a path begins with $, without a space before it")
        separator = "" if text[0] in ".[" else "."
        self._fault("a path begins with $", f"write ${separator}{text}", length=len(text))

    def _refuse_rest(self) -> NoReturn:
        rest = self._text[self._at :]
        if rest[0] == "]":
            self._fault("this ] closes nothing")
        if rest[0] in _SPACE:
            self._fault("a path ends without a space", length=len(rest))
        if self._at == 1 and (rest[0].isalnum() or rest[0] == "_"):
            self._fault("behind $ a dot is missing", f"write $.{rest}", length=len(rest))
        if rest[0] in "+-*/|~":
            self._fault("a path selects and does not compute", "compute in value: ${{ it ... }}", length=len(rest))
        self._fault(f"{rest[0]} does not belong here", "behind a name stands . or [", length=len(rest))

    def _refuse_name(self, start: int, written: str) -> NoReturn:
        if not written:
            at_end = start >= len(self._text)
            help = "end it before the dot" if at_end else "write .name, .* or [...]"
            self._fault("behind the dot a name is missing", help, offset=start if not at_end else start - 1)
        if written.isdigit():
            self._fault("an index stands in brackets", f"write [{written}]", offset=start, length=len(written))
        if written[0] in "'\"":
            self._fault("a name in quotes stands in brackets", f"write [{written}]", offset=start, length=len(written))
        if written[0] == "`":
            self._fault(
                f"{written} is no part of RFC 9535",
                "operators such as length do this",
                offset=start,
                length=len(written),
            )
        self._fault(
            f"the name {written} needs quotes", f"write [{json.dumps(written)}]", offset=start, length=len(written)
        )

    def _refuse_function(self, start: int, end: int) -> NoReturn:
        name = self._text[start:end]
        advice = {
            "length": "assert with {length: ...}, or compute with value: ${{ len(it) }}",
            "size": "assert with {length: ...}, or compute with value: ${{ len(it) }}",
            "count": "assert with {length: ...}, or compute with value: ${{ len(it) }}",
        }.get(name, "compute with value: ${{ ... it ... }}")
        self._fault(f"there are no functions in a path: {name}()", advice, offset=start, length=end - start)

    def _refuse_in_bracket(self, opened: int) -> NoReturn:
        if self._at >= len(self._text):
            self._fault("this [ is not closed", "end it with ]", offset=opened)
        self._refuse_operator()

    def _refuse_operator(self) -> NoReturn:
        rest = self._text[self._at :]
        for written, advice in _OPERATORS_ELSEWHERE:
            if rest.startswith(written):
                self._fault(f"{written.strip()} is no operator of a filter", advice, length=len(written.strip()))
        self._fault(f"{rest[0]} does not belong here", "behind this stands ] or ,")

    def _refuse_selector(self) -> NoReturn:
        text = self._text
        word = _NAME.match(text, self._at)
        if word is not None:
            name = word[0]
            if text.startswith("(", word.end()):
                self._refuse_function(self._at, word.end())
            self._fault(f"the name {name} needs quotes here", f"write [{json.dumps(name)}]", length=len(name))
        character = text[self._at]
        match character:
            case "]":
                self._fault("nothing stands between these brackets", "write [0], ['name'], [*] or [?@.a == 1]")
            case "(":
                self._fault("there are no scripts in a path", "the last element is [-1]")
            case "\\" | "/":
                self._fault("there is no sorting in a path", "write value: ${{ sorted(it) }}")
            case "@":
                self._fault("a filter begins with ?", "write [?@...]")
            case _:
                self._fault(f"{character} does not belong in brackets", "write [0], ['name'], [*] or [?@.a == 1]")

    def _refuse_after_literal(self, start: int) -> NoReturn:
        self._skip_space()
        if self._at < len(self._text) and self._text[self._at] not in "])|&":
            self._refuse_operator()
        self._fault(
            "a value alone is no condition", "write @.name == value", offset=start, length=max(1, self._at - start)
        )

    def _refuse_side(self, word: str) -> NoReturn:
        if word and self._text.startswith("(", self._at + len(word)):
            self._refuse_function(self._at, self._at + len(word))
        if word in ("True", "False", "None", "nil", "undefined"):
            right = {"True": "true", "False": "false"}.get(word, "null")
            self._fault(f"{word} is no JSON", f"write {right}", length=len(word))
        if word in ("not",):
            self._fault("not is no word of a filter", "write !", length=3)
        if word:
            self._fault(
                f"{word} is neither a path nor a value", f"write @.{word} or a text in quotes", length=len(word)
            )
        if self._at >= len(self._text):
            self._fault("here a value or a path is missing", offset=max(0, self._at - 1))
        self._fault("here a value or a path is missing", "write @.name, $.name, a number or a text in quotes")


_OPERATORS_ELSEWHERE: Final = (
    ("===", "write =="),
    ("==", "a comparison has two sides"),
    ("=~", "select first, then assert with matches"),
    ("=", "write =="),
    ("and ", "write &&"),
    ("or ", "write ||"),
    ("in ", 'write @.a == "x" || @.a == "y"'),
    ("<>", "write !="),
    ("&", "write &&"),
    ("|", "write ||"),
    ("+", "a path selects and does not compute"),
    ("-", "a path selects and does not compute"),
    ("*", "a path selects and does not compute"),
    ("/", "a path selects and does not compute"),
)
