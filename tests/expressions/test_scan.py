"""Where references begin and end in a text, and what a scalar becomes."""

import pytest

from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.scan import ReferencePart, TextPart, has_reference, scan, template_of_text
from pytest_journeys.expressions.template import Literal, Reference, Template, Text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain } }} {{ $", Literal("plain } }} {{ $")),
        ("", Literal("")),
        ("${{ inputs.user }}", Reference("inputs.user")),
        ("${{inputs.user}}", Reference("inputs.user")),
        (" ${{ it }}", Text((" ", Reference("it")))),
        ("/carts/${{ it }}/x", Text(("/carts/", Reference("it"), "/x"))),
        ("${{ it }}${{ 1+1 }}", Text((Reference("it"), Reference("1 + 1")))),
        ("$${{ it }}", Literal("${{ it }}")),
        ("a $${{ b }} ${{ it }}", Text(("a ${{ b }} ", Reference("it")))),
        ("${{ '}}' + \"}}\" }}!", Text((Reference('"}}" + "}}"'), "!"))),
        ("${{ 'it\\'s }}' }}", Reference('"it\'s }}"')),
        ("${{ it }} }}", Text((Reference("it"), " }}"))),
        ("$ {{ it }}", Literal("$ {{ it }}")),
    ],
)
def test_what_a_scalar_becomes(text: str, expected: Template) -> None:
    """Exactly one reference keeps its type, one inside text is rendered, `$${{` is a literal, strings hide `}}`."""
    assert template_of_text(text) == expected


def test_parts_know_their_place() -> None:
    """A part's offset is where its text begins, so that a fault in an expression is told in the file."""
    text = "ab${{ it }}c"
    assert scan(text) == (
        TextPart(text="ab", offset=0),
        ReferencePart(text=" it ", offset=5),
        TextPart(text="c", offset=11),
    )
    assert has_reference(text)
    assert not has_reference("$ {{")


@pytest.mark.parametrize(
    ("text", "message", "at"),
    [
        ("a ${{ it", "this reference is not closed", "${{ it"),
        ("a ${{ 'it }}", "this text is not closed", "'it }}"),
        ("a ${{ it +* 1 }} b", "before * a value is missing", "*"),
        ("a ${{ }} b", "an empty expression", " "),
        ("${{ it }} ${{ x }}", "x is neither a source", "x"),
    ],
)
def test_faults_point_into_the_whole_text(text: str, message: str, at: str) -> None:
    """Whatever is wrong with a reference is told with its place in the scalar."""
    with pytest.raises(ExpressionFault) as caught:
        template_of_text(text)
    assert message in caught.value.message
    assert text[caught.value.offset : caught.value.offset + caught.value.length] == at
