import os
from collections.abc import Callable
from pathlib import Path

import pytest

GOLDEN = Path(__file__).parent / "golden"


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with the file of that name; ``REWRITE_GOLDEN=1 pytest`` writes it anew, to be read in the diff."""

    def compare(name: str, text: str) -> None:
        file = GOLDEN / name
        if os.environ.get("REWRITE_GOLDEN"):
            file.write_text(text + "\n", "utf-8")
        assert text + "\n" == file.read_text("utf-8")

    return compare
