"""Where the places of an artifact were written, as the document shows it."""

from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.evidence.document import At


def at_place(source_map: SourceMap, place: str) -> At | None:
    """The position of a place; None when it was not written (an implied assertion)."""
    found = source_map.positions.get(place)
    if found is None:
        return None
    line, column, end_line, end_column = found
    return {"file": source_map.file, "line": line, "column": column, "end_line": end_line, "end_column": end_column}


def at_nearest(source_map: SourceMap, place: str) -> At | None:
    """The position of a place, else of what it stands in (``pay/url``: then ``pay``)."""
    while place:
        found = at_place(source_map, place)
        if found is not None:
            return found
        place = place.rpartition("/")[0]
    return None
