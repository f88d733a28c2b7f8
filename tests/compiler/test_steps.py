"""Steps: their names, what stands around their action, and what they derive."""

import pytest

from compiler.journeys import artifact_of, compiled, digest_of, journey_with, only, source_map_of, step_of
from pytest_journeys.artifact.model import Derivation, Poll, Retry
from pytest_journeys.expressions.template import Literal, Reference


@pytest.mark.parametrize(
    ("step", "name"),
    [
        ("request: GET https://shop.test/me", "get-me"),
        ("request: 'GET ${{ env.url }}/me?x=y'", "get-me"),
        ("request: POST https://shop.test/carts/${{ env.id }}/checkout", "post-checkout"),
        ("request: GET https://shop.test/carts/${{ env.id }}", "get-carts"),
        ("request: GET https://shop.test/v1/orders.json", "get-orders"),
        ("request: GET https://shop.test/carts/17", "get-carts"),
        ("request: GET https://shop.test", "get"),
        ("request: GET https://shop.test/a%20b/", "get"),
        ("request: {method: DELETE, url: https://shop.test/x}", "delete-x"),
        ("end: {reason: enough}", "end"),
        ("assert: {that: [true]}", "check"),
    ],
)
def test_a_step_without_an_id_is_called_by_method_and_last_plain_word(step: str, name: str) -> None:
    """A second one of the name has a number; an id that is written is never taken."""
    text = f"journey: j\nsteps:\n  - {step}\n  - {step}\n  - {step}\n  - id: {name}-2\n    end: {{}}\n"
    assert [one.path for one in artifact_of(text).steps] == [name, f"{name}-3", f"{name}-4", f"{name}-2"]


def test_cleanups_have_paths() -> None:
    """The first is called cleanup, the second cleanup-2; the journey's own begin with its word."""
    text = """
        journey: j
        steps:
          - id: pay
            request: POST https://shop.test/
            cleanup: [{request: GET https://shop.test/a}, {request: GET https://shop.test/b}]
        cleanup: [{request: GET https://shop.test/c, when: run.failed}, {request: GET https://shop.test/d}]
        """
    artifact = artifact_of(text)
    assert [one.path for one in artifact.steps[0].cleanup] == ["pay.cleanup", "pay.cleanup-2"]
    assert [one.path for one in artifact.cleanup] == ["journey.cleanup", "journey.cleanup-2"]
    assert artifact.cleanup[0].when == "run.failed"


def test_what_a_step_derives_is_known_to_its_assertions_its_cleanup_and_later_steps() -> None:
    """And to the values derived after it."""
    text = """
        journey: j
        steps:
          - id: pay
            request: POST https://shop.test/
            derive:
              id: $.id
              next: {value: "${{ steps.pay.id + 1 }}"}
            assert: {that: [steps.pay.id > 0], json: {$.next: "${{ steps.pay.next }}"}}
            warn: {json: {$.id: "${{ steps.pay.id }}"}}
            cleanup: {request: "DELETE https://shop.test/${{ steps.pay.id }}"}
          - request: GET https://shop.test/${{ steps.pay.id }}
        cleanup: {request: "GET https://shop.test/${{ steps.pay.id }}"}
        """
    assert compiled(text).diagnostics == ()


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("$.id", Derivation(name="x", source="json", argument="$.id")),
        ("status", Derivation(name="x", source="status")),
        ("{url: true, query: code}", Derivation(name="x", source="url", query="code")),
        ("{header: location, regex: 'a(.)'}", Derivation(name="x", source="header", argument="location", regex="a(.)")),
        ("{regex: 'a(.)', all: true}", Derivation(name="x", source="regex", argument="a(.)", takes_all=True)),
        ("{link: next, as: url}", Derivation(name="x", source="link", argument="next", convert="url")),
        ("{cookie: sid, secret: true}", Derivation(name="x", source="cookie", argument="sid", is_secret=True)),
        ("{body: true, path: $.a}", Derivation(name="x", source="body", path="$.a")),
        ("{json: $.a, default: null}", Derivation(name="x", source="json", argument="$.a", default=Literal(None))),
        (
            "{json: $.a, value: '${{ it+1 }}', default: '${{ inputs.quantity }}'}",
            Derivation(name="x", source="json", argument="$.a", value="it + 1", default=Reference("inputs.quantity")),
        ),
        ("{value: '${{ response.json.a }}'}", Derivation(name="x", source="value", value="response.json.a")),
        (
            "{value: '${{ hash(secrets.shop_password) }}'}",
            Derivation(name="x", source="value", value="hash(secrets.shop_password)", is_secret=True),
        ),
    ],
)
def test_derived_values(written: str, expected: Derivation) -> None:
    """One source, then narrowing; what reads a secret is one."""
    step = step_of(
        f"request: GET https://shop.test/\nderive: {{x: {written}}}\nassert: {{that: [steps.last.x != null]}}"
    )
    assert only(step.derive) == expected


