"""What passes over the desk: a question, an answer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from .business import Refusal


@dataclass(frozen=True, kw_only=True)
class Question:
    """A request as it came in; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        """The last value of each name."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.target).query).items()}

    @property
    def token(self) -> str:
        """The bearer token, or an empty text."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else ""

    @property
    def key(self) -> str | None:
        """The idempotency key, where it means something."""
        return self.headers.get("idempotency-key") if self.method == "POST" else None

    def document(self) -> dict[str, object]:
        """The body as a JSON object; no body is an empty one."""
        try:
            document = json.loads(self.body or b"{}")
        except ValueError:
            raise Refusal("nonsense", "the body is not JSON") from None
        if not isinstance(document, dict):
            raise Refusal("nonsense", "the body is not a JSON object")
        return document


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back: a status, a JSON document or nothing, headers of its own."""

    status: HTTPStatus
    document: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
