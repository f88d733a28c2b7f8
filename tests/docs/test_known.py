"""What the pages say of the language, the options and the command is what the code knows."""

import re
from pathlib import Path
from typing import get_args

import pytest

from docs.known import TABLES
from docs.pages import PAGES, ROOT, tables
from pytest_journeys.app.codes import all_codes
from pytest_journeys.cli import main
from pytest_journeys.events.model import Event
from pytest_journeys.evidence.document import RunOutcome, StepOutcome
from pytest_journeys.evidence.schema import evidence_schema_text
from pytest_journeys.plugin import OPTIONS

TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}


@pytest.mark.parametrize("page", [page for page in PAGES if tables(page)], ids=lambda page: page.stem)
def test_tables_are_those_of_the_code(page: Path) -> None:
    """A key, a function, an operator or an option that comes, goes or changes is seen in the manual."""
    stands = tables(page)
    assert stands == {name: TABLES[name] for name in stands}, "run: python tests/docs/print_again.py"


def test_every_table_stands_on_a_page() -> None:
    """What the code knows is documented somewhere."""
    assert TABLES.keys() == {name for page in PAGES for name in tables(page)}


def test_no_page_names_an_option_that_is_not_there() -> None:
    """Options and ini settings in any text exist."""
    known = {f"--journeys-{option.name}" for option in OPTIONS if option.flag} | {option.ini for option in OPTIONS}
    known |= {"journeys_environment"}  # the fixture
    named = {
        (page.name, word)
        for page, text in TEXTS.items()
        for word in re.findall(r"--journeys-[a-z-]*[a-z]|\bjourneys_[a-z_]*[a-z]", text)
    }
    assert {found for found in named if found[1] not in known} == set()


def test_no_page_names_a_command_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    """`journeys WORD` in code stands for a command that the parser knows."""
    main(["--help"])
    known = set(re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.M))
    assert known == {
        "cancel",
        "check",
        "clean",
        "compile",
        "explain",
        "inbox",
        "runs",
        "show",
        "signal",
        "verify",
        "watch",
        "why",
    }
    named = {
        (page.name, word)
        for page, text in TEXTS.items()
        for word in re.findall(r"(?:`|^\$ |^)journeys ([a-z]+)", text, re.M)
    }
    assert {found for found in named if found[1] not in known} == set()


def test_no_page_names_a_code_that_is_not_there() -> None:
    """`journeys explain` has a page for each code that is told of."""
    named = {(page.name, code) for page, text in TEXTS.items() for code in re.findall(r"\bE\d{3}\b", text)}
    assert {found for found in named if found[1] not in all_codes()} == set()


def test_no_page_names_the_place_where_it_was_written() -> None:
    """Paths in the pages are those of a reader: of the repository, or of a project of theirs."""
    assert [page.relative_to(ROOT) for page, text in TEXTS.items() if re.search(r"/work/|/home/|/root/", text)] == []


def test_the_events_are_those_of_the_journal() -> None:
    """The table of events in the page of formats names each kind that a journal can hold, and no other."""
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    _, _, table = text.partition("| `is` | what |")
    told = re.findall(r"^\| `(\w+)` \|", table.partition("\n\n")[0], re.M)
    assert set(told) == {kind.TAG for kind in get_args(Event)}


def test_members_of_the_evidence_are_those_of_its_schema() -> None:
    """What the page of formats shows of the document is in the published schema."""
    text = (ROOT / "docs" / "formats.md").read_text(encoding="utf-8")
    shown = text.partition("## The evidence document")[2].partition("```text\n")[2].partition("```")[0]
    known = set(re.findall(r'"([a-z_]+)"', evidence_schema_text()))
    assert set(re.findall(r"\b[a-z_]+\b", shown.replace("pytest-journeys/evidence", ""))) <= known


def test_outcomes_are_those_of_the_document() -> None:
    """The outcomes of runs and steps in the page of formats are all that there are, but for those of parked runs."""
    text = " ".join((ROOT / "docs" / "formats.md").read_text(encoding="utf-8").split())
    found = re.search(r"A run's `outcome` is `([a-z_ ]+)`, a step's `([a-z_ ]+)`", text)
    assert found is not None
    assert set(found[1].split()) == set(get_args(RunOutcome)) - {"parked"}
    assert set(found[2].split()) == set(get_args(StepOutcome)) - {"parked"}
