"""Writes the pages anew where they show what the code knows: ``print_again.py [FOLDER]`` from the root of the repository.

Tables come from the code. With a FOLDER (a fresh clone in which the README's first command was run) the console blocks are
carried out there too, and what they print takes the place of what is shown.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from docs.examples import run
from docs.known import TABLES
from docs.pages import PAGES, blocks, printed, tables, with_tables


def main() -> None:
    """Rewrite every page that has something to rewrite."""
    for page in PAGES:
        if tables(page):
            page.write_text(with_tables(page, TABLES), encoding="utf-8")
    for folder in map(Path, sys.argv[1:]):
        for page in PAGES:
            text = page.read_text(encoding="utf-8")
            for block in list(blocks("console", (page,))):
                shown = block.text
                for one in printed(block):
                    shown = shown.replace(one.output, run(one.command, folder).rstrip() + "\n\n", 1)
                text = text.replace(block.text, shown.rstrip() + "\n")
            page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
