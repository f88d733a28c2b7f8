"""The page of a diagnostic code: what `journeys explain E101` prints. Codes are stable: one is never given a new meaning."""

from pytest_journeys.values.fact import fact


@fact
class Code:
    """One code. `title` is a line without an end stop, `meaning` a short paragraph, `bad` and `good` short examples."""

    code: str
    title: str
    meaning: str
    bad: str
    good: str
