"""Value references in a text: where ``${{ ... }}`` begins and ends. Knows nothing of YAML."""

import re
from typing import Final

from pytest_journeys.expressions.canonical import canonical
from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.lexer import end_of_text
from pytest_journeys.expressions.syntax import parse
from pytest_journeys.expressions.template import Literal, Reference, Template, Text
from pytest_journeys.values.fact import fact

_OPENING: Final = re.compile(r"\$?\$\{\{")


@fact
class TextPart:
    """Plain text, ``$${{`` already unescaped; it begins at `offset` of the scanned text."""

    text: str
    offset: int


@fact
class ReferencePart:
    """What stands between ``${{`` and ``}}``, as written; `offset` is where that begins in the scanned text."""

    text: str
    offset: int


def scan(text: str) -> tuple[TextPart | ReferencePart, ...]:
    """Split a text at its references. Raises `ExpressionFault` for one that is not closed."""
    if "${{" not in text:
        return (TextPart(text=text, offset=0),) if text else ()
    parts: list[TextPart | ReferencePart] = []
    pending: list[str] = []
    start = position = 0
    while found := _OPENING.search(text, position):
        pending.append(text[position : found.start()])
        if len(found[0]) == 4:
            pending.append("${{")
            position = found.end()
            continue
        if plain := "".join(pending):
            parts.append(TextPart(text=plain, offset=start))
        pending = []
        end = _end_of_reference(text, found.end(), found.start())
        parts.append(ReferencePart(text=text[found.end() : end], offset=found.end()))
        start = position = end + 2
    pending.append(text[position:])
    if plain := "".join(pending):
        parts.append(TextPart(text=plain, offset=start))
    return tuple(parts)


def has_reference(text: str) -> bool:
    """Whether `scan` would find a reference or an escaped one: plain texts need no template."""
    return "${{" in text


def template_of_text(text: str) -> Template:
    """A scalar's template: exactly one reference keeps its type, inside text it is rendered, none is a literal.

    Raises `ExpressionFault` with the place in `text`.
    """
    parts = scan(text)
    filled = tuple(part.text if isinstance(part, TextPart) else _reference(part) for part in parts)
    if len(filled) == 1 and isinstance(filled[0], Reference):
        return filled[0]
    if any(isinstance(part, Reference) for part in filled):
        return Text(filled)
    return Literal("".join(part.text for part in parts))


def _reference(part: ReferencePart) -> Reference:
    try:
        return Reference(canonical(parse(part.text)))
    except ExpressionFault as fault:
        raise fault.shifted(part.offset) from None


def _end_of_reference(text: str, start: int, opened: int) -> int:
    """Where the ``}}`` of a reference begins: the first outside a quoted text."""
    position = start
    while position < len(text):
        character = text[position]
        if character in "'\"":
            end = end_of_text(text, position)
            if end < 0:
                raise ExpressionFault(
                    "this text is not closed", position, len(text) - position, f"end it with {character}"
                )
            position = end
        elif text.startswith("}}", position):
            return position
        else:
            position += 1
    raise ExpressionFault("this reference is not closed", opened, len(text) - opened, "end it with }}")
