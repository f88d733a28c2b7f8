"""Assertions become one check for each operator and target."""

import hashlib
from typing import Any

import pytest

from compiler.journeys import only, step_of
from pytest_journeys.artifact.model import Check
from pytest_journeys.expressions.template import Condition, Expect, ListOf, Literal, ObjectOf, Reference, Template


def _checks(section: str, files: dict[str, bytes] | None = None) -> tuple[Check, ...]:
    return step_of(f"request: GET https://shop.test/\nassert: {{{section}}}", files).checks


def _is(value: Any) -> Expect:
    return Expect((Condition("equals", Literal(value)),))


@pytest.mark.parametrize(
    ("written", "operator", "operand"),
    [
        ("200", "equals", Literal(200)),
        ("[200, 201]", "one_of", Literal([200, 201])),
        ("2xx", "between", Literal([200, 299])),
        ("{equals: 4xx}", "between", Literal([400, 499])),
        ("{not: 5xx}", "not", Expect((Condition("between", Literal([500, 599])),))),
        ("{at_least: 200}", "at_least", Literal(200)),
        ('"${{ inputs.quantity }}"', "equals", Reference("inputs.quantity")),
        (
            "[200, 3xx]",
            "any_of",
            ListOf((_is(200), Expect((Condition("between", Literal([300, 399])),)))),
        ),
    ],
)
def test_statuses(written: str, operator: str, operand: Template) -> None:
    """A number, any of a list, a class of them, or operators."""
    assert _checks(f"status: {written}") == (Check(section="status", operator=operator, operand=operand),)


@pytest.mark.parametrize(
    ("written", "operator", "operand"),
    [
        ("1", "equals", Literal(1)),
        ("null", "equals", Literal(None)),
        ("[1, a]", "equals", Literal([1, "a"])),
        ('"${{ inputs.user }}"', "equals", Reference("inputs.user")),
        ("{equals: {a: 1}}", "equals", ObjectOf((("a", Literal(1)),))),
        ("{length: 2}", "length", Literal(2)),
        ("{length: {at_least: 2}}", "length", Expect((Condition("at_least", Literal(2)),))),
        ("{each: {type: string}}", "each", Expect((Condition("type", Literal("string")),))),
        ("{each: 1}", "each", _is(1)),
        ("{not: {exists: true}}", "not", Expect((Condition("exists", Literal(True)),))),
        ("{any_of: [1, {type: string}]}", "any_of", ListOf((_is(1), Expect((Condition("type", Literal("string")),))))),
        ("{one_of: [1, 2]}", "one_of", Literal([1, 2])),
        (
            "{like: {id: {$type: integer, $at_least: 1}, name: Bob}}",
            "like",
            ObjectOf(
                (
                    ("id", Expect((Condition("type", Literal("integer")), Condition("at_least", Literal(1))))),
                    ("name", Literal("Bob")),
                )
            ),
        ),
        (
            "{unordered: [1, {$type: string}]}",
            "unordered",
            ListOf((Literal(1), Expect((Condition("type", Literal("string")),)))),
        ),
        ("{equals: {$ref: x}}", "equals", ObjectOf((("$ref", Literal("x")),))),
        (
            "{equals: {$type: string, name: x}}",
            "equals",
            ObjectOf((("$type", Literal("string")), ("name", Literal("x")))),
        ),
        ("{within: 1m}", "within", Literal("1m")),
    ],
)
def test_expectations_of_json(written: str, operator: str, operand: Template) -> None:
    """Literals, references, operators, and expectations inside data."""
    found = _checks(f"json: {{$.a: {written}}}")
    assert found == (Check(section="json", argument="$.a", operator=operator, operand=operand),)


def test_one_check_for_each_operator() -> None:
    """Each has an outcome of its own."""
    found = _checks("json: {$.a: {type: integer, greater_than: 1}}, headers: {X-Age: {as: integer, less_than: 5}}")
    assert [(check.section, check.argument, check.convert, check.operator) for check in found] == [
        ("headers", "X-Age", "integer", "less_than"),
        ("json", "$.a", None, "type"),
        ("json", "$.a", None, "greater_than"),
    ]


def test_durations_are_milliseconds() -> None:
    """So that they compare as numbers; a reference is read by the run."""
    assert only(_checks("duration: {less_than: 1m30s}")).operand == Literal(90_000)
    assert only(_checks("duration: {between: [1s, 2s]}")).operand == Literal([1000, 2000])
    assert only(_checks('duration: {less_than: "${{ env.slow }}"}')).operand == Reference("env.slow")


def test_cookies_have_attributes() -> None:
    """A literal is about the value, a mapping of attributes gives expectations for each."""
    found = _checks(
        "cookies: {a: x, b: {value: {matches: y}, secure: true, max_age: {at_least: 60}}, c: {exists: false}}"
    )
    assert [(check.argument, check.attribute, check.operator, check.operand) for check in found] == [
        ("a", None, "equals", Literal("x")),
        ("b", "value", "matches", Literal("y")),
        ("b", "secure", "equals", Literal(True)),
        ("b", "max_age", "at_least", Literal(60)),
        ("c", None, "exists", Literal(False)),
    ]


def test_that_is_one_or_many() -> None:
    """Bare or in braces, canonical in the artifact; its operator is `holds`."""
    assert _checks("that: response.status==200") == (
        Check(section="that", argument="response.status == 200", operator="holds", operand=Literal(None)),
    )
    found = _checks("that: [true, \"${{ response.json.a in ['b'] }}\"]")
    assert [check.argument for check in found] == ["true", 'response.json.a in ["b"]']


def test_a_file_to_compare_with_is_part_of_the_artifact() -> None:
    """Its value under json, the digest of its bytes under body: no run reads it again."""
    files = {"order.json": b'{"id": [1, "${{ x }}"]}'}
    assert _checks("json: {$: {equals_file: order.json}}", files) == (
        Check(section="json", argument="$", operator="equals", operand=ObjectOf((("id", Literal([1, "${{ x }}"])),))),
    )
    assert _checks("body: {equals_file: order.json}", files) == (
        Check(section="body", operator="sha256", operand=Literal(hashlib.sha256(files["order.json"]).hexdigest())),
    )


def test_a_step_without_a_status_assertion_expects_success() -> None:
    """One under warn does not count; one that a poll waits for does."""
    assert step_of("request: GET https://shop.test/").expects_success
    assert step_of("request: GET https://shop.test/\nwarn: {status: 404}").expects_success
    assert not step_of("request: GET https://shop.test/\nassert: {status: 404}").expects_success
    assert not step_of("request: GET https://shop.test/\npoll: {until: {status: 404}, for: 1m}").expects_success
