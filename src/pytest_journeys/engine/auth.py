"""How a request proves who sends it: credentials become a header, a query parameter or a cookie."""

from base64 import b64encode
from typing import Literal, NamedTuple

from pytest_journeys.artifact.model import Auth
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.wire import text_of
from pytest_journeys.expressions.texts import utf8


class Proof(NamedTuple):
    """Where it stands, under which name, and what."""

    place: Literal["header", "query", "cookie"]
    name: str
    value: str


class PreparedAuth:
    """Credentials of a plan. `is_default`: they come from the journey's defaults and stay with its origin."""

    def __init__(self, auth: Auth, preparer: Preparer) -> None:
        self.is_default = auth.is_default
        self._kind = auth.kind
        self._values = {name: preparer.template(value) for name, value in auth.values}

    def render(self, scope: RunScope) -> Proof:
        """The credentials of this run. Raises `EvaluationError`, `MissingValueError`."""
        given = {name: text_of(value.render(scope), f"auth {name}") for name, value in self._values.items()}
        match self._kind:
            case "bearer":
                return Proof("header", "authorization", f"{given.get('scheme', 'Bearer')} {given['token']}")
            case "basic":
                pair = b64encode(utf8(f"{given['username']}:{given['password']}")).decode("ascii")
                return Proof("header", "authorization", f"Basic {pair}")
            case _:
                match given.get("in"):
                    case "cookie":
                        return Proof("cookie", given["name"], given["value"])
                    case "query":
                        return Proof("query", given["name"], given["value"])
                    case _:
                        return Proof("header", given["name"], given["value"])
