"""Characters to tokens of the expression language. Knows what people bring from other languages, and answers it."""

import re
from typing import Final

from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonScalar

MAX_LENGTH: Final = 10_000
"""Characters of one expression; what is longer belongs into several variables."""

NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_NUMBER: Final = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_SPACE: Final = re.compile(r"[ \t\r\n]*")
_PUNCTUATION: Final = re.compile(r"==|!=|<=|>=|[<>+\-*/%.,:()\[\]=]")
_ESCAPES: Final = {'"': '"', "'": "'", "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_FOREIGN: Final = {
    "===": ("there is no ===", "== compares values and their types: write =="),
    "!==": ("there is no !==", "write !="),
    "<>": ("there is no <>", "write !="),
    "&&": ("there is no &&", "write and"),
    "||": ("there is no ||", "write or"),
    "**": ("there is no **", "write the multiplication out"),
    "//": ("there is no //", "write int(a / b)"),
    "=>": ("there is no =>", "at least is >="),
    "=<": ("there is no =<", "at most is <="),
    "=~": ("there is no =~", "write regex(text, pattern), or assert with matches"),
    "??": ("there is no ??", "write default(a, b)"),
    "?.": ("there is no ?.", "write default(a.b, null)"),
    "!": ("there is no !", "write not"),
    "|": ("there are no filters", "write a function call: lower(x) instead of x | lower"),
    "?": ("there is no ?", "write a if c else b"),
    "&": ("there is no &", "write and"),
    "$": ("a JSONPath is a text here", 'write query(value, "$.name")'),
    "{": ("there are no objects in an expression", "write the object in YAML and put references into it"),
    "}": ("this brace closes nothing", ""),
    "`": ("a text stands in quotes", "write 'text' or \"text\""),
    "@": ("there is no @", "the current value is called it"),
    "#": ("there are no comments in an expression", ""),
    ";": ("there are no statements", "an expression is one value"),
    "“": ("this is a typographic quote", "write a plain \" or '"),
    "”": ("this is a typographic quote", "write a plain \" or '"),
    "‘": ("this is a typographic quote", "write a plain \" or '"),
    "’": ("this is a typographic quote", "write a plain \" or '"),
}
_PREFIXES: Final = ("f", "r", "b", "u", "fr", "rf", "br", "rb")
_MAX_DIGITS: Final = 4000  # as values.json: Python refuses to convert longer ones


@fact(kw_only=False)
class Token:
    """`kind` is ``name``, ``number``, ``text``, ``end`` or the punctuation itself; `value` what it stands for."""

    kind: str
    value: JsonScalar
    offset: int
    end: int


def tokens_of(text: str) -> list[Token]:
    """All tokens, with one of kind ``end`` behind them. Raises `ExpressionFault`."""
    if len(text) > MAX_LENGTH:
        raise ExpressionFault(
            f"an expression of {len(text)} characters; {MAX_LENGTH} is the limit",
            0,
            len(text),
            "split it into variables",
        )
    tokens: list[Token] = []
    position = _end_of_space(text, 0)
    while position < len(text):
        token = _token_at(text, position)
        tokens.append(token)
        position = _end_of_space(text, token.end)
    tokens.append(Token("end", None, len(text), len(text)))
    return tokens


def end_of_text(text: str, start: int) -> int:
    """Where the quoted text that begins at `start` ends, its closing quote included; -1 when it is not closed."""
    quote = text[start]
    position = start + 1
    while position < len(text):
        if text[position] == "\\":
            position += 2
        elif text[position] == quote:
            return position + 1
        else:
            position += 1
    return -1


def _end_of_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return position if found is None else found.end()


def _token_at(text: str, position: int) -> Token:
    character = text[position]
    if character in "'\"":
        return read_text(text, position)
    if found := NAME.match(text, position):
        if found[0].lower() in _PREFIXES and text[found.end() : found.end() + 1] in ("'", '"'):
            raise ExpressionFault(
                f"there are no {found[0]}-strings", position, len(found[0]) + 1, 'join texts with +: "a" + str(b)'
            )
        return Token("name", found[0], position, found.end())
    if character.isascii() and character.isdigit():
        return _number_at(text, position)
    written = next(
        (text[position : position + width] for width in (3, 2) if text[position : position + width] in _FOREIGN), ""
    )
    if not written and (found := _PUNCTUATION.match(text, position)):
        return Token(found[0], found[0], position, found.end())
    written = written or character
    if written in _FOREIGN:
        message, advice = _FOREIGN[written]
        raise ExpressionFault(message, position, len(written), advice)
    if character.isalpha():
        raise ExpressionFault(
            f"a name has letters a-z, digits, _ and -; {character!r} is none of them",
            position,
            1,
            'write other names as a text: row["größe"]',
        )
    raise ExpressionFault(f"{character!r} means nothing here", position)


def _number_at(text: str, position: int) -> Token:
    found = _NUMBER.match(text, position)
    if found is None:
        raise ExpressionFault("this is no number", position)
    end = found.end()
    if end < len(text) and (text[end].isalnum() or text[end] == "_"):
        written = re.compile(r"[0-9A-Za-z_.]*").match(text, position)
        shown = written[0] if written else found[0]
        raise ExpressionFault(
            f"{shown} is no number", position, len(shown), "numbers are those of JSON; durations and dates are texts"
        )
    digits = found[0]
    if len(digits) > _MAX_DIGITS:
        raise ExpressionFault(f"a number of {len(digits)} digits", position, len(digits))
    if digits.isdigit():
        return Token("number", int(digits), position, end)
    number = float(digits)
    if number == float("inf"):
        raise ExpressionFault(f"the number {digits[:40]} is outside the float range", position, len(digits))
    return Token("number", number, position, end)


def read_text(text: str, start: int) -> Token:
    """The quoted text that begins at `start`, with JSON's escapes and one for ``'``. Raises `ExpressionFault`."""
    end = end_of_text(text, start)
    if end < 0:
        raise ExpressionFault("this text is not closed", start, len(text) - start, f"end it with {text[start]}")
    parts: list[str] = []
    position = start + 1
    while position < end - 1:
        character = text[position]
        if character == "\\":
            piece, position = _escape_at(text, position, end - 1)
            parts.append(piece)
            continue
        if character < " ":
            raise ExpressionFault("a text stands on one line", position, 1, r"write \n, \t or \u00XX")
        parts.append(character)
        position += 1
    value = "".join(parts)
    if any("\ud800" <= character <= "\udfff" for character in value):
        raise ExpressionFault("half of a surrogate pair is no text", start, end - start)
    return Token("text", value, start, end)


def _escape_at(text: str, position: int, end: int) -> tuple[str, int]:
    """What the backslash at `position` stands for, and where it goes on."""
    letter = text[position + 1]
    if letter in _ESCAPES:
        return _ESCAPES[letter], position + 2
    if letter == "u":
        high = _unit_at(text, position, end)
        if 0xD800 <= high < 0xDC00 and text.startswith("\\u", position + 6):
            low = _unit_at(text, position + 6, end)
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00)), position + 12
        return chr(high), position + 6
    raise ExpressionFault(
        f"\\{letter} is no escape", position, 2, r"a backslash is \\; a regular expression in quotes needs it doubled"
    )


def _unit_at(text: str, position: int, end: int) -> int:
    digits = text[position + 2 : min(position + 6, end)]
    if len(digits) != 4 or not all(digit in "0123456789abcdefABCDEF" for digit in digits):
        raise ExpressionFault(r"\u takes four hexadecimal digits", position, 2 + len(digits))
    return int(digits, 16)
