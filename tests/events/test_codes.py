"""The codes of what goes wrong while a run runs."""

import re
from importlib import resources

from pytest_journeys.events import codes
from pytest_journeys.events.codes import CODES


def test_codes_are_unique_and_ordered():
    """A code is never given twice, and the table reads in order."""
    codes = [code.code for code in CODES]
    assert codes == sorted(set(codes))
    assert all(re.fullmatch(r"E5\d\d", code) for code in codes)


def _texts_of(*rooms: str) -> str:
    """The source of some rooms."""
    modules = (module for room in rooms for module in resources.files(f"pytest_journeys.{room}").iterdir())
    return "".join(module.read_text("utf-8") for module in modules if module.name.endswith(".py"))


def test_a_code_is_given_by_its_name_and_every_code_is_given():
    """Whoever fails a run writes a name of this table, so that `journeys explain` knows whatever a failure text shows."""
    text = _texts_of("engine", "reports")
    assert not re.findall(r'^[^#"]*"E5\d\d"', text, re.MULTILINE)
    names = [name for name, value in vars(codes).items() if isinstance(value, str) and re.fullmatch(r"E5\d\d", value)]
    assert len(names) == len(CODES)
    assert [name for name in names if not re.search(rf"\b{name}\b", text)] == []


def test_pages_say_what_is_wrong_and_what_is_right():
    """A title without an end stop, a meaning, both examples."""
    for code in CODES:
        assert not code.title.endswith(".")
        assert code.meaning.endswith(".")
        assert code.bad.strip()
        assert code.good.strip()
