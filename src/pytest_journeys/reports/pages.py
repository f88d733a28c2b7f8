"""The page of a code, as `journeys explain E101` prints it."""

from pytest_journeys.reports.excerpt import COLUMNS, wrapped
from pytest_journeys.values.code import Code


def render_page(page: Code) -> str:
    """Title, meaning, what not to write and what to write instead; 80 columns."""
    lines = [f"{page.code} {page.title}", "", *wrapped(page.meaning, COLUMNS)]
    for head, example in (("Not so:", page.bad), ("But so:", page.good)):
        if example:
            lines += ["", head, "", *(f"    {line}".rstrip() for line in example.splitlines())]
    return "\n".join(lines)
