"""The ``Link`` header (RFC 8288): targets by relation."""

import re
from typing import Final

_LINK: Final = re.compile(r'<([^>]*)>((?:\s*;\s*[^\s=;,"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)')
_PARAMETER: Final = re.compile(r';\s*([^\s=;,"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*))')


def links_of(values: list[str]) -> dict[str, str]:
    """Each relation's first target, as written (not resolved)."""
    found: dict[str, str] = {}
    for target, parameters in _LINK.findall(", ".join(values)):
        for name, quoted, plain in _PARAMETER.findall(parameters):
            if name.lower() == "rel":
                for relation in (quoted or plain).lower().split():
                    found.setdefault(relation, target)
    return found
