"""Requests: URLs, bodies, and what defaults and steps say together."""

import hashlib

from compiler.journeys import artifact_of, step_of
from pytest_journeys.artifact.model import Auth, Body, Field, Request, Step
from pytest_journeys.expressions.template import ListOf, Literal, ObjectOf, Reference, Text

DEFAULTS = """
    journey: j
    secrets: [key]
    credentials:
      alice: {basic: {username: alice, password: "${{ secrets.key }}"}}
    defaults:
      base_url: https://shop.test
      headers: {Accept: application/json, x-trace: "${{ steps.first.trace }}"}
      query: {lang: en, page: 1}
      cookies: {theme: dark}
      auth: {bearer: "${{ steps.first.token }}"}
      timeout: 10s
      redirects: 5
      safe: true
      assert: {status: 200, headers: {Content-TYPE: application/json}, duration: {less_than: 1s}}
    steps:
      - id: first
        request: POST /login
        derive: {token: {json: $.token, secret: true}, trace: {header: x-trace}}
        cleanup:
          - request: DELETE /login
          - request: POST /logout
      - id: second
        request: POST /next
        headers: {accept: text/html, X-Extra: [a, b]}
        query: {page: null, size: 10}
        cookies: none
        auth: none
        timeout: ${{ env.timeout }}
        redirects: false
        safe: false
        assert: {status: null, headers: {Content-Type: text/html}, duration: null}
      - id: third
        request: GET https://other.test/
        headers: null
        query: null
        cookies: {theme: null}
        auth: alice
        timeout: null
        redirects: true
        base_url: https://third.test
        assert: {headers: null}
      - assert: {that: [steps.first.trace != '']}
    """


def _steps() -> tuple[Step, ...]:
    return artifact_of(DEFAULTS).steps


def _request(step: Step) -> Request:
    assert step.request is not None
    return step.request


def test_defaults_apply_key_by_key() -> None:
    """A step's own header replaces the default of that name, whatever its case; the others stay, marked as defaults."""
    second = _request(_steps()[1])
    assert second.headers == (
        Field(name="x-trace", value=Reference("steps.first.trace"), is_default=True),
        Field(name="accept", value=Literal("text/html")),
        Field(name="X-Extra", value=Literal(["a", "b"])),
    )
    assert second.query == (
        Field(name="lang", value=Literal("en"), is_default=True),
        Field(name="page", value=Literal(None)),
        Field(name="size", value=Literal(10)),
    )
    assert (second.cookies, second.sends_cookies, second.auth) == ((), False, None)
    assert (second.timeout, second.redirects, second.is_safe) == (Reference("env.timeout"), 0, False)


def test_null_takes_a_default_away() -> None:
    """Of a whole key, of one cookie, of an assertion."""
    third = _steps()[2]
    request = _request(third)
    assert (request.headers, request.query, request.timeout) == ((), (), None)
    assert request.cookies == (Field(name="theme", value=Literal(None)),)
    assert request.base_url == Literal("https://third.test")
    assert request.redirects == 20
    assert [(check.section, check.operator) for check in third.checks] == [
        ("status", "equals"),
        ("duration", "less_than"),
    ]


def test_a_default_that_refers_to_a_step_applies_to_what_comes_after_it() -> None:
    """The step itself does without it; its cleanup has it."""
    first = _steps()[0]
    request = _request(first)
    assert [field.name for field in request.headers] == ["Accept"]
    assert request.auth is None
    assert request.timeout == Literal(10_000)
    for cleanup in first.cleanup:
        assert [field.name for field in _request(cleanup).headers] == ["Accept", "x-trace"]
        assert _request(cleanup).auth == Auth(
            kind="bearer",
            values=(("token", Reference("steps.first.token")), ("scheme", Literal("Bearer"))),
            is_default=True,
        )


def test_credentials_are_inlined() -> None:
    """The artifact knows schemes, not names of them."""
    assert _request(_steps()[2]).auth == Auth(
        kind="basic", values=(("username", Literal("alice")), ("password", Reference("secrets.key")))
    )


def test_default_assertions_apply_unless_a_step_speaks_of_the_same() -> None:
    """A header by its name, a section as a whole; null takes one away and the step then expects success."""
    first, second, third, check = _steps()
    assert [one.section for one in first.checks] == ["status", "headers", "duration"]
    assert [(one.section, one.operand) for one in second.checks] == [("headers", Literal("text/html"))]
    assert (first.expects_success, second.expects_success, third.expects_success) == (False, True, False)
    assert [one.section for one in check.checks] == ["that"]
    assert not check.expects_success


