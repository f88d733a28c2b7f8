"""What every contestant is given: the rows and the shop's address."""

import csv
from pathlib import Path

HERE = Path(__file__).parent


def rows() -> list[dict[str, str]]:
    """The rows that all contestants share."""
    with (HERE / "rows.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def shop_url() -> str:
    """Where the shop is."""
    return (HERE / "shop_url").read_text()
