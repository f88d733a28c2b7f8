"""The least that pytest can do with the rows: an item each, and nothing in it."""

import pytest
from given import rows


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_bare(row: dict[str, str]) -> None:
    """A row of the shared data, not looked at."""
