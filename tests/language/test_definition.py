"""The models: what each form of the file format becomes."""

import json
from typing import Any

import pytest

from pytest_journeys.language.definition import Journey
from pytest_journeys.language.explain import define
from pytest_journeys.language.forms import TEXT, form_of
from pytest_journeys.language.reader import read
from pytest_journeys.language.requests import ApiKey, BearerToken, RequestTarget, Scheme, read_request_line
from pytest_journeys.language.steps import Step, as_cleanups
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.json import MISSING
from pytest_journeys.values.source import Source

CHECKOUT = """\
journey: checkout-flow
description: A shopper signs in, fills a cart and pays.
owner: payments
tags: [smoke, checkout]
x-anything: [yours]
inputs:
  user: {type: string, default: ada}
  sku: {type: string, pattern: '^[A-Z]', optional: true}
  quantity: {type: integer, default: 1, minimum: 1, maximum: 99.5}
presets:
  bulk: {sku: A-100, quantity: 50}
secrets: [shop_password]
variables:
  reference: ${{ uuid() }}
  nothing:
rows: rows/checkout.csv
fixtures: [live_shop]
credentials:
  alice: {bearer: "${{ steps.sign-in.token }}"}
  bob: {api_key: {name: x-key, value: k, in: query}}
defaults:
  base_url: ${{ env.shop_url }}
  headers: {accept: application/json}
  auth: {basic: {username: a, password: b}}
  timeout: ${{ env.timeout }}
  redirects: 3
  assert: {duration: {less_than: 5s}}
recovery: {in_doubt: fail, max_age: 12h}
steps:
  - id: sign-in
    request: "POST  /login"
    json:
    auth:
    headers:
    redirects: true
    derive:
      token: {json: $.token, secret: true, as: string}
      code: status
      next: {link: next, query: page, default:}
  - id: open-cart
    request: {method: POST, url: /carts}
    form: {sku: [a, b]}
    cookies: none
    auth: alice
    timeout: 1m30s
    safe: true
    when: true
    idempotency_key: auto
    in_doubt: resend
    on_resume: refresh
    on_failure: continue
    releases: [sign-in]
    retry: {attempts: 3, delay: 1s, backoff: 1.5, errors: [connect, 429, 5xx]}
    poll: {until: {json: {$.status: paid}}, fail_if: {status: 5xx}, every: 1s, for: 2m, attempts: 5}
    assert:
      status: [200, 201]
      headers: {location: {matches: '^/carts'}}
      cookies: {theme: {secure: true}}
      json: {$.a: null}
      body: {contains: x}
      size: {less_than: 10}
      url: /carts
      that: [true, "inputs.quantity > 0"]
    warn: {duration: {less_than: 200ms}, that: response.status == 200}
    cleanup:
      request: DELETE /carts
  - assert: {that: "run.attempt == 1"}
  - end: {when: "row.stop", reason: enough}
    description: the end
cleanup:
  - request: GET /a
    json_file: a.json
  - request: GET /b
    text: ""
skip: broken
xfail: {when: env.old, reason: known}
"""


def defined(text: str) -> Journey:
    """The journey of a text that has no mistakes."""
    journey, told = define(read(Source("a.journey.yaml", text)))
    assert told == ()
    assert journey is not None
    return journey


def step_of(yaml: str) -> Step:
    """The first step of a journey that is written as one line of YAML."""
    return defined(f"journey: x\nsteps:\n  - {yaml}\n").steps[0]


def test_a_whole_journey_is_read() -> None:
    """Every key of the file format has its place in the models."""
    journey = defined(CHECKOUT)
    assert journey.tags == ("smoke", "checkout")
    assert journey.inputs["user"].default == "ada"
    assert journey.inputs["sku"].default is MISSING
    assert journey.inputs["sku"].optional
    assert journey.inputs["quantity"].maximum == 99.5
    assert journey.presets == {"bulk": {"sku": "A-100", "quantity": 50}}
    assert journey.variables == {"reference": "${{ uuid() }}", "nothing": None}
    assert journey.rows == "rows/checkout.csv"
    assert journey.credentials["bob"] == Scheme(
        api_key=ApiKey.model_validate({"name": "x-key", "value": "k", "in": "query"})
    )
    assert journey.defaults.timeout == "${{ env.timeout }}"
    assert journey.defaults.redirects == 3
    assert journey.defaults.assertions.duration == {"less_than": "5s"}
    assert journey.recovery.max_age == Duration(12 * 3_600_000)
    assert journey.skip == "broken"
    assert not isinstance(journey.xfail, str)
    assert journey.xfail is not None
    assert (journey.xfail.when, journey.xfail.reason) == ("env.old", "known")
    assert [cleanup.json_file for cleanup in as_cleanups(journey.cleanup)] == ["a.json", None]
    assert as_cleanups(journey.cleanup)[1].text == ""


