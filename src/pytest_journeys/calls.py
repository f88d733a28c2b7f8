"""What a Python function that a journey calls is given: the face of `call` for who writes such functions.

    from pytest_journeys import CallContext

    def restock(sku: str, *, context: CallContext) -> dict[str, object]:
        done = context.stashed or []
        ...

Knows nothing of the engine that stands behind it.
"""

from typing import Protocol

from pytest_journeys.values.json import JsonValue


class CallContext(Protocol):
    """One call of a function. A function that has a parameter named ``context`` is given it.

    Everything here may be used from any thread, as long as the function has not come back. Afterwards, and in a process
    that was forked, each method raises `RuntimeError`; once the step's ``timeout`` is over, `TimeoutError`.
    """

    @property
    def run(self) -> str:
        """The id of the run, the same when it resumes: fit for a key by which another system knows a repetition."""
        ...

    @property
    def step(self) -> str:
        """The path of the step."""
        ...

    @property
    def attempt(self) -> int:
        """How often this step has called the function, this time included: from 1; more after a resume or in a poll."""
        ...

    @property
    def stashed(self) -> JsonValue:
        """What the call before this one stashed last, when the run was interrupted in it; else None."""
        ...

    @property
    def remaining(self) -> float | None:
        """The seconds until the step's ``timeout`` is over, 0 and below when it is; None for a step without one."""
        ...

    def stash(self, value: JsonValue) -> None:
        """Record how far the function has come: a run that is interrupted later calls it again with this as `stashed`.

        When this returns the value is as durable as a checkpoint; each replaces the one before. Where the session is asked
        to stop, the function is stopped here. A stash is JSON of at most 1 MiB and is written as it is: one that holds
        what is known as a secret is refused with `ValueError`, what is no JSON with `TypeError`.
        """
        ...

    def heartbeat(self) -> None:
        """Give way: return at once, unless the time is over or the session is asked to stop.

        Asked to stop, a function that has stashed something, or whose step is ``safe``, is stopped here; another goes on,
        for it could not be gone on with.
        """
        ...

    def log(self, text: str) -> None:
        """Add a line to the step's evidence, secrets masked. Kept with the step's outcome; at most 500 lines of a call."""
        ...
