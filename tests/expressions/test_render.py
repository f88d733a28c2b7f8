"""Templates filled in: types kept, texts rendered, members left out, URLs encoded."""

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_journeys.expressions.expectation import Expectation, plain
from pytest_journeys.expressions.faults import EvaluationError, MissingValueError
from pytest_journeys.expressions.registry import BUILT_IN
from pytest_journeys.expressions.render import prepare, prepare_operand, prepare_url
from pytest_journeys.expressions.scan import template_of_text
from pytest_journeys.expressions.template import Condition, Expect, ListOf, Literal, ObjectOf, Reference, Template, Text

from .conftest import PlainScope
from .test_evaluate import json_values

WORLD = PlainScope(
    {"it": {"a": [1, None]}, "inputs.n": 3, "inputs.t": "a b/ü", "inputs.none": None, "inputs.url": "http://h:1/x"}, {}
)


def rendered(template: Template) -> Any:
    """The value of a template in `WORLD`."""
    return prepare(template, BUILT_IN, itertools.count()).render(WORLD)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${{ it }}", {"a": [1, None]}),
        ("${{ inputs.n }}", 3),
        ("${{ inputs.none }}", None),
        ("n=${{ inputs.n }}", "n=3"),
        ("${{ true }}/${{ 1.5 }}/${{ it }}", 'true/1.5/{"a":[1,null]}'),
        ("plain", "plain"),
    ],
)
def test_a_reference_keeps_its_type_and_text_renders_it(text: str, expected: Any) -> None:
    """Alone a reference is its value; inside text it is written as JSON writes it."""
    found = rendered(template_of_text(text))
    assert found == expected
    assert type(found) is type(expected)


def test_null_and_omission_have_no_place_inside_text() -> None:
    """Text would say `null` or nothing where a value was meant."""
    for text in ("a ${{ inputs.none }}", "a ${{ omit() }}"):
        with pytest.raises(EvaluationError):
            rendered(template_of_text(text))
    with pytest.raises(MissingValueError, match=r"inputs\.unknown has no value"):
        rendered(template_of_text("a ${{ inputs.unknown }}"))


def test_objects_keep_their_order_and_lose_what_is_omitted() -> None:
    """A JSON body is sent in the order written; `omit()` takes the member or element away, null stays."""
    template = ObjectOf(
        (
            ("z", Reference("inputs.n")),
            ("gone", Reference("omit()")),
            ("a", ListOf((Literal(1), Reference("omit()"), Reference("inputs.none")))),
            ("kept", Reference("inputs.n if inputs.n == 3 else omit()")),
            ("deep", ObjectOf((("gone", Reference("omit() if inputs.n == 3 else 1")),))),
        )
    )
    found = rendered(template)
    assert found == {"z": 3, "a": [1, None], "kept": 3, "deep": {}}
    assert list(found) == ["z", "a", "kept", "deep"]
    assert rendered(Reference("omit()")) is None


def test_constants_are_prepared_and_shared() -> None:
    """A literal is the same object at every rendering and says so."""
    prepared = prepare(Literal({"a": 1}), BUILT_IN, itertools.count())
    assert prepared.is_constant
    assert prepared.render(WORLD) is prepared.render(WORLD)
    assert not prepare(Reference("it"), BUILT_IN, itertools.count()).is_constant
    assert prepare_url(Literal("/a"), BUILT_IN, itertools.count()).is_constant


def test_expectations_are_told_apart_from_data() -> None:
    """Operators come only from the template: a value that looks like one is data."""
    template = ObjectOf(
        (
            ("id", Expect((Condition("type", Literal("integer")), Condition("at_least", Reference("inputs.n"))))),
            ("name", Reference('json_parse(\'{"$type": "string"}\')')),
        )
    )
    found: Any = prepare_operand(template, BUILT_IN, itertools.count()).render(WORLD)
    assert found["id"] == Expectation((("type", "integer"), ("at_least", 3)))
    assert found["name"] == {"$type": "string"}
    assert plain(found) == {"id": {"$type": "integer", "$at_least": 3}, "name": {"$type": "string"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/carts", "/carts"),
        ("${{ inputs.url }}", "http://h:1/x"),
        ("${{ inputs.url }}/a/${{ inputs.t }}", "http://h:1/x/a/a%20b%2F%C3%BC"),
        ("/a/${{ inputs.t }}", "/a/a%20b%2F%C3%BC"),
        ("/a/${{ path(inputs.t) }}", "/a/a%20b/%C3%BC"),
        ("/a?q=${{ raw(inputs.t) }}", "/a?q=a b/ü"),
        ("/a/${{ inputs.n }}", "/a/3"),
        ("/a/${{ '..' }}/${{ '.' }}", "/a/../."),
        ("/a/${{ '?x=1&y#z%' }}", "/a/%3Fx%3D1%26y%23z%25"),
    ],
)
def test_urls_encode_what_is_filled_in(text: str, expected: str) -> None:
    """A reference at the start is URL text, later ones are percent-encoded, `path` and `raw` are left alone."""
    assert prepare_url(template_of_text(text), BUILT_IN, itertools.count()).render(WORLD) == expected


def test_null_has_no_place_in_a_url() -> None:
    """`/users/null` is never what was meant."""
    for text in ("/users/${{ inputs.none }}", "${{ inputs.none }}", "/users/${{ omit() }}", "${{ inputs.none }}/a"):
        with pytest.raises(EvaluationError, match="null has no place inside a URL"):
            prepare_url(template_of_text(text), BUILT_IN, itertools.count()).render(WORLD)


def _templates(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Template]:
    references = st.sampled_from(["inputs.n", "it", "1 + 2"]).map(Reference)
    leaves = values.map(Literal) | references | st.tuples(st.text(min_size=1), references).map(Text)
    return st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3).map(lambda items: ListOf(tuple(items)))
            | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(lambda given: ObjectOf(tuple(given.items())))
            | inner.map(lambda operand: Expect((Condition("equals", operand),)))
        ),
        max_leaves=6,
    )


@given(_templates(json_values))
def test_templates_survive_their_json_form(template: Template) -> None:
    """What the artifact holds is the template, and it renders to the same value."""
    read = Template.from_json(template.to_json())
    assert read == template
    one, other = (prepare_operand(each, BUILT_IN, itertools.count()).render(WORLD) for each in (template, read))
    assert one == other
