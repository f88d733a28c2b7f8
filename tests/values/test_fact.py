"""Facts behave as the standard library's frozen, slotted dataclasses do."""

import copy
import dataclasses
import inspect
import pickle
from collections.abc import Callable
from typing import Any, ClassVar

import pytest

from pytest_journeys.values.fact import fact


def _shape(made: Callable[[type], type]) -> Any:
    class Base:
        TAG: ClassVar = "shape"
        name: str
        sides: int = 4
        corners: list[int] = dataclasses.field(default_factory=list)
        place: int = dataclasses.field(default=0, compare=False)
        given: str = dataclasses.field(default="hunter22", repr=False)

        def __post_init__(self) -> None:
            if self.sides < 0:
                raise ValueError("sides")

    return made(Base)


@fact
class Point:
    """A fact that pickle finds."""

    x: int
    y: int = 2


STANDARD = _shape(dataclasses.dataclass(frozen=True, slots=True, kw_only=True))
OURS = _shape(fact)


@pytest.mark.parametrize("given", [{}, {"name": "a", "size": 1}, {"name": "a", "sides": -1}])
def test_what_the_standard_refuses_is_refused_with_the_same_words(given: dict[str, Any]) -> None:
    """A missing field, an unknown one, and what `__post_init__` refuses; the first time as every other time."""
    with pytest.raises((TypeError, ValueError)) as expected:
        STANDARD(**given)
    for _ in range(2):
        with pytest.raises(expected.type) as found:
            OURS(**given)
        assert str(found.value) == str(expected.value)


def test_values_compare_hash_and_show_as_the_standard_ones() -> None:
    """Equal by kind and by the fields that count, with the same text."""
    for kind in (STANDARD, OURS):
        one = kind(name="a", corners=(1,), place=1)
        assert one == kind(name="a", corners=(1,), place=2)
        assert one != kind(name="b", corners=(1,))
        assert one != ("a", 4, (1,), "hunter22")
        assert hash(one) == hash(("a", 4, (1,), "hunter22"))
    assert repr(OURS(name="a")) == repr(STANDARD(name="a"))
    assert "hunter22" not in repr(OURS(name="a"))
    assert OURS(name="a") != STANDARD(name="a")
    ours, theirs = [inspect.signature(kind.__init__).parameters.values() for kind in (OURS, STANDARD)]
    assert [(one.name, one.kind) for one in ours] == [(one.name, one.kind) for one in theirs]


def test_a_default_is_made_for_each() -> None:
    """A factory's value belongs to one fact."""
    one, other = OURS(name="a"), OURS(name="a")
    one.corners.append(1)
    assert other.corners == []


def test_facts_never_change() -> None:
    """Setting and deleting are refused, for known names and for new ones; there is no room for others."""
    one = OURS(name="a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        one.name = "b"
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del one.name
    with pytest.raises(AttributeError):
        one.colour = "red"
    assert not hasattr(one, "__dict__")


def test_tools_for_dataclasses_know_facts() -> None:
    """`replace`, `fields` and `asdict` work, and so do copies and pickles."""
    one = Point(x=1)
    assert dataclasses.replace(one, y=5) == Point(x=1, y=5)
    assert [field.name for field in dataclasses.fields(one)] == ["x", "y"]
    assert dataclasses.asdict(one) == {"x": 1, "y": 2}
    assert copy.deepcopy(one) == one
    assert pickle.loads(pickle.dumps(one)) == one


def test_positions_and_inheritance() -> None:
    """Positional facts take their fields in order; what a base declares comes first; own methods stay."""

    @fact(kw_only=False)
    class Animal:
        name: str

        def __repr__(self) -> str:
            return f"<{self.name}>"

    @fact(kw_only=False)
    class Dog(Animal):
        age: int = 3

        def __eq__(self, other: object) -> bool:
            return True

    assert (Dog("rex").name, Dog("rex").age, Dog("rex", 4).age) == ("rex", 3, 4)
    assert repr(Animal("cat")) == "<cat>"
    assert Dog("a") == 1
    assert not hasattr(Dog("rex"), "__dict__")
