"""Files that a person names, read no further than they may be long."""

import os
from pathlib import Path
from typing import Final

from pytest_journeys.bindings.file_text import MOST_BYTES, TooLarge

_PIECE: Final = 1024 * 1024


def read_bounded(path: Path) -> bytes | TooLarge:
    """The bytes of a row or environment file; of one that is too large, how many there are. Raises `OSError`."""
    with open(path, "rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size > MOST_BYTES:
            return TooLarge(size=size)
        pieces: list[bytes] = []
        taken = 0
        while piece := file.read(max(size - taken, 0) + _PIECE):  # what is no plain file, or grows, has no known size
            pieces.append(piece)
            taken += len(piece)
            if taken > MOST_BYTES:
                return TooLarge(size=taken)
    return b"".join(pieces)
