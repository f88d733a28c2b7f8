"""What a definition says about an answer: assertions, waiting for one, and the values taken from it."""

from typing import Annotated, Literal, TypeAlias, cast

from pydantic import Field, PlainValidator, StrictBool, StrictInt, StrictStr, Tag
from pydantic_core import PydanticCustomError

from pytest_journeys.language.forms import (
    BY_FORM,
    LIST,
    MAPPING,
    TEXT,
    TRUTH,
    Condition,
    Definition,
    HeaderName,
    Length,
    MaybeWritten,
    Name,
    Number,
    Written,
    missing,
)

Conditions: TypeAlias = Annotated[
    Annotated[Condition, Tag(TEXT)] | Annotated[Condition, Tag(TRUTH)] | Annotated[tuple[Condition, ...], Tag(LIST)],
    BY_FORM,
]


def _read_error(value: object) -> str | int:
    is_status = isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599
    if is_status or value in ("connect", "timeout", "5xx"):
        return cast("str | int", value)
    raise PydanticCustomError("retry_error", "no error")


RetryError: TypeAlias = Annotated[str | int, PlainValidator(_read_error, json_schema_input_type=str | int)]
"""``connect``, ``timeout``, ``5xx``, or a status."""


class Assertions(Definition):
    """Expectations of an answer. An expectation is a literal (equality) or a mapping of operators.

    Of a section that was not given, `status body duration size url` are `MISSING`, the mappings None. In a step null
    takes a section away that the defaults assert.
    """

    NULLABLE = frozenset({"status", "headers", "cookies", "json_paths", "body", "duration", "size", "url", "that"})

    status: MaybeWritten = Field(
        default_factory=missing,
        description="The status: 200, [200, 201], 2xx, or operators. Without it 4xx and 5xx fail.",
    )
    headers: dict[HeaderName, Written] | None = Field(
        default=None, description="Header names to expectations; names are compared without case."
    )
    cookies: Annotated[
        dict[str, Written] | None,
        Field(
            description="Cookies that this answer sets: a name to the expectation of its value or of its attributes."
        ),
    ] = None
    json_paths: dict[str, Written] | None = Field(
        default=None, alias="json", description="JSONPaths to expectations of the body read as JSON."
    )
    body: MaybeWritten = Field(default_factory=missing, description="The body as text.")
    duration: MaybeWritten = Field(
        default_factory=missing, description="How long the last attempt took, as operators: {less_than: 500ms}."
    )
    size: MaybeWritten = Field(default_factory=missing, description="The size of the body in bytes, content-decoded.")
    url: MaybeWritten = Field(default_factory=missing, description="The URL that answered, after redirects.")
    that: Conditions | None = Field(
        default=None,
        description="Expressions that must be true; they may read response.status, .headers, .json, .text.",
    )


class Derivation(Definition):
    """A value taken from an answer, the long form: one source, then narrowing in the order of the keys below."""

    NULLABLE = frozenset({"value", "default"})

    json_path: StrictStr | None = Field(default=None, alias="json", description="Source: a JSONPath into the body.")
    header: StrictStr | None = Field(default=None, description="Source: the name of a header.")
    cookie: StrictStr | None = Field(default=None, description="Source: the name of a cookie that the answer sets.")
    link: StrictStr | None = Field(
        default=None, description="Source: the target of the Link header with this relation (RFC 8288)."
    )
    body: Literal[True] | None = Field(default=None, description="Source: the body as text (body: true).")
    status: Literal[True] | None = Field(default=None, description="Source: the status (status: true).")
    url: Literal[True] | None = Field(default=None, description="Source: the URL that answered (url: true).")
    duration: Literal[True] | None = Field(
        default=None, description="Source: how long the last attempt took (duration: true)."
    )
    all: StrictBool = Field(default=False, description="Every match as a list (of regex, header and cookie).")
    regex: StrictStr | None = Field(
        default=None, description="A pattern: group 1, else the match. Alone it is the source and searches the body."
    )
    query: StrictStr | None = Field(default=None, description="Then: the parameter of this name of a URL.")
    path: StrictStr | None = Field(default=None, description="Then: a JSONPath into JSON that the text holds.")
    value: MaybeWritten = Field(
        default_factory=missing,
        description="Then: an expression that sees the value so far as `it`; alone it computes.",
    )
    convert: Literal["string", "integer", "number", "boolean", "array", "object", "url"] | None = Field(
        default=None,
        alias="as",
        description="Last: the type to convert to, or url: resolved against the URL it came from.",
    )
    default: MaybeWritten = Field(default_factory=missing, description="Taken instead of a missing value.")
    secret: StrictBool = Field(
        default=False, description="A secret from the moment it is taken: masked everywhere, never stored."
    )


ShortDerivation: TypeAlias = StrictStr
"""``$.json.path`` or one of the words ``body status url duration``."""

Derivations: TypeAlias = dict[
    Name,
    Annotated[Annotated[ShortDerivation, Tag(TEXT)] | Annotated[Derivation, Tag(MAPPING)], BY_FORM],
]


class Retry(Definition):
    """Sending again after an error, decided before assertions are judged."""

    attempts: Annotated[StrictInt, Field(ge=1, description="How many attempts in all, the first one included.")]
    delay: Length | None = Field(default=None, description="The pause before the second attempt.")
    backoff: Annotated[Number, Field(ge=1)] = Field(
        default=1, description="Each pause is this many times the one before."
    )
    max_delay: Length | None = Field(default=None, description="No pause is longer.")
    jitter: Annotated[Number, Field(ge=0, le=1)] = Field(
        default=0, description="The part of a pause that is drawn by chance, 0 to 1."
    )
    errors: tuple[RetryError, ...] | None = Field(
        default=None,
        description="What is tried again: connect, timeout, 5xx, or a status. All of [connect, timeout, 429, 5xx] by default.",
    )


class Poll(Definition):
    """Asking again until the answer is there; `for` or `attempts` is required."""

    until: Assertions | None = Field(
        default=None, description="What ends the polling. Without it `assert` is the condition."
    )
    fail_if: Assertions | None = Field(
        default=None, description="Judged first: an answer that meets it fails the step at once."
    )
    every: Length | None = Field(default=None, description="The pause between two attempts; 1s by default.")
    backoff: Annotated[Number, Field(ge=1)] = Field(
        default=1, description="Each pause is this many times the one before."
    )
    max_every: Length | None = Field(default=None, description="No pause is longer.")
    time_limit: Length | None = Field(
        default=None, alias="for", description="How long to go on; running out of time fails the step."
    )
    attempts: Annotated[StrictInt, Field(ge=1)] | None = Field(default=None, description="How many attempts in all.")
