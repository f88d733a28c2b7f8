"""The pages of the codes."""

from collections.abc import Callable

from pytest_journeys.events.codes import CODES
from pytest_journeys.reports.code_page import render_code, render_codes


def test_a_page(golden: Callable[[str, str], None]):
    """Title, meaning, an example of the mistake and what would be right."""
    golden("code_page.txt", render_code(CODES[1]))


def test_the_list_of_codes_is_sorted():
    """A line for each code."""
    lines = render_codes(reversed(CODES)).splitlines()
    assert lines[0] == "E510 an assertion failed"
    assert lines == sorted(lines)
    assert len(lines) == len(CODES)


def test_prose_keeps_to_eighty_columns():
    """Examples stand as they are written, everything else is wrapped."""
    for code in CODES:
        prose = render_code(code).split("\nwrong:")[0]
        assert all(len(line) <= 80 for line in prose.splitlines())