def test_a_default_assertion_that_refers_to_a_step_applies_to_what_comes_after_it() -> None:
    """Before, there is nothing to compare with."""
    text = """
        journey: j
        defaults: {assert: {headers: {x-trace: "${{ steps.b.trace }}"}, that: [steps.b.trace != '']}}
        steps:
          - {id: a, request: GET https://shop.test/}
          - {id: b, request: GET https://shop.test/, derive: {trace: {header: x-trace}}}
          - {id: c, request: GET https://shop.test/}
        """
    assert [[check.section for check in step.checks] for step in artifact_of(text).steps] == [
        [],
        [],
        ["headers", "that"],
    ]


def test_a_cleanups_delete_takes_no_status_from_the_defaults() -> None:
    """It passes with 404 and 410 unless it asserts a status of its own; another method does not."""
    delete, post = _steps()[0].cleanup
    assert delete.expects_success
    assert [one.section for one in delete.checks] == ["headers", "duration"]
    assert not post.expects_success
    assert (delete.path, post.path) == ("first.cleanup", "first.cleanup-2")


def test_steps_are_safe_by_method_or_by_word() -> None:
    """GET only reads; a default says so of every other method, and a step takes it back."""
    first, second, third, _ = _steps()
    assert (_request(first).is_safe, _request(second).is_safe, _request(third).is_safe) == (True, False, True)


def test_a_url_keeps_its_references_apart() -> None:
    """Text and references alternate, so that each reference is encoded by itself."""
    step = step_of("request: GET https://shop.test/${{ inputs.user }}/x?y=${{ path(inputs.user) }}")
    assert _request(step).url == Text(
        ("https://shop.test/", Reference("inputs.user"), "/x?y=", Reference("path(inputs.user)"))
    )


def test_a_json_body_keeps_its_order_and_types() -> None:
    """Objects are lists of members; what holds none and no reference is one literal."""
    step = step_of(
        'request: POST https://shop.test/\njson: {b: [1, 2.5, null], a: {}, c: [{x: "${{ inputs.user }}"}], d: "$${{ x }}"}'
    )
    assert _request(step).body == Body(
        kind="json",
        value=ObjectOf(
            (
                ("b", Literal([1, 2.5, None])),
                ("a", Literal({})),
                ("c", ListOf((ObjectOf((("x", Reference("inputs.user")),)),))),
                ("d", Literal("${{ x }}")),
            )
        ),
    )


def test_a_json_null_is_a_body() -> None:
    """`json: null` sends null."""
    assert _request(step_of("request: POST https://shop.test/\njson: null")).body == Body(
        kind="json", value=Literal(None)
    )


def test_a_json_file_becomes_the_body() -> None:
    """It is read when the journey is compiled, and its references are resolved like any."""
    files = {"order.json": b'{"user": "${{ inputs.user }}"}'}
    step = step_of("request: POST https://shop.test/\njson_file: order.json", files)
    assert _request(step).body == Body(kind="json", value=ObjectOf((("user", Reference("inputs.user")),)))


def test_an_upload_is_named_by_digest() -> None:
    """A path that is known now has its digest in the artifact; one with a reference is read by the run."""
    files = {"photo.png": b"\x89PNG"}
    step = step_of("request: POST https://shop.test/\nfile: photo.png", files)
    assert _request(step).body == Body(
        kind="file", value=Literal("photo.png"), sha256=hashlib.sha256(b"\x89PNG").hexdigest()
    )
    step = step_of("request: POST https://shop.test/\nfile: photos/${{ inputs.user }}.png")
    assert _request(step).body == Body(kind="file", value=Text(("photos/", Reference("inputs.user"), ".png")))


def test_forms_and_texts() -> None:
    """A form is fields, one for each name; a text may hold references."""
    step = step_of('request: POST https://shop.test/\nform: {a: [1, 2], b: "${{ inputs.user }}"}')
    assert _request(step).body == Body(
        kind="form",
        fields=(Field(name="a", value=Literal([1, 2])), Field(name="b", value=Reference("inputs.user"))),
    )
    step = step_of("request: POST https://shop.test/\ntext: hello ${{ inputs.user }}")
    assert _request(step).body == Body(kind="text", value=Text(("hello ", Reference("inputs.user"))))


def test_schemes() -> None:
    """Every scheme with its members, those not written included."""
    step = step_of("request: GET https://shop.test/\nauth: {bearer: {token: abc, scheme: token}}")
    assert _request(step).auth == Auth(kind="bearer", values=(("token", Literal("abc")), ("scheme", Literal("token"))))
    step = step_of(
        'request: GET https://shop.test/\nauth: {api_key: {name: x-key, value: "${{ secrets.shop_password }}"}}'
    )
    assert _request(step).auth == Auth(
        kind="api_key",
        values=(("name", Literal("x-key")), ("value", Reference("secrets.shop_password")), ("in", Literal("header"))),
    )
