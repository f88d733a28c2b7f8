"""Cookies that one answer set, as its ``Set-Cookie`` lines say it (RFC 6265)."""

import re
from collections.abc import Iterable
from dataclasses import field
from typing import Final

from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import HttpResponse
from pytest_journeys.values.json import MISSING, JsonValue, Missing

_SECONDS: Final = re.compile(r"-?[0-9]{1,15}")


@fact
class SetCookie:
    """One ``Set-Cookie`` line; attribute names are lower case, a bare attribute's value is None."""

    name: str
    value: str
    attributes: dict[str, str | None] = field(default_factory=dict)

    def attribute(self, name: str, now: float) -> JsonValue | Missing:
        """A cookie's attribute as a journey names it: ``value secure http_only same_site path domain max_age expires deleted``."""
        match name:
            case "value":
                return self.value
            case "secure":
                return "secure" in self.attributes
            case "http_only":
                return "httponly" in self.attributes
            case "same_site":
                return self._text("samesite")
            case "max_age":
                return self._seconds()
            case "deleted":
                return self.is_deleted(now)
            case _:
                return self._text(name)

    def is_deleted(self, now: float) -> bool:
        """Whether the line takes the cookie away: an age of zero or less, or an expiry that is past."""
        seconds = self._seconds()
        if isinstance(seconds, int):
            return seconds <= 0
        expires = self.attributes.get("expires")
        if not expires:
            return False
        from email.utils import parsedate_to_datetime

        try:
            return parsedate_to_datetime(expires).timestamp() <= now
        except (ValueError, OverflowError, OSError):
            return False

    def _text(self, name: str) -> str | Missing:
        value = self.attributes.get(name)
        return MISSING if value is None else value

    def _seconds(self) -> int | Missing:
        text = self.attributes.get("max-age") or ""
        return int(text) if _SECONDS.fullmatch(text) else MISSING


def parse_set_cookie(line: str) -> SetCookie | None:
    """Read one header value; None when it names no cookie."""
    pair, *rest = line.split(";")
    name, equals, value = pair.partition("=")
    if not equals or not name.strip():
        return None
    attributes: dict[str, str | None] = {}
    for item in rest:
        key, has_value, held = item.partition("=")
        attributes[key.strip().lower()] = held.strip() if has_value else None
    return SetCookie(name=name.strip(), value=value.strip().removeprefix('"').removesuffix('"'), attributes=attributes)


def cookies_of(responses: Iterable[HttpResponse]) -> dict[str, SetCookie]:
    """What an answer and the redirects before it set, the last line of a name counting."""
    found: dict[str, SetCookie] = {}
    for response in responses:
        for line in response.header_values("set-cookie"):
            cookie = parse_set_cookie(line)
            if cookie is not None:
                found[cookie.name] = cookie
    return found
