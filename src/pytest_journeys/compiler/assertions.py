"""The sections of `assert`, `warn`, `until` and `fail_if` to checks: one operator on one target each."""

from collections.abc import Mapping
from typing import Final

from pytest_journeys.artifact.model import Check
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.expectations import Expectations, Operation
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.paths import check_path
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.compiler.subjects import Subject
from pytest_journeys.expressions.template import Literal
from pytest_journeys.language.assertions import Assertions
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import MISSING, JsonValue, Missing

Target = tuple[str, str]
"""What a check is about: a section, and the header, cookie or path in it (empty for the others)."""

_CONVERSIONS: Final = ("string", "integer", "number", "boolean", "array", "object")
_ATTRIBUTES: Final = (
    "value",
    "secure",
    "http_only",
    "same_site",
    "path",
    "domain",
    "max_age",
    "expires",
    "deleted",
)
_UNCONVERTED: Final = frozenset({Subject.STATUS, Subject.DURATION, Subject.SIZE})


@fact
class PlacedCheck:
    """A check, where it was written, and the steps whose values it names."""

    check: Check
    place: Place
    steps: frozenset[str] = frozenset()

    @property
    def target(self) -> Target:
        """What it is about, as `overridden` names it."""
        argument = self.check.argument or ""
        if self.check.section == "that":
            return "that", ""
        return self.check.section, argument.lower() if self.check.section == "headers" else argument


def overridden(assertions: Assertions) -> frozenset[Target]:
    """The targets that a step's own assertions speak about, null included: defaults about them do not apply."""
    found: set[Target] = set()
    for section in ("status", "body", "duration", "size", "url"):
        if getattr(assertions, section) is not MISSING:
            found.add((section, ""))
    if "that" in assertions.model_fields_set:
        found.add(("that", ""))
    found |= {("headers", name.lower()) for name in assertions.headers or ()}
    found |= {("cookies", name) for name in assertions.cookies or ()}
    found |= {("json", path) for path in assertions.json_paths or ()}
    return frozenset(found)


def removed_sections(assertions: Assertions) -> frozenset[str]:
    """The sections that a step takes away from the defaults with null."""
    return frozenset(
        section
        for section, field in (("headers", "headers"), ("cookies", "cookies"), ("json", "json_paths"))
        if assertions.removes(field)
    )


def lower_assertions(assertions: Assertions, place: Place, scope: Scope, context: Context) -> list[PlacedCheck]:
    """All checks, in the order of the manual's sections; `scope` says what the expectations may refer to."""
    return _Sections(context, scope).read(assertions, place)


class _Sections:
    def __init__(self, context: Context, scope: Scope) -> None:
        self._context = context
        self._scope = scope
        self._expectations = Expectations(context, scope)

    def read(self, given: Assertions, place: Place) -> list[PlacedCheck]:
        found = self._single("status", given.status, place, Subject.STATUS)
        for name, value in (given.headers or {}).items():
            if not self._is_removal(value, place.at("headers", name), "header"):
                found += self._target("headers", name, value, place.at("headers", name), Subject.HEADER)
        for name, value in (given.cookies or {}).items():
            if not self._is_removal(value, place.at("cookies", name), "cookie"):
                found += self._cookie(name, value, place.at("cookies", name))
        for path, value in (given.json_paths or {}).items():
            check_path(path, place.at("json", path), self._context, on_key=True)
            found += self._target("json", path, value, place.at("json", path), Subject.JSON)
        found += self._single("body", given.body, place, Subject.BODY)
        found += self._single("duration", given.duration, place, Subject.DURATION)
        found += self._single("size", given.size, place, Subject.SIZE)
        found += self._single("url", given.url, place, Subject.URL)
        return found + self._that(given, place.at("that"))

    def _single(self, section: str, value: JsonValue | Missing, place: Place, subject: Subject) -> list[PlacedCheck]:
        if value is MISSING or value is None:
            return []
        return self._target(section, None, value, place.at(section), subject)

    def _is_removal(self, value: JsonValue, place: Place, kind: str) -> bool:
        if value is not None:
            return False
        self._context.findings.add(
            codes.NEVER_HOLDS,
            f"a {kind} is a text and never null",
            place,
            help="one that must not be there is {exists: false}",
        )
        return True

    def _target(
        self,
        section: str,
        argument: str | None,
        value: JsonValue,
        place: Place,
        subject: Subject,
        attribute: str | None = None,
    ) -> list[PlacedCheck]:
        convert, expected = self._conversion(value, place, subject)
        about = Subject.JSON if convert else subject
        return [
            self._placed(operation, section, argument, attribute, convert)
            for operation in self._expectations.read(expected, place, about)
        ]

    def _placed(
        self, operation: Operation, section: str, argument: str | None, attribute: str | None, convert: str | None
    ) -> PlacedCheck:
        check = Check(
            section=section,
            argument=argument,
            attribute=attribute,
            convert=convert,
            operator=operation.operator,
            operand=operation.operand.template,
        )
        return PlacedCheck(check=check, place=operation.place, steps=operation.operand.steps)

    def _conversion(self, value: JsonValue, place: Place, subject: Subject) -> tuple[str | None, JsonValue]:
        if not isinstance(value, Mapping) or "as" not in value:
            return None, value
        convert = value["as"]
        rest = {name: operand for name, operand in value.items() if name != "as"}
        if convert not in _CONVERSIONS or subject in _UNCONVERTED:
            self._context.findings.add(
                codes.WRONG_OPERAND,
                f"as converts a text to one of {', '.join(_CONVERSIONS)}",
                place.at("as"),
                label=f"of {subject.value}" if subject in _UNCONVERTED else "",
            )
            return None, rest
        return str(convert), rest

    def _cookie(self, name: str, value: JsonValue, place: Place) -> list[PlacedCheck]:
        if not isinstance(value, Mapping) or not any(key in _ATTRIBUTES for key in value):
            return self._target("cookies", name, value, place, Subject.COOKIE)
        found: list[PlacedCheck] = []
        for key, expected in value.items():
            if key not in _ATTRIBUTES:
                self._context.findings.add(
                    codes.UNKNOWN_OPERATOR,
                    f"a cookie has no attribute {key}",
                    place.at(key),
                    on_key=True,
                    notes=(f"attributes: {', '.join(_ATTRIBUTES)}",),
                    help="operators beside attributes stand under value",
                )
                continue
            subject = Subject.COOKIE if key == "value" else Subject.ATTRIBUTE
            found += self._target("cookies", name, expected, place.at(key), subject, attribute=key)
        return found

    def _that(self, given: Assertions, place: Place) -> list[PlacedCheck]:
        if given.that is None:
            return []
        written = (
            [(given.that, place)]
            if isinstance(given.that, str)
            else [(text, place.at(index)) for index, text in enumerate(given.that)]
        )
        found: list[PlacedCheck] = []
        for text, at in written:
            resolved = self._context.expressions.condition(text, at, self._scope)
            check = Check(section="that", argument=resolved.text, operator="holds", operand=Literal(None))
            found.append(PlacedCheck(check=check, place=at, steps=resolved.steps))
        return found
