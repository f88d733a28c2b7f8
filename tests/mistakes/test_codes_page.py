"""docs/codes.md is the list of all codes, written from their pages."""

import os
from collections.abc import Iterator
from pathlib import Path

from pytest_journeys.app.codes import all_codes
from pytest_journeys.values.code import Code

PAGE = Path(__file__).parents[2] / "docs" / "codes.md"
SECTIONS = {
    "E1": "Reading a file",
    "E2": "Keys and their values",
    "E3": "Names, references, expressions",
    "E4": "Assertions, steps, inputs",
    "E5": "While a run runs",
    "E6": "Rows and environments",
}


def test_the_list_of_codes_is_the_one_that_the_code_has() -> None:
    """What `journeys explain` prints can be read on one page; `UPDATE_PAGES=1 pytest` rewrites it."""
    text = "\n".join(_lines())
    if os.environ.get("UPDATE_PAGES"):
        PAGE.write_text(text, encoding="utf-8")
    assert text == PAGE.read_text(encoding="utf-8")


def _lines() -> Iterator[str]:
    yield "# Codes"
    yield ""
    yield "Every finding has a code; `journeys explain E101` prints its page, and this is all of them."
    section = ""
    for page in all_codes().values():
        if page.code[:2] != section:
            section = page.code[:2]
            yield from ("", f"## {SECTIONS[section]}")
        yield from _page(page)
    yield ""


def _page(page: Code) -> Iterator[str]:
    yield from ("", f"### {page.code}: {page.title}", "", page.meaning)
    for head, example in (("Not so:", page.bad), ("But so:", page.good)):
        yield from ("", head, "", "```text", *example.splitlines(), "```")
