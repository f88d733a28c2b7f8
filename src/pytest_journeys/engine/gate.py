"""The redaction gate: facts become events here, and nothing becomes part of an event without passing.

Knows where secrets may stand; how they are spelled is `values.secret`. It must never raise for what a server sent.
"""

import base64
from functools import lru_cache
from hashlib import sha256
from typing import Final

from pytest_journeys.engine.places import (
    DEFAULT_PLACES,
    Places,
    mask_cookies,
    mask_credentials,
    mask_member,
    mask_members,
    mask_set_cookie,
    mask_tree,
    mask_url_password,
)
from pytest_journeys.events.account import BodyAccount, RequestAccount, ResponseAccount
from pytest_journeys.values.http import Headers, HttpRequest, HttpResponse
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.redaction import Redactor
from pytest_journeys.values.secret import SHORTEST_INSIDE, mask_of

DEFAULT_BODY_LIMIT: Final = 1024 * 1024
"""Bytes of a body that are kept; the rest is cut and its true size told."""

_TOO_DEEP: Final = "nested too deep to be told"  # what cannot be searched is not shown
_INLINE: Final = 16 * 1024  # bytes; durability.md, rule 6
_INLINE_BINARY: Final = 1024  # bytes
_MARGIN: Final = 64 * 1024  # bytes: no spelling of a secret is longer; one that stands across a cut is seen whole
_LONGEST_LEARNED: Final = 8 * 1024  # characters; no token is longer, and a body of one string named password is none
_MOST_LEARNED: Final = 500  # a list of users with a password each must not slow down all that follows
_JSON: Final = (("content-type", "application/json"),)
_CREDENTIALS: Final = frozenset({"authorization", "proxy-authorization"})
_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})
_CACHED: Final = 512  # headers, and texts of a length below: most of both come again with every step
_CACHED_LENGTH: Final = 100
_NOT_TEXT: Final = frozenset({"unicode_escape", "raw_unicode_escape", "idna", "punycode", "undefined", "mbcs", "oem"})
_COMPRESSED: Final = (b"\x1f\x8b", b"PK", b"x\x01", b"x\x9c", b"x\xda", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")


class Gate:
    """One per run. It begins with the declared secrets and learns what the run adds: derived secrets, cookies.

    What stands in a masked place and is long enough to be recognised is learned too, so that an echo of it is masked
    and a value made from it is known to be secret. Learn a derived secret before its own exchange passes.
    """

    __slots__ = ("_body_limit", "_headers", "_learned", "_members", "_places", "_redactor", "_texts")

    def __init__(
        self, redactor: Redactor, *, places: Places = DEFAULT_PLACES, body_limit: int = DEFAULT_BODY_LIMIT
    ) -> None:
        self._redactor = redactor.copy()
        self._places = places
        self._members = places.members
        self._body_limit = body_limit
        self._headers: dict[tuple[str, str], list[str]] = {}
        self._texts: dict[str, str | None] = {}
        self._learned = 0

    @property
    def learned(self) -> int:
        """Grows with what is known: as long as it stays, what was shown once is shown the same again."""
        return self._learned

    def learn(self, name: str, value: JsonValue) -> None:
        """Hide a value from now on, whatever passes: a secret that a step derived, a cookie that was set."""
        if self._redactor.learn(name, value):
            self._learned += 1
            self._forget()

    def learn_member(self, name: str) -> None:
        """Mask members of this name from now on: a secret number or boolean is known by its place only."""
        if name.lower() not in self._members:
            self._members = (*self._members, name.lower())
            self._learned += 1
            self._forget()

    def holds(self, value: JsonValue) -> bool:
        """Whether a value contains a secret, in any form or place: what is made from it must not be written."""
        return self.value(value) is not value

    def text(self, text: str) -> str:
        """Any text that becomes part of an event: an error, a log line, a URL. The same object if nothing is hidden."""
        if len(text) > _CACHED_LENGTH:
            return self._shown(text)
        known = self._texts.get(text, "")
        if known is None:
            return text
        if known:
            return known
        shown = self._shown(text)
        if len(self._texts) >= _CACHED:
            self._texts.clear()
        self._texts[text] = None if shown is text else shown
        return shown

    def value(self, value: JsonValue, *, name: str = "") -> JsonValue:
        """A JSON value that becomes part of an event; `name` is the member that it was taken from, where there is one.

        The same object if nothing is hidden.
        """
        try:
            if name and name.lower() in self._members:
                return mask_member(name, value, self._members, self._mask, self._leaf)
            if isinstance(value, str):
                return self.text(value)
            return mask_tree(value, self._members, self._mask, self._leaf)
        except RecursionError:
            return _TOO_DEEP

    def request(self, request: HttpRequest) -> tuple[RequestAccount, bytes | None]:
        """What is told of a request, and its redacted body when that is too large to be told inline."""
        headers = self._headers_of(request.headers)
        account: RequestAccount = {
            "method": self._method(request.method),
            "url": self.text(request.url),
            "headers": headers,
        }
        if not request.body:
            return account, None
        account["body"], large = self._body_of(request.headers, request.body)
        return account, large

    def response(self, response: HttpResponse) -> tuple[ResponseAccount, bytes | None]:
        """What is told of an answer, and its redacted body when that is too large to be told inline."""
        headers = self._headers_of(response.headers)
        account: ResponseAccount = {
            "status": response.status,
            "reason": self.text(response.reason),
            "http_version": response.http_version,
            "headers": headers,
        }
        if not response.body:
            return account, None
        account["body"], large = self._body_of(response.headers, response.body)
        return account, large

    def json_body(self, data: bytes) -> tuple[BodyAccount, bytes | None]:
        """What is told of JSON that is no part of a request, and its redacted bytes when they are too large inline."""
        return self._body_of(_JSON, data)

    def _forget(self) -> None:
        self._headers.clear()
        self._texts.clear()

    def _shown(self, text: str) -> str:
        found = self._redactor.redact_text(text)
        if self._members:
            lowered = found.lower()
            for member in self._members:
                if member in lowered:
                    masked = mask_members(found, self._members, self._mask)
                    found = found if masked == found else self._redactor.redact_text(masked)
                    break
        if "@" in found and "://" in found:
            masked = mask_url_password(found, self._mask)
            found = found if masked == found else masked
        return found

    def _method(self, method: str) -> str:
        return method if method in _METHODS else self.text(method)

    def _leaf(self, value: JsonValue) -> JsonValue:
        return self.text(value) if isinstance(value, str) else self._redactor.redact_json(value)

    def _mask(self, name: str, value: JsonValue) -> JsonValue:
        """The mask of what stands in a place: its own name if it is a known secret, else the name of the place."""
        if not isinstance(value, str):
            self.learn(name, value)
            return mask_of(name)
        found = self._redactor.redact_text(value)
        if self._redactor.is_mask(found) or found == mask_of(name):
            return found
        if SHORTEST_INSIDE <= len(value) <= _LONGEST_LEARNED and self._learned < _MOST_LEARNED:
            self.learn(name, value)
        return mask_of(name)

    def _headers_of(self, headers: Headers) -> list[list[str]]:
        cached = self._headers
        learned = self._learned
        shown = [cached.get(header) or self._header(header) for header in headers]
        if learned != self._learned:
            # A place taught us a value while we went through: what came before it may hold it too.
            shown = [self._header(header) for header in headers]
        return shown

    def _header(self, header: tuple[str, str]) -> list[str]:
        name, value = header
        folded = name.lower()
        if folded in self._places.headers:
            shown = (
                mask_credentials(value, lambda rest: str(self._mask(folded, rest)))
                if folded in _CREDENTIALS
                else str(self._mask(folded, value))
            )
        elif self._places.has_cookies and folded == "cookie":
            shown = mask_cookies(value, self._mask_cookie)
        elif self._places.has_cookies and folded == "set-cookie":
            shown = self.text(mask_set_cookie(value, self._mask_cookie))
        else:
            shown = self.text(value)
        if len(self._headers) >= _CACHED:
            self._headers.clear()
        pair = self._headers[header] = [self.text(name), shown]
        return pair

    def _mask_cookie(self, name: str, value: str) -> str:
        return str(self._mask(name, value.strip('"')))

    def _body_of(self, headers: Headers, data: bytes) -> tuple[BodyAccount, bytes | None]:
        content_type = next((value for name, value in headers if name.lower() == "content-type"), "")
        media_type, charset = _media_type(content_type)
        limit = self._body_limit
        is_cut = len(data) > limit
        window = data[: limit + 2 * _MARGIN] if is_cut else data
        text, is_utf8 = _decoded(window, media_type, charset, is_cut=is_cut)
        if text is not None and "\0" in text:  # most likely UTF-16 that nobody declared
            clean = self._redactor.redact_bytes(window)
            text, is_utf8 = (text, is_utf8) if clean is window else (clean.decode("utf-8", "replace"), False)
        account: BodyAccount = {"size": len(data), "sha256": ""}
        if media_type:
            account["media_type"] = self.text(media_type)
        if text is None:
            kept = self._redactor.redact_bytes(window)
        else:
            shown = self.text(text)
            kept = window if shown is text and is_utf8 else shown.encode("utf-8", "surrogatepass")
        if is_cut:
            safe = len(kept) - _MARGIN if len(data) > len(window) else len(kept)
            kept = kept[: max(0, min(limit, safe))]
            account["cut_to"] = len(kept)
        account["sha256"] = sha256(kept).hexdigest()
        if text is None:
            if len(kept) <= _INLINE_BINARY and not kept.startswith(_COMPRESSED):
                account["base64"] = base64.b64encode(kept).decode()
            return account, None
        if len(kept) > _INLINE:
            account["is_stored"] = True
            return account, kept
        account["text"] = kept.decode("utf-8", "ignore") if is_cut else shown
        return account, None


@lru_cache(maxsize=256)
def _media_type(content_type: str) -> tuple[str, str]:
    """The media type and the charset of a content-type header, in lower case; empty where there is none."""
    media_type, _, parameters = content_type.partition(";")
    charset = ""
    for parameter in parameters.split(";"):
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip("\"'").lower()
    return media_type.strip().lower(), charset


def _decoded(data: bytes, media_type: str, charset: str, *, is_cut: bool) -> tuple[str | None, bool]:
    """The text of a body, None for a binary one; and whether the bytes are that text in UTF-8.

    By its charset, else as UTF-8; UTF-16 and UTF-32 are known by their marks. What claims to be text and is not is read
    with replacement characters.
    """
    codec = charset or ("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "")
    if codec and codec not in ("utf-8", "utf8") and codec.replace("-", "_") not in _NOT_TEXT:
        try:
            return data.decode(codec), False
        except Exception:
            pass
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        is_split = is_cut and error.reason == "unexpected end of data"
        if not is_split and not _claims_text(media_type, charset):
            return None, False
        return data.decode("utf-8", "replace"), False
    if "\0" in text and not _claims_text(media_type, charset):
        return None, False
    return text, True


def _claims_text(media_type: str, charset: str) -> bool:
    kind, _, subtype = media_type.partition("/")
    return (
        bool(charset)
        or kind == "text"
        or subtype in ("json", "xml", "javascript", "yaml", "x-yaml", "x-www-form-urlencoded", "graphql", "x-ndjson")
        or subtype.endswith(("+json", "+xml", "+yaml"))
    )
