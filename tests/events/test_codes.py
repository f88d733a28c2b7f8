"""The codes of what goes wrong while a run runs."""

import re
from importlib import resources

from pytest_journeys.events.codes import CODES


def test_codes_are_unique_and_ordered():
    """A code is never given twice, and the table reads in order."""
    codes = [code.code for code in CODES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"E5\d\d", code) for code in codes)


def test_every_code_that_the_engine_gives_has_a_page():
    """`journeys explain` knows whatever a failure text shows."""
    known = {code.code for code in CODES}
    engine = resources.files("pytest_journeys.engine")
    given = {
        code
        for module in engine.iterdir()
        if module.name.endswith(".py")
        for code in re.findall(r'"(E5\d\d)"', module.read_text("utf-8"))
    }
    assert given <= known


def test_pages_say_what_is_wrong_and_what_is_right():
    """A title without an end stop, a meaning, both examples."""
    for code in CODES:
        assert not code.title.endswith(".")
        assert code.meaning.endswith(".")
        assert code.bad.strip()
        assert code.good.strip()
