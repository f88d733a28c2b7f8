"""The page of a code, as `journeys explain E510` prints it. 80 columns."""

from collections.abc import Iterable, Iterator

from pytest_journeys.reports.excerpt import COLUMNS, wrapped
from pytest_journeys.reports.printable import printable_lines
from pytest_journeys.values.code import Code


def render_code(code: Code) -> str:
    """Title, meaning, an example of the mistake and what would be right."""
    return "\n".join(_lines(code))


def render_codes(codes: Iterable[Code]) -> str:
    """Every code with its title, in the order of the codes."""
    return "\n".join(f"{code.code} {code.title}" for code in sorted(codes, key=lambda one: one.code))


def _lines(code: Code) -> Iterator[str]:
    yield f"{code.code} {code.title}"
    yield ""
    yield from wrapped(code.meaning, COLUMNS)
    for head, example in (("wrong", code.bad), ("right", code.good)):
        yield ""
        yield f"{head}:"
        yield from (f"    {line}".rstrip() for line in printable_lines(example))
