"""From YAML events to a plain tree with places, within limits: duplicate keys, odd keys, tags and aliases are judged here.

Knows events by their shape only, so it needs no yaml. Whatever is wrong is noted as a diagnostic; nothing is raised but
`Stop`, when reading cannot go on.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from pytest_journeys.language import surprises
from pytest_journeys.language.document import Document, Path, Place
from pytest_journeys.language.limits import Limits
from pytest_journeys.language.scalars import NumberError, resolve_plain
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import MISSING
from pytest_journeys.values.source import Span


class Mark(Protocol):
    """A place between two characters; line and column begin at 0."""

    line: int
    column: int
    index: int


class Stop(Exception):  # noqa: N818 - no error: the finding has been noted
    """Reading cannot go on."""


_DROPPED: Final[Any] = object()
"""The key of a value that is read and thrown away."""

_TEXT_TAG: Final = "tag:yaml.org,2002:str"
"""What `!!str` is called: it is refused, and what stands behind it is meant as a text."""


_BEGINNING: Final = Span(line=1, column=1, end_line=1, end_column=1)


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being read. `height` counts the levels below it."""

    held: Any
    path: Path
    start: Mark
    is_mapping: bool
    anchor: str | None
    count_before: int
    end: Mark
    height: int = 0
    key: Any = MISSING
    key_span: Span | None = None
    key_end: Mark | None = None


@fact(kw_only=False)
class _Anchored:
    """What an anchor names: its value, its path, how many values and levels it has."""

    value: Any
    path: Path
    count: int
    height: int


