"""The journey by hand, as a parametrized pytest test over one client."""

from collections.abc import Iterator

import httpx
import pytest
from given import rows, shop_url
from shopping import go_shopping


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """One client, one line, for all rows."""
    with httpx.Client(base_url=shop_url()) as client:
        yield client


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["id"])
def test_shopping(client: httpx.Client, row: dict[str, str]) -> None:
    """A row of the shared data."""
    go_shopping(client, row)
