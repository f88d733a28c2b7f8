"""The table of functions: signatures as data, from which calls are checked and the manual is printed."""

from collections.abc import Callable
from typing import Final

from pytest_journeys.expressions import jsonpath, lists, numerals, texts
from pytest_journeys.expressions.drawn import parse_shift
from pytest_journeys.expressions.faults import AbsentValueError, EvaluationError, ExpressionFault
from pytest_journeys.expressions.signature import (
    ANY,
    INTEGER,
    LIST,
    NUMBER,
    OBJECT,
    SCALAR,
    TEXT,
    Function,
    Parameter,
    Purity,
)
from pytest_journeys.values.json import MISSING, JsonValue


def _query(value: JsonValue, path: str) -> JsonValue:
    try:
        found = jsonpath.parse_path(path).find(value)
    except ExpressionFault as fault:
        raise EvaluationError(f"query(value, path): {fault.message}") from None
    if found is MISSING:
        raise AbsentValueError(f"query(value, path): nothing is at {path}")
    return found


def _check_path(path: JsonValue) -> str | None:
    try:
        jsonpath.parse_path(str(path))
    except ExpressionFault as fault:
        return f"{fault.message}: {fault.help}" if fault.help else fault.message
    return None


def _check_shift(text: JsonValue) -> str | None:
    try:
        parse_shift(str(text))
    except (ValueError, OverflowError) as error:
        return str(error)
    return None


_VALUE: Final = Parameter(name="value", types=ANY)
_SCALAR: Final = Parameter(name="value", types=SCALAR)
_TEXT: Final = Parameter(name="text", types=TEXT)
_LIST: Final = Parameter(name="list", types=LIST)
_NUMBER: Final = Parameter(name="number", types=NUMBER)
_SEPARATOR: Final = Parameter(name="sep", types=TEXT)
_ALGORITHM: Final = Parameter(
    name="algorithm", types=TEXT, is_optional=True, default="sha256", check=texts.check_algorithm
)
_VALUES: Final = Parameter(name="values", types=ANY, is_variadic=True)


def _text(name: str) -> Parameter:
    return Parameter(name=name, types=TEXT)


def _integer(name: str, *, is_optional: bool = False) -> Parameter:
    return Parameter(name=name, types=INTEGER, is_optional=is_optional)


_SHIFT: Final = Parameter(name="shift", types=TEXT, is_optional=True, check=_check_shift)
_FORMAT: Final = Parameter(name="format", types=TEXT, is_optional=True)
_PATTERN: Final = Parameter(name="pattern", types=TEXT, check=texts.check_pattern)
_PATH: Final = Parameter(name="path", types=TEXT, check=_check_path)


def _drawn(name: str, parameters: tuple[Parameter, ...], result: str, description: str) -> Function:
    return Function(name=name, parameters=parameters, result=result, description=description, purity=Purity.DRAWN)


def _pure(
    name: str, parameters: tuple[Parameter, ...], result: str, description: str, apply: Callable[..., JsonValue]
) -> Function:
    return Function(name=name, parameters=parameters, result=result, description=description, apply=apply)


_DRAWN: Final = (
    _drawn("uuid", (), "string", "A random UUID (version 4)."),
    _drawn(
        "now", (_SHIFT, _FORMAT), "string", "This moment in UTC, RFC 3339 with milliseconds; shifted by a duration."
    ),
    _drawn("today", (), "string", "This day in UTC, as in 2026-11-20."),
    _drawn("timestamp", (), "integer", "Seconds since 1970."),
    _drawn("random_int", (_integer("a"), _integer("b")), "integer", "A random integer from a to b, both included."),
    _drawn("random_string", (_integer("n"),), "string", "n random characters of a-z and 0-9."),
)

