"""What the pages say that a command prints is what it prints."""

import importlib.util
import re
from pathlib import Path

import pytest

from docs.examples import examples_in, run, without_what_varies
from docs.pages import PAGES, README, ROOT, Block, blocks, printed

CONSOLES = list(blocks("console"))
HAS_XDIST = importlib.util.find_spec("xdist") is not None
COMMANDS = [
    block
    for block in blocks("sh")
    if not re.search(r"venv|pip install|tox|git clone", block.text) and (HAS_XDIST or " -n " not in block.text)
]


def check_printed(block: Block, folder: Path) -> None:
    """Carry out a console block and compare."""
    for shown in printed(block):
        assert without_what_varies(run(shown.command, folder)) == without_what_varies(shown.output), (
            f"{block}: {shown.command}"
        )


@pytest.mark.parametrize(
    "page", [page for page in PAGES if list(blocks("console", (page,)))], ids=lambda page: page.stem
)
def test_what_is_shown_is_what_is_printed(page: Path, tmp_path: Path) -> None:
    """Each console block, from the first of its page to the last, in a copy of the examples: a kill is a real kill."""
    with examples_in(tmp_path) as folder:
        for block in blocks("console", (page,)):
            check_printed(block, folder)


@pytest.mark.parametrize("page", sorted({block.page for block in COMMANDS}), ids=lambda page: page.stem)
def test_every_command_runs(page: Path, tmp_path: Path) -> None:
    """Each shell block of a page ends well, all in one copy of the examples."""
    with examples_in(tmp_path) as folder:
        for block in COMMANDS:
            if block.page == page:
                out = run(f"set -euo pipefail\n{block.text}\necho well ended", folder)
                assert out.endswith("well ended\n"), f"{block}\n{out}"


def test_the_readme_shows_a_passing_a_failing_and_a_resumed_run() -> None:
    """Promise 4 and the rest are seen before anything is installed."""
    shown = "".join(block.text for block in blocks("console", (README,)))
    for part in (" PASSED ", "FAILED example_journeys/", "Killed\n", "PASSED (resumed at step 5/6)"):
        assert part in shown


def test_nothing_that_is_shown_is_wider_than_a_terminal() -> None:
    """80 columns, as people who paste it into a ticket have it."""
    lines = [(str(block), line) for block in CONSOLES for line in block.text.splitlines()]
    wide = [found for found in lines if len(found[1]) > 82 and not found[1].startswith("platform ")]
    assert wide == []


def test_the_readme_shows_the_example_as_it_stands_in_its_file() -> None:
    """The journey of the README is who-am-i without its comment, so what is printed below it belongs to it."""
    shown = next(blocks("yaml", (README,))).text
    text = (ROOT / "example_journeys" / "who-am-i.journey.yaml").read_text(encoding="utf-8")
    assert shown == re.sub(r"^#.*\n", "", text, flags=re.M).lstrip("\n")