def test_a_whole_step_is_read() -> None:
    """Lists are tuples, durations are durations, what may hold references stays as it was written."""
    step = defined(CHECKOUT).steps[1]
    assert step.form == {"sku": ["a", "b"]}
    assert step.json_body is MISSING
    assert (step.cookies, step.auth, step.timeout) == ("none", "alice", Duration(90_000))
    assert (step.safe, step.when, step.releases) == (True, "true", ("sign-in",))
    assert step.retry is not None
    assert (step.retry.attempts, step.retry.backoff, step.retry.errors) == (3, 1.5, ("connect", 429, "5xx"))
    assert step.poll is not None
    assert (step.poll.every, step.poll.time_limit, step.poll.attempts) == (Duration(1_000), Duration(120_000), 5)
    assert step.poll.until is not None
    assert step.poll.until.json_paths == {"$.status": "paid"}
    assert step.assertions.status == [200, 201]
    assert step.assertions.json_paths == {"$.a": None}
    assert step.assertions.that == ("true", "inputs.quantity > 0")
    assert step.assertions.duration is MISSING
    assert step.warnings.that == "response.status == 200"
    assert [cleanup.request for cleanup in as_cleanups(step.cleanup)] == ["DELETE /carts"]
    end = defined(CHECKOUT).steps[3].end
    assert end is not None
    assert (end.when, end.reason) == ("row.stop", "enough")


def test_null_is_told_apart_from_nothing() -> None:
    """`json: null` sends null; null in a step takes away what the defaults set; a derived value may default to null."""
    step = defined(CHECKOUT).steps[0]
    assert step.json_body is None
    assert step.removes("auth")
    assert step.removes("headers")
    assert not step.removes("query")
    assert not step.removes("redirects")
    link = step.derive["next"]
    assert not isinstance(link, str)
    assert link.default is None
    assert link.value is MISSING
    assert step.derive["code"] == "status"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        ("GET /carts", ("GET", "/carts", ("request",), 4)),
        ("  POST   /a?b=${{ x y }} ", ("POST", "/a?b=${{ x y }}", ("request",), 9)),
        ("GET", ("GET", "", ("request",), 3)),
        (RequestTarget(method="PUT", url="/x"), ("PUT", "/x", ("request", "url"), 0)),
    ],
)
def test_a_request_line_knows_where_its_url_stands(request_: Any, expected: tuple[Any, ...]) -> None:
    """So that a mistake in the URL is shown inside of the line."""
    line = read_request_line(request_)
    assert (line.method, line.url, line.url_path, line.url_offset) == expected


def test_the_url_offset_points_into_the_text() -> None:
    """The document's place and the line's offset together give the exact column."""
    document = read(Source("a.yaml", 'journey: x\nsteps:\n  - request: "GET  /carts"\n'))
    line = read_request_line("GET  /carts")
    span = document.text_span(("steps", 0, *line.url_path), line.url_offset, len(line.url))
    assert document.excerpt(3)[span.column - 1 : span.end_column - 1] == "/carts"


@pytest.mark.parametrize(
    ("yaml", "auth"),
    [
        ("{request: GET /a, auth: none}", "none"),
        ("{request: GET /a, auth: {bearer: t}}", Scheme(bearer="t")),
        (
            "{request: GET /a, auth: {bearer: {token: t, scheme: token}}}",
            Scheme(bearer=BearerToken(token="t", scheme="token")),
        ),
    ],
)
def test_auth_has_a_short_and_a_long_form(yaml: str, auth: object) -> None:
    """A name, a scheme with a text, a scheme with a mapping."""
    assert step_of(yaml).auth == auth


def test_rows_have_three_forms() -> None:
    """A file, a list, and either with a column that names the rows."""
    steps = "steps: [{request: GET /a}]\n"
    assert defined(f"journey: x\nrows: [{{a: 1}}, {{a: '2'}}]\n{steps}").rows == ({"a": 1}, {"a": "2"})
    rows = defined(f"journey: x\nrows: {{from: [{{a: 1}}], id: a}}\n{steps}").rows
    assert rows is not None
    assert not isinstance(rows, (str, tuple))
    assert (rows.source, rows.id) == (({"a": 1},), "a")


def test_models_are_frozen() -> None:
    """A definition is a fact once it has been read."""
    with pytest.raises(ValueError, match="frozen"):
        defined(CHECKOUT).owner = "me"  # type: ignore[misc]


def test_an_editor_schema_can_be_made_and_every_key_is_described() -> None:
    """JSON Schema of all models, a description for each property."""
    schema = json.loads(json.dumps(Journey.model_json_schema()))
    for name, model in {"Journey": schema, **schema["$defs"]}.items():
        for key, described in model["properties"].items():
            assert described.get("description"), f"{name}.{key}"


def test_tags_of_unions_are_no_keys() -> None:
    """What tells the branches of a union apart can never be a key that a person writes without escapes."""
    assert form_of("x") == TEXT
    assert TEXT.startswith("\0")
