"""Templates: data as a journey writes it, some of it to be filled in by the run.

The model and its JSON form, which is part of the artifact. `${{ ... }}` has been parsed away: an expression is kept as
its canonical text (see `syntax`), so that formatting changes no digest. Objects keep the order in which their members
were written, because a ``json`` body is sent in that order; plain lists and scalars are one `Literal`.

    {"literal": V}          a value without references and without objects that have members
    {"reference": EXPR}     the value of an expression, of whatever type
    {"text": [PART, ...]}   text in which references are rendered; a PART is a text or {"reference": EXPR}
    {"list": [T, ...]}      {"object": [[NAME, T], ...]}
    {"expect": [{"operator": NAME, "operand": T}, ...]}    an expectation inside data (operands of matchers only)
"""

from collections.abc import Mapping, Sequence
from typing import cast

from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonObject, JsonValue


class Template:
    """One of the six kinds below."""

    __slots__ = ()

    def to_json(self) -> JsonObject:
        """The JSON form."""
        raise TypeError(f"{type(self).__name__} has no JSON form")

    @staticmethod
    def from_json(value: JsonValue) -> "Template":
        """Read the JSON form. Raises `ValueError` for anything else."""
        if not isinstance(value, Mapping) or len(value) != 1:
            raise ValueError(f"not a template: {value!r}")
        ((kind, held),) = value.items()
        match kind:
            case "literal":
                return Literal(held)
            case "reference":
                return Reference(cast("str", held))
            case "text":
                parts = cast("Sequence[JsonValue]", held)
                return Text(tuple(part if isinstance(part, str) else _reference(part) for part in parts))
            case "list":
                return ListOf(tuple(Template.from_json(item) for item in cast("Sequence[JsonValue]", held)))
            case "object":
                pairs = cast("Sequence[tuple[str, JsonValue]]", held)
                return ObjectOf(tuple((name, Template.from_json(item)) for name, item in pairs))
            case "expect":
                return Expect(tuple(Condition.from_json(item) for item in cast("Sequence[JsonValue]", held)))
            case _:
                raise ValueError(f"unknown kind of template {kind!r}")


def _reference(value: JsonValue) -> "Reference":
    found = Template.from_json(value)
    if not isinstance(found, Reference):
        raise ValueError("a text holds texts and references only")
    return found


@fact(kw_only=False)
class Literal(Template):
    """A value that is the same for every run."""

    value: JsonValue

    def to_json(self) -> JsonObject:
        """The JSON form."""
        return {"literal": self.value}


@fact(kw_only=False)
class Reference(Template):
    """The value of one expression, in its canonical text."""

    expression: str

    def to_json(self) -> JsonObject:
        """The JSON form."""
        return {"reference": self.expression}


@fact(kw_only=False)
class Text(Template):
    """A text with references in it."""

    parts: tuple[str | Reference, ...]

    def to_json(self) -> JsonObject:
        """The JSON form."""
        return {"text": [part if isinstance(part, str) else part.to_json() for part in self.parts]}


@fact(kw_only=False)
class ListOf(Template):
    """A list that holds references or objects."""

    items: tuple[Template, ...]

    def to_json(self) -> JsonObject:
        """The JSON form."""
        return {"list": [item.to_json() for item in self.items]}


@fact(kw_only=False)
class ObjectOf(Template):
    """An object, its members in the order written; names are never references."""

    members: tuple[tuple[str, Template], ...]

    def to_json(self) -> JsonObject:
        """The JSON form."""
        return {"object": [[name, item.to_json()] for name, item in self.members]}


@fact(kw_only=False)
class Condition:
    """One operator and what it compares with.

    The operand of ``each any not`` is an `Expect`, that of ``any_of`` a `ListOf` of `Expect`; of every other operator it
    is data, which under ``equals like unordered`` may hold `Expect` at any depth.
    """

    operator: str
    operand: Template

    def to_json(self) -> JsonObject:
        """The JSON form."""
        return {"operator": self.operator, "operand": self.operand.to_json()}

    @staticmethod
    def from_json(value: JsonValue) -> "Condition":
        """Read the JSON form."""
        if not isinstance(value, Mapping):
            raise ValueError(f"not a condition: {value!r}")
        return Condition(str(value["operator"]), Template.from_json(value["operand"]))


@fact(kw_only=False)
class Expect(Template):
    """An expectation: every condition must hold."""

    conditions: tuple[Condition, ...]

    def to_json(self) -> JsonObject:
        """The JSON form."""
        return {"expect": [condition.to_json() for condition in self.conditions]}
