"""The forms that values of a definition take: names, lengths of time, conditions, and values left as they were written.

Knows pydantic. What may hold a `${{ reference }}` stays plain JSON here; the compiler reads it.
"""

from typing import Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    JsonValue,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from pytest_journeys.values.duration import Duration
from pytest_journeys.values.json import MISSING, Missing

NAME_PATTERN: Final = r"^[A-Za-z_][A-Za-z0-9_-]*$"
TAG_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9_-]*$"
FIXTURE_PATTERN: Final = r"^[A-Za-z_][A-Za-z0-9_]*$"
HEADER_PATTERN: Final = r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$"

TEXT: Final = "\0a text"
MAPPING: Final = "\0a mapping"
LIST: Final = "\0a list"
WHOLE_NUMBER: Final = "\0a whole number"
TRUTH: Final = "\0true or false"
NULL: Final = "\0null"
NUMBER: Final = "\0a number"
"""What a value is, as a sentence says it. Union branches are tagged with these; NUL keeps them apart from YAML keys."""


def form_of(value: object) -> str:
    """Which of the forms above a plain value (or a model made from a mapping) has."""
    match value:
        case str():
            return TEXT
        case bool():
            return TRUTH
        case int():
            return WHOLE_NUMBER
        case float():
            return NUMBER
        case None:
            return NULL
        case list() | tuple():
            return LIST
        case _:
            return MAPPING


BY_FORM: Final = Discriminator(form_of)
"""Tells the branches of a union apart by what the value is, so that a mistake is told for the branch that was meant."""


class Definition(BaseModel):
    """What every mapping of the file format shares: no unknown keys, never changed once read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    NULLABLE: ClassVar[frozenset[str]] = frozenset()
    """The fields whose null says something; of any other field a null is a value that was forgotten."""

    @field_validator("*", mode="before")
    @classmethod
    def _is_given(cls, value: object, about: ValidationInfo) -> object:
        if value is None and about.field_name not in cls.NULLABLE:
            raise PydanticCustomError("nothing_given", "nothing stands here")
        return value

    def removes(self, field: str) -> bool:
        """The field was given as null: it takes away what the defaults would set."""
        return field in self.model_fields_set and getattr(self, field) is None


class _AsWritten:
    """Plain JSON, not looked into: the reader has read it already and the compiler parses the references in it."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.any_schema()


Written: TypeAlias = Annotated[JsonValue, _AsWritten()]
"""Any JSON value, with references in it or without."""

MaybeWritten: TypeAlias = Annotated[JsonValue | Missing, _AsWritten()]
"""The same for a key whose null means null: `MISSING` when the key was not given."""


def missing() -> Missing:
    """The default of a `MaybeWritten` field (a factory, so that no editor schema shows it)."""
    return MISSING


class _Length:
    """A length of time: a text with a unit becomes a `Duration`; where `references` are allowed their text is kept."""

    def __init__(self, *, references: bool) -> None:
        self._references = references

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "string", "examples": ["500ms", "10s", "1h30m"]}

    def _read(self, value: object) -> Duration | str:
        if not isinstance(value, str):
            raise PydanticCustomError("duration_type", "a length of time is a number and a unit")
        if self._references and "${{" in value:
            return value
        try:
            return Duration.parse(value)
        except (ValueError, OverflowError):
            raise PydanticCustomError("duration", "no length of time") from None


Length: TypeAlias = Annotated[Duration, _Length(references=False)]
"""``500ms``, ``10s``, ``1h30m``."""

LengthOrReference: TypeAlias = Annotated[Duration | str, _Length(references=True)]
"""The same, or a text that holds a reference."""


class _Number:
    """A whole number or another; a truth value is none."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(self._read)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"type": "number"}

    def _read(self, value: object) -> int | float:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return value
        raise PydanticCustomError("number_type", "no number")


Number: TypeAlias = Annotated[int | float, _Number()]
"""A number, kept as it was written (``1`` stays whole)."""


def _words_of_truth(value: object) -> object:
    return ("false", "true")[value] if isinstance(value, bool) else value


Condition: TypeAlias = Annotated[str, BeforeValidator(_words_of_truth, json_schema_input_type=str | bool)]
"""An expression that yields a boolean, bare or in ``${{ }}``; a bare ``true`` is the expression ``true``."""

Name: TypeAlias = Annotated[str, StringConstraints(pattern=NAME_PATTERN)]
Tagged: TypeAlias = Annotated[str, StringConstraints(pattern=TAG_PATTERN)]
FixtureName: TypeAlias = Annotated[str, StringConstraints(pattern=FIXTURE_PATTERN)]
HeaderName: TypeAlias = Annotated[str, StringConstraints(pattern=HEADER_PATTERN)]
FunctionName: TypeAlias = Annotated[str, StringConstraints(min_length=1)]
FileName: TypeAlias = Annotated[str, StringConstraints(min_length=1)]

Table: TypeAlias = dict[str, Written]
Headers: TypeAlias = dict[HeaderName, Written]
