"""Frozen dataclasses to JSON and back: one rule for every format that we write.

A record becomes an object of its fields; a field that equals its default is left out, so that a later field changes no
old bytes. A union of records is told apart by the class variable ``TAG``, written as ``"is"``. Understood field types:
scalars, `JsonValue`, records, unions of tagged records, ``X | None``, ``tuple[X, ...]``, ``tuple[A, B]``,
``dict[str, X]``, enums (by value), and classes that bring ``to_json`` and ``from_json`` of their own.
"""

import dataclasses
import enum
import functools
import sys
import types
import typing
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast

from pytest_journeys.values.json import JsonObject, JsonValue

Record = TypeVar("Record")
Turn = Callable[[Any], Any]
"""How one field turns from a value into JSON, or back."""


class RecordError(ValueError):
    """The JSON does not have the shape of the record; the message names the field."""


def to_json(record: Any) -> JsonObject:
    """The record as a JSON object."""
    return _encoder_of(cast("Any", type(record)))(record)


def from_json(kind: type[Record], value: JsonValue) -> Record:
    """The record that `to_json` wrote. Raises `RecordError`."""
    return cast("Record", _decoder_of(cast("Any", kind))(value))


def tagged_from_json(kinds: Mapping[str, type[Record]], value: JsonValue) -> Record:
    """One of several records, told apart by its tag. Raises `RecordError` for an unknown one."""
    if not isinstance(value, Mapping):
        raise RecordError("not an object")
    kind = kinds.get(str(value.get("is")))
    if kind is None:
        raise RecordError(f"unknown kind {value.get('is')!r}")
    return from_json(kind, value)


@functools.cache
def _encoder_of(kind: Any) -> Callable[[Any], JsonObject]:
    tag = getattr(kind, "TAG", None)
    head: dict[str, JsonValue] = {} if tag is None else {"is": tag}
    hints = _hints_of(kind)
    required: list[tuple[str, Turn | None]] = []
    optional: list[tuple[str, object, Turn | None]] = []
    for field in dataclasses.fields(kind):
        default, turn = _default_of(field), _encode_as(hints[field.name])
        if default is dataclasses.MISSING:
            required.append((field.name, turn))
        else:
            optional.append((field.name, default, turn))

    def encode(record: Any) -> JsonObject:
        out = head.copy()
        for name, turn in required:
            value = getattr(record, name)
            out[name] = value if turn is None else turn(value)
        for name, default, turn in optional:
            value = getattr(record, name)
            if value is default or (value == default and type(value) is type(default)):
                continue
            out[name] = value if turn is None else turn(value)
        return out

    return encode


@functools.cache
def _decoder_of(kind: Any) -> Turn:
    hints = _hints_of(kind)
    fields = dataclasses.fields(kind)
    plan = {field.name: _decode_as(hints[field.name]) for field in fields}
    required = {field.name for field in fields if _default_of(field) is dataclasses.MISSING}
    name = kind.__name__

    def decode(value: Any) -> Any:
        if not isinstance(value, Mapping):
            raise RecordError(f"{name}: not an object")
        given: dict[str, Any] = {}
        for key, member in value.items():
            if key == "is":
                continue
            if key not in plan:
                raise RecordError(f"{name}: unknown field {key!r}")
            turn = plan[key]
            given[key] = member if turn is None else turn(member)
        lacking = required - given.keys()
        if lacking:
            raise RecordError(f"{name}: no field {min(lacking)!r}")
        return kind(**given)

    return decode


def _hints_of(kind: Any) -> dict[str, Any]:
    """The fields' types. `JsonValue` is a recursive alias, so a text, and stays one; a quoted type is looked up."""
    world = vars(sys.modules[kind.__module__])
    return {
        field.name: field.type
        if field.type == JsonValue or not isinstance(field.type, str)
        else eval(field.type, world)
        for field in dataclasses.fields(kind)
    }


def _default_of(field: "dataclasses.Field[Any]") -> object:
    if field.default is not dataclasses.MISSING:
        return field.default
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return dataclasses.MISSING


def _is_record(hint: Any) -> bool:
    return isinstance(hint, type) and dataclasses.is_dataclass(hint)


def _members(hint: Any) -> tuple[Any, ...]:
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        return typing.get_args(hint)
    return ()


def _for_items(turn: Turn | None, collect: type) -> Turn:
    return collect if turn is None else lambda value: collect(turn(item) for item in value)


def _for_members(turn: Turn | None) -> Turn | None:
    return None if turn is None else lambda value: {key: turn(item) for key, item in value.items()}


def _unless_none(turn: Turn | None) -> Turn | None:
    return None if turn is None else lambda value: None if value is None else turn(value)


def _encode_as(hint: Any) -> Turn | None:
    """How to write a field of this type; None when the value is JSON already."""
    if hasattr(hint, "to_json"):
        return lambda value: value.to_json()
    if _is_record(hint):
        return to_json
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return lambda value: value.value
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return _for_items(_encode_as(args[0]), list)
        turns = [_encode_as(arg) for arg in args]
        return lambda value: [item if turn is None else turn(item) for turn, item in zip(turns, value, strict=True)]
    if origin is dict:
        return _for_members(_encode_as(args[1]))
    rest = [member for member in _members(hint) if member is not type(None)]
    if rest and all(_is_record(member) for member in rest):
        return lambda value: None if value is None else to_json(value)
    return _unless_none(_encode_as(rest[0])) if len(rest) == 1 else None


def _decode_as(hint: Any) -> Turn | None:
    """How to read a field of this type; None when the JSON is the value already."""
    if hasattr(hint, "from_json"):
        return cast("Turn", hint.from_json)
    if _is_record(hint):
        return lambda value: from_json(hint, value)
    if isinstance(hint, type) and issubclass(hint, enum.Enum):
        return hint
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return _for_items(_decode_as(args[0]), tuple)
        turns = [_decode_as(arg) for arg in args]
        return lambda value: tuple(
            item if turn is None else turn(item) for turn, item in zip(turns, value, strict=True)
        )
    if origin is dict:
        return _for_members(_decode_as(args[1]))
    rest = [member for member in _members(hint) if member is not type(None)]
    if len(rest) == 1:
        return _unless_none(_decode_as(rest[0]))
    if rest and all(_is_record(member) for member in rest):
        kinds = {member.TAG: member for member in rest}
        return lambda value: None if value is None else tagged_from_json(kinds, value)
    return None
