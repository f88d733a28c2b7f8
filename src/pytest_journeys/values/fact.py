"""Frozen facts: what ``@dataclass(frozen=True, slots=True)`` makes, at a tenth of what it costs to import.

A session imports some 140 kinds of facts and makes half of them. The standard decorator compiles six methods for each
(0.4 ms a class on Python 3.11, most of an import); here equality, hash and text are shared, and `__init__` is compiled when
the first fact of its kind is made. It stores through the slots themselves, in two thirds of the time.
"""

import dataclasses
from collections.abc import Callable
from operator import attrgetter
from typing import Any, Final, TypeVar, cast, dataclass_transform, overload

Kind = TypeVar("Kind")


@overload
def fact(kind: type[Kind], /) -> type[Kind]: ...
@overload
def fact(*, kw_only: bool) -> Callable[[type[Kind]], type[Kind]]: ...
@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(dataclasses.field,))
def fact(kind: type[Any] | None = None, /, *, kw_only: bool = True) -> Any:
    """Make the class a frozen, slotted dataclass, keyword-only unless told otherwise.

    `dataclasses.fields`, `replace` and `field` work as with any dataclass; `order`, `InitVar` and fields without ``init``
    are not known here.
    """
    if kind is None:
        return lambda kind: _made(kind, kw_only)
    return _made(kind, kw_only)


def _made(kind: type[Any], kw_only: bool) -> type[Any]:
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, slots=True, kw_only=kw_only)(kind)
    fields = dataclasses.fields(made)
    shown = [field.name for field in fields if field.repr]
    compared = [field.name for field in fields if field.compare]
    key: Callable[[Any], Any] = attrgetter(*compared) if compared else lambda _: ()

    def init(self: Any, *given: Any, **named: Any) -> None:
        made.__init__ = _compiled_init(made)
        made.__init__(self, *given, **named)

    def is_equal(self: Any, other: object) -> Any:
        return key(self) == key(other) if other.__class__ is self.__class__ else NotImplemented

    def hashed(self: Any) -> int:
        return hash(key(self))

    def text(self: Any) -> str:
        return f"{self.__class__.__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in shown)})"

    methods = {"__init__": init, "__eq__": is_equal, "__hash__": hashed, "__repr__": text, **_FROZEN}
    own = vars(kind)
    for name, method in methods.items():
        if own.get(name) is None:  # a class with an __eq__ of its own has None for its hash
            setattr(made, name, method)
    return cast("type[Any]", made)


def _compiled_init(kind: Any) -> Callable[..., None]:
    """The constructor with the signature of the fields, as the standard decorator gives it."""
    given = ["self"]
    named: list[str] = []
    body: list[str] = []
    world: dict[str, Any] = {"_unset": dataclasses.MISSING}
    for field in dataclasses.fields(kind):
        name, parameter, value = field.name, field.name, field.name
        world[f"_set_{name}"] = getattr(kind, name).__set__
        if field.default is not dataclasses.MISSING:
            world[f"_default_{name}"] = field.default
            parameter = f"{name}=_default_{name}"
        elif field.default_factory is not dataclasses.MISSING:
            world[f"_make_{name}"] = field.default_factory
            parameter = f"{name}=_unset"
            value = f"_make_{name}() if {name} is _unset else {name}"
        (named if field.kw_only else given).append(parameter)
        body.append(f"_set_{name}(self, {value})")
    if hasattr(kind, "__post_init__"):
        body.append("self.__post_init__()")
    signature = ", ".join([*given, *(["*", *named] if named else [])])
    exec(f"def __init__({signature}):\n " + "\n ".join(body or ["pass"]), world)
    made: Callable[..., None] = world["__init__"]
    made.__qualname__ = f"{kind.__qualname__}.__init__"
    return made


def _refuse_to_set(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_to_delete(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, field.name) for field in dataclasses.fields(self)]


def _take_state(self: Any, state: list[Any]) -> None:
    for field, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, field.name, value)


_FROZEN: Final = {
    "__setattr__": _refuse_to_set,
    "__delattr__": _refuse_to_delete,
    "__getstate__": _state,
    "__setstate__": _take_state,
}
