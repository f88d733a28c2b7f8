"""The cookie jar of a run (RFC 6265); its rules (domain, path, expiry, secure) are the standard library's.

Imported when a run meets its first cookie: the standard library's jar brings its HTTP and mail packages, 10 ms.
"""

from collections.abc import Set
from email.message import Message
from http.cookiejar import Cookie, CookieJar
from typing import Any, cast
from urllib.request import Request

from pytest_journeys.values.http import Headers, HttpResponse
from pytest_journeys.values.json import JsonValue


class Jar:
    """The cookies of one run, kept through redirects and cleanup."""

    def __init__(self) -> None:
        self._jar = CookieJar()

    def take(self, url: str, response: HttpResponse) -> None:
        """Keep what an answer set."""
        headers = Message()
        for line in response.header_values("set-cookie"):
            headers["Set-Cookie"] = line
        self._jar.extract_cookies(cast("object", _Answer(headers)), Request(url))  # type: ignore[arg-type]

    def pairs_for(self, url: str) -> Headers:
        """The names and values that go with a request to this URL; none with one that cannot be sent."""
        try:
            request = Request(url)
        except ValueError:
            return ()
        self._jar.add_cookie_header(request)
        header = request.get_header("Cookie", "") or ""
        pairs = (item.partition("=") for item in header.split("; ") if item)
        return tuple((name, value) for name, _, value in pairs)

    def told(self, names: Set[str]) -> JsonValue:
        """The cookies of these names with their rules, for `put`. They are secrets."""
        return cast("JsonValue", [dict(vars(cookie)) for cookie in self._jar if cookie.name in names])

    def put(self, names: Set[str], told: JsonValue, now: float) -> dict[str, str | None]:
        """Have of these names what `told` gave, and nothing else. Each live one's value; None for one that is over."""
        for cookie in [cookie for cookie in self._jar if cookie.name in names]:
            self._jar.clear(cookie.domain, cookie.path, cookie.name)
        values: dict[str, str | None] = {}
        for fields in cast("list[dict[str, Any]]", told):
            rest = fields.pop("_rest", {})
            cookie = Cookie(**fields, rest=rest)
            if cookie.is_expired(int(now)):
                values[cookie.name] = None
            else:
                self._jar.set_cookie(cookie)
                values.setdefault(cookie.name, cookie.value or "")
        return values


class _Answer:
    """What the standard library's jar wants to see of a response."""

    def __init__(self, headers: Message) -> None:
        self._headers = headers

    def info(self) -> Message:
        return self._headers
