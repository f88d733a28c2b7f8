"""A secret and the ways in which its text can be spelled in traffic: a value that never prints itself.

Knows how servers and libraries escape and encode a text; knows nothing of what is searched (`redaction` does).
"""

import base64
import html.entities
import json
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final, NoReturn
from urllib.parse import quote

from pytest_journeys.values.json import JsonValue

SHORTEST_SECRET: Final = 4
"""Characters. A shorter secret is an error at setup: whoever sees the masked text could guess it."""

SHORTEST_INSIDE: Final = 8
"""Characters. A shorter secret is found as a whole value only: inside other text it would hit by chance."""


class Secret:
    """A value that is known by name only: however it is printed, it shows ``<secret NAME>``."""

    __slots__ = ("_value", "name")

    def __init__(self, name: str, value: JsonValue) -> None:
        self.name = name
        self._value = value

    def reveal(self) -> JsonValue:
        """The value itself; only for what is about to be sent, computed or compared."""
        return self._value

    def __repr__(self) -> str:
        return f"<secret {self.name}>"

    def __str__(self) -> str:
        return f"<secret {self.name}>"

    def __format__(self, specification: str) -> str:
        return f"<secret {self.name}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"<secret {self.name}> stays in its process")


def mask_of(name: str) -> str:
    """What stands in the place of a secret, and how a curl line names it: ``shop-password`` is ``$SHOP_PASSWORD``."""
    return "$" + re.sub(r"[^A-Z0-9_]", "_", name.upper())


def utf8(text: str) -> bytes:
    """UTF-8 of any text that Python can hold: undecodable bytes of the OS come back, lone surrogates do not raise."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")


_PLAIN: Final = re.compile(r"[A-Za-z0-9_.-]+")  # no escape that we know touches these
_BASE64_LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_WHOLE_BEFORE: Final = frozenset("\"'=>&;\n\r")
_WHOLE_AFTER: Final = frozenset("\"'<&;\n\r")


class Form:
    """One way to spell a secret: `anchor` is a text that every variant of it holds, so its absence settles the matter.

    A form whose text is plain is found by plain search; the pattern of another is compiled when its anchor is first met.
    """

    __slots__ = ("_pattern", "anchor", "edges", "text", "whole")

    def __init__(
        self, text: str, *, whole: bool = False, edges: tuple[bool, bool] | None = None, anchor: str = ""
    ) -> None:
        self.text = text
        self.whole = whole
        self.edges = edges
        """Of base64: whether the letters before and after `text` carry bits of the secret too."""
        self.anchor = anchor or (text if whole else max(_PLAIN.findall(text), key=len, default=""))
        self._pattern: re.Pattern[str] | None = None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where the form stands in a text, overlapping places too."""
        if self.anchor == self.text:
            size = len(self.text)
            start = text.find(self.text)
            while start >= 0:
                if not self.whole or _stands_alone(text, start, start + size):
                    yield self._with_edges(text, start, start + size)
                start = text.find(self.text, start + 1)
            return
        pattern = self._pattern
        if pattern is None:
            pattern = self._pattern = re.compile(_spelled(self.text, in_base64=self.edges is not None))
        found = pattern.search(text)
        while found is not None:
            yield self._with_edges(text, found.start(), found.end())
            found = pattern.search(text, found.start() + 1)

    def _with_edges(self, text: str, start: int, end: int) -> tuple[int, int]:
        if self.edges is not None:
            before, after = self.edges
            if before and start > 0 and text[start - 1] in _BASE64_LETTERS:
                start -= 1
            if after and end < len(text) and text[end] in _BASE64_LETTERS:
                end += 1
            while text.startswith("=", end):
                end += 1
        return start, end


def _stands_alone(text: str, start: int, end: int) -> bool:
    return (start == 0 or text[start - 1] in _WHOLE_BEFORE) and (end == len(text) or text[end] in _WHOLE_AFTER)


def forms_of(text: str) -> list[Form]:
    """Every way in which we look for a secret text: see the module's functions for the list.

    Of one under `SHORTEST_INSIDE` characters: fewer ways, and only where it is a whole value.
    """
    encoded = _encoded(text)
    if len(text) < SHORTEST_INSIDE:
        spellings = {text, *_json(text), *_percent(text), *_entities(text)}
        for data in encoded:
            plain = base64.b64encode(data).decode()
            spellings.update((plain, plain.rstrip("="), data.hex(), data.hex().upper()))
        return [Form(spelling, whole=True) for spelling in sorted(spellings)]
    forms = [Form(text)]
    for data in encoded:
        lower = data.hex()
        forms.append(Form(lower, anchor=lower))
        upper = lower.upper()
        if upper != lower:
            forms.append(Form(upper, anchor=upper))
    escaped = {utf8(spelling) for spelling in _json(text)} if not _PLAIN.fullmatch(text) else set()
    for data in (*encoded, *sorted(escaped.difference(encoded))):
        forms.extend(_base64(data))
    return forms


