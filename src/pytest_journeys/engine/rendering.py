"""A request of a plan becomes the request that leaves: prepared once per artifact, rendered once per step.

Which headers, cookies and credentials of the defaults go along is decided here, by origin (language.md, "Steps").
"""

import json
from base64 import b64encode
from collections.abc import Sequence
from mimetypes import guess_type
from typing import Final, TypeAlias
from urllib.parse import quote, urlencode

from pytest_journeys.artifact.model import Auth, Body, Field, Request
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.redirects import origin_of
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.render import Prepared
from pytest_journeys.expressions.template import Template
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.http import HttpRequest
from pytest_journeys.values.json import JsonValue, type_name

DEFAULT_TIMEOUT: Final = Duration(30_000)
KEY_HEADER: Final = "Idempotency-Key"


class PreparedRequest:
    """One request of a plan."""

    def __init__(self, request: Request, key: Template | None, preparer: Preparer) -> None:
        self.method = request.method
        self.redirects = request.redirects
        self.is_safe = request.is_safe
        self.sends_cookies = request.sends_cookies
        self._base_url = None if request.base_url is None else preparer.url(request.base_url)
        self._url = preparer.url(request.url)
        self._query = _fields(request.query, preparer)
        self._headers = _fields(request.headers, preparer)
        self._cookies = _fields(request.cookies, preparer)
        self._auth = None if request.auth is None else _PreparedAuth(request.auth, preparer)
        self._body = None if request.body is None else _PreparedBody(request.body, preparer)
        self._key = None if key is None else preparer.template(key)
        self._timeout = None if request.timeout is None else preparer.template(request.timeout)

    def render(self, scope: RunScope) -> HttpRequest:
        """The request as it leaves, but for the jar's cookies. Raises `EvaluationError`, `MissingValueError`, `SetupError`."""
        base = None if self._base_url is None else self._base_url.render(scope)
        url = _joined(base, self._url.render(scope))
        takes_defaults = base is None or url.startswith(base) or origin_of(url) == origin_of(base)
        pairs = _pairs(self._query, scope, takes_defaults)
        headers = list(_pairs(self._headers, scope, takes_defaults))
        names = {name.lower() for name, _ in headers}
        if self._auth is not None and (takes_defaults or not self._auth.is_default):
            place, name, value = self._auth.render(scope)
            if place == "query":
                pairs = [*pairs, (name, value)]
            elif name.lower() not in names:
                headers.append((name, value))
        body = b""
        if self._body is not None:
            media_type, body = self._body.render(scope)
            if media_type and "content-type" not in names:
                headers.append(("content-type", media_type))
        if self._key is not None:
            headers.append((KEY_HEADER, _text(self._key.render(scope), "idempotency_key")))
        if pairs:
            encoded = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in pairs)
            url = _with_query(url, encoded)
        return HttpRequest(method=self.method, url=url, headers=tuple(headers), body=body)

    def cookies(self, scope: RunScope, url: str) -> dict[str, str | None]:
        """The request's own cookies; None withholds the jar's cookie of that name."""
        if not self._cookies:
            return {}
        base = None if self._base_url is None else self._base_url.render(scope)
        takes_defaults = base is None or origin_of(url) == origin_of(base)
        return {
            name: None if value is None else _text(value, f"cookie {name}")
            for name, is_default, prepared in self._cookies
            if takes_defaults or not is_default
            for value in (prepared.render(scope),)
        }

    def timeout(self, scope: RunScope) -> Duration:
        """The total time of one attempt."""
        if self._timeout is None:
            return DEFAULT_TIMEOUT
        value = self._timeout.render(scope)
        if isinstance(value, int) and not isinstance(value, bool):
            return Duration(value)
        try:
            return Duration.parse(_text(value, "timeout"))
        except ValueError as error:
            raise EvaluationError(f"timeout: {error}") from None


_PreparedField: TypeAlias = tuple[str, bool, Prepared[JsonValue]]


