"""What steps and defaults both say about a request: lowered once, merged key by key for each step."""

from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias, TypeVar

from pytest_journeys.artifact.model import Auth, Field
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.auth import NO_AUTH, Credentials, LoweredAuth, lower_auth
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.compiler.templates import Lowered, literal
from pytest_journeys.compiler.urls import check_base_url
from pytest_journeys.expressions.template import Template
from pytest_journeys.language.requests import RequestSettings
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue

Given = TypeVar("Given")

MOST_REDIRECTS: Final = 20
"""How many ``redirects: true`` follows; browsers and httpx stop there too."""

Fields: TypeAlias = dict[str, tuple[str, Lowered]]
"""Fields by the name that tells them apart (folded for headers): the name as written and the value."""


@fact
class Settings:
    """Settings as one place gives them. `removed` are the keys that it sets to null; None is not given."""

    base_url: Lowered | None = None
    headers: Fields
    query: Fields
    cookies: Fields
    sends_cookies: bool | None = None
    auth: LoweredAuth | None = None
    timeout: Lowered | None = None
    redirects: int | None = None
    is_safe: bool | None = None
    removed: frozenset[str] = frozenset()


@fact
class Merged:
    """The settings of one request."""

    base_url: Template | None
    home: Template | None
    headers: tuple[Field, ...]
    query: tuple[Field, ...]
    cookies: tuple[Field, ...]
    sends_cookies: bool
    auth: Auth | None
    timeout: Template | None
    redirects: int
    is_safe: bool


_KEYS: Final = ("base_url", "headers", "query", "cookies", "auth", "timeout", "redirects", "safe")


def lower_settings(
    given: RequestSettings, place: Place, scope: Scope, context: Context, credentials: Credentials
) -> Settings:
    """The settings of a step or of the defaults."""
    cookies = given.cookies if isinstance(given.cookies, Mapping) else {}
    return Settings(
        base_url=_base_url(given.base_url, place.at("base_url"), scope, context),
        headers={
            name.lower(): (name, value)
            for name, value in _fields(given.headers or {}, place.at("headers"), scope, context)
        },
        query=_by_name(given.query or {}, place.at("query"), scope, context),
        cookies=_by_name(cookies, place.at("cookies"), scope, context),
        sends_cookies=None if given.cookies is None else given.cookies != "none",
        auth=None if given.auth is None else lower_auth(given.auth, place.at("auth"), scope, context, credentials),
        timeout=_timeout(given.timeout, place.at("timeout"), scope, context),
        redirects=_redirects(given.redirects),
        is_safe=given.safe,
        removed=frozenset(key for key in _KEYS if given.removes(key)),
    )


def merge(own: Settings, defaults: Settings, known_steps: frozenset[str]) -> Merged:
    """A request's own settings over the defaults; of those, what refers to steps not yet known does not apply.

    Nor do default fields and credentials apply as long as the base_url that they belong to is not known.
    """
    home = defaults.base_url
    is_home_known = home is None or home.steps <= known_steps

    def default(key: str, value: Lowered | None) -> Template | None:
        applies = value is not None and key not in own.removed and value.steps <= known_steps
        return value.template if applies and value is not None else None

    def fields(key: str, mine: Fields, theirs: Fields) -> tuple[Field, ...]:
        inherited = () if key in own.removed or not is_home_known else theirs.items()
        kept = [
            Field(name=name, value=value.template, is_default=True)
            for folded, (name, value) in inherited
            if folded not in mine and value.steps <= known_steps
        ]
        return (*kept, *(Field(name=name, value=value.template) for name, value in mine.values()))

    sends = _first(own.sends_cookies, None if "cookies" in own.removed else defaults.sends_cookies, True)
    has_own_base = own.base_url is not None or "base_url" in own.removed
    return Merged(
        base_url=own.base_url.template if own.base_url else default("base_url", defaults.base_url),
        home=home.template if home is not None and has_own_base and is_home_known else None,
        headers=fields("headers", own.headers, defaults.headers),
        query=fields("query", own.query, defaults.query),
        cookies=fields("cookies", own.cookies, defaults.cookies) if sends else (),
        sends_cookies=sends,
        auth=_merged_auth(own, defaults, known_steps) if is_home_known or own.auth is not None else None,
        timeout=own.timeout.template if own.timeout else default("timeout", defaults.timeout),
        redirects=_first(own.redirects, None if "redirects" in own.removed else defaults.redirects, 0),
        is_safe=_first(own.is_safe, None if "safe" in own.removed else defaults.is_safe, False),
    )


def lower_fields(given: Mapping[str, JsonValue], place: Place, scope: Scope, context: Context) -> tuple[Field, ...]:
    """Fields of a form."""
    return tuple(Field(name=name, value=value.template) for name, value in _fields(given, place, scope, context))


def _first(own: Given | None, default: Given | None, otherwise: Given) -> Given:
    if own is not None:
        return own
    return otherwise if default is None else default


def _merged_auth(own: Settings, defaults: Settings, known_steps: frozenset[str]) -> Auth | None:
    if own.auth is not None:
        return own.auth.as_auth(is_default=False)
    inherited = defaults.auth
    if inherited is None or inherited is NO_AUTH or "auth" in own.removed or not inherited.steps <= known_steps:
        return None
    return inherited.as_auth(is_default=True)


def _by_name(given: Mapping[str, JsonValue], place: Place, scope: Scope, context: Context) -> Fields:
    return {name: (name, value) for name, value in _fields(given, place, scope, context)}


def _fields(given: Mapping[str, JsonValue], place: Place, scope: Scope, context: Context) -> list[tuple[str, Lowered]]:
    found: list[tuple[str, Lowered]] = []
    for name, value in given.items():
        at = place.at(name)
        context.expressions.key(name, at)
        items = value if isinstance(value, Sequence) and not isinstance(value, str) else [value]
        if any(isinstance(item, (Mapping, list, tuple)) for item in items):
            context.findings.add(
                codes.TYPE_CLASH,
                f"{name} is sent as text, and this is {'an object' if isinstance(value, Mapping) else 'a list of such'}",
                at,
                help="write ${{ json(...) }} to send JSON inside a text",
            )
        found.append((name, context.value(value, at, scope)))
    return found


def _base_url(given: str | None, place: Place, scope: Scope, context: Context) -> Lowered | None:
    if given is None:
        return None
    lowered = context.text(given, place, scope)
    check_base_url(given, lowered.template, place, context)
    return lowered


def _timeout(given: Duration | str | None, place: Place, scope: Scope, context: Context) -> Lowered | None:
    if isinstance(given, Duration):
        return literal(given.milliseconds)
    return None if given is None else context.text(given, place, scope)


def _redirects(given: bool | int | None) -> int | None:
    if given is None or not isinstance(given, bool):
        return given
    return MOST_REDIRECTS if given else 0