def _encoded(text: str) -> tuple[bytes, ...]:
    """The bytes of a text as UTF-8, and as Latin-1 where that is possible and differs."""
    data = utf8(text)
    if text.isascii():
        return (data,)
    try:
        return (data, text.encode("latin-1"))
    except UnicodeEncodeError:
        return (data,)


def _base64(data: bytes) -> Iterator[Form]:
    """The part of base64 that stays the same whatever surrounds the bytes, at each of the three alignments.

    A letter at an edge that holds bits of the secret and of its neighbour is covered when it is masked.
    """
    for shift, skipped in ((0, 0), (1, 2), (2, 3)):
        whole, rest = divmod((shift + len(data)) * 8, 6)
        inner = base64.b64encode(b"\0" * shift + data)[skipped:whole].decode()
        runs = inner.replace("+", " ").replace("/", " ").split()
        anchor = max(runs, key=len, default="")
        yield Form(inner, edges=(shift > 0, rest > 0), anchor=anchor)


def _spelled(text: str, *, in_base64: bool) -> str:
    """A pattern for a text in which each character may be escaped on its own account.

    So it finds JSON, percent, plus, XML and HTML, whichever characters a library chooses to escape, and these inside
    each other.
    """
    parts: list[str] = []
    position = 0
    while position < len(text):
        char = text[position]
        run = 1
        while position + run < len(text) and text[position + run] == char:
            run += 1
        position += run
        if _PLAIN.fullmatch(char):
            parts.append(re.escape(char * run))
            continue
        spellings = set(_spellings(char))
        if in_base64:
            spellings.add("-" if char == "+" else "_")
        # A run is spelled one way throughout; free choice within it would cost exponential time.
        repeated = sorted((spelling * run for spelling in spellings), key=lambda one: (-len(one), one))
        parts.append("(?:" + "|".join(map(re.escape, repeated)) + ")")
    return "".join(parts)


@lru_cache(maxsize=2048)
def _spellings(char: str) -> frozenset[str]:
    """One character in every escape: once, and any of these inside JSON, percent or markup once more."""
    once = {*_json(char), *_percent(char), *_entities(char)}
    if char == "\n":
        once |= {"\r\n", *_json("\r\n"), *_percent("\r\n"), *_entities("\r\n")}
    twice: set[str] = set()
    for spelling in once:
        twice.update(_json(spelling), _percent(spelling), _markup(spelling))
    found = {char, *once, *twice}
    if char == "'":
        found.add("\\'")  # in a literal of Python or JavaScript
    if not char.isascii():
        data = utf8(char)
        found.add(data.decode("latin-1"))  # UTF-8 that somebody took for Latin-1
        found.update(f"{''.join(f'{mark}{byte:02x}' for byte in data)}" for mark in ("\\x", "\\\\x"))
        if ord(char) < 256:
            found.update((char.encode("latin-1").decode("utf-8", "replace"), f"\\x{ord(char):02x}"))
    return frozenset(found)


def _json(text: str) -> set[str]:
    r"""Inside a JSON string: ASCII only or not, ``/`` escaped or not, anything but letters as ``\u``, in both cases."""
    ascii_only = json.dumps(text)[1:-1]
    found = {ascii_only, json.dumps(text, ensure_ascii=False)[1:-1]}
    found |= {spelling.replace("/", "\\/") for spelling in found}
    found |= {re.sub(r"\\u[0-9a-f]{4}", lambda part: "\\u" + part[0][2:].upper(), one) for one in found}
    if len(text) == 1 and text.isascii():
        found |= {f"\\u{ord(text):04x}", f"\\u{ord(text):04X}"}
    return found


def _percent(text: str) -> set[str]:
    """In a URL or a form: both safe sets, upper and lower hex digits, space as plus, UTF-8 and Latin-1."""
    found: set[str] = set()
    for data in _encoded(text):
        for safe in ("", "/"):
            upper = quote(data, safe=safe)
            lower = re.sub(r"%..", lambda part: part[0].lower(), upper)
            found |= {upper, lower, upper.replace("%20", "+"), lower.replace("%20", "+")}
    if len(text) == 1 and text == "~":
        found |= {"%7E", "%7e"}
    return found


_XML: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;"})


def _markup(text: str) -> set[str]:
    """In XML or HTML: only what must be escaped is, with either spelling of the apostrophe."""
    named = text.translate(_XML)
    return {named, named.replace("&quot;", '"').replace("&apos;", "'"), named.replace("&apos;", "&#39;"),
            named.replace("&apos;", "&#x27;").replace("&quot;", "&#34;")}  # fmt: skip


def _entities(text: str) -> set[str]:
    """In XML or HTML: as `_markup`, and everything but letters by number or by its HTML name."""
    found = _markup(text)
    for template in ("&#{0};", "&#x{0:x};", "&#x{0:X};", "&#{0:03d};"):
        found.add("".join(char if _PLAIN.fullmatch(char) else template.format(ord(char)) for char in text))
    names = html.entities.codepoint2name
    found.add("".join(f"&{names[ord(char)]};" if ord(char) in names else char for char in text))
    return found
