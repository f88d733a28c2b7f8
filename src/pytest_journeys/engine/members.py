"""The member that a JSONPath ends in: its name says whether what stands there is masked, whatever it is."""

import re
from typing import Final

_LAST: Final = re.compile(r"""(?:\.|\[\s*["'])([^.\[\]"']+)(?:["']\s*\])?(?:\[[^\]"']*\])*$""")


def last_member(path: str | None) -> str:
    """``id`` of ``$.items[0].id``; empty for a path that ends in no name."""
    found = _LAST.search(path or "")
    return "" if found is None or found[1] == "*" else found[1]
