"""Findings about files: exact pages, carets under the right place."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from pytest_journeys.reports.diagnostics import render_diagnostic, render_diagnostics, told_findings
from pytest_journeys.reports.printable import width
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.source import Span

Golden = Callable[[str, str], None]


def span(line: int, column: int, end_column: int, end_line: int | None = None) -> Span:
    """A span, on one line unless told otherwise."""
    return Span(line=line, column=column, end_line=end_line or line, end_column=end_column)


MISSPELT = Diagnostic(
    code="E203",
    title="unknown key `asert`",
    file="journeys/checkout.journey.yaml",
    span=span(12, 5, 10),
    excerpt="    asert: {status: 200}",
    label="did you mean `assert`?",
    notes=(
        "a request step takes request, json, form, text, file, query, headers, cookies, auth, timeout, redirects, assert, derive",
    ),
    help="write `assert`",
)


def caret_column(text: str) -> int:
    """Where the carets of a page begin, in columns."""
    line = next(line for line in text.splitlines() if "^" in line)
    return width(line[: line.index("^")])


def test_one_finding(golden: Golden):
    """Headline with the code, place, excerpt with carets and label, notes wrapped, help."""
    golden("diagnostic.txt", render_diagnostic(MISSPELT))


def test_several_findings(golden: Golden):
    """All findings of a file in the order given, warnings marked, counted at the end."""
    warning = Diagnostic(
        code="E290", title="nobody uses the derived value order_id", file=MISSPELT.file, span=span(9, 15, 23),
        excerpt="    derive: {order_id: $.id}", severity=Severity.WARNING,
    )  # fmt: skip
    whole = Diagnostic(
        code="E101",
        title="the file is empty",
        file="empty.journey.yaml",
        help="begin with:\njourney: my-journey\nsteps: []",
    )
    golden("diagnostics.txt", render_diagnostics([MISSPELT, warning, whole]))


def test_counts_are_words():
    """The last line counts errors, warnings and files."""
    assert told_findings([MISSPELT]) == "1 error in 1 file"


def test_carets_stand_under_tabs():
    """A tab is shown as spaces, so the carets do not drift."""
    page = render_diagnostic(
        Diagnostic(code="E102", title="a tab", file="a", span=span(3, 3, 6), excerpt="\t\tjson: 1")
    )
    line = next(line for line in page.splitlines() if "json" in line)
    assert line == "3 |         json: 1"
    assert caret_column(page) == line.index("json")


def test_carets_stand_under_wide_and_combining_characters():
    """A wide character takes two columns and an accent that combines none."""
    excerpt = "名前: e\u0301tat $.x"
    page = render_diagnostic(
        Diagnostic(
            code="E103", title="t", file="a", span=span(1, excerpt.index("$") + 1, len(excerpt) + 1), excerpt=excerpt
        )
    )
    line = next(line for line in page.splitlines() if "$.x" in line)
    assert caret_column(page) == width(line[: line.index("$.x")])
    assert page.splitlines()[-1].endswith("^^^")


def test_a_span_over_several_lines_marks_the_first_to_its_end():
    """Only the first line is shown."""
    page = render_diagnostic(
        Diagnostic(code="E104", title="t", file="a", span=span(1, 5, 2, end_line=4), excerpt="  - id: pay")
    )
    assert page.splitlines()[-1] == "  |     ^^^^^^^"


def test_an_empty_span_has_a_caret():
    """Something that is missing is pointed at with one caret, also behind the end of the line."""
    page = render_diagnostic(Diagnostic(code="E105", title="t", file="a", span=span(7, 8, 8), excerpt="steps:"))
    assert page.splitlines()[-1] == "  |       ^"


def test_a_very_long_line_is_shown_around_its_span():
    """A line of 100 000 characters does not flood the terminal, and what is marked is in view."""
    excerpt = "a" * 50_000 + "HERE" + "b" * 50_000
    page = render_diagnostic(
        Diagnostic(code="E106", title="t", file="a", span=span(1, 50_001, 50_005), excerpt=excerpt)
    )
    shown = page.splitlines()[3]
    assert len(shown) < 220
    assert caret_column(page) == shown.index("HERE")
    assert page.splitlines()[4].count("^") == 4


@given(st.text(), st.integers(1, 60), st.integers(0, 60), st.text(), st.text())
def test_any_source_gives_printable_pages(excerpt: str, column: int, length: int, label: str, title: str):
    """No file can move the cursor or break the page, and carets are never left out where there is an excerpt."""
    page = render_diagnostic(
        Diagnostic(code="E1", title=title, file="f", span=span(1, column, column + length), excerpt=excerpt,
                   label=label, notes=(label,), help=title)
    )  # fmt: skip
    assert all(line.isprintable() for line in page.split("\n"))
    if excerpt.strip():
        assert "^" in page