def test_retry_and_poll() -> None:
    """Lengths of time are milliseconds, statuses texts; what is not written has its default."""
    step = step_of(
        """
        request: GET https://shop.test/
        retry: {attempts: 3, delay: 1s, backoff: 2, max_delay: 5s, jitter: 0.5, errors: [connect, 503]}
        poll: {until: {status: 200}, every: 2s, max_every: 8s, backoff: 1.5, for: 1m, attempts: 9}
        """
    )
    assert step.retry == Retry(
        attempts=3, delay_ms=1000, backoff=2.0, max_delay_ms=5000, jitter=0.5, errors=("connect", "503")
    )
    assert step.poll is not None
    assert step.poll == Poll(
        until=step.poll.until, every_ms=2000, backoff=1.5, max_every_ms=8000, for_ms=60_000, attempts=9
    )
    assert step_of("request: GET https://shop.test/\nretry: {attempts: 2}").retry == Retry(attempts=2)


def test_without_until_the_assertions_are_the_condition() -> None:
    """Both judge the same checks, at the same places of the file."""
    text = journey_with("request: GET https://shop.test/\npoll: {for: 1m}\nassert: {json: {$.status: paid}}")
    step = artifact_of(text).steps[-1]
    assert step.poll is not None
    assert step.poll.until == step.checks
    positions = source_map_of(text).positions
    assert positions["last/until/0"] == positions["last/assert/0"]


@pytest.mark.parametrize(
    "step",
    [
        "request: POST https://shop.test/\nretry: {attempts: 3, errors: [connect, 429]}",
        "request: POST https://shop.test/\nretry: {attempts: 3}\nin_doubt: resend",
        "request: POST https://shop.test/\nretry: {attempts: 3}\nidempotency_key: auto",
        "request: POST https://shop.test/\nretry: {attempts: 3}\nsafe: true",
        "request: PUT https://shop.test/\nretry: {attempts: 3}",
        "request: POST https://shop.test/\npoll: {until: {status: 200}, for: 1m}\nin_doubt: resend",
        "request: POST https://shop.test/\npoll: {until: {status: 200}, for: 1m}\nsafe: true",
        "request: DELETE https://shop.test/\npoll: {until: {status: 404}, for: 1m}",
    ],
)
def test_what_may_be_sent_again(step: str) -> None:
    """A request that reads, that means the same twice, that carries a key, or that the journey allows to be resent."""
    assert compiled(journey_with(step)).diagnostics == ()


def test_keys() -> None:
    """`auto` draws one for the step; a text may hold references."""
    assert step_of("request: POST https://shop.test/\nidempotency_key: auto").idempotency_key == Reference("uuid()")
    step = step_of("request: POST https://shop.test/\nidempotency_key: ${{ inputs.user }}")
    assert step.idempotency_key == Reference("inputs.user")


def test_ends() -> None:
    """A condition and a reason, both of which may be absent."""
    step = step_of("end: {when: inputs.quantity > 5, reason: 'too many: ${{ inputs.quantity }}'}")
    assert (step.kind, step.end_when) == ("end", "inputs.quantity > 5")
    assert step_of("end: {}").kind == "end"
    assert step_of("assert: {that: [true]}").kind == "check"


