"""The digest names the meaning of a journey: comments and formatting leave it alone, any change of meaning changes it."""

import pytest

from compiler.journeys import artifact_of, digest_of, source_map_of

JOURNEY = """\
journey: checkout-flow
description: A shopper pays.
owner: payments
tags: [smoke]
inputs:
  user: {type: string, default: ada}
  quantity: {type: integer, default: 1, minimum: 1}
presets:
  bulk: {quantity: 50}
secrets: [shop_password]
variables:
  reference: ${{ uuid() }}
rows: {from: rows/checkout.csv, id: sku}
fixtures: [live_shop]
credentials:
  alice: {basic: {username: alice, password: "${{ secrets.shop_password }}"}}
defaults:
  base_url: ${{ env.shop_url }}
  headers: {accept: application/json}
  timeout: 10s
  assert: {duration: {less_than: 5s}}
steps:
  - id: sign-in
    description: Signs in.
    request: POST /login
    json: {user: "${{ inputs.user }}", password: "${{ secrets.shop_password }}"}
    assert: {status: 200}
    derive: {token: {json: $.token, secret: true}}
  - id: pay
    when: inputs.quantity > 0
    request: POST /orders
    auth: {bearer: "${{ steps.sign-in.token }}"}
    query: {page: 1}
    cookies: {theme: dark}
    idempotency_key: auto
    json: {reference: "${{ variables.reference }}", sku: "${{ row.sku }}", shop: "${{ fixtures.live_shop }}"}
    retry: {attempts: 3, delay: 1s}
    assert: {status: [200, 201], json: {$.id: {type: integer, greater_than: 0}}, that: [steps.pay.order > 0]}
    warn: {size: {less_than: 1000}}
    derive: {order: $.id}
    cleanup: {request: "DELETE /orders/${{ steps.pay.order }}"}
    on_failure: continue
    on_resume: replay
    in_doubt: fail
  - id: settled
    request: GET /orders/${{ steps.pay.order }}
    poll: {until: {json: {$.status: paid}}, fail_if: {json: {$.status: refused}}, every: 2s, for: 2m}
    auth: alice
  - id: over
    end: {when: inputs.quantity > 100, reason: enough}
  - request: DELETE /orders/${{ steps.pay.order }}
    releases: [pay]
    redirects: true
    in_doubt: {ask: {request: GET /orders/gone}, done_if: {status: 404}}
cleanup: {request: GET /bye}
recovery: {in_doubt: resend, max_age: 12h}
skip: {when: inputs.quantity > 1000, reason: too many}
"""

SAME = {
    "a comment": ("journey: checkout-flow", "# why\njourney: checkout-flow   # what"),
    "an empty line": ("steps:\n", "\n\nsteps:\n"),
    "quotes": ("accept: application/json", '"accept": "application/json"'),
    "block for flow": ("{accept: application/json}", "\n    accept: application/json"),
    "indent": ("  - id: over\n    end:", "  -   id: over\n      end:"),
    "spaces in an expression": ("inputs.quantity > 0", "${{inputs.quantity>0}}"),
    "brackets in an expression": ("inputs.quantity > 0", "(inputs.quantity) > (0)"),
    "quotes in an expression": ("row.sku", "row['sku']"),
    "a unit": ("for: 2m", "for: 120s"),
    "the order of keys": ("owner: payments\ntags: [smoke]\n", "tags: [smoke]\nowner: payments\n"),
    "a description": ("A shopper pays.", "A shopper pays at last."),
    "an owner": ("owner: payments", "owner: shop"),
    "a tag": ("[smoke]", "[smoke, slow]"),
    "the description of a step": ("Signs in.", "Sings in."),
    "the long form": ("request: POST /login", "request: {method: POST, url: /login}"),
    "a list of one cleanup": (
        'cleanup: {request: "DELETE /orders/${{ steps.pay.order }}"}',
        'cleanup: [{request: "DELETE /orders/${{ steps.pay.order }}"}]',
    ),
    "the word for equality": ("$.status: paid", "$.status: {equals: paid}"),
    "an id that is implied": ("- request: DELETE /orders/", "- id: delete-orders\n    request: DELETE /orders/"),
}

