"""What was measured as plain text: a line per figure, its goal beside it."""

import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def median(values: Sequence[float]) -> float:
    """The middle of what was measured."""
    return statistics.median(values)


def spread(values: Sequence[float]) -> str:
    """The quartiles, as `low-high`; how far single runs lie apart."""
    if len(values) < 3:
        return "-"
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return f"{low:.4g}-{high:.4g}"


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: what, the median and the quartiles of its samples, in which unit, and the goal where there is one."""

    what: str
    samples: Sequence[float]
    unit: str
    goal: float | None = None

    def cells(self) -> tuple[str, ...]:
        """The line as the table shows it."""
        value = median(self.samples)
        goal = "" if self.goal is None else f"<= {self.goal:g}"
        verdict = "" if self.goal is None else "met" if value <= self.goal else f"missed by {value / self.goal:.2f} x"
        return (self.what, f"{value:.4g}", self.unit, spread(self.samples), str(len(self.samples)), goal, verdict)


@dataclass
class Table:
    """Lines under headings; `tell` gets each part when it is complete, so that a long run can be watched."""

    tell: Callable[[str], None]
    _lines: list[Line] = field(default_factory=list)

    def add(self, what: str, samples: Sequence[float], unit: str, goal: float | None = None) -> None:
        """Add one figure."""
        self._lines.append(Line(what, samples, unit, goal))

    def end(self, heading: str) -> None:
        """Tell the lines since the last heading."""
        cells = [("", "median", "unit", "quartiles", "n", "goal", ""), *(line.cells() for line in self._lines)]
        widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
        self.tell(f"\n{heading}")
        for row in cells:
            first, *rest = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
            self.tell(f"  {first}  {'  '.join(rest)}".rstrip())
        self._lines.clear()


def machine() -> str:
    """What it ran on: processor, system, Python, versions."""
    found = [_processor(), f"{platform.system()} {platform.release()}", f"Python {platform.python_version()}"]
    for name in ("pytest-journeys", "pytest", "pytest-xdist", "httpx", "httpcore", "granian"):
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    return ", ".join(found)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return f"{len(models)} x {models[0]}" if models else platform.processor()
