"""The world of the example journeys: one shop, the same for every worker and for the run that resumes after a kill."""

from pathlib import Path

import pytest
from shop.door import Opening, find_or_open


@pytest.fixture(scope="session")
def shop() -> Opening:
    """Find the shop that is open, or open it. Nobody closes it: it outlives a killed run, and ends when it is idle."""
    return find_or_open(Path(__file__).parent / ".shop")


@pytest.fixture(scope="session")
def journeys_environment(shop: Opening) -> dict[str, str]:
    """Give the journeys their environment: `${{ env.shop_url }}` is where this shop is."""
    return {"shop_url": shop.url}
