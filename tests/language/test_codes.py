"""The pages of the codes: each example is true."""

import pytest

from pytest_journeys.language.codes import CODES
from pytest_journeys.language.explain import define
from pytest_journeys.language.places import keys_of
from pytest_journeys.language.reader import read
from pytest_journeys.values.code import Code
from pytest_journeys.values.source import Source

IN_WORDS = ("E101", "E102", "E103", "E105", "E115", "E127", "E299")


def journey_around(example: str) -> str:
    """A whole journey that holds the example: as it is, as further keys, or as a step."""
    first = example.split(":")[0].strip("- ")
    if example.startswith(("journey", "---", "- ", "#")):
        return example
    if first in keys_of("step"):
        separate = "" if first in ("request", "call", "id", "end", "assert") else "request: POST /carts\n"
        lines = (separate + example).splitlines()
        return "journey: example\nsteps:\n  - " + "\n    ".join(lines)
    return f"journey: example\n{example}\nsteps:\n  - request: GET /carts"


def codes_of(example: str) -> set[str]:
    """The codes that a journey with the example in it gets."""
    _, told = define(read(Source("example.journey.yaml", journey_around(example))))
    return {found.code for found in told}


@pytest.mark.parametrize("page", [page for page in CODES if page.code not in IN_WORDS], ids=lambda page: page.code)
def test_the_bad_example_gets_its_code(page: Code) -> None:
    """What a page shows as wrong is told under its code."""
    assert page.code in codes_of(page.bad)


@pytest.mark.parametrize("page", CODES, ids=lambda page: page.code)
def test_the_good_example_is_good(page: Code) -> None:
    """What a page shows as right is."""
    if not page.good.startswith("("):
        assert codes_of(page.good) == set()


def test_codes_are_in_order_and_each_is_there_once() -> None:
    """A code is a stable name: no two pages share one."""
    codes = [page.code for page in CODES]
    assert codes == sorted(set(codes))
    assert all(code.startswith(("E1", "E2")) for code in codes)


def test_a_page_is_whole() -> None:
    """Every page has a title without an end stop, a meaning and both examples."""
    for page in CODES:
        assert page.title
        assert not page.title.endswith(".")
        assert page.meaning.endswith(".")
        assert page.bad != page.good
