"""What a person offers for the inputs of a whole session: ``--journeys-input`` and ``--journeys-preset``."""

from collections.abc import Iterable, Mapping
from dataclasses import field

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.values.errors import UsageError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.nearest import nearest


@fact
class Offered:
    """Input names to the texts given for them, and the name of a preset."""

    assignments: Mapping[str, str] = field(default_factory=dict)
    preset: str | None = None


def read_assignments(texts: Iterable[str]) -> dict[str, str]:
    """``KEY=VALUE`` texts as a mapping; the value is all behind the first ``=``. Raises `UsageError`."""
    found: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        name = name.strip()
        if not equals or not name:
            raise UsageError(f"--journeys-input {text}: write KEY=VALUE")
        if name in found:
            raise UsageError(f"--journeys-input {name} is given twice")
        found[name] = value
    return found


def check_offered(offered: Offered, selected: Iterable[Artifact]) -> None:
    """Raises `UsageError` for an input or preset that none of the selected journeys declares."""
    journeys = list(selected)
    inputs = {declared.name for artifact in journeys for declared in artifact.inputs}
    for name in offered.assignments:
        if name not in inputs:
            raise UsageError(
                f"--journeys-input {name}: no selected journey declares this input", help=_known(name, inputs)
            )
    presets = {name for artifact in journeys for name in artifact.presets}
    if offered.preset is not None and offered.preset not in presets:
        raise UsageError(
            f"--journeys-preset {offered.preset}: no selected journey declares this preset",
            help=_known(offered.preset, presets),
        )


def _known(name: str, names: set[str]) -> str:
    near = nearest(name, names)
    if near is not None:
        return f"did you mean {near}?"
    return f"declared are: {', '.join(sorted(names))}" if names else "none is declared"
