"""The matrices of these tests: how pytest is run, and which cells an ordinary run leaves out."""

import importlib.util
from collections.abc import Container, Iterable
from enum import Enum
from typing import Any

import pytest

MODES = ("serial", "two-workers") if importlib.util.find_spec("xdist") else ("serial",)
ARGUMENTS = {"serial": (), "two-workers": ("-n", "2")}


def marked(cells: Iterable[Any], ordinary: Container[Any]) -> list[Any]:
    """The cells of a matrix as parameters; those that an ordinary run leaves out are marked `full`."""
    return [
        pytest.param(
            *(cell if isinstance(cell, tuple) else (cell,)),
            marks=() if cell in ordinary else pytest.mark.full,
            id="-".join(part.name if isinstance(part, Enum) else str(part) for part in cell)
            if isinstance(cell, tuple)
            else str(cell),
        )
        for cell in cells
    ]