def test_a_variable_that_reads_a_secret_is_one() -> None:
    """Also by way of another variable, and when it is said."""
    text = """
        journey: j
        secrets: [key]
        variables:
          a: ${{ uuid() }}
          b: {value: "${{ random_string(12) }}", secret: true}
          c: {x: ["${{ secrets.key }}"]}
          d: ${{ variables.c.x[0] }}
          e: {value: 1, other: 2}
        steps:
          - request: POST https://shop.test/
            json: ["${{ variables.a }}", "${{ variables.b }}", "${{ variables.d }}", "${{ variables.e }}"]
        """
    assert [(one.name, one.is_secret) for one in artifact_of(text).variables] == [
        ("a", False),
        ("b", True),
        ("c", True),
        ("d", True),
        ("e", False),
    ]


def test_what_a_journey_refers_to_is_named_in_order() -> None:
    """Environment and fixture names are part of a run's fingerprint: each once, sorted, the first name only."""
    text = """
        journey: j
        fixtures: [shop, clock]
        defaults: {base_url: "${{ env.urls.shop }}", headers: {x: "${{ default(env.optional, 'x') }}"}}
        steps:
          - request: GET /${{ env.a }}/${{ fixtures.shop.id }}
            assert: {that: ["response.json.at == fixtures.clock"]}
        """
    artifact = artifact_of(text)
    assert artifact.environment == ("a", "optional", "urls")
    assert artifact.fixture_values == ("clock", "shop")
    assert artifact.fixtures == ("shop", "clock")


def test_inline_rows_travel_in_the_source_map() -> None:
    """They are no part of the artifact; each knows its line."""
    text = """\
journey: j
inputs: {sku: {type: string}}
rows:
  - {id: shirt, sku: A-100}
  - id: shoe
    sku: B-200
steps:
  - request: GET https://shop.test/${{ inputs.sku }}/${{ row.id }}
"""
    told = source_map_of(text)
    assert told.rows == ({"id": "shirt", "sku": "A-100"}, {"id": "shoe", "sku": "B-200"})
    assert told.row_lines == (4, 5)
    assert digest_of(text) == digest_of(text.replace("A-100", "C-300").replace("shoe", "boot"))


def test_places_of_an_artifact_are_told() -> None:
    """Line and column of what reports point at, and the lines themselves, no others."""
    text = """\
journey: j
# a comment that nothing points at
secrets: [key]
steps:
  - id: pay
    request: POST ${{ env.url }}/orders
    when: true
    assert:
      status: 200
    derive:
      id: $.id
    cleanup:
      request: {method: GET, url: "${{ env.url }}/${{ steps.pay.id }}"}
"""
    told = source_map_of(text)
    assert told.positions == {
        "journey": (1, 10, 1, 11),
        "secrets/key": (3, 11, 3, 14),
        "env/url": (6, 23, 6, 30),
        "pay": (5, 5, 5, 12),
        "pay/request": (6, 14, 6, 40),
        "pay/url": (6, 19, 6, 40),
        "pay/when": (7, 11, 7, 15),
        "pay/assert/0": (9, 15, 9, 18),
        "pay/derive/id": (11, 11, 11, 15),
        "pay.cleanup": (13, 7, 13, 72),
        "pay.cleanup/request": (13, 16, 13, 72),
        "pay.cleanup/url": (13, 36, 13, 70),
    }
    assert sorted(map(int, told.lines)) == [1, 3, 5, 6, 7, 9, 11, 13]
    assert told.excerpt(5) == "  - id: pay"


def test_a_step_may_be_called_like_what_is_declared() -> None:
    """A failure of a step called rows, inputs or env is shown at the step, not at a declaration."""
    found = compiled("""\
journey: a
inputs: {request: {type: string, default: x}}
rows: [{id: a}, {id: b}]
steps:
  - id: rows
    request: GET ${{ env.url }}/${{ inputs.request }}
  - id: inputs
    request: GET ${{ env.url }}/x
  - id: env
    request: GET ${{ env.url }}/x
""")
    assert found.source_map is not None
    lines = {place: at[0] for place, at in found.source_map.positions.items()}
    assert [lines[place] for place in ("rows", "inputs/request", "env/url")] == [5, 8, 10]
