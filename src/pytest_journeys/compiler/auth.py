"""Who sends a request: schemes, and the named ones of `credentials`."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from pytest_journeys.artifact.model import Auth
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.compiler.templates import Lowered, literal
from pytest_journeys.language.requests import BearerToken, Scheme
from pytest_journeys.values.fact import fact
from pytest_journeys.values.nearest import nearest


@fact
class LoweredAuth:
    """A scheme with its members. `kind` is empty for ``none``."""

    kind: str
    values: tuple[tuple[str, Lowered], ...] = ()

    @property
    def steps(self) -> frozenset[str]:
        """The steps whose values it names."""
        return frozenset().union(*(value.steps for _, value in self.values))

    def as_auth(self, *, is_default: bool) -> Auth | None:
        """The artifact's form; None for ``none``."""
        if not self.kind:
            return None
        values = tuple((name, value.template) for name, value in self.values)
        return Auth(kind=self.kind, values=values, is_default=is_default)


NO_AUTH: Final = LoweredAuth(kind="")

Credentials: TypeAlias = Mapping[str, LoweredAuth]
"""The named schemes of a journey."""


def lower_auth(
    given: str | Scheme, place: Place, scope: Scope, context: Context, credentials: Credentials
) -> LoweredAuth:
    """A scheme where it is used: written there, named, or ``none``."""
    if isinstance(given, Scheme):
        return lower_scheme(given, place, scope, context)
    if given == "none":
        return NO_AUTH
    named = credentials.get(given)
    if named is None:
        near = nearest(given, [*credentials, "none"])
        context.findings.add(
            codes.UNKNOWN_CREDENTIALS,
            f"there are no credentials {given}",
            place,
            notes=(f"declared: {', '.join(sorted(credentials))}",) if credentials else (),
            help=f"did you mean {near}?"
            if near
            else "write a scheme, as in {bearer: ...}, or declare it under credentials",
        )
        return NO_AUTH
    early = sorted(named.steps - context.declared.steps_known(scope))
    if early:
        context.findings.add(
            codes.TOO_EARLY,
            f"the credentials {given} use a value of {early[0]}, which has not run yet",
            place,
            label=f"{early[0]} comes later, or is this step",
            help=f"use them behind {early[0]}",
        )
    return named


def lower_credentials(given: Mapping[str, Scheme], scope: Scope, context: Context) -> dict[str, LoweredAuth]:
    """The named schemes; `scope` knows every step, where they are used decides what is known."""
    return {name: lower_scheme(scheme, Place(("credentials", name)), scope, context) for name, scheme in given.items()}


def lower_scheme(given: Scheme, place: Place, scope: Scope, context: Context) -> LoweredAuth:
    """One scheme."""

    def text(value: str, *steps: str) -> Lowered:
        return context.text(value, place.at(*steps), scope)

    if isinstance(given.bearer, BearerToken):
        token, word = text(given.bearer.token, "bearer", "token"), text(given.bearer.scheme, "bearer", "scheme")
        return LoweredAuth(kind="bearer", values=(("token", token), ("scheme", word)))
    if given.bearer is not None:
        values = (("token", text(given.bearer, "bearer")), ("scheme", literal("Bearer")))
        return LoweredAuth(kind="bearer", values=values)
    if given.basic is not None:
        username = text(given.basic.username, "basic", "username")
        password = text(given.basic.password, "basic", "password")
        return LoweredAuth(kind="basic", values=(("username", username), ("password", password)))
    if given.api_key is not None:
        name = text(given.api_key.name, "api_key", "name")
        key = text(given.api_key.value, "api_key", "value")
        place_of_key = literal(given.api_key.place)
        return LoweredAuth(kind="api_key", values=(("name", name), ("value", key), ("in", place_of_key)))
    return NO_AUTH
