r"""One journal line, to bytes and back.

    <sha256 of all after this space, without the newline> <the previous line's first field> <control>\t<evidence>\n

Control is a list of events, evidence a list of accounts, both in canonical JSON, so neither holds a tab or a newline.
The first line of a journal names 64 zeros as the previous one. A line whose hash does not match is *unreadable*: whether
that is a torn tail or corruption is the journal's to say, not the line's.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from pytest_journeys.events.model import Event, event_from_json, event_to_json
from pytest_journeys.values.canonical import canonical_text
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue, parse_json

ZEROS: Final = "0" * 64
_FIELD: Final = 64
_HEAD: Final = 2 * (_FIELD + 1)


@fact(kw_only=False)
class Line:
    """A readable line: its own hash, the hash of the one before, and the two parts, not yet parsed."""

    sha256: str
    previous: str
    control: bytes
    evidence: bytes

    def events(self) -> tuple[Event, ...]:
        """The events, in order. Raises `ValueError` for what this version does not know."""
        found = parse_json(self.control)
        if not isinstance(found, list):
            raise ValueError("the control part is no list")
        return tuple(event_from_json(item) for item in found)

    def accounts(self) -> JsonValue:
        """The evidence, as written."""
        return parse_json(self.evidence)


def encode_line(previous: str, events: Sequence[Event], accounts: JsonValue) -> tuple[bytes, str]:
    """The line's bytes, newline included, and its hash."""
    control = canonical_text([event_to_json(event) for event in events])
    rest = f"{previous} {control}\t{canonical_text(accounts)}".encode("ascii")
    sha256 = hashlib.sha256(rest).hexdigest()
    return b"%b %b\n" % (sha256.encode("ascii"), rest), sha256


def decode_line(data: bytes) -> Line | None:
    """The line, given without its newline; None when it is unreadable."""
    if len(data) < _HEAD or data[_FIELD] != 0x20 or data[_HEAD - 1] != 0x20:
        return None
    if hashlib.sha256(data[_FIELD + 1 :]).hexdigest().encode("ascii") != data[:_FIELD]:
        return None
    control, tab, evidence = data[_HEAD:].partition(b"\t")
    if not tab:
        return None
    return Line(data[:_FIELD].decode("ascii"), data[_FIELD + 1 : _HEAD - 1].decode("ascii"), control, evidence)
