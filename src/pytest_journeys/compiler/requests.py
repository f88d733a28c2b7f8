"""Requests: method, URL, body, and the settings merged from the step and the defaults."""

from typing import Final

from pytest_journeys.artifact.model import Body, Request
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.compiler.settings import Merged, lower_fields
from pytest_journeys.compiler.templates import Lowered
from pytest_journeys.compiler.urls import check_url
from pytest_journeys.expressions.template import Literal
from pytest_journeys.language.requests import RequestLine, Sending
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.http import SAFE_METHODS
from pytest_journeys.values.json import MISSING

REPEATABLE: Final = SAFE_METHODS | {"PUT", "DELETE"}
"""Methods that mean the same when they are sent twice (RFC 9110, 9.2.2)."""


def lower_request(
    given: Sending, line: RequestLine, place: Place, scope: Scope, settings: Merged, context: Context
) -> Request:
    """The request of a step; `settings` are its own over the defaults."""
    at = place.at(*line.url_path).after(line.url_offset)
    url = context.text(line.url, at, scope)
    check_url(line.url, url.template, at, context, has_base=settings.base_url is not None)
    return Request(
        method=line.method,
        url=url.template,
        base_url=settings.base_url,
        home=settings.home,
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
