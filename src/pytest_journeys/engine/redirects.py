"""Following a redirect (RFC 9110, 15.4; the method changes as browsers and RFC 9110 agree on)."""

from collections.abc import Set
from typing import Final
from urllib.parse import urljoin, urlsplit

from pytest_journeys.values.http import HttpRequest, HttpResponse

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_BODY_HEADERS: Final = frozenset({"content-type", "content-length", "content-encoding", "content-language"})
_OWN_HEADERS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "host", "idempotency-key"})


def next_hop(request: HttpRequest, response: HttpResponse, bound: Set[str]) -> HttpRequest | None:
    """The request that a redirect asks for; None when the answer is no redirect or names no place.

    303, and 301 or 302 to a POST, become a GET without a body. Credentials, the key and what is `bound` to this origin
    stay behind when the redirect leads to another one. Raises `ValueError` for a Location that is no URL.
    """
    location = response.header("location") if response.status in _REDIRECTS else None
    if not location:
        return None
    url = urljoin(request.url, location)
    method, body, headers = request.method, request.body, request.headers
    if (response.status == 303 and method != "HEAD") or (response.status in (301, 302) and method == "POST"):
        method, body = "GET", b""
        headers = tuple(item for item in headers if item[0].lower() not in _BODY_HEADERS)
    if origin_of(url) != origin_of(request.url):
        headers = tuple(item for item in headers if item[0].lower() not in _OWN_HEADERS | bound)
    return HttpRequest(method=method, url=url, headers=headers, body=body)


def origin_of(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port of an absolute URL, the default port filled in. Raises `ValueError` when there are none."""
    parts = urlsplit(url)
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), parts.port or {"http": 80, "https": 443}.get(scheme)
