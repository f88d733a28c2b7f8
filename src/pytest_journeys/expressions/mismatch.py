"""What a judgement needs and what it says when an expectation is not met."""

from collections.abc import Callable

from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue, Missing


@fact
class Mismatch:
    """An expectation that is not met.

    `text` goes on behind the target: "status" + "is 500, expected 202". `details` has a line for each place that differs.
    Values in both are whole or described, never cut.
    """

    expected: JsonValue
    actual: JsonValue | Missing
    text: str
    details: tuple[str, ...] = ()


@fact
class Context:
    """What some operators look at besides the two values.

    `now` is seconds since 1970 (``within``), `read_file` gives the bytes of a file named relative to the journey's file
    (``equals_file``), `body` the bytes behind the actual value when the whole body is judged (``equals_file sha256``).
    """

    now: float
    read_file: Callable[[str], bytes]
    body: bytes | None = None
