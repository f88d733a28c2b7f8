"""The table of functions: signatures as data, from which calls are checked and the manual is printed."""

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
    Function(
        name="base64",
        parameters=(_TEXT,),
        result="string",
        description="Base64 of the UTF-8 bytes, standard and padded.",
        apply=texts.to_base64,
    ),
    Function(
        name="base64_decode",
        parameters=(_TEXT,),
        result="string",
        description="The text in base64 of either alphabet, padded or not.",
        apply=texts.from_base64,
    ),
    Function(
        name="urlencode",
        parameters=(_SCALAR,),
        result="string",
        description="Percent-encoded, / included.",
        apply=texts.url_encoded,
    ),
    Function(
        name="urldecode",
        parameters=(_TEXT,),
        result="string",
        description="Percent-encoding undone.",
        apply=texts.url_decoded,
    ),
    Function(
        name="path",
        parameters=(_SCALAR,),
        result="string",
        description="For a URL: percent-encoded, but / stays.",
        apply=texts.path_text,
    ),
    Function(
        name="raw",
        parameters=(_SCALAR,),
        result="string",
        description="For a URL: left as it is.",
        apply=texts.raw_text,
    ),
    Function(
        name="json",
        parameters=(_VALUE,),
        result="string",
        description="Compact JSON, members in their order.",
        apply=texts.to_json_text,
    ),
    Function(
        name="json_parse",
        parameters=(_TEXT,),
        result="any",
        description="The value in a JSON text.",
        apply=texts.read_json,
    ),
    Function(
        name="hash",
        parameters=(_TEXT, _ALGORITHM),
        result="string",
        description="Digest of the UTF-8 bytes in lower-case hex; sha256 unless named.",
        apply=texts.hashed,
    ),
    Function(
        name="hmac",
        parameters=(_TEXT, _text("key"), _ALGORITHM),
        result="string",
        description="HMAC of the UTF-8 bytes in lower-case hex; sha256 unless named.",
        apply=texts.keyed_hash,
    ),
    Function(
        name="size",
        parameters=(_TEXT,),
        result="integer",
        description="Bytes of the text as UTF-8.",
        apply=lambda text: len(texts.utf8(text)),
    ),
    Function(
        name="lower",
        parameters=(_TEXT,),
        result="string",
        description="In lower case.",
        apply=lambda text: text.lower(),
    ),
    Function(
        name="upper",
        parameters=(_TEXT,),
        result="string",
        description="In upper case.",
        apply=lambda text: text.upper(),
    ),
    Function(
        name="trim",
        parameters=(_TEXT,),
        result="string",
        description="Without space at both ends.",
        apply=lambda text: text.strip(),
    ),
    Function(
        name="replace",
        parameters=(_TEXT, _text("old"), _text("new")),
        result="string",
        description="Every old replaced by new.",
        apply=texts.replaced,
    ),
    Function(
        name="split",
        parameters=(_TEXT, _SEPARATOR),
        result="array",
        description="The texts between separators.",
        apply=texts.split,
    ),
    Function(
        name="join",
        parameters=(_LIST, _SEPARATOR),
        result="string",
        description="The elements with a separator between them.",
        apply=texts.joined,
    ),
    Function(
        name="str", parameters=(_VALUE,), result="string", description="The value as a text.", apply=texts.to_text
    ),
    Function(
        name="regex",
        parameters=(_TEXT, _PATTERN),
        result="string",
        description="Group 1 of the first match, else the match.",
        apply=texts.first_match,
    ),
)

_OF_VALUES: Final = (
    Function(
        name="len",
        parameters=(Parameter(name="value", types=("string", "array", "object")),),
        result="integer",
        description="Characters of a text, elements of a list, members of an object.",
        apply=lists.length,
    ),
    Function(
        name="round",
        parameters=(_NUMBER, _integer("digits", is_optional=True)),
        result="number",
        description="To so many decimals, halves away from zero; without digits an integer.",
        apply=numerals.rounded,
    ),
    Function(
        name="int",
        parameters=(_SCALAR,),
        result="integer",
        description="A text of digits, or a number without its decimals.",
        apply=numerals.to_integer,
    ),
    Function(
        name="float",
        parameters=(_SCALAR,),
        result="number",
        description="A text that reads as a number, or a number.",
        apply=numerals.to_number,
    ),
    Function(
        name="bool",
        parameters=(_SCALAR,),
        result="boolean",
        description="true and false as texts, 1 and 0.",
        apply=numerals.to_boolean,
    ),
    Function(
        name="range",
        parameters=(_integer("start"), _integer("stop", is_optional=True), _integer("step", is_optional=True)),
        result="array",
        description="The integers from start (or 0) to before stop.",
        apply=numerals.counting,
    ),
    Function(name="sum", parameters=(_LIST,), result="number", description="Of a list of numbers.", apply=lists.total),
    Function(
        name="min",
        parameters=(_VALUES,),
        result="any",
        description="The smallest of a list, or of the arguments.",
        apply=lists.least,
    ),
    Function(
        name="max",
        parameters=(_VALUES,),
        result="any",
        description="The greatest of a list, or of the arguments.",
        apply=lists.greatest,
    ),
    Function(
        name="sorted",
        parameters=(_LIST,),
        result="array",
        description="Numbers or texts, ascending.",
        apply=lists.in_order,
    ),
    Function(
        name="unique",
        parameters=(_LIST,),
        result="array",
        description="Each value once.",
        apply=lists.without_repeats,
    ),
    Function(name="first", parameters=(_LIST,), result="any", description="The first element.", apply=lists.first_of),
    Function(name="last", parameters=(_LIST,), result="any", description="The last element.", apply=lists.last_of),
    Function(
        name="keys",
        parameters=(Parameter(name="object", types=OBJECT),),
        result="array",
        description="The names of an object's members.",
        apply=lists.names_of,
    ),
    Function(
        name="merge",
        parameters=(Parameter(name="a", types=OBJECT), Parameter(name="b", types=OBJECT)),
        result="object",
        description="The members of both objects; b's win.",
        apply=lists.merged,
    ),
    Function(
        name="query",
        parameters=(_VALUE, _PATH),
        result="any",
        description="What a JSONPath finds in the value.",
        apply=_query,
    ),
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