OTHER = {
    "the name": ("checkout-flow", "checkout"),
    "the default of an input": ("default: ada", "default: alan"),
    "the type of an input": ("{type: integer, default: 1,", "{type: number, default: 1,"),
    "the limit of an input": ("minimum: 1", "minimum: 0"),
    "a preset": ("{quantity: 50}", "{quantity: 51}"),
    "a secret": ("[shop_password]", "[shop_password, other]"),
    "a variable": ("uuid()", "random_string(8)"),
    "a row file": ("checkout.csv", "others.csv"),
    "an id column": (", id: sku", ""),
    "a fixture": ("[live_shop]", "[live_shop, clean_shop]"),
    "credentials": ("username: alice", "username: alan"),
    "a base URL": ("env.shop_url", "env.shop"),
    "a default header": ("accept: application/json", "accept: text/html"),
    "a header's name": ("accept: application/json", "x-accept: application/json"),
    "a timeout": ("timeout: 10s", "timeout: 11s"),
    "a default assertion": ("less_than: 5s", "less_than: 6s"),
    "a method": ("POST /login", "PUT /login"),
    "a URL": ("POST /login", "POST /signin"),
    "a body": ('user: "${{ inputs.user }}"', "user: ada"),
    "the order of a body": (
        '{reference: "${{ variables.reference }}", sku: "${{ row.sku }}"',
        '{sku: "${{ row.sku }}", reference: "${{ variables.reference }}"',
    ),
    "a status": ("status: 200", "status: 201"),
    "a list of statuses": ("[200, 201]", "[200, 202]"),
    "an operator": ("greater_than: 0", "at_least: 0"),
    "an operand": ("greater_than: 0", "greater_than: 1"),
    "a path": ("$.status: paid", "$.state: paid"),
    "a condition": ("inputs.quantity > 0", "inputs.quantity > 1"),
    "that": ("that: [steps.pay.order > 0]", "that: [steps.pay.order > 1]"),
    "a warning": ("less_than: 1000", "less_than: 1001"),
    "a path to derive": ("order: $.id", "order: $.number"),
    "a secret derived value": (", secret: true}}", "}}"),
    "a cleanup": ('DELETE /orders/${{ steps.pay.order }}"}', 'DELETE /order/${{ steps.pay.order }}"}'),
    "on_failure": ("    on_failure: continue\n", ""),
    "on_resume": ("on_resume: replay", "on_resume: refresh"),
    "in_doubt": ("in_doubt: fail", "in_doubt: resend"),
    "a question": ("GET /orders/gone", "GET /orders/lost"),
    "what a question is asked for": ("done_if: {status: 404}", "done_if: {status: 410}"),
    "a key": ("idempotency_key: auto", "idempotency_key: abc"),
    "a retry": ("attempts: 3", "attempts: 4"),
    "a delay": ("delay: 1s", "delay: 2s"),
    "a poll": ("every: 2s", "every: 3s"),
    "the end of a poll": ("for: 2m", "for: 3m"),
    "what fails a poll": ("refused", "declined"),
    "a query": ("page: 1", "page: 2"),
    "a cookie": ("theme: dark", "theme: light"),
    "auth": ("auth: alice", "auth: none"),
    "an end": ("inputs.quantity > 100", "inputs.quantity > 101"),
    "a reason": ("reason: enough", "reason: plenty"),
    "releases": ("    releases: [pay]\n", ""),
    "redirects": ("redirects: true", "redirects: 3"),
    "the journey's cleanup": ("GET /bye", "GET /goodbye"),
    "recovery": ("in_doubt: resend", "in_doubt: restart"),
    "an age": ("max_age: 12h", "max_age: 13h"),
    "what a failure keeps": ("max_age: 12h", "max_age: 12h, keep_on_failure: true"),
    "skip": ("too many", "far too many"),
    "the order of steps": ("  - id: over\n    end: {when: inputs.quantity > 100, reason: enough}\n", ""),
    "safe": ("request: POST /login", "safe: true\n    request: POST /login"),
}


def _edited(edit: tuple[str, str]) -> str:
    before, after = edit
    assert JOURNEY.count(before) >= 1, before
    return JOURNEY.replace(before, after, 1)


def test_the_journey_compiles_clean() -> None:
    """The edits below start from a journey without a finding."""
    assert artifact_of(JOURNEY).journey == "checkout-flow"


@pytest.mark.parametrize("name", SAME)
def test_what_changes_no_meaning_changes_no_digest(name: str) -> None:
    """A comment makes no new version of a journey."""
    assert digest_of(_edited(SAME[name])) == digest_of(JOURNEY)


@pytest.mark.parametrize("name", OTHER)
def test_a_change_of_meaning_changes_the_digest(name: str) -> None:
    """What a journey does is in its artifact, all of it."""
    assert digest_of(_edited(OTHER[name])) != digest_of(JOURNEY)


def test_what_only_tells_is_in_the_source_map() -> None:
    """Description, owner, tags and descriptions of steps travel beside the artifact."""
    told = source_map_of(JOURNEY)
    assert (told.description, told.owner, told.tags) == ("A shopper pays.", "payments", ("smoke",))
    assert told.step_descriptions == {"sign-in": "Signs in."}
    assert told.excerpt(1) == "journey: checkout-flow"
