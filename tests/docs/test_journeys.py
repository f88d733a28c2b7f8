"""Every piece of YAML in the pages compiles."""

import re
from pathlib import Path
from typing import Final

import pytest

from docs.pages import PAGES, Block, blocks
from pytest_journeys.cli import main

BASE: Final = {
    "journey": "journey: fragment\n",
    "inputs": """\
inputs:
  user: {type: string, default: ada}
  sku: {type: string, default: A-100}
  quantity: {type: integer, default: 1}
""",
    "secrets": "secrets: [shop_password]\n",
    "variables": 'variables: {reference: "${{ uuid() }}"}\n',
    "defaults": 'defaults: {base_url: "${{ env.shop_url }}"}\n',
    "steps": """\
steps:
  - id: sign-in
    request: POST /login
    json: {password: "${{ secrets.shop_password }}"}
    derive: {token: {json: $.token, secret: true}}
  - id: open-cart
    request: POST /carts
    derive: {cart: $.id}
    cleanup: {request: "DELETE /carts/${{ steps.open-cart.cart }}"}
""",
}
"""What stands around a fragment, by its top-level key."""

FRAGMENTS: Final = ("journey", "steps", "assertions")


def whole(block: Block) -> str | None:
    """The journey of a block: itself, or what its fragment is a part of; None for other YAML (an environment)."""
    match block.about:
        case "journey":
            given = set(re.findall(r"^(\w+):", block.text, re.M))
            return "".join(text for key, text in BASE.items() if key not in given) + block.text
        case "steps":
            return "".join(BASE.values()) + _indented(block.text, 2)
        case "assertions":
            return "".join(BASE.values()) + "  - request: GET /carts\n    assert:\n" + _indented(block.text, 6)
        case _:
            return block.text if re.match(r"(#.*\n)*journey: ", block.text) else None


def _indented(text: str, spaces: int) -> str:
    return "".join(f"{' ' * spaces}{line}" if line.strip() else line for line in text.splitlines(keepends=True))


JOURNEYS = [(block, text) for block in blocks("yaml") if (text := whole(block)) is not None]


@pytest.mark.parametrize(("block", "text"), JOURNEYS, ids=[str(block) for block, _ in JOURNEYS])
def test_what_is_shown_compiles(block: Block, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A journey, or the fragment of one in a journey around it: no error; a fragment may leave a value unused."""
    file = tmp_path / "shown.journey.yaml"
    file.write_text(text, encoding="utf-8")
    assert main(["check", str(file)]) == 0, f"{block}\n{capsys.readouterr().out}"


def test_every_fragment_is_looked_at() -> None:
    """A comment above a block that means nothing, or a block that nobody knows, would be compiled by nobody."""
    others = [block for block in blocks("yaml") if whole(block) is None]
    assert [str(block) for block in others if "shop_url:" not in block.text] == []
    assert [str(block) for block in blocks("yaml") if block.about and block.about not in FRAGMENTS] == []


def test_the_manual_is_looked_at() -> None:
    """The search for blocks finds them."""
    assert len(JOURNEYS) > 10
    assert len(PAGES) > 5
