"""What one attempt of a run stores sealed, and opens again: each value bound to the run, the attempt, the step and its name."""

from collections.abc import Mapping
from typing import Final

from pytest_journeys.ports import Sealer
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.sealed import STATE_KEY, Binding, Unopened, told_key

SECRET: Final = "secret"
COOKIE: Final = "cookie"
VARIABLE: Final = "variable"
GENERATED: Final = "generated"


class Safe:
    """Without a sealer nothing goes in, and nothing comes out."""

    def __init__(self, run: str, attempt: int, sealer: Sealer | None) -> None:
        self._run = run
        self._attempt = attempt
        self._sealer = sealer

    def seal(self, kind: str, step: str, values: Mapping[str, JsonValue]) -> dict[str, str]:
        """Each value as sealed text; none at all without a key."""
        sealer = self._sealer
        if sealer is None:
            return {}
        return {name: sealer.seal(value, self._binding(kind, step, name)) for name, value in values.items()}

    def open(self, kind: str, step: str, name: str, text: str) -> "JsonValue | Unopened":
        """The value that was sealed, or why it cannot be had."""
        if self._sealer is None:
            return Unopened(f"{told_key(text)}, and {STATE_KEY} is not set")
        return self._sealer.open(text, self._binding(kind, step, name))

    def move(self, kind: str, step: str, sealed: Mapping[str, str], to: "Safe") -> dict[str, str]:
        """What opens here, sealed in another safe; the rest stays behind."""
        found = {name: self.open(kind, step, name, text) for name, text in sealed.items()}
        return to.seal(kind, step, {name: one for name, one in found.items() if not isinstance(one, Unopened)})

    def _binding(self, kind: str, step: str, name: str) -> Binding:
        return Binding(run=self._run, attempt=self._attempt, kind=kind, step=step, name=name)


def name_of(kind: str, step: str, name: str) -> str:
    """How a sentence names it."""
    match kind:
        case "variable":
            return f"the variable {name}"
        case "generated":
            return f"a value drawn for {step}"
        case "cookie":
            return f"the cookie {name} of {step}"
        case _:
            return f"{name} of {step}"