_OF_TEXTS: Final = (
    _pure("base64", (_TEXT,), "string", "Base64 of the UTF-8 bytes, standard and padded.", texts.to_base64),
    _pure(
        "base64_decode", (_TEXT,), "string", "The text in base64 of either alphabet, padded or not.", texts.from_base64
    ),
    _pure("urlencode", (_SCALAR,), "string", "Percent-encoded, / included.", texts.url_encoded),
    _pure("urldecode", (_TEXT,), "string", "Percent-encoding undone.", texts.url_decoded),
    _pure("path", (_SCALAR,), "string", "For a URL: percent-encoded, but / stays.", texts.path_text),
    _pure("raw", (_SCALAR,), "string", "For a URL: left as it is.", texts.raw_text),
    _pure("json", (_VALUE,), "string", "Compact JSON, members in their order.", texts.to_json_text),
    _pure("json_parse", (_TEXT,), "any", "The value in a JSON text.", texts.read_json),
    _pure(
        "hash",
        (_TEXT, _ALGORITHM),
        "string",
        "Digest of the UTF-8 bytes in lower-case hex; sha256 unless named.",
        texts.hashed,
    ),
    _pure(
        "hmac",
        (_TEXT, _text("key"), _ALGORITHM),
        "string",
        "HMAC of the UTF-8 bytes in lower-case hex; sha256 unless named.",
        texts.keyed_hash,
    ),
    _pure("size", (_TEXT,), "integer", "Bytes of the text as UTF-8.", lambda text: len(texts.utf8(text))),
    _pure("lower", (_TEXT,), "string", "In lower case.", lambda text: text.lower()),
    _pure("upper", (_TEXT,), "string", "In upper case.", lambda text: text.upper()),
    _pure("trim", (_TEXT,), "string", "Without space at both ends.", lambda text: text.strip()),
    _pure("replace", (_TEXT, _text("old"), _text("new")), "string", "Every old replaced by new.", texts.replaced),
    _pure("split", (_TEXT, _SEPARATOR), "array", "The texts between separators.", texts.split),
    _pure("join", (_LIST, _SEPARATOR), "string", "The elements with a separator between them.", texts.joined),
    _pure("str", (_VALUE,), "string", "The value as a text.", texts.to_text),
    _pure("regex", (_TEXT, _PATTERN), "string", "Group 1 of the first match, else the match.", texts.first_match),
)

_OF_VALUES: Final = (
    _pure(
        "len",
        (Parameter(name="value", types=("string", "array", "object")),),
        "integer",
        "Characters of a text, elements of a list, members of an object.",
        lists.length,
    ),
    _pure(
        "round",
        (_NUMBER, _integer("digits", is_optional=True)),
        "number",
        "To so many decimals, halves away from zero; without digits an integer.",
        numerals.rounded,
    ),
    _pure("int", (_SCALAR,), "integer", "A text of digits, or a number without its decimals.", numerals.to_integer),
    _pure("float", (_SCALAR,), "number", "A text that reads as a number, or a number.", numerals.to_number),
    _pure("bool", (_SCALAR,), "boolean", "true and false as texts, 1 and 0.", numerals.to_boolean),
    _pure(
        "range",
        (_integer("start"), _integer("stop", is_optional=True), _integer("step", is_optional=True)),
        "array",
        "The integers from start (or 0) to before stop.",
        numerals.counting,
    ),
    _pure("sum", (_LIST,), "number", "Of a list of numbers.", lists.total),
    Function(
        name="min",
        parameters=(_VALUES,),
        result="any",
        description="The smallest of a list, or of the arguments.",
        apply=lists.least,
    ),
    _pure("max", (_VALUES,), "any", "The greatest of a list, or of the arguments.", lists.greatest),
    _pure("sorted", (_LIST,), "array", "Numbers or texts, ascending.", lists.in_order),
    _pure("unique", (_LIST,), "array", "Each value once.", lists.without_repeats),
    _pure("first", (_LIST,), "any", "The first element.", lists.first_of),
    Function(name="last", parameters=(_LIST,), result="any", description="The last element.", apply=lists.last_of),
    Function(
        name="keys",
        parameters=(Parameter(name="object", types=OBJECT),),
        result="array",
        description="The names of an object's members.",
        apply=lists.names_of,
    ),
    _pure(
        "merge",
        (Parameter(name="a", types=OBJECT), Parameter(name="b", types=OBJECT)),
        "object",
        "The members of both objects; b's win.",
        lists.merged,
    ),
    _pure("query", (_VALUE, _PATH), "any", "What a JSONPath finds in the value.", _query),
)

_OF_THE_LANGUAGE: Final = (
    Function(
        name="hash_file",
        parameters=(_text("path"),),
        result="string",
        description="SHA-256 of a file's bytes in lower-case hex.",
        purity=Purity.READS,
    ),
    Function(
        name="default",
        parameters=(Parameter(name="a", types=ANY), Parameter(name="b", types=ANY)),
        result="any",
        description="a, or b when a has no value; null is a value.",
        purity=Purity.SPECIAL,
    ),
    Function(
        name="omit",
        parameters=(),
        result="any",
        description="Leaves the member or element out in which it stands.",
        purity=Purity.SPECIAL,
    ),
)

FUNCTIONS: Final = (*_DRAWN, *_OF_TEXTS, *_OF_VALUES, *_OF_THE_LANGUAGE)
