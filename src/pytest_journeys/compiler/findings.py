"""What the compiler finds wrong with one file: places of the definition, and the diagnostics collected there.

Nothing is raised: a wrong place yields a diagnostic and a stand-in value, so that everything wrong is told at once.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from pytest_journeys.language.document import Document, Path
from pytest_journeys.language.explain import MOST_TOLD
from pytest_journeys.values.diagnostic import Diagnostic, Severity
from pytest_journeys.values.fact import fact
from pytest_journeys.values.source import Span


@fact(kw_only=False)
class Place:
    """Where something is written: a path in the document, or (`file` is set) inside a JSON file that the path names.

    `offset` is where a text that is looked at begins inside the scalar at `path`.
    """

    path: Path = ()
    offset: int = 0
    file: str = ""
    within: str = "$"

    def at(self, *steps: str | int) -> "Place":
        """The place of a member or an element."""
        if not self.file:
            return Place((*self.path, *steps))
        inner = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
        return replace(self, offset=0, within=self.within + inner)

    def after(self, characters: int) -> "Place":
        """The same text, so many characters further on."""
        return replace(self, offset=self.offset + characters)

    def in_file(self, name: str) -> "Place":
        """The top of a JSON file that is named here."""
        return replace(self, file=name)


class Findings:
    """The diagnostics of one file; `told` are those that were found before."""

    def __init__(self, document: Document, told: Iterable[Diagnostic] = ()) -> None:
        self._document = document
        self._found: list[Diagnostic] = list(told)

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """In the order of the file, each once, not more than a person reads; warnings give way to errors."""
        found = sorted(dict.fromkeys(self._found), key=_position)
        if len(found) > MOST_TOLD:
            found = [one for one in found if one.severity is Severity.ERROR] or found
        if len(found) <= MOST_TOLD:
            return tuple(found)
        title = f"{len(found) - MOST_TOLD} more findings are not shown"
        more = self._document.diagnose(
            "E299", title, None, help="correct the ones above first", severity=found[MOST_TOLD].severity
        )
        return (*found[:MOST_TOLD], more)

    @property
    def has_errors(self) -> bool:
        """Whether any of them is an error."""
        return any(found.severity is Severity.ERROR for found in self._found)

    def add(
        self,
        code: str,
        title: str,
        place: Place,
        *,
        length: int | None = None,
        on_key: bool = False,
        label: str = "",
        notes: tuple[str, ...] = (),
        help: str = "",
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Note a finding about the value at `place`, about its key, or about `length` characters of its text."""
        if place.file:
            notes = (*notes, f"in {place.file} at {place.within}")
        span = self._span(place, length, on_key)
        self._found.append(
            self._document.diagnose(code, title, span, label=label, notes=notes, help=help, severity=severity)
        )

    def warn(
        self,
        code: str,
        title: str,
        place: Place,
        *,
        length: int | None = None,
        on_key: bool = False,
        label: str = "",
        help: str = "",
    ) -> None:
        """Note something that is probably not meant and stops nothing."""
        self.add(code, title, place, length=length, on_key=on_key, label=label, help=help, severity=Severity.WARNING)

    def _span(self, place: Place, length: int | None, on_key: bool) -> Span:
        if on_key:
            return self._document.key_span(place.path)
        if length is None or place.file:
            return self._document.span(place.path)
        return self._document.text_span(place.path, place.offset, max(1, length))


_BEHIND_ALL: Final = 1 << 40


def _position(found: Diagnostic) -> tuple[int, int, str, str]:
    at = found.span
    return (at.line, at.column, found.code, found.title) if at else (_BEHIND_ALL, 0, found.code, found.title)
