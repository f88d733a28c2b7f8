"""The shape of the house: what import-linter cannot say about `src/pytest_journeys`."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "pytest_journeys"
MODULES = sorted(SOURCE.rglob("*.py"))
MOST_LINES = 500
NO_NOUNS = {"util", "utils", "common", "helper", "helpers", "manager", "managers", "misc"}


def place(module: Path) -> str:
    """Answer where in the package a module stands."""
    return str(module.relative_to(SOURCE))


@pytest.mark.parametrize("module", MODULES, ids=place)
def test_a_room_is_named_for_its_noun(module: Path) -> None:
    """There is no drawer for the rest: a line that fits nowhere means that a room is missing."""
    words = {word for part in module.relative_to(SOURCE).with_suffix("").parts for word in part.split("_")}
    assert not words & NO_NOUNS


def test_the_walls_have_no_doors() -> None:
    """Every import counts, also one for typing only or inside a function; no contract lists exceptions."""
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert not linter.get("exclude_type_checking_imports")
    assert not [contract["name"] for contract in linter["contracts"] if contract.get("ignore_imports")]


def test_rooms_stay_small() -> None:
    """What nobody can hold in the head is two rooms. `pytest -rP` on this file prints the five largest."""
    sizes = {place(module): len(module.read_text(encoding="utf-8").splitlines()) for module in MODULES}
    largest = sorted(sizes.items(), key=lambda room: room[1], reverse=True)[:5]
    print(f"{len(sizes)} modules, median {sorted(sizes.values())[len(sizes) // 2]} lines; the five largest:")
    print("\n".join(f"{lines:5} {name}" for name, lines in largest))
    assert largest[0][1] <= MOST_LINES
