"""What expectations are about, section by section, and which literals make sense there."""

import re
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Final

from pytest_journeys.expressions.operations import is_number
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue, type_name


class Subject(Enum):
    """What is compared; the value says it in words."""

    STATUS = "a status"
    HEADER = "a header"
    COOKIE = "a cookie"
    JSON = "a JSON value"
    BODY = "the body"
    DURATION = "a duration"
    SIZE = "a size"
    URL = "the URL"
    LENGTH = "a length"
    ATTRIBUTE = "an attribute of a cookie"


TEXTS: Final = frozenset({Subject.HEADER, Subject.COOKIE, Subject.BODY, Subject.URL})
WHOLE_NUMBERS: Final = frozenset({Subject.STATUS, Subject.SIZE, Subject.LENGTH})
_ORDERING: Final = frozenset({"greater_than", "at_least", "less_than", "at_most", "between", "approx"})
_CLASS: Final = re.compile(r"[1-5]xx")


@fact(kw_only=False)
class Unfit:
    """A literal that the subject can never equal, and what to write."""

    title: str
    help: str = ""


def unfit(value: JsonValue, subject: Subject) -> Unfit | None:
    """Why a subject can never equal a literal; None when it can."""
    if subject in TEXTS and not isinstance(value, str):
        advice = f'write it as a text: "{value}"' if isinstance(value, int) and not isinstance(value, bool) else ""
        if subject is Subject.HEADER and isinstance(value, (int, float)) and not isinstance(value, bool):
            advice = f"convert it before it compares: {{as: {type_name(value)}, equals: {value}}}"
        return Unfit(f"{subject.value} is a text and never {_shown(value)}", advice)
    if subject in WHOLE_NUMBERS and (not isinstance(value, (int, float)) or isinstance(value, bool)):
        return Unfit(f"{subject.value} is a number and never {_shown(value)}", _number_advice(value, subject))
    if subject is Subject.STATUS and not (isinstance(value, int) and 100 <= value <= 599):
        return Unfit(f"no status is {value}", "a status lies between 100 and 599")
    return None


def unfit_operand(operator: str, operand: JsonValue, subject: Subject) -> Unfit | None:
    """Why a plain operand can never be met by a subject; None when it can, or when it is not known here."""
    if operator in _ORDERING and subject in TEXTS:
        items = operand if isinstance(operand, (list, tuple)) else [operand]
        if any(is_number(item) for item in items):
            return Unfit(
                f"{subject.value} is a text, which does not compare with a number",
                f"convert it before it compares: {{as: number, {operator}: {operand}}}",
            )
    if operator == "one_of" and isinstance(operand, (list, tuple)):
        literals = [item for item in operand if not (isinstance(item, str) and "${{" in item)]
        return next((wrong for item in literals if (wrong := unfit(item, subject))), None)
    return None


def status_class(value: JsonValue) -> tuple[int, int] | None:
    """The bounds of ``2xx``."""
    if isinstance(value, str) and _CLASS.fullmatch(value):
        return int(value[0]) * 100, int(value[0]) * 100 + 99
    return None


def in_milliseconds(value: JsonValue) -> JsonValue:
    """Lengths of time in an operand as milliseconds, whole operands at a time. Raises `ValueError` with a sentence."""
    match value:
        case str() if "${{" in value:
            return value
        case str():
            return Duration.parse(value).milliseconds
        case Mapping():
            return {name: in_milliseconds(member) for name, member in value.items()}
        case Sequence():
            return [in_milliseconds(item) for item in value]
        case bool() | None:
            raise ValueError(f"{_shown(value)} is no duration")
        case _:
            raise ValueError(f"{value} has no unit: write {value}ms or {value}s")


def _shown(value: JsonValue) -> str:
    match value:
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case str():
            return f'the text "{value}"' if len(value) <= 40 else "a text"
        case Mapping():
            return "an object"
        case Sequence():
            return "a list"
        case _:
            return str(value)


def _number_advice(value: JsonValue, subject: Subject) -> str:
    if isinstance(value, str) and value.isdigit():
        return f"write it without quotes: {value}"
    if subject is Subject.STATUS and isinstance(value, str):
        return "write 200, [200, 201] or 2xx"
    return ""