@dataclass(slots=True)
class Tree:
    """One reading of one text. `value` is the tree, `MISSING` before there is one."""

    blank: Document
    limits: Limits
    value: Any = MISSING
    places: dict[Path, Place] = field(default_factory=dict)
    findings: list[Diagnostic] = field(default_factory=list)
    flow_depth: int = 0
    last_quoted: Span | None = None
    _stack: list[_Frame] = field(default_factory=list)
    _anchors: dict[str, _Anchored] = field(default_factory=dict)
    _count: int = 0
    _repeated: int = 0
    _words: dict[str, Any] = field(default_factory=dict)

    def begin(self, event: Any) -> None:
        """A document begins; only one may."""
        if self.value is not MISSING:
            self.findings.append(surprises.refuse_document(self.blank, span_of(event)))
            raise Stop
        if event.version or event.tags:
            self.findings.append(surprises.refuse_directive(self.blank, event.start_mark.line + 1))

    def scalar(self, event: Any) -> None:
        """A text, a word, or a key."""
        text: str = event.value
        style: str = event.style or ""
        if event.tag is not None:
            self.findings.append(surprises.refuse_tag(self.blank, span_of(event)))
        value: Any = text
        if not style:
            value = text if event.tag == _TEXT_TAG else self._words.get(text, MISSING)
            if value is MISSING:
                value = self._resolve(event, text)
        elif style in "\"'":
            if event.start_mark.line != event.end_mark.line:
                self.last_quoted = span_of(event)
            if not text.isascii() and surprises.has_surrogates(text):
                self.findings.append(surprises.refuse_surrogates(self.blank, span_of(event)))
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.is_mapping and frame.key is MISSING:
            self._key(frame, event, value)
            return
        if not style:
            self._look_for_comment(event, text, value)
        is_located = len(self._stack) <= self.limits.located_depth
        if not text and not style:
            path = self._put_nothing(frame, event, is_located)
        else:
            place = self._place(event, text, style) if is_located else None
            path = self._put(value, event.start_mark, event.end_mark, place, 0)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, path, 1, 0)

    def open(self, event: Any, is_mapping: bool) -> None:
        """A list or a mapping begins."""
        path: Path = ()
        if event.tag is not None:
            self.findings.append(surprises.refuse_tag(self.blank, span_of(event)))
        if self._stack:
            parent = self._stack[-1]
            if parent.is_mapping and parent.key is MISSING:
                self.findings.append(surprises.explain_odd_key(self.blank, span_of(event), bool(event.flow_style)))
                raise Stop
            path = (*parent.path, parent.key if parent.is_mapping else len(parent.held))
        if len(self._stack) >= self.limits.depth:
            self.findings.append(surprises.refuse_depth(self.blank, span_of(event), self.limits.depth))
            raise Stop
        start = event.start_mark
        held: Any = {} if is_mapping else []
        self._stack.append(_Frame(held, path, start, is_mapping, event.anchor, self._count, event.end_mark))
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        if event.flow_style:
            self.flow_depth += 1

    def close(self, event: Any) -> None:
        """The innermost list or mapping ends. A block ends where its last value does."""
        frame = self._stack.pop()
        end = frame.end
        if self.flow_depth:
            self.flow_depth -= 1
            end = event.end_mark
        is_located = len(self._stack) <= self.limits.located_depth
        place = Place(_span(frame.start, end)) if is_located else None
        path = self._put(frame.held, frame.start, end, place, frame.height)
        if frame.anchor is not None:
            count = self._count - frame.count_before
            self._anchors[frame.anchor] = _Anchored(frame.held, path, count, frame.height)

    def alias(self, event: Any) -> None:
        """A value stands here once more."""
        anchored = self._anchors.get(event.anchor)
        if anchored is None:
            is_open = any(frame.anchor == event.anchor for frame in self._stack)
            self.findings.append(surprises.refuse_alias(self.blank, span_of(event), event.anchor, is_open=is_open))
            raise Stop
        frame = self._stack[-1]
        if frame.is_mapping and frame.key is MISSING:
            self._key(frame, event, anchored.value)
            return
        self._repeated += anchored.count
        if self._repeated > self.limits.repeated:
            self.findings.append(surprises.refuse_repetition(self.blank, span_of(event), self.limits.repeated))
            raise Stop
        if len(self._stack) + anchored.height > self.limits.depth:
            self.findings.append(surprises.refuse_depth(self.blank, span_of(event), self.limits.depth))
            raise Stop
        self._count += anchored.count - 1
        place = Place(span_of(event))
        path = self._put(anchored.value, event.start_mark, event.end_mark, place, anchored.height)
        if self.places and len(self._stack) <= self.limits.located_depth:
            self._repeat_places(anchored, path)

    def _put(self, value: Any, start: Mark, end: Mark, place: Place | None, height: int) -> Path:
        """Put a value where it belongs; returns its path."""
        self._count += 1
        if self._count > self.limits.values:
            self.findings.append(surprises.refuse_number_of_values(self.blank, _span(start, start), self.limits.values))
            raise Stop
        if not self._stack:
            self.value = value
            if place is not None:
                self.places[()] = place
            return ()
        frame = self._stack[-1]
        frame.end = end
        if height >= frame.height:
            frame.height = height + 1
        name: Any
        if frame.is_mapping:
            name, frame.key = frame.key, MISSING
            if name is _DROPPED:
                self._forget(value, (*frame.path, name))
                return frame.path
            frame.held[name] = value
        else:
            name = len(frame.held)
            frame.held.append(value)
        path = (*frame.path, name)
        if place is not None:
            if frame.key_span is not None:
                place = Place(place.value, frame.key_span, place.text_offset)
            self.places[path] = place
        return path

    def _put_nothing(self, frame: _Frame | None, event: Any, is_located: bool) -> Path:
        """A value that was left out stands where its key does; where else, the parsers do not agree."""
        if frame is None:
            return self._put(None, event.start_mark, event.end_mark, Place(_BEGINNING), 0)
        if not frame.is_mapping or frame.key_end is None:
            return self._put(None, event.start_mark, event.end_mark, Place(span_of(event)) if is_located else None, 0)
        place = Place(frame.key_span) if is_located and frame.key_span is not None else None
        return self._put(None, frame.key_end, frame.key_end, place, 0)

    def _key(self, frame: _Frame, event: Any, value: Any) -> None:
        span = span_of(event) if len(self._stack) <= self.limits.located_depth else None
        if not isinstance(value, str):
            self.findings.append(
                surprises.explain_key(self.blank, span_of(event), str(getattr(event, "value", "")), value)
            )
            value = str(getattr(event, "value", ""))
        elif value == "<<" and not getattr(event, "style", None):
            self.findings.append(surprises.refuse_merge(self.blank, span_of(event)))
            frame.key, frame.key_span, frame.key_end = _DROPPED, span, event.end_mark
            return
        if value in frame.held:
            first = self.places.get((*frame.path, value))
            line = first.key.line if first is not None and first.key is not None else None
            self.findings.append(surprises.refuse_duplicate(self.blank, span_of(event), value, line))
            value = _DROPPED
        frame.key, frame.key_span, frame.key_end = value, span, event.end_mark

    def _resolve(self, event: Any, word: str) -> Any:
        try:
            value = resolve_plain(word)
        except NumberError as error:
            self.findings.append(surprises.refuse_word(self.blank, span_of(event), word, str(error)))
            return word
        if len(self._words) < 10_000:
            self._words[word] = value
        return value

    def _place(self, event: Any, text: str, style: str) -> Place:
        start, end = event.start_mark, event.end_mark
        span = _span(start, end)
        if start.line != end.line or style in ("|", ">"):
            return Place(span)
        raw = self.blank.source.text[start.index : end.index]
        offset = len(raw) - len(text) - len(style)
        is_letter_by_letter = offset >= 0 and raw.startswith(text, offset) and raw.endswith(style, 0, offset)
        return Place(span, None, offset if is_letter_by_letter else None)

    def _look_for_comment(self, event: Any, text: str, value: Any) -> None:
        index = event.end_mark.index
        if self.blank.source.text.startswith(" #", index):
            finding = surprises.explain_comment(self.blank, span_of(event), text, isinstance(value, str))
            if finding is not None:
                self.findings.append(finding)

    def _repeat_places(self, anchored: _Anchored, path: Path) -> None:
        """What an alias repeats is told where it was written."""
        for below in _paths_below(anchored.value):
            place = self.places.get((*anchored.path, *below))
            if place is not None:
                self.places[(*path, *below)] = place

    def _forget(self, value: Any, path: Path) -> None:
        for below in _paths_below(value):
            self.places.pop((*path, *below), None)


def _paths_below(value: Any) -> Iterator[Path]:
    todo: list[tuple[Any, Path]] = [(value, ())]
    while todo:
        held, path = todo.pop()
        names: Any = held.keys() if isinstance(held, dict) else range(len(held)) if isinstance(held, list) else ()
        for name in names:
            yield (*path, name)
            todo.append((held[name], (*path, name)))


def span_of(event: Any) -> Span:
    """Where an event stands."""
    return _span(event.start_mark, event.end_mark)


def _span(start: Mark, end: Mark) -> Span:
    return Span(line=start.line + 1, column=start.column + 1, end_line=end.line + 1, end_column=end.column + 1)
