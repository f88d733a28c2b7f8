"""Takes secrets out of texts, bytes and JSON values, and says whether there are any: pure, given the secrets' values.

Where it is applied is the gate's knowledge. No message, repr or key of this module ever holds a secret.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.secret import SHORTEST_INSIDE, SHORTEST_SECRET, Form, forms_of, mask_of

_NAMELESS: Final = "***"


def check_secret(name: str, value: str) -> None:
    """Raise `SetupError` for a declared secret that cannot be hidden; the message has its name, never its value."""
    if len(value) < SHORTEST_SECRET:
        said = "is empty" if not value else f"has only {len(value)} character{'s' if len(value) > 1 else ''}"
        raise SetupError(
            f"secret {name} {said}; nothing shorter than {SHORTEST_SECRET} can be hidden",
            help="check where its value comes from",
            place=f"secrets/{name}",
        )
    if value in (mask_of(name), f"${{{mask_of(name)[1:]}}}"):
        raise SetupError(
            f"secret {name} is the name of a variable, not its value",
            help="the variable was not expanded when it was set",
            place=f"secrets/{name}",
        )


class Redactor:
    """Replaces every form of every secret that it knows by ``$NAME``.

    A text without a secret is returned as it is (the same object). Overlapping hits are replaced as one; of secrets that
    contain each other the longer gives the name.
    """

    __slots__ = ("_anchors", "_digits", "_forms", "_known")

    def __init__(self, secrets: Iterable[tuple[str, JsonValue]] = ()) -> None:
        self._known: dict[str, str] = {}
        self._forms: list[tuple[Form, str]] = []
        self._anchors: list[str] = []
        self._digits = False
        for name, value in secrets:
            self.learn(name, value)

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._known)} secrets>"

    def copy(self) -> "Redactor":
        """A redactor that knows the same and learns on its own: the declared secrets are prepared once for all rows."""
        other = Redactor()
        other._known = dict(self._known)
        other._forms = list(self._forms)
        other._anchors = list(self._anchors)
        other._digits = self._digits
        return other

    def learn(self, name: str, value: JsonValue) -> bool:
        """Hide a value from now on; each leaf of a list or an object is a secret. True if there was anything to learn.

        Booleans, null, texts under 4 characters and numbers under 8 digits cannot be recognised: their place is masked.
        """
        if isinstance(value, str):
            return self._learn_text(name, value)
        if isinstance(value, Mapping):
            return sum(self.learn(name, member) for member in value.values()) > 0
        if isinstance(value, (int, float)):
            text = "" if isinstance(value, bool) else repr(value)
            return len(text) >= SHORTEST_INSIDE and self._learn_text(name, text)
        return value is not None and sum(self.learn(name, element) for element in value) > 0

    def _learn_text(self, name: str, value: str) -> bool:
        if len(value) < SHORTEST_SECRET or value in self._known:
            return False
        mask = mask_of(name)
        if value in mask:
            mask = _NAMELESS
        self._known[value] = mask
        for form in forms_of(value):
            self._forms.append((form, mask))
            self._anchors.append(form.anchor)
        self._digits = self._digits or value.lstrip("-").replace(".", "", 1).isdecimal()
        return True

    def is_mask(self, text: str) -> bool:
        """Whether a whole text is what this redactor puts in the place of a secret."""
        return text in self._known.values()

    def redact_text(self, text: str) -> str:
        """The text without secrets."""
        for anchor in self._anchors:
            if anchor in text:
                return self._replace(text)
        return text

    def redact_bytes(self, data: bytes) -> bytes:
        """The bytes without secrets: as any ASCII-compatible charset and, where there are NULs, as UTF-16 spells them."""
        if not self._anchors:
            return data
        text = data.decode("latin-1")
        found = self.redact_text(text)
        if b"\0" in data:
            for value, mask in self._known.items():
                for charset in ("utf-16-le", "utf-16-be"):
                    wide = value.encode(charset, "surrogatepass").decode("latin-1")
                    if wide in found:
                        found = found.replace(wide, mask)
        return data if found is text else found.encode("latin-1", "replace")

    def redact_json(self, value: JsonValue) -> JsonValue:
        """The value without secrets, in member names too; numbers only where a secret consists of digits."""
        if not self._anchors:
            return value
        if isinstance(value, str):
            return self.redact_text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float)):
            if not self._digits:
                return value
            text = repr(value)
            found = self.redact_text(text)
            return value if found is text else found
        if isinstance(value, Mapping):
            members = {self.redact_text(key): self.redact_json(member) for key, member in value.items()}
            same = all(one is other for one, other in zip(value.values(), members.values(), strict=False))
            return value if same and len(members) == len(value) and all(key in members for key in value) else members
        elements = [self.redact_json(element) for element in value]
        return value if all(one is other for one, other in zip(value, elements, strict=True)) else elements

    def holds(self, value: JsonValue) -> bool:
        """Whether a value contains a secret in any form: what is made from it is a secret too."""
        return self.redact_json(value) is not value

    def _replace(self, text: str) -> str:
        spans = [
            (start, end, mask)
            for form, mask in self._forms
            if form.anchor in text
            for start, end in form.spans(text)
        ]  # fmt: skip
        if not spans:
            return text
        spans.sort(key=lambda span: (span[0], -span[1]))
        parts: list[str] = []
        position = 0
        for start, end, mask in spans:
            if end > position:  # else it lies within what is masked already
                parts.extend((text[position:start], mask))
                position = end
        parts.append(text[position:])
        return "".join(parts)
