"""What is stored sealed, and where it belongs: text that stands anywhere else than where it was sealed does not open.

Knows the shape of sealed text and nothing of how it is encrypted (an adapter does).
"""

import re
from collections.abc import Mapping
from typing import Final

from pytest_journeys.values.canonical import canonical_bytes
from pytest_journeys.values.fact import fact

STATE_KEY: Final = "JOURNEYS_STATE_KEY"
"""The OS variable that holds the keys, between commas or blanks."""

VERSION: Final = "v1"


@fact
class Binding:
    """Where a sealed value belongs. `kind` is ``secret cookie variable generated``; `step` is empty for a variable.

    `attempt` is the run's: another attempt draws and derives anew.
    """

    run: str
    attempt: int
    kind: str
    step: str
    name: str

    def data(self) -> bytes:
        """What is authenticated with the value, and not stored with it."""
        return canonical_bytes(
            ["pytest-journeys/sealed", VERSION, self.run, self.attempt, self.kind, self.step, self.name]
        )


@fact(kw_only=False)
class Unopened:
    """Why a sealed value cannot be had; the sentence names the key by its id and holds nothing of the value."""

    reason: str


def sealed_text(key_id: str, data: str) -> str:
    """Sealed text: ``v1.<key id>.<data>``."""
    return f"{VERSION}.{key_id}.{data}"


def parts_of(text: str) -> tuple[str, str] | None:
    """The key id and the data of sealed text; None when it is none of this version."""
    version, _, rest = text.partition(".")
    key_id, _, data = rest.partition(".")
    return (key_id, data) if version == VERSION and key_id and data else None


def told_key(text: str) -> str:
    """The key of sealed text, as a sentence names it."""
    parts = parts_of(text)
    return "sealed in a way that this pytest-journeys does not know" if parts is None else f"sealed with key {parts[0]}"


def key_texts(environment: Mapping[str, str]) -> list[str]:
    """The keys as they are given, the one that seals first; none where the variable is unset or blank."""
    return [text for text in re.split(r"[,\s]+", environment.get(STATE_KEY, "")) if text]
