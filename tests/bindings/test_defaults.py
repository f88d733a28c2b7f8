import pytest

from pytest_journeys.artifact.model import Artifact, Input
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.bindings.defaults import rendering
from pytest_journeys.bindings.inputs import prepare_inputs
from pytest_journeys.expressions.registry import BUILT_IN
from pytest_journeys.expressions.template import ListOf, Literal, Reference, Template, Text
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.json import JsonValue


def value_of(default: Template, kind: str = "string") -> JsonValue:
    """The value of an input with this default, declared after ``user``, whose value is ada."""
    inputs = (
        Input(name="user", type="string", default=Literal("ada")),
        Input(name="x", type=kind, default=default),
    )
    where = SourceMap(file="j.journey.yaml", source_digest="")
    prepared = prepare_inputs(Artifact(journey="j", inputs=inputs), where, render=rendering(BUILT_IN))
    assert prepared.diagnostics == ()
    return prepared.bind().values["x"]


def test_a_default_sees_the_inputs_before_it() -> None:
    """Texts, lists and pure functions."""
    assert value_of(Reference("upper(inputs.user)")) == "ADA"
    assert value_of(Text(("hello ", Reference("inputs.user")))) == "hello ada"
    assert value_of(ListOf((Reference("inputs.user"), Literal(1))), "array") == ["ada", 1]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("env.region", "the default of the input x: env.region has no value"),
        ("env.user", "the default of the input x: env.user has no value"),
        ("uuid()", "the default of the input x: uuid() draws a value; variables do that"),
        ("hash_file('a')", "the default of the input x: a default reads no file; variables do that"),
        ("len(inputs.user)", "the default of the input x: 3 is not a text\n  = help: put it in quotes"),
    ],
)
def test_what_a_default_cannot_hold(expression: str, expected: str) -> None:
    """Nothing but inputs, nothing drawn, nothing read, and the declared type."""
    with pytest.raises(SetupError) as caught:
        value_of(Reference(expression))
    assert str(caught.value).startswith(expected.split("\n")[0])
