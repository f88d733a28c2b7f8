"""The cookie jar of a run (RFC 6265); its rules (domain, path, expiry, secure) are the standard library's.

Imported when a run meets its first cookie: the standard library's jar brings its HTTP and mail packages, 10 ms.
"""

from email.message import Message
from http.cookiejar import CookieJar
from typing import cast
from urllib.request import Request

from pytest_journeys.values.http import Headers, HttpResponse


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


class _Answer:
    """What the standard library's jar wants to see of a response."""

    def __init__(self, headers: Message) -> None:
        self._headers = headers

    def info(self) -> Message:
        return self._headers
