"""The file format of a journey: its top-level keys. What pydantic cannot say well is in `structure`."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictBool, StrictStr, Tag

from pytest_journeys.language.assertions import Assertions
from pytest_journeys.language.forms import (
    BY_FORM,
    LIST,
    MAPPING,
    TEXT,
    Condition,
    Definition,
    FileName,
    FixtureName,
    Length,
    MaybeWritten,
    Name,
    Number,
    Table,
    Tagged,
    Written,
    missing,
)
from pytest_journeys.language.requests import RequestSettings, Scheme
from pytest_journeys.language.steps import Cleanups, Step


class Input(Definition):
    """A run input: typed, validated when the run starts."""

    NULLABLE = frozenset({"default"})

    type: Literal["string", "integer", "number", "boolean", "array", "object"] = Field(description="The JSON type.")
    description: StrictStr = Field(default="", description="What it is for, in words.")
    default: MaybeWritten = Field(default_factory=missing, description="Taken when nothing else gives a value.")
    optional: StrictBool = Field(default=False, description="True: null when not given.")
    secret: StrictBool = Field(
        default=False, description="True: given by a row or a secret source only, masked everywhere."
    )
    enum: tuple[Written, ...] | None = Field(default=None, min_length=1, description="The values that are allowed.")
    minimum: Number | None = Field(default=None, description="The smallest number allowed.")
    maximum: Number | None = Field(default=None, description="The largest number allowed.")
    pattern: StrictStr | None = Field(
        default=None, description="A regular expression that the text must match somewhere."
    )
    items: Table | None = Field(default=None, description="What each element of an array must be, in the same words.")
    properties: dict[str, Table] | None = Field(default=None, description="What the members of an object must be.")
    required: tuple[StrictStr, ...] | None = Field(default=None, description="The members that an object must have.")


class RowsFrom(Definition):
    """Rows with what to do with them."""

    source: Annotated[Annotated[FileName, Tag(TEXT)] | Annotated[tuple[Table, ...], Tag(LIST)], BY_FORM] = Field(
        alias="from", description="A CSV, JSON, JSONL or YAML file, relative to this one, or an inline list."
    )
    id: StrictStr | None = Field(default=None, description="The column that names a row; `id` by default.")


Rows: TypeAlias = Annotated[
    Annotated[FileName, Tag(TEXT)] | Annotated[tuple[Table, ...], Tag(LIST)] | Annotated[RowsFrom, Tag(MAPPING)],
    BY_FORM,
]


class MarkWhen(Definition):
    """`skip` or `xfail` under a condition."""

    when: Condition | None = Field(default=None, description="Holds only if this is true.")
    reason: StrictStr = Field(description="Why; shown by pytest.")


Mark: TypeAlias = Annotated[Annotated[StrictStr, Tag(TEXT)] | Annotated[MarkWhen, Tag(MAPPING)], BY_FORM]
"""A reason, or a reason under a condition."""


class Defaults(RequestSettings):
    """What applies to every request of the journey, cleanup included."""

    assertions: Assertions = Field(
        default=Assertions(), alias="assert", description="Assertions that every request makes."
    )


class Recovery(Definition):
    """What happens after an interruption."""

    in_doubt: Literal["restart", "resend", "fail"] = Field(
        default="restart",
        description="What to do with an unkeyed POST or PATCH that may have left before the interruption.",
    )
    max_age: Length | None = Field(default=None, description="An open run that is older starts afresh; 24h by default.")
    keep_on_failure: StrictBool = Field(
        default=False,
        description="True: the cleanup of a run that failed waits for the session that re-enters or replaces it.",
    )


class Journey(Definition):
    """A journey: a scenario of steps."""

    journey: Name = Field(description="The name, unique in the project.")
    description: StrictStr = Field(default="", description="What it shows, in words.")
    owner: StrictStr = Field(default="", description="Who looks after it.")
    tags: tuple[Tagged, ...] = Field(default=(), description="Become pytest markers.")
    inputs: dict[Name, Input] = Field(
        default={}, description="Run inputs: typed, validated, never part of the artifact."
    )
    presets: dict[Name, Table] = Field(
        default={}, description="Named sets of run inputs, independent of the environment."
    )
    secrets: tuple[Name, ...] = Field(
        default=(), description="Names of values that are resolved when used, and never stored or shown."
    )
    variables: dict[Name, Written] = Field(
        default={}, description="Values evaluated once per attempt of a run, and recorded."
    )
    rows: Rows | None = Field(
        default=None, description="A file, an inline list, or {from, id}: each row is a run of its own."
    )
    fixtures: tuple[FixtureName, ...] = Field(
        default=(), description="pytest fixtures to set up; references may use their values."
    )
    credentials: dict[Name, Scheme] = Field(default={}, description="Named schemes that `auth` can name.")
    defaults: Defaults = Field(default=Defaults(), description="Applies to every request.")
    recovery: Recovery = Field(default=Recovery(), description="How a run goes on after an interruption.")
    steps: tuple[Step, ...] = Field(description="What is done, in order; at least one.")
    cleanup: Cleanups = Field(default=(), description="Requests that run at the end, whatever happened.")
    skip: Mark | None = Field(default=None, description="A reason, or {when, reason}: the journey is skipped.")
    xfail: Mark | None = Field(
        default=None, description="A reason, or {when, reason}: the journey is expected to fail."
    )
