"""The journey of these tests, and in words what it sends: ``login create fill1 pay1A``."""

import hashlib
import re
from collections.abc import Sequence
from typing import Any, TypeAlias

from crash.ledger_server import PASSWORD

Request: TypeAlias = tuple[str, str, str | None, str | None]
"""Method, path, key (A, B: by the order of their first use), digest of the body."""

ROWS = ("r1", "r2", "r3", "r4", "r5", "r6")

JOURNEY = """\
journey: purchase
inputs: {quantity: {type: integer}}
secrets: [password]
rows: rows.csv
defaults:
  base_url: ${{ env.ledger_url }}
  auth: {bearer: "${{ steps.sign-in.token }}"}
steps:
  - id: sign-in
    request: POST /login
    json: {user: "${{ row.id }}", password: "${{ secrets.password }}"}
    derive: {token: {json: $.token, secret: true}}
  - id: create
    request: POST /carts
    json: {owner: "${{ row.id }}"}
    assert: {status: 201}
    derive: {cart: $.id}
    cleanup: {request: "DELETE /carts/${{ steps.create.cart }}"}
  - id: fill
    request: POST /carts/${{ steps.create.cart }}/items
    json: {quantity: "${{ inputs.quantity }}"}
    assert: {json: {$.items: "${{ inputs.quantity }}"}}
  - id: pay
    request: POST /carts/${{ steps.create.cart }}/payment
    idempotency_key: auto
    json: {amount: "${{ inputs.quantity * 250 }}"}
    derive: {payment: $.payment}
  - id: read
    request: GET /carts/${{ steps.create.cart }}
    assert: {json: {$.paid: true}}
  - id: settled
    request: GET /payments/${{ steps.pay.payment }}
    poll: {until: {json: {$.status: paid}}, every: 10ms, for: 30s}
  - id: no-coupon
    request: DELETE /carts/${{ steps.create.cart }}/coupon
    assert: {status: 204}
"""

WHOLE = "login create fill1 pay1A read1 poll1 poll1 coupon1 delete1"
"""What a run that nobody disturbs sends."""

CONFTEST = '''\
"""What a test asks of this project through its environment: a worker that is late, a death at an append."""

import os
import signal
import time
from dataclasses import replace

import pytest


def pytest_configure(config):
    if hasattr(config, "workerinput"):
        with open(f"pid-{config.workerinput['workerid']}", "w") as file:
            file.write(str(os.getpid()))
        if config.workerinput["workerid"] == os.environ.get("LATE"):
            time.sleep(1)  # who is ready first is given the first rows


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    asked = os.environ.get("DIE_AT")
    if asked:
        from pytest_journeys.plugin.work import Work
        from pytest_journeys.testing.journal import CrashAt

        worker = Work.of(item.config).worker
        number, _, when = asked.partition(" ")
        journal = CrashAt(worker.world.journal, int(number), lambda: os.killpg(0, signal.SIGKILL), after=when == "after")
        worker.__dict__["world"] = replace(worker.world, journal=journal)
        del os.environ["DIE_AT"]
'''


def sent(row: str, words: str) -> list[Request]:
    """What the ledger holds for a row, from words: ``login create fill1 pay1A read1`` (1 is its first cart, A a key)."""
    return [request_of(row, word) for word in words.split() if word != "|"]


def all_sent(words: dict[str, str]) -> dict[str, list[Request]]:
    """The whole ledger."""
    return {row: sent(row, told) for row, told in words.items()}


def request_of(row: str, word: str) -> Request:
    """The request of a word: method, path, key, body digest."""
    match = re.fullmatch(r"([a-z]+)(\d?)([A-Z]?)", word)
    assert match is not None, word
    cart = f"{row}-{match[2]}"
    quantity = int(row[1:])
    method, path, body = {
        "login": ("POST", "/login", f'{{"user":"{row}","password":"{PASSWORD}"}}'),
        "create": ("POST", "/carts", f'{{"owner":"{row}"}}'),
        "fill": ("POST", f"/carts/{cart}/items", f'{{"quantity":{quantity}}}'),
        "pay": ("POST", f"/carts/{cart}/payment", f'{{"amount":{quantity * 250}}}'),
        "read": ("GET", f"/carts/{cart}", ""),
        "poll": ("GET", f"/payments/{cart}", ""),
        "coupon": ("DELETE", f"/carts/{cart}/coupon", ""),
        "delete": ("DELETE", f"/carts/{cart}", ""),
    }[match[1]]
    return method, path, match[3] or None, hashlib.sha256(body.encode()).hexdigest() if body else None


def trap(
    row: str, word: str, do: str, *, when: str = "before", nth: int = 1, name: str = "", awaits: Sequence[str] = ()
) -> dict[str, Any]:
    """A trap at the n-th such request of a row: ``kill`` the victim's group, ``hold`` the request, or ``SIGINT``."""
    method, path, _, _ = request_of(row, word)
    return {
        "row": row, "method": method, "path": path, "nth": nth, "when": when, "do": do,
        "name": name or f"{row}-{word}", "awaits": list(awaits),
    }  # fmt: skip
