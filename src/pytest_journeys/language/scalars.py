"""What a plain (unquoted) word of YAML means: the core schema of YAML 1.2, less its surprises.

``on``, ``no``, ``1:30``, ``2024-01-02`` are texts; so are whole numbers with leading zeros (``007``) and the forms ``0x``
and ``0o``. Infinity, NaN and numbers outside the float range are refused: JSON cannot carry them.
"""

import math
import re
from typing import Final

from pytest_journeys.values.json import JsonScalar

_MAX_DIGITS: Final = 4000  # Python refuses to convert longer ones (CVE-2020-10735)

_WORDS: Final[dict[str, JsonScalar]] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_NOT_FINITE: Final = frozenset(
    [sign + "." + word for sign in ("", "+", "-") for word in ("inf", "Inf", "INF")] + [".nan", ".NaN", ".NAN"]
)
_STARTS_NUMBER: Final = frozenset("0123456789+-.")
_WHOLE: Final = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII)
_REAL: Final = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)


class NumberError(ValueError):
    """A number that JSON cannot carry; the message says why, as the end of a sentence that begins with the number."""


def resolve_plain(word: str) -> JsonScalar:
    """The value of a plain scalar. Raises `NumberError`."""
    if word in _WORDS:
        return _WORDS[word]
    if word[0] not in _STARTS_NUMBER:
        return word
    if _WHOLE.fullmatch(word):
        if len(word) > _MAX_DIGITS:
            raise NumberError(f"has {len(word)} digits")
        return int(word)
    if _REAL.fullmatch(word):
        number = float(word)
        if math.isinf(number):
            raise NumberError("is outside the range of numbers")
        return number
    if word in _NOT_FINITE:
        raise NumberError("is no JSON number")
    return word
