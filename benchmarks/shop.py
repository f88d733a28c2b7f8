"""The shop that every contestant shops at: a WSGI application that granian serves, fast, stateful, and it counts.

It answers only what follows from its own state: a token, a cart and an order that it did not hand out are refused, a
cart that is closed already is not found, and the counters tell both apart from work that was done.
"""

import itertools
import json
import time
from collections.abc import Callable, Iterable
from typing import Any

ROUTES = ("login", "open", "fill", "look", "pay", "order", "close")
"""The seven requests of a journey, in their order, as the counters name them."""

_JSON = [("content-type", "application/json")]

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class Shop:
    """All state of the shop, and how often each route did its work."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.reset()

    def reset(self) -> None:
        """Forget everything but the numbers: those never repeat."""
        self._tokens: dict[str, str] = {}
        self._carts: dict[str, int | None] = {}
        self._orders: dict[str, int] = {}
        self.done = dict.fromkeys(ROUTES, 0)
        self.refused = 0
        self.gone = 0
        self.first: float | None = None

    def counters(self) -> dict[str, Any]:
        """What was done since the last reset; `first` is when the first request came, in seconds of `time.time()`.

        `refused` asked for what was never handed out, `gone` for a cart that is closed already.
        """
        return {"done": self.done, "refused": self.refused, "gone": self.gone, "first": self.first}

    def answer(self, method: str, path: str, token: str, body: bytes) -> tuple[str, str] | None:
        """Status and JSON; None when the request does not follow from what was handed out before."""
        number = next(self._numbers)
        if method == "POST" and path == "/login":
            user = json.loads(body)["user"]
            token = f"Bearer tok-{number:012d}-of-{user}"
            self._tokens[token] = user
            return self._did("login", "200 OK", f'{{"token": "{token[7:]}", "user": "{user}"}}')
        if token not in self._tokens:
            return None
        if method == "POST" and path == "/carts":
            self._carts[str(number)] = 0
            return self._did("open", "201 Created", f'{{"id": {number}, "items": [], "currency": "EUR"}}')
        _, kind, name, *rest = path.split("/")
        if kind == "carts" and name in self._carts:
            return self._cart(method, name, rest, body, number)
        if kind == "orders" and name in self._orders and method == "GET":
            total = self._orders[name]
            return self._did("order", "200 OK", f'{{"id": "{name}", "status": "paid", "total": {total}}}')
        return None

    def _cart(self, method: str, name: str, rest: list[str], body: bytes, number: int) -> tuple[str, str] | None:
        total = self._carts[name]
        if total is None:
            self.gone += 1
            return "404 Not Found", '{"error": "closed already"}'
        match method, rest:
            case "POST", ["items"]:
                total = self._carts[name] = total + 250 * json.loads(body)["quantity"]
                return self._did("fill", "200 OK", f'{{"id": {name}, "total": {total}}}')
            case "GET", []:
                items = f'[{{"sku": "A-100", "price": 250}}], "total": {total}'
                return self._did("look", "200 OK", f'{{"id": {name}, "items": {items}}}')
            case "POST", ["checkout"]:
                order = f"ord-{number}"
                self._orders[order] = total
                return self._did("pay", "202 Accepted", f'{{"order": "{order}", "status": "paying"}}')
            case "DELETE", []:
                self._carts[name] = None
                return self._did("close", "200 OK", f'{{"id": {name}, "closed": true}}')
        return None

    def _did(self, route: str, status: str, body: str) -> tuple[str, str]:
        self.done[route] += 1
        return status, body


shop = Shop()


def application(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """The WSGI door: the shop's routes, `GET /counters`, `POST /reset` and `POST /forget-first`."""
    method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
    body = environ["wsgi.input"].read()
    if path == "/counters":
        start_response("200 OK", _JSON)
        return [json.dumps(shop.counters()).encode()]
    if path in ("/reset", "/forget-first"):
        shop.first = None
        if path == "/reset":
            shop.reset()
        start_response("200 OK", _JSON)
        return [b"{}"]
    if shop.first is None:
        shop.first = time.time()
    answer = shop.answer(method, path, environ.get("HTTP_AUTHORIZATION", ""), body)
    if answer is None:
        shop.refused += 1
        answer = "403 Forbidden", '{"error": "not handed out here"}'
    start_response(answer[0], _JSON)
    return [answer[1].encode()]
