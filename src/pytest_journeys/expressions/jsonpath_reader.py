"""Where the parser of a path stands, and what is said of characters that do not belong there."""

import json
import re
from typing import Final, NoReturn

from pytest_journeys.expressions.faults import ExpressionFault

NAME: Final = re.compile(r"(?:[A-Za-z_]|[^\x00-\x7f])(?:[A-Za-z0-9_]|[^\x00-\x7f])*")
SPACE: Final = " \t\r\n"
_DOTTED_INDEX: Final = re.compile(r"\.([0-9]+)(?=[.\[]|$)")
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


class PathReader:
    """The characters of one path, read from left to right. `nesting` counts the brackets that are open."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.nesting = 0

    def starts(self, expected: str) -> bool:
        """Whether these characters come next."""
        return self.text.startswith(expected, self.at)

    def skip_space(self) -> None:
        """Go on behind blanks."""
        while self.at < len(self.text) and self.text[self.at] in SPACE:
            self.at += 1

    def fault(self, message: str, help: str = "", *, offset: int | None = None, length: int = 1) -> NoReturn:
        """Raise an `ExpressionFault`, here unless another place is given."""
        raise ExpressionFault(message, self.at if offset is None else offset, length, help)

    def refuse_start(self) -> NoReturn:
        """A path that does not begin with ``$``."""
        text = self.text
        if not text.strip():
            self.fault("an empty path", "the whole body is $", length=max(1, len(text)))
        if text[0] in SPACE:
            self.fault("a path begins with $, without a space before it")
        separator = "" if text[0] in ".[" else "."
        indexed = _DOTTED_INDEX.sub(r"[\1]", text)  # items.0.sku, as other tools write it
        self.fault("a path begins with $", f"write ${separator}{indexed}", length=len(text))

    def refuse_rest(self) -> NoReturn:
        """Characters where a segment or the end should stand."""
        rest = self.text[self.at :]
        if rest[0] == "]":
            self.fault("this ] closes nothing")
        if rest[0] in SPACE:
            self.fault("a path ends without a space", length=len(rest))
        if self.at == 1 and (rest[0].isalnum() or rest[0] == "_"):
            self.fault("behind $ a dot is missing", f"write $.{rest}", length=len(rest))
        if rest[0] in "+-*/|~":
            self.fault("a path selects and does not compute", "compute in value: ${{ it ... }}", length=len(rest))
        self.fault(f"{rest[0]} does not belong here", "behind a name stands . or [", length=len(rest))

    def refuse_name(self, start: int, written: str) -> NoReturn:
        """What stands behind a dot and is no name."""
        if not written:
            at_end = start >= len(self.text)
            help = "end it before the dot" if at_end else "write .name, .* or [...]"
            self.fault("behind the dot a name is missing", help, offset=start if not at_end else start - 1)
        if written.isdigit():
            self.fault("an index stands in brackets", f"write [{written}]", offset=start, length=len(written))
        if written[0] in "'\"":
            self.fault("a name in quotes stands in brackets", f"write [{written}]", offset=start, length=len(written))
        if written[0] == "`":
            self.fault(
                f"{written} is no part of RFC 9535",
                "operators such as length do this",
                offset=start,
                length=len(written),
            )
        self.fault(
            f"the name {written} needs quotes", f"write [{json.dumps(written)}]", offset=start, length=len(written)
        )

    def refuse_function(self, start: int, end: int) -> NoReturn:
        """A call."""
        name = self.text[start:end]
        advice = {
            "length": "assert with {length: ...}, or compute with value: ${{ len(it) }}",
            "size": "assert with {length: ...}, or compute with value: ${{ len(it) }}",
            "count": "assert with {length: ...}, or compute with value: ${{ len(it) }}",
        }.get(name, "compute with value: ${{ ... it ... }}")
        self.fault(f"there are no functions in a path: {name}()", advice, offset=start, length=end - start)

    def refuse_in_bracket(self, opened: int) -> NoReturn:
        """Characters where ``,`` or ``]`` should stand."""
        if self.at >= len(self.text):
            self.fault("this [ is not closed", "end it with ]", offset=opened)
        self.refuse_operator()

    def refuse_operator(self) -> NoReturn:
        """Characters where an operator of a filter or its end should stand."""
        rest = self.text[self.at :]
        for written, advice in _OPERATORS_ELSEWHERE:
            if rest.startswith(written):
                self.fault(f"{written.strip()} is no operator of a filter", advice, length=len(written.strip()))
        self.fault(f"{rest[0]} does not belong here", "behind this stands ] or ,")

    def refuse_selector(self) -> NoReturn:
        """What stands in brackets and selects nothing."""
        text = self.text
        word = NAME.match(text, self.at)
        if word is not None:
            name = word[0]
            if text.startswith("(", word.end()):
                self.refuse_function(self.at, word.end())
            self.fault(f"the name {name} needs quotes here", f"write [{json.dumps(name)}]", length=len(name))
        character = text[self.at]
        match character:
            case "]":
                self.fault("nothing stands between these brackets", "write [0], ['name'], [*] or [?@.a == 1]")
            case "(":
                self.fault("there are no scripts in a path", "the last element is [-1]")
            case "\\" | "/":
                self.fault("there is no sorting in a path", "write value: ${{ sorted(it) }}")
            case "@":
                self.fault("a filter begins with ?", "write [?@...]")
            case _:
                self.fault(f"{character} does not belong in brackets", "write [0], ['name'], [*] or [?@.a == 1]")

    def refuse_after_literal(self, start: int) -> NoReturn:
        """A value in the place of a condition."""
        self.skip_space()
        if self.at < len(self.text) and self.text[self.at] not in "])|&":
            self.refuse_operator()
        self.fault(
            "a value alone is no condition", "write @.name == value", offset=start, length=max(1, self.at - start)
        )

    def refuse_side(self, word: str) -> NoReturn:
        """What is neither a path nor a value."""
        if word and self.text.startswith("(", self.at + len(word)):
            self.refuse_function(self.at, self.at + len(word))
        if word in ("True", "False", "None", "nil", "undefined"):
            right = {"True": "true", "False": "false"}.get(word, "null")
            self.fault(f"{word} is no JSON", f"write {right}", length=len(word))
        if word in ("not",):
            self.fault("not is no word of a filter", "write !", length=3)
        if word:
            self.fault(f"{word} is neither a path nor a value", f"write @.{word} or a text in quotes", length=len(word))
        if self.at >= len(self.text):
            self.fault("here a value or a path is missing", offset=max(0, self.at - 1))
        self.fault("here a value or a path is missing", "write @.name, $.name, a number or a text in quotes")
