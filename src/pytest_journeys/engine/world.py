"""What a run is carried out with, and what it is carried out for."""

from collections.abc import Mapping
from dataclasses import field
from typing import Final

from pytest_journeys.engine.gate import DEFAULT_BODY_LIMIT
from pytest_journeys.engine.reentering import Start
from pytest_journeys.events.model import Place, Reentry
from pytest_journeys.events.state import RunState
from pytest_journeys.ports import (
    Bodies,
    Clock,
    Entropy,
    Function,
    Inbox,
    Journal,
    Listener,
    Sealer,
    Sources,
    StopSign,
    Transport,
)
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.redaction import Redactor

DEFAULT_PARK_AFTER: Final = 60.0
"""Seconds; what takes longer parks the run."""


@fact
class World:
    """The ports of one worker. `interruptions` are the exceptions that leave a run open instead of ending it.

    `park_after` is how long, in seconds, a step is waited for; what takes longer parks the run. Without a `sealer` nothing
    secret is stored at all.
    """

    transport: Transport
    journal: Journal
    bodies: Bodies
    clock: Clock
    entropy: Entropy
    stop: StopSign
    inbox: Inbox
    listener: Listener
    interruptions: tuple[type[BaseException], ...] = (KeyboardInterrupt,)
    body_limit: int = DEFAULT_BODY_LIMIT
    park_after: float = DEFAULT_PARK_AFTER
    sealer: Sealer | None = None


@fact
class Assignment:
    """One run to carry out.

    `values` holds what references may use, by source (``inputs row env fixtures secrets``), secrets revealed: it lives in
    memory only. `recorded` is what of it may be written. `redactor` knows every secret among them. `policy` governs a
    step in doubt that says nothing itself. `expected_failure` is the reason of an xfail that holds. `state` is what the
    journals say of the run, None for one that begins; `continues` its last line. `start` is where a run begins that
    `reenters` another. `replaced_because` asks for its cleanup only: another run takes its place; `cancelled_because`
    likewise: nothing does. Re-entered by the other, the run keeps the cleanup of its steps in `spared`.
    `keeps_on_failure`: if it fails, its cleanup waits. `because` says why it begins as it does. `functions` are those that
    the journey calls, by name.
    """

    run: str
    journey: str
    row: str
    repeat: int = 0
    artifact: str
    source_map: str
    fingerprint: str
    sources: Sources
    values: Mapping[str, Mapping[str, JsonValue]]
    recorded: dict[str, JsonValue] = field(default_factory=dict)
    redactor: Redactor
    functions: Mapping[str, Function] = field(default_factory=dict)
    policy: str = "restart"
    expected_failure: str | None = None
    state: RunState | None = None
    continues: Place | None = None
    reenters: Reentry | None = None
    start: Start | None = None
    replaced_because: str | None = None
    cancelled_because: str | None = None
    spared: frozenset[str] | None = None
    keeps_on_failure: bool = False
    because: tuple[str, ...] = ()

    @property
    def left(self) -> tuple[str, str] | None:
        """The decision that the run is to be left by, and why; None when it is carried out."""
        if self.cancelled_because is not None:
            return "cancel", self.cancelled_because
        return None if self.replaced_because is None else ("replace", self.replaced_because)
