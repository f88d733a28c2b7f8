"""Every code of the compiler has a page, and every one is given by a journey of these tests."""

import re
from pathlib import Path

import pytest

from pytest_journeys.compiler import codes
from pytest_journeys.values.code import Code

NAMES = {
    name: value for name, value in vars(codes).items() if isinstance(value, str) and re.fullmatch(r"E[34]\d\d", value)
}


def test_every_code_has_a_page_and_every_page_a_code() -> None:
    """`journeys explain E304` finds what the compiler may say, in order, each once."""
    assert [page.code for page in codes.CODES] == sorted(NAMES.values())
    assert len(set(NAMES.values())) == len(NAMES)


@pytest.mark.parametrize("page", codes.CODES, ids=lambda page: page.code)
def test_a_page_says_what_it_means(page: Code) -> None:
    """A title without an end stop, a paragraph, a wrong and a right example."""
    assert page.title[0].islower()
    assert not page.title.endswith(".")
    assert page.meaning.endswith(".")
    assert page.bad != page.good


@pytest.mark.parametrize("code", sorted(NAMES.values()))
def test_every_code_is_given_by_a_test(code: str) -> None:
    """A code that nothing can give would be a page about nothing."""
    here = Path(__file__).parent
    marks = "".join((here / name).read_text(encoding="utf-8") for name in ("test_names.py", "test_mistakes.py"))
    assert re.search(rf"# *(\^+|<<<) {code}\n", marks)
