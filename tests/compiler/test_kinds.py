"""Which types an expression can yield is seen before the run, and never claimed when it is not known."""

import pytest

from pytest_journeys.compiler.kinds import Inference, Kinds
from pytest_journeys.expressions.nodes import Reference
from pytest_journeys.expressions.registry import BUILT_IN
from pytest_journeys.expressions.syntax import parse

KNOWN: dict[str, Kinds] = {
    "text": frozenset({"string"}),
    "count": frozenset({"integer"}),
    "ratio": frozenset({"integer", "number"}),
    "flag": frozenset({"boolean"}),
    "items": frozenset({"array"}),
    "record": frozenset({"object"}),
    "maybe": frozenset({"string", "null"}),
}


def _inference() -> Inference:
    def look_up(node: Reference) -> Kinds:
        return KNOWN.get(node.names[0]) if node.source == "inputs" else None

    return Inference(look_up, BUILT_IN.functions)


@pytest.mark.parametrize(
    ("expression", "kinds"),
    [
        ("1", {"integer"}),
        ("null", {"null"}),
        ("[1]", {"array"}),
        ("env.x", None),
        ("env.x == 1", {"boolean"}),
        ("env.x + 1", {"integer", "number"}),
        ("env.x + 'a'", {"string"}),
        ("env.x + env.y", None),
        ("env.x - env.y", {"integer", "number"}),
        ("not inputs.flag", {"boolean"}),
        ("inputs.text[0:2]", {"string"}),
        ("inputs.items[0]", None),
        ("1 if inputs.flag else 'a'", {"integer", "string"}),
        ("1 if inputs.flag else env.x", None),
        ("len(inputs.items)", {"integer"}),
        ("first(inputs.items)", None),
        ("default(inputs.maybe, 'x')", {"string", "null"}),
        ("default(env.x, 1)", None),
    ],
)
def test_kinds(expression: str, kinds: set[str] | None) -> None:
    """None is not known; a set holds every type that is possible."""
    assert _inference().kinds(parse(expression)) == kinds


@pytest.mark.parametrize(
    "expression",
    [
        "env.x + 1",
        "inputs.count + inputs.ratio",
        "inputs.count == 1.0",
        "inputs.maybe == null",
        "inputs.maybe + 'a'",
        "inputs.text in inputs.record",
        "inputs.text < 'b'",
        "inputs.items + [1]",
        "inputs.record.name",
        "inputs.items[0].name",
        "len(inputs.text)",
        "str(inputs.count) + inputs.text",
        "int(inputs.text) * 2",
        "inputs.flag and env.x",
        "-inputs.ratio",
        "min(1, 2, 3)",
        "now(shift='1h')",
    ],
)
def test_what_may_work_is_let_through(expression: str) -> None:
    """Only what can never work is refused: a wrong refusal would stop a right journey."""
    assert _inference().clashes(parse(expression)) == []


@pytest.mark.parametrize(
    "expression",
    [
        "inputs.text + 1",
        "inputs.text - 1",
        "inputs.count == '1'",
        "inputs.text < 1",
        "inputs.flag < true",
        "inputs.text and inputs.flag",
        "not inputs.count",
        "-inputs.text",
        "'a' if inputs.count else 'b'",
        "inputs.count[0]",
        "inputs.count[0:1]",
        "inputs.text.name",
        "1 in inputs.count",
        "len(inputs.count)",
        "lower(text=inputs.items)",
        "[inputs.text * 2]",
    ],
)
def test_what_can_never_work_is_refused_once(expression: str) -> None:
    """Wherever it stands in the expression."""
    assert len(_inference().clashes(parse(expression))) == 1
