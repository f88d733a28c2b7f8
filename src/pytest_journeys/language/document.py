"""A file that has been read: its plain JSON tree, and where in the text each key and value of it stands.

Knows places, not YAML and not journeys. A path is the way from the top of the tree: keys and list indexes.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Final, TypeAlias

from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.source import Source, Span

_LONG_LINE: Final = 200

Path: TypeAlias = tuple[str | int, ...]


@fact(kw_only=False)
class Place:
    """Where a value stands, and its key when it has one (an element of a list has none).

    `text_offset` is how many characters after the span's start a text begins that stands there letter by letter on one
    line: 0 when it is plain, 1 in quotes; None when it has escapes, folds or several lines, or is no text.
    """

    value: Span
    key: Span | None = None
    text_offset: int | None = None


@fact
class Document:
    """What the reader found. With an error among the `diagnostics`, `tree` is what could still be read, or None."""

    source: Source
    tree: JsonValue
    places: Mapping[Path, Place]
    diagnostics: tuple[Diagnostic, ...] = ()
    _lines: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def has_errors(self) -> bool:
        """Whether any of the diagnostics is an error."""
        return any(found.severity is Severity.ERROR for found in self.diagnostics)

    def span(self, path: Path) -> Span:
        """Where the value at `path` stands; of a path that was not written, where its nearest written parent stands."""
        return self._place(path).value

    def key_span(self, path: Path) -> Span:
        """Where the key of the value at `path` stands; the value itself when it has no key."""
        place = self._place(path)
        return place.key or place.value

    def start(self, path: Path) -> Span:
        """The first key of the mapping at `path`; of anything else, and of an empty one, the whole."""
        value: JsonValue = self.tree
        for name in path:
            value = value[name]  # type: ignore[index]
        if isinstance(value, Mapping) and value:
            return self.key_span((*path, next(iter(value))))
        return self.span(path)

    def text_span(self, path: Path, offset: int, length: int) -> Span:
        """`length` characters, `offset` into the text at `path`; the whole value when the text is not there letter by letter."""
        place = self._place(path)
        if place.text_offset is None:
            return place.value
        return place.value.shifted(place.text_offset + offset, length)

    def excerpt(self, line: int) -> str:
        """The text of a line, without its end; empty beyond the last."""
        if not self._lines:
            self._lines.extend(self.source.text.splitlines() or [""])
        return self._lines[line - 1] if 0 < line <= len(self._lines) else ""

    def shown(self, span: Span) -> str:
        """The line a span begins on, as far as it helps to show it: a very long line is cut, or left out."""
        text = self.excerpt(span.line)
        if len(text) <= _LONG_LINE:
            return text
        return text[: max(_LONG_LINE, span.column + 40)] if span.column <= 2 * _LONG_LINE else ""

    def diagnose(
        self,
        code: str,
        title: str,
        span: Span | None,
        *,
        label: str = "",
        notes: tuple[str, ...] = (),
        help: str = "",
        severity: Severity = Severity.ERROR,
    ) -> Diagnostic:
        """A diagnostic at a place of this file, with its excerpt."""
        return Diagnostic(
            code=code,
            title=_visible(title),
            file=self.source.name,
            span=span,
            excerpt=self.shown(span) if span else "",
            label=label,
            notes=notes,
            help=_visible(help),
            severity=severity,
        )

    def _place(self, path: Path) -> Place:
        while path not in self.places and path:
            path = path[:-1]
        return self.places.get(path, _TOP)


def _visible(text: str) -> str:
    """A name may hold any character, by an escape; a terminal and a report must not get them."""
    if text.isprintable():
        return text
    return "".join(character if character.isprintable() else f"\\u{ord(character):04x}" for character in text)


_TOP = Place(Span(line=1, column=1, end_line=1, end_column=1))
