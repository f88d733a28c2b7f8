"""The steps of a definition: one action each, and what stands around it."""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StrictStr, Tag

from pytest_journeys.language.assertions import Assertions, Derivations, Poll, Retry
from pytest_journeys.language.forms import (
    BY_FORM,
    LIST,
    MAPPING,
    TEXT,
    Condition,
    Definition,
    FunctionName,
    Length,
    LengthOrReference,
    Name,
    Table,
)
from pytest_journeys.language.requests import Sending


class End(Definition):
    """Ends the run as passed; cleanup runs."""

    when: Condition | None = Field(default=None, description="Ends the run only if this is true.")
    reason: StrictStr | None = Field(default=None, description="Why; shown in the reports.")


class Question(Sending):
    """A request that only reads, sent to learn what became of another."""


class Doubt(Definition):
    """Ask the server before anything is decided about a request in doubt."""

    ask: Question = Field(description="The question: a request that only reads, `request: HEAD /orders/17`.")
    done_if: Assertions = Field(description="The request was done if the answer meets all of these.")


Doubts: TypeAlias = Annotated[
    Annotated[Literal["restart", "resend", "fail"], Tag(TEXT)] | Annotated[Doubt, Tag(MAPPING)], BY_FORM
]
"""A policy, or a question to the server."""


class Act(Sending):
    """What a step and a cleanup share."""

    description: StrictStr = Field(default="", description="What it is for, in words.")
    call: FunctionName | None = Field(
        default=None, description="The action: call a Python function, package.module:function."
    )
    arguments: Table | None = Field(
        default=None, alias="with", description="The keyword arguments of the called function."
    )
    when: Condition | None = Field(default=None, description="The step is skipped unless this is true.")
    retry: Retry | None = Field(default=None, description="Send again after an error.")
    poll: Poll | None = Field(default=None, description="Ask again until the answer is there.")
    assertions: Assertions = Field(default=Assertions(), alias="assert", description="What the answer must be.")
    warnings: Assertions = Field(
        default=Assertions(), alias="warn", description="Like assert; a miss is told and fails nothing."
    )
    idempotency_key: StrictStr | None = Field(
        default=None, description="auto, or a text: sent as Idempotency-Key, recorded, and sent again with a re-send."
    )
    in_doubt: Doubts | None = Field(
        default=None,
        description="What a resumed run does when the request may have left and its outcome is unknown: "
        "restart, resend, fail, or {ask, done_if}.",
    )


class Cleanup(Act):
    """What undoes a step, whatever happens later."""


Cleanups: TypeAlias = Annotated[Annotated[Cleanup, Tag(MAPPING)] | Annotated[tuple[Cleanup, ...], Tag(LIST)], BY_FORM]
"""One cleanup or a list of them."""


class Step(Act):
    """One unit of work: one of `request`, `call`, `wait`, `signal` and `end`, or none of them and only `assert: {that: [...]}`."""

    id: Name | None = Field(default=None, description="The name by which others refer to the step.")
    wait: LengthOrReference | None = Field(
        default=None, description="The action: go on after so long. A long wait parks the run; a later session goes on."
    )
    signal: Name | None = Field(
        default=None,
        description="The action: wait for an answer from outside, called so. The run is parked until it is there.",
    )
    prompt: StrictStr | None = Field(default=None, description="What is asked; told to who may answer the signal.")
    wait_for: Length | None = Field(
        default=None, alias="for", description="How long there is to answer the signal; without it, for ever."
    )
    if_late: Literal["fail", "continue"] = Field(
        default="fail", description="What a signal that nobody answered in time does: fail, or continue."
    )
    end: End | None = Field(default=None, description="The action: end the run as passed.")
    derive: Derivations = Field(default={}, description="Names to values taken from the answer, usable by later steps.")
    cleanup: Cleanups = Field(
        default=(), description="Requests that undo this step; run last-in first-out, whatever happens later."
    )
    releases: tuple[Name, ...] = Field(default=(), description="Steps whose cleanup this one makes needless.")
    on_failure: Literal["continue"] | None = Field(
        default=None, description="continue: later steps run though this one failed."
    )
    on_resume: Literal["replay", "refresh"] | None = Field(
        default=None, description="Whether a resumed run may run the step again for the secrets it made."
    )


def as_cleanups(given: "Cleanup | tuple[Cleanup, ...]") -> tuple[Cleanup, ...]:
    """Either form of `cleanup` as a tuple; in the short form the path has no index."""
    return (given,) if isinstance(given, Cleanup) else given
