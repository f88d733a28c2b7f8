"""Lengths of time as a journey writes them: ``500ms``, ``10s``, ``1h30m``. Whole milliseconds, so that they compare exactly."""

import re
from dataclasses import dataclass
from typing import Final

_UNITS: Final = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}
_PART: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)")


@dataclass(frozen=True, slots=True, order=True)
class Duration:
    """A length of time in whole milliseconds."""

    milliseconds: int

    @property
    def seconds(self) -> float:
        """The same length in seconds."""
        return self.milliseconds / 1000

    @staticmethod
    def parse(text: str) -> "Duration":
        """Read ``1h30m``: numbers with a unit each, larger units first. Raises `ValueError` with a sentence."""
        total = 0.0
        position = 0
        last = _UNITS["d"] + 1
        while position < len(text):
            part = _PART.match(text, position)
            if part is None or _UNITS[part[2]] >= last:
                raise ValueError(
                    f"{text!r} is no duration: write a number and a unit, ms s m h or d, as in 500ms or 1h30m"
                )
            last = _UNITS[part[2]]
            total += float(part[1]) * last
            position = part.end()
        if not text:
            raise ValueError("an empty text is no duration: write a number and a unit, as in 500ms or 1h30m")
        return Duration(round(total))

    def __str__(self) -> str:
        if self.milliseconds == 0:
            return "0ms"
        parts: list[str] = []
        rest = self.milliseconds
        for unit, size in _UNITS.items():
            count, rest = divmod(rest, size)
            if count:
                parts.append(f"{count}{unit}")
        return "".join(parts)
