"""How much one file may hold."""

from typing import Final

from pytest_journeys.values.fact import fact


@fact
class Limits:
    """Nesting, values in all (keys not counted), values that aliases repeat, and down to which depth places are kept."""

    depth: int = 64
    values: int
    repeated: int = 10_000
    located_depth: int


JOURNEY: Final = Limits(values=200_000, located_depth=1_000)
DATA: Final = Limits(values=5_000_000, located_depth=1)
