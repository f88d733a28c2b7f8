"""What came back to a step, as assertions and derived values see it: parsed once, and only when asked for."""

from collections.abc import Mapping
from email.message import Message
from typing import Final

from pytest_journeys.values.http import HttpResponse
from pytest_journeys.values.json import MISSING, JsonValue, Missing, NotJsonError, parse_json

_FALLBACK: Final = "utf-8"


class Answer:
    """The last response of a step; `url` is where it came from, `duration_ms` how long that attempt took.

    `responses` are the answers of the attempt, redirects first; `received` is when it was there, in epoch seconds.
    """

    __slots__ = ("_json", "_json_fault", "_text", "duration_ms", "received", "response", "responses", "url")

    def __init__(self, responses: tuple[HttpResponse, ...], url: str, duration_ms: float, received: float) -> None:
        self.responses = responses
        self.response = responses[-1]
        self.url = url
        self.duration_ms = duration_ms
        self.received = received
        self._text: str | None = None
        self._json: JsonValue | Missing = MISSING
        self._json_fault: str | None = None

    @property
    def text(self) -> str:
        """The body by its charset, else UTF-8; bytes that do not fit become replacement characters."""
        if self._text is None:
            self._text = decode_text(self.response.body, self.response.header("content-type"))
        return self._text

    @property
    def json(self) -> JsonValue | Missing:
        """The body as JSON, whatever its media type; MISSING when `json_fault` says why it is none."""
        if self._json is MISSING and self._json_fault is None:
            try:
                self._json = parse_json(self.response.body)
            except NotJsonError as error:
                self._json_fault = f"not JSON: {error}"
        return self._json

    @property
    def json_fault(self) -> str | None:
        """Why the body is not JSON, or None."""
        return self._json_fault if self.json is MISSING else None

    def headers(self) -> Mapping[str, JsonValue]:
        """Header values by lower-case name; several values of one name are a list."""
        found: dict[str, list[JsonValue]] = {}
        for name, value in self.response.headers:
            found.setdefault(name.lower(), []).append(value)
        return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def decode_text(body: bytes, content_type: str | None) -> str:
    """A body as text, never failing: by the charset of its media type when Python knows it, else UTF-8."""
    charset = charset_of(content_type) or _FALLBACK
    try:
        return body.decode(charset, "replace")
    except (LookupError, UnicodeError, ValueError):
        return body.decode(_FALLBACK, "replace")


def charset_of(content_type: str | None) -> str | None:
    """The charset parameter of a media type, or None."""
    if content_type is None or "charset" not in content_type.lower():
        return None
    message = Message()
    message["content-type"] = content_type
    charset = message.get_content_charset()
    return charset or None


def media_type_of(content_type: str | None) -> str:
    """A media type without its parameters, in lower case; empty when there is none."""
    return (content_type or "").partition(";")[0].strip().lower()
