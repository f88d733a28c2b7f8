"""A request of a plan becomes the request that leaves: prepared once per artifact, rendered once per step.

Which headers, cookies and credentials of the defaults go along is decided here, by origin (language.md, "Steps").
"""

from typing import Final, TypeAlias
from urllib.parse import quote

from pytest_journeys.artifact.model import Request
from pytest_journeys.engine.auth import PreparedAuth, Proof
from pytest_journeys.engine.body import PreparedBody
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.redirects import origin_of
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.wire import InvalidRequestError, pairs_of, prepare_fields, text_of
from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.template import Template
from pytest_journeys.expressions.texts import utf8
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import HttpRequest
from pytest_journeys.values.json import JsonValue

DEFAULT_TIMEOUT: Final = Duration(30_000)
KEY_HEADER: Final = "Idempotency-Key"

OwnCookies: TypeAlias = tuple[tuple[str, str | None], ...]
"""A request's own cookies; None withholds the jar's cookie of that name."""


@fact(kw_only=False)
class Departure:
    """A request as it leaves, but for the jar's cookies.

    `timeout` is the total time of one attempt, `bound` the headers, in lower case, that never go to another origin.
    """

    request: HttpRequest
    cookies: OwnCookies
    timeout: Duration
    bound: frozenset[str]


class PreparedRequest:
    """One request of a plan."""

    def __init__(self, request: Request, key: Template | None, preparer: Preparer) -> None:
        self.method = request.method
        self.redirects = request.redirects
        self.is_safe = request.is_safe
        self.sends_cookies = request.sends_cookies
        self._base_url = None if request.base_url is None else preparer.url(request.base_url)
        self._home = None if request.home is None else preparer.url(request.home)
        self._url = preparer.url(request.url)
        self._query = prepare_fields(request.query, preparer)
        self._headers = prepare_fields(request.headers, preparer)
        self._own_names = frozenset(field.name.lower() for field in request.headers if not field.is_default)
        self._default_names = frozenset(field.name.lower() for field in request.headers if field.is_default)
        self._cookies = prepare_fields(request.cookies, preparer)
        self._auth = None if request.auth is None else PreparedAuth(request.auth, preparer)
        self._body = None if request.body is None else PreparedBody(request.body, preparer)
        self._key = None if key is None else preparer.template(key)
        self._timeout = None if request.timeout is None else preparer.template(request.timeout)

    def render(self, scope: RunScope) -> Departure:
        """The request of this run. Raises `EvaluationError` (`InvalidRequestError`), `MissingValueError`."""
        url, takes_defaults = self._target(scope)
        headers = pairs_of(self._headers, scope, takes_defaults)
        query = pairs_of(self._query, scope, takes_defaults) if self._query else []
        cookies = self._own_cookies(scope, takes_defaults) if self._cookies else ()
        bound = self._default_names
        if self._auth is not None and (takes_defaults or not self._auth.is_default):
            proof = self._auth.render(scope)
            match proof.place:
                case "header":
                    bound = bound | {proof.name.lower()}
                    headers = self._with_proof(headers, proof, is_default=self._auth.is_default)
                case "query":
                    query.append((proof.name, proof.value))
                case "cookie":
                    cookies = ((proof.name, proof.value), *cookies)
        body = b""
        if self._body is not None:
            media_type, body = self._body.render(scope)
            if not any(name.lower() == "content-type" for name, _ in headers):
                headers.append(("content-type", media_type))
        if self._key is not None:
            headers.append((KEY_HEADER, text_of(self._key.render(scope), "idempotency_key")))
        if query:
            url = _with_query(url, query)
        request = HttpRequest(method=self.method, url=url, headers=tuple(headers), body=body)
        return Departure(request, cookies, self._total_time(scope), bound)

    def _target(self, scope: RunScope) -> tuple[str, bool]:
        """The absolute URL, and whether it is at the origin that the defaults are for."""
        url = self._url.render(scope)
        base = None if self._base_url is None else self._base_url.render(scope)
        if url.startswith("/"):
            if base is None:
                raise InvalidRequestError(f"the URL {url} has no scheme, and there is no base_url to put before it")
            url = base.rstrip("/") + url
            if self._home is None:
                return url, True
        elif "://" not in url.partition("?")[0]:
            raise InvalidRequestError(f"the URL {url!r} neither begins with / nor has a scheme")
        home = base if self._home is None else self._home.render(scope)
        try:
            return url, home is None or origin_of(url) == origin_of(home)
        except ValueError as error:
            raise InvalidRequestError(f"the URL {url!r} is none: {error}") from None

    def _own_cookies(self, scope: RunScope, takes_defaults: bool) -> OwnCookies:
        cookies: list[tuple[str, str | None]] = []
        for field in self._cookies:
            name, is_default, _ = field
            if takes_defaults or not is_default:
                cookies.extend(pairs_of((field,), scope, takes_defaults=True) or [(name, None)])
        return tuple(cookies)

    def _with_proof(self, headers: list[tuple[str, str]], proof: Proof, *, is_default: bool) -> list[tuple[str, str]]:
        """A step's own header wins over any credentials, its own credentials over a default header."""
        folded = proof.name.lower()
        if not any(name.lower() == folded for name, _ in headers):
            return [*headers, (proof.name, proof.value)]
        if is_default or folded in self._own_names:
            return headers
        return [*(item for item in headers if item[0].lower() != folded), (proof.name, proof.value)]

    def _total_time(self, scope: RunScope) -> Duration:
        if self._timeout is None:
            return DEFAULT_TIMEOUT
        return duration_of(self._timeout.render(scope), "timeout")


def duration_of(value: JsonValue, what: str) -> Duration:
    """A length of time as the artifact holds it: whole milliseconds, or a text such as ``1h30m``. Raises `EvaluationError`."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Duration(value)
    try:
        return Duration.parse(text_of(value, what))
    except (ValueError, OverflowError) as error:
        raise EvaluationError(f"{what}: {error}") from None


def _with_query(url: str, pairs: list[tuple[str, str]]) -> str:
    encoded = "&".join(f"{quote(utf8(name), safe='')}={quote(utf8(value), safe='')}" for name, value in pairs)
    url, hash_sign, fragment = url.partition("#")
    joint = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    return f"{url}{joint}{encoded}{hash_sign}{fragment}"
