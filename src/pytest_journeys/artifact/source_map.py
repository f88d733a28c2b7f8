"""What helps to tell about a journey and changes nothing of what it does.

Positions are keyed by the place in the artifact, so that engine and artifact know step paths only:

    ``journey``  ``pay`` (the step)  ``pay/request``  ``pay/url``  ``pay/assert/0``  ``pay/warn/0``  ``pay/until/0``
    ``pay/fail_if/0``  ``pay/derive/order_id``  ``pay/when``  ``pay.cleanup`` ...  ``rows``  ``inputs/user``  ``secrets/NAME``
    ``variables/NAME``  ``fixtures/NAME`` (else where it is first referred to)  and where it is first referred to ``env/NAME``
"""

from dataclasses import field

from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.source import Span


@fact
class SourceMap:
    """One source's map. `positions` values are ``(line, column, end line, end column)``; `lines` are excerpts by line number.

    `file` is relative to the folder that pytest calls rootdir. `rows` are the inline rows, None when rows are in a file.
    `row_lines` gives the line of each inline row.
    """

    file: str
    source_digest: str
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    step_descriptions: dict[str, str] = field(default_factory=dict)
    positions: dict[str, tuple[int, int, int, int]] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    rows: tuple[dict[str, JsonValue], ...] | None = None
    row_lines: tuple[int, ...] = ()

    def span(self, place: str) -> Span | None:
        """Where a place of the artifact was written; None when it was not (an implied assertion)."""
        found = self.positions.get(place)
        if found is None:
            return None
        line, column, end_line, end_column = found
        return Span(line=line, column=column, end_line=end_line, end_column=end_column)

    def excerpt(self, line: int) -> str:
        """The text of a line, when it was kept."""
        return self.lines.get(str(line), "")
