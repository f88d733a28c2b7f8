"""The pages of the documentation as data: their fenced blocks, what a comment above a block says of it, their tables."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
README: Final = ROOT / "README.md"
PAGES: Final = (README, *sorted((ROOT / "docs").rglob("*.md")))

_BLOCK: Final = re.compile(r"(?:^<!-- (?P<about>[^>]+) -->\n)?^```(?P<kind>\w*)\n(?P<text>.*?)^```$", re.M | re.S)
_TABLE: Final = re.compile(r"(?<=^<!-- table: )([a-z -]+) -->\n(.*?)(?=^<!-- end -->$)", re.M | re.S)
_COMMAND: Final = re.compile(r"^\$ ((?:[^\n]*\\\n)*[^\n]*)\n", re.M)


@dataclass(frozen=True)
class Block:
    """A fenced block; `about` is the HTML comment in the line above, empty when there is none."""

    page: Path
    line: int
    kind: str
    about: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Printed:
    """A command as a person types it, and what the page says that it prints."""

    command: str
    output: str


def blocks(kind: str, pages: tuple[Path, ...] = PAGES) -> Iterator[Block]:
    """The fenced blocks of a kind, page by page."""
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for found in _BLOCK.finditer(text):
            if found["kind"] == kind:
                line = text.count("\n", 0, found.start("kind")) + 1
                yield Block(page, line, kind, found["about"] or "", found["text"])


def printed(block: Block) -> Iterator[Printed]:
    """The commands of a console block, each with the lines below it."""
    found = list(_COMMAND.finditer(block.text))
    ends = [*(one.start() for one in found[1:]), len(block.text)]
    for one, end in zip(found, ends, strict=True):
        yield Printed(one[1].replace("\\\n", " "), block.text[one.end() : end])


def tables(page: Path) -> dict[str, str]:
    """The generated tables of a page by name, as they stand there."""
    return {found[1]: found[2] for found in _TABLE.finditer(page.read_text(encoding="utf-8"))}


def with_tables(page: Path, made: Mapping[str, str]) -> str:
    """The page's text with its tables replaced by those that were made."""
    text = page.read_text(encoding="utf-8")
    return _TABLE.sub(lambda found: f"{found[1]} -->\n{made[found[1]]}", text)
