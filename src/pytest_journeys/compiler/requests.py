"""Requests: method, URL, body, and the settings merged from the step and the defaults."""

import re
from typing import Final

from pytest_journeys.artifact.model import Body, Request
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.compiler.settings import Merged, lower_fields
from pytest_journeys.compiler.templates import Lowered
from pytest_journeys.expressions.template import Literal, Template, Text
from pytest_journeys.language.requests import RequestLine, Sending
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.http import SAFE_METHODS
from pytest_journeys.values.json import MISSING

REPEATABLE: Final = SAFE_METHODS | {"PUT", "DELETE"}
"""Methods that mean the same when they are sent twice (RFC 9110, 9.2.2)."""

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def lower_request(
    given: Sending, line: RequestLine, place: Place, scope: Scope, settings: Merged, context: Context
) -> Request:
    """The request of a step; `settings` are its own over the defaults."""
    at = place.at(*line.url_path).after(line.url_offset)
    url = context.text(line.url, at, scope)
    _check_url(line.url, url.template, at, settings, context)
    return Request(
        method=line.method,
        url=url.template,
        base_url=settings.base_url,
        headers=settings.headers,
        query=settings.query,
        cookies=settings.cookies,
        sends_cookies=settings.sends_cookies,
        auth=settings.auth,
        body=_body(given, place, scope, context),
        timeout=settings.timeout,
        redirects=settings.redirects,
        is_safe=line.method in SAFE_METHODS or settings.is_safe,
    )


def _check_url(written: str, url: Template, place: Place, settings: Merged, context: Context) -> None:
    start = url.value if isinstance(url, Literal) else url.parts[0] if isinstance(url, Text) else None
    if not isinstance(start, str):
        return
    scheme = _SCHEME.match(start)
    if start.startswith("/"):
        if settings.base_url is None:
            context.findings.add(
                codes.NO_URL,
                "a URL that begins with / is appended to base_url, and there is none here",
                place,
                length=len(written),
                help="give defaults a base_url, or write the whole URL",
            )
        return
    if scheme is None:
        title, advice = "a URL has a scheme or begins with /", f"write https://{start} or /{start}"
    elif scheme[1].lower() not in ("http", "https"):
        title, advice = f"{scheme[1]}: is not http", "requests go to http:// or https://"
    else:
        return
    context.findings.add(codes.NO_URL, title, place, length=len(written), help=advice)


def _body(given: Sending, place: Place, scope: Scope, context: Context) -> Body | None:
    if given.json_body is not MISSING:
        return Body(kind="json", value=context.value(given.json_body, place.at("json"), scope).template)
    if given.json_file is not None:
        return _json_file(given.json_file, place.at("json_file"), scope, context)
    if given.form is not None:
        return Body(kind="form", fields=lower_fields(given.form, place.at("form"), scope, context))
    if given.text is not None:
        return Body(kind="text", value=context.text(given.text, place.at("text"), scope).template)
    if given.file is not None:
        return _upload(given.file, place.at("file"), scope, context)
    return None


def _json_file(path: str, place: Place, scope: Scope, context: Context) -> Body:
    value = context.json_of(path, place) if _is_known(path, place, context) else None
    return Body(kind="json", value=context.value(value, place.in_file(path), scope).template)


def _is_known(path: str, place: Place, context: Context) -> bool:
    if "${{" not in path:
        return True
    context.findings.add(
        codes.NO_FILE, "a json_file is read when the journey is compiled: its path holds no references", place
    )
    return False


def _upload(path: str, place: Place, scope: Scope, context: Context) -> Body:
    lowered: Lowered = context.text(path, place, scope)
    if not isinstance(lowered.template, Literal):
        return Body(kind="file", value=lowered.template)
    data = context.bytes_of(str(lowered.template.value), place)
    return Body(kind="file", value=lowered.template, sha256=None if data is None else digest_of_bytes(data))
