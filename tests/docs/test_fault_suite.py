"""The page of the fault suite names all that the suite tries."""

import pytest

from crash import faults
from crash.states.disks import Refusal
from crash.states.wrong import ENGINES, JOURNALS, LOGS, SPLIT
from docs.pages import ROOT

PAGE = (ROOT / "docs" / "fault-suite.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*LOGS, *ENGINES, *SPLIT, *JOURNALS])
def test_every_wrong_variant_has_its_number(name: str) -> None:
    """A wrong variant that is new or has another name is counted on the page once the suite ran again."""
    assert f" {name}, of " in PAGE, "run: tox -e crash, and put what it prints on the page"


@pytest.mark.parametrize("refusal", Refusal, ids=[refusal.name for refusal in Refusal])
def test_every_error_has_its_number(refusal: Refusal) -> None:
    """How an operation was refused, from the beginning and going on."""
    assert PAGE.count(f" {refusal.told} at sync\n") + PAGE.count(f" {refusal.told} at append\n") >= 2


@pytest.mark.parametrize("text", faults.NOT_SIMULATED)
def test_what_is_not_simulated_is_told(text: str) -> None:
    """Nobody takes the numbers for more than they are."""
    assert f" {text}\n" in PAGE
