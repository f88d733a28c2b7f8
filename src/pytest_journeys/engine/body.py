"""What a request carries: rendered to bytes, with the media type that it implies."""

import json
from mimetypes import guess_type
from urllib.parse import quote_plus

from pytest_journeys.artifact.model import Body
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.engine.wire import InvalidRequestError, pairs_of, prepare_fields, text_of
from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.expressions.texts import utf8
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.json import JsonValue


class PreparedBody:
    """One body of a plan."""

    def __init__(self, body: Body, preparer: Preparer) -> None:
        self._kind = body.kind
        self._sha256 = body.sha256
        self._value = None if body.value is None else preparer.template(body.value)
        self._fields = prepare_fields(body.fields, preparer)

    def render(self, scope: RunScope) -> tuple[str, bytes]:
        """The media type that the body implies, and its bytes. Raises `EvaluationError`, `MissingValueError`."""
        if self._kind == "form":
            pairs = pairs_of(self._fields, scope, takes_defaults=True)
            encoded = "&".join(f"{quote_plus(utf8(name))}={quote_plus(utf8(value))}" for name, value in pairs)
            return "application/x-www-form-urlencoded", encoded.encode("ascii")
        value = None if self._value is None else self._value.render(scope)
        if self._kind == "json":
            return "application/json", encode_json(value)
        if self._kind == "text":
            return "text/plain; charset=utf-8", text_of(value, "text").encode("utf-8", "replace")
        return self._file(text_of(value, "file"), scope)

    def _file(self, path: str, scope: RunScope) -> tuple[str, bytes]:
        try:
            data = scope.read_file(path)
        except EvaluationError as error:
            raise InvalidRequestError(str(error)) from None
        if self._sha256 is not None and digest_of_bytes(data) != self._sha256:
            raise InvalidRequestError(f"the file {path} is not the one that the journey was compiled with")
        return guess_type(path)[0] or "application/octet-stream", data


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False).encode


def encode_json(value: JsonValue) -> bytes:
    """A ``json`` body: compact, UTF-8, members in the order written; a lone surrogate stays an escape."""
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode("ascii")
    except ValueError as error:
        raise EvaluationError(f"the body is no JSON: {error}") from None
