"""Values captured from an answer: prepared once, taken before assertions are judged (language.md, "Derived values")."""

import re
from collections.abc import Callable
from typing import Final, cast
from urllib.parse import parse_qs, urljoin, urlsplit

from pytest_journeys.artifact.model import Derivation
from pytest_journeys.engine.answer import Answer
from pytest_journeys.engine.conversion import ConversionError, convert
from pytest_journeys.engine.cookies import cookies_of
from pytest_journeys.engine.links import links_of
from pytest_journeys.engine.members import last_member
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.scope import RunScope
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.expressions.jsonpath import parse_path
from pytest_journeys.values.json import MISSING, JsonValue, Missing, NotJsonError, parse_json

_MAX_NAMES: Final = 8
_SAMPLE: Final = 4096  # characters of a text that go to the gate; it is cut for people only behind the gate


class MissingDerivedError(Exception):
    """A value is not there; `title` says what was looked for, `instead` what the response had, at length."""

    def __init__(self, title: str, instead: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.instead = instead


class PreparedDerivation:
    """One derived value of a plan. `member` is the JSON member that it is taken from, if any; `place` names it in maps.

    A cookie's value is always a secret: cookies are never written.
    """

    def __init__(self, derivation: Derivation, place: str, preparer: Preparer) -> None:
        self.name = derivation.name
        self.place = place
        self.is_secret = derivation.is_secret or derivation.source == "cookie"
        self.member = last_member(derivation.path or (derivation.argument if derivation.source == "json" else None))
        self._spec = spec = derivation
        self._read = _reader_of(derivation)
        self._regex = None if derivation.regex is None else re.compile(derivation.regex)
        self._path = None if derivation.path is None else parse_path(derivation.path)
        self._value = None if derivation.value is None else preparer.expression(derivation.value)
        self._default = None if derivation.default is None else preparer.template(derivation.default)
        self._is_plain = not any((spec.regex, spec.query, spec.path, spec.value, spec.convert))

    def without_answer(self, scope: RunScope) -> JsonValue:
        """What it is when nobody answered: computed, or its default. Raises as `take` does."""
        if self._spec.source == "value":
            return self.take(None, scope)
        if self._default is None:
            raise MissingDerivedError(f"{self.name}: there is no answer")
        return self._default.render(scope)

    def take(self, answer: Answer | None, scope: RunScope) -> JsonValue:
        """The value. Raises `MissingDerivedError`, or `EvaluationError` when an expression or conversion fails."""
        try:
            value = self._read(answer)
            return value if self._is_plain else self._narrowed(value, answer, scope)
        except (MissingDerivedError, MissingValueError) as error:
            if self._default is not None:
                return self._default.render(scope)
            if isinstance(error, MissingDerivedError):
                raise
            raise MissingDerivedError(f"{self.name}: {error}") from None
        except EvaluationError:
            raise
        except ValueError as error:  # urllib refuses what a server gave as a URL
            raise EvaluationError(f"{self.name}: {error}") from None

    def _narrowed(self, value: JsonValue, answer: Answer | None, scope: RunScope) -> JsonValue:
        spec = self._spec
        if self._regex is not None:
            value = self._by_regex(value, self._regex)
        if spec.query is not None:
            value = self._by_query(value, spec.query)
        if self._path is not None:
            value = self._by_path(value)
        if self._value is not None:
            value = scope.with_it(value, self._value)
        if spec.convert == "url":
            return urljoin(answer.url if answer is not None else "", self._as_text(value, "a URL"))
        if spec.convert is not None:
            try:
                return convert(value, spec.convert)
            except ConversionError as error:
                raise EvaluationError(f"{self.name} {error}") from None
        return value

    def _by_regex(self, value: JsonValue, pattern: re.Pattern[str]) -> JsonValue:
        text = self._as_text(value, "a regular expression")
        if self._spec.takes_all:
            return [_group(match) for match in pattern.finditer(text)]
        found = pattern.search(text)
        if found is None:
            raise MissingDerivedError(
                f"{self.name}: nothing matches {pattern.pattern!r}", f"the text was {_sample(text)}"
            )
        return _group(found)

    def _by_query(self, value: JsonValue, name: str) -> JsonValue:
        parameters = parse_qs(urlsplit(self._as_text(value, "a URL's parameter")).query, keep_blank_values=True)
        if name not in parameters:
            raise MissingDerivedError(f"{self.name}: the URL has no parameter {name!r}", _names("it has", parameters))
        return parameters[name][0]

    def _by_path(self, value: JsonValue) -> JsonValue:
        try:
            inner = parse_json(value) if isinstance(value, str) else value
        except NotJsonError as error:
            raise MissingDerivedError(f"{self.name}: the text is not JSON: {error}") from None
        found = self._path.find(inner) if self._path is not None else MISSING
        if found is MISSING:
            raise MissingDerivedError(f"{self.name}: {self._spec.path} is missing", what_is_there(inner))
        return found

    def _as_text(self, value: JsonValue, purpose: str) -> str:
        if not isinstance(value, str):
            raise EvaluationError(f"{self.name}: {purpose} needs a text to look into")
        return value


def _reader_of(spec: Derivation) -> Callable[[Answer | None], JsonValue]:
    if spec.source == "value":
        return lambda answer: None
    read = {
        "json": _read_json,
        "header": _read_header,
        "cookie": _read_cookie,
        "link": _read_link,
        "regex": _read_regex,
    }.get(spec.source)
    if read is not None:
        return _of_answer(spec, read(spec))
    words: dict[str, Callable[[Answer], JsonValue]] = {
        "status": lambda answer: answer.response.status,
        "url": lambda answer: answer.url,
        "duration": lambda answer: round(answer.duration_ms, 3),
        "body": lambda answer: answer.text,
    }
    return _of_answer(spec, words[spec.source])


def _of_answer(spec: Derivation, read: Callable[[Answer], JsonValue]) -> Callable[[Answer | None], JsonValue]:
    def checked(answer: Answer | None) -> JsonValue:
        if answer is None:
            raise MissingDerivedError(f"{spec.name}: there is no response to take it from")
        return read(answer)

    return checked


def _read_json(spec: Derivation) -> Callable[[Answer], JsonValue]:
    path = parse_path(spec.argument or "$")

    def read(answer: Answer) -> JsonValue:
        body = answer.json
        if body is MISSING:
            raise MissingDerivedError(f"{spec.name}: {spec.argument} is missing", f"the body is {answer.json_fault}")
        found = path.find(body)
        if found is MISSING:
            raise MissingDerivedError(f"{spec.name}: {spec.argument} is missing", what_is_there(body))
        return found

    return read


def _read_header(spec: Derivation) -> Callable[[Answer], JsonValue]:
    name = spec.argument or ""

    def read(answer: Answer) -> JsonValue:
        values = answer.response.header_values(name)
        if spec.takes_all:
            return cast("JsonValue", values)
        if not values:
            raise MissingDerivedError(f"{spec.name}: no header {name}", _names("the response has", answer.headers()))
        return values[0]

    return read


def _read_cookie(spec: Derivation) -> Callable[[Answer], JsonValue]:
    name = spec.argument or ""

    def read(answer: Answer) -> JsonValue:
        cookies = cookies_of(answer.responses)
        found = cookies.get(name)
        if spec.takes_all:
            return [] if found is None else [found.value]
        if found is None:
            raise MissingDerivedError(f"{spec.name}: no cookie {name} was set", _names("cookies set:", cookies))
        return found.value

    return read


def _read_link(spec: Derivation) -> Callable[[Answer], JsonValue]:
    relation = (spec.argument or "").lower()

    def read(answer: Answer) -> JsonValue:
        links = links_of(answer.response.header_values("link"))
        if relation not in links:
            raise MissingDerivedError(f"{spec.name}: no link {relation!r}", _names("the response links", links))
        return urljoin(answer.url, links[relation])

    return read


def _read_regex(spec: Derivation) -> Callable[[Answer], JsonValue]:
    pattern = re.compile(spec.argument or "")

    def read(answer: Answer) -> JsonValue:
        if spec.takes_all:
            return [_group(match) for match in pattern.finditer(answer.text)]
        found = pattern.search(answer.text)
        if found is None:
            raise MissingDerivedError(
                f"{spec.name}: nothing in the body matches {spec.argument!r}", f"the body begins {_sample(answer.text)}"
            )
        return _group(found)

    return read


def _group(match: re.Match[str]) -> str:
    return (match[1] if match.re.groups else match[0]) or ""


def what_is_there(value: JsonValue | Missing) -> str:
    """What a response had instead of what was looked for, in one line."""
    match value:
        case dict():
            return _names("the response has", value) if value else "the response is an empty object"
        case list():
            return f"the response is a list of {len(value)}"
        case str() | int() | float() | None:
            return f"the response is {_sample(repr(value))}"
        case _:
            return ""


def _names(told: str, names: object) -> str:
    known = sorted(str(name) for name in cast("list[str]", names))
    if not known:
        return "there are none"
    more = f" and {len(known) - _MAX_NAMES} more" if len(known) > _MAX_NAMES else ""
    return f"{told} {', '.join(known[:_MAX_NAMES])}{more}"


def _sample(text: str) -> str:
    return text[:_SAMPLE]
