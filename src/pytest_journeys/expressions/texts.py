"""The functions of texts: what they do. Types are checked before they are called; sizes are checked here and after."""

import base64
import binascii
import hashlib
import hmac as hmac_of
import re
import warnings
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote

from pytest_journeys.expressions.faults import AbsentValueError, EvaluationError
from pytest_journeys.expressions.operations import MAX_TEXT
from pytest_journeys.expressions.wording import as_text, compact_json, noun
from pytest_journeys.values.json import JsonValue, NotJsonError, parse_json

ALGORITHMS: Final = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")


class UrlText(str):
    """A text that a URL takes as it is: what ``path`` and ``raw`` return."""

    __slots__ = ()


def utf8(text: str) -> bytes:
    """The bytes of a text. Raises `EvaluationError` for half of a surrogate pair."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise EvaluationError("the text holds half of a surrogate pair, which has no UTF-8 form") from None


def _text_of_bytes(data: bytes, what: str) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise EvaluationError(f"{what} is no UTF-8 text") from None


def to_base64(text: str) -> str:
    """Standard alphabet, padded."""
    return base64.b64encode(utf8(text)).decode("ascii")


def from_base64(text: str) -> str:
    """Either alphabet, with or without padding, as tokens carry it."""
    plain = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        data = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise EvaluationError("base64_decode(text): the text is not base64") from None
    return _text_of_bytes(data, "what the base64 holds")


def url_encoded(value: JsonValue) -> str:
    """Every byte but letters, digits and ``_.-~`` percent-encoded."""
    return quote(utf8(as_text(value)), safe="")


def url_decoded(text: str) -> str:
    """Percent-encoding undone; ``+`` stays."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise EvaluationError("urldecode(text): what is encoded is no UTF-8 text") from None


def path_text(value: JsonValue) -> str:
    """Percent-encoded but for ``/``, and marked so."""
    return UrlText(quote(utf8(as_text(value)), safe="/"))


def raw_text(value: JsonValue) -> str:
    """Left as it is, and marked so."""
    return UrlText(as_text(value))


def read_json(text: str) -> JsonValue:
    """The value that a JSON text holds."""
    try:
        return parse_json(text)
    except NotJsonError as error:
        raise EvaluationError(f"json_parse(text): not JSON: {error}") from None


def digest(data: bytes, algorithm: str) -> str:
    """Lower-case hex."""
    return hashlib.new(_algorithm(algorithm), data, usedforsecurity=False).hexdigest()


def hashed(text: str, algorithm: str) -> str:
    """The digest of the UTF-8 bytes."""
    return digest(utf8(text), algorithm)


def keyed_hash(text: str, key: str, algorithm: str) -> str:
    """HMAC (RFC 2104) of the UTF-8 bytes, in lower-case hex."""
    return hmac_of.new(utf8(key), utf8(text), _algorithm(algorithm)).hexdigest()


def _algorithm(name: str) -> str:
    fault = check_algorithm(name)
    if fault is not None:
        raise EvaluationError(fault)
    return name


def check_algorithm(name: JsonValue) -> str | None:
    """What is wrong with the name of a hash algorithm."""
    if name in ALGORITHMS:
        return None
    return f"there is no hash algorithm of that name: write one of {', '.join(ALGORITHMS)}"


@lru_cache(maxsize=512)
def compiled_pattern(pattern: str) -> re.Pattern[str]:
    """A regular expression, compiled once. Raises `EvaluationError`."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "possible nested set" is Python's plan for later, no fault of the pattern
            return re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise EvaluationError(f"not a regular expression: {error}") from None


def check_pattern(pattern: JsonValue) -> str | None:
    """What is wrong with a regular expression."""
    try:
        compiled_pattern(str(pattern))
    except EvaluationError as error:
        return str(error)
    return None


def first_match(text: str, pattern: str) -> str:
    """Group 1 of the first match when the pattern has groups, else the match. Raises `AbsentValueError`."""
    compiled = compiled_pattern(pattern)
    found = compiled.search(text)
    if found is None:
        raise AbsentValueError("regex(text, pattern): the pattern is not found in the text")
    value: str | None = found[1] if compiled.groups else found[0]
    if value is None:
        raise AbsentValueError("regex(text, pattern): the pattern is found, but its group 1 takes no part in it")
    return value


def replaced(text: str, old: str, new: str) -> str:
    """Every occurrence replaced."""
    if not old:
        raise EvaluationError("replace(text, old, new): old is empty")
    if len(new) > len(old) and text.count(old) * (len(new) - len(old)) + len(text) > MAX_TEXT:
        raise EvaluationError(f"replace(text, old, new): the result is longer than {MAX_TEXT} characters")
    return text.replace(old, new)


def split(text: str, separator: str) -> list[str]:
    """The texts between the separators."""
    if not separator:
        raise EvaluationError("split(text, sep): sep is empty")
    return text.split(separator)


def joined(items: Sequence[JsonValue], separator: str) -> str:
    """Texts, numbers and booleans with a separator between them."""
    for item in items:
        if item is None or isinstance(item, (list, tuple, dict)):
            raise EvaluationError(f"join(list, sep): an element is {noun(item)}, not a text, a number or a boolean")
    texts = [as_text(item) for item in items]
    if sum(map(len, texts)) + len(separator) * len(texts) > MAX_TEXT:
        raise EvaluationError(f"join(list, sep): the result is longer than {MAX_TEXT} characters")
    return separator.join(texts)


def to_text(value: JsonValue) -> str:
    """A text as it is, null as ``null``, the rest as compact JSON."""
    return "null" if value is None else as_text(value)


def to_json_text(value: JsonValue) -> str:
    """Compact JSON, members in their order."""
    return compact_json(value)