def _fields(fields: Sequence[Field], preparer: Preparer) -> tuple[_PreparedField, ...]:
    return tuple((field.name, field.is_default, preparer.template(field.value)) for field in fields)


def _pairs(fields: Sequence[_PreparedField], scope: RunScope, takes_defaults: bool) -> list[tuple[str, str]]:
    """Names and texts: a list sends the name once per element, null leaves it out."""
    pairs: list[tuple[str, str]] = []
    for name, is_default, prepared in fields:
        if is_default and not takes_defaults:
            continue
        value = prepared.render(scope)
        values: Sequence[JsonValue] = value if isinstance(value, (list, tuple)) else (value,)
        pairs.extend((name, _text(item, name)) for item in values if item is not None)
    return pairs


def _text(value: JsonValue, what: str) -> str:
    match value:
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case _:
            raise EvaluationError(f"{what} needs a text, and this is {_an(type_name(value))}")


def _an(word: str) -> str:
    return f"an {word}" if word[0] in "aio" else word if word == "null" else f"a {word}"


def _joined(base: str | None, url: str) -> str:
    if url.startswith("/"):
        if base is None:
            raise EvaluationError(f"the URL {url} has no scheme, and there is no base_url to put before it")
        return base.rstrip("/") + url
    if "://" not in url.partition("?")[0]:
        raise EvaluationError(f"the URL {url!r} neither begins with / nor has a scheme")
    return url


def _with_query(url: str, encoded: str) -> str:
    url, hash_sign, fragment = url.partition("#")
    joint = "" if url.endswith(("?", "&")) else "&" if "?" in url else "?"
    return f"{url}{joint}{encoded}{hash_sign}{fragment}"


class _PreparedAuth:
    def __init__(self, auth: Auth, preparer: Preparer) -> None:
        self.is_default = auth.is_default
        self._kind = auth.kind
        self._values = {name: preparer.template(value) for name, value in auth.values}

    def render(self, scope: RunScope) -> tuple[str, str, str]:
        """Where it goes (``header`` or ``query``), under which name, and what."""
        given = {name: _text(value.render(scope), f"auth {name}") for name, value in self._values.items()}
        match self._kind:
            case "bearer":
                return "header", "authorization", f"{given.get('scheme', 'Bearer')} {given['token']}"
            case "basic":
                pair = f"{given['username']}:{given['password']}".encode()
                return "header", "authorization", f"Basic {b64encode(pair).decode('ascii')}"
            case _:
                if given.get("in") == "cookie":
                    return "header", "cookie", f"{given['name']}={given['value']}"
                return given.get("in", "header"), given["name"], given["value"]


class _PreparedBody:
    def __init__(self, body: Body, preparer: Preparer) -> None:
        self._kind = body.kind
        self._sha256 = body.sha256
        self._value = None if body.value is None else preparer.template(body.value)
        self._fields = _fields(body.fields, preparer)

    def render(self, scope: RunScope) -> tuple[str, bytes]:
        """The media type that the body implies, and its bytes."""
        if self._kind == "form":
            pairs = _pairs(self._fields, scope, takes_defaults=True)
            return "application/x-www-form-urlencoded", urlencode(pairs).encode("ascii")
        value = None if self._value is None else self._value.render(scope)
        if self._kind == "json":
            return "application/json", encode_json(value)
        if self._kind == "text":
            return "text/plain; charset=utf-8", _text(value, "text").encode("utf-8", "replace")
        path = _text(value, "file")
        data = scope.read_file(path)
        if self._sha256 is not None and digest_of_bytes(data) != self._sha256:
            raise EvaluationError(f"the file {path} is not the one that the journey was compiled with")
        return guess_type(path)[0] or "application/octet-stream", data


def encode_json(value: JsonValue) -> bytes:
    """A ``json`` body: compact, UTF-8, members in the order written; a lone surrogate stays an escape."""
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
    except ValueError as error:
        raise EvaluationError(f"the body is no JSON: {error}") from None
