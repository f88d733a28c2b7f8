"""What the shop knows: customers, goods, carts and orders. It has never heard of HTTP.

A payment takes a moment: an order is `paying` until its time has come; then it is `paid`, or `refused` where the total
is above the limit of the card. Nobody has to wake up for that: whoever looks at an order sees what the clock says.
"""

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import count

PASSWORD = "difference-engine"  # of everybody here: a demonstration has nothing to protect
CUSTOMERS = {"ada": "Ada", "alan": "Alan", "grace": "Grace"}
CURRENCY = "EUR"
CARD_LIMIT = 50_000
PAYMENT_SECONDS = 0.3
LONGEST_PAYMENT_SECONDS = 300.0


class Refusal(Exception):  # noqa: N818 (nothing went wrong: the shop says no)
    """The shop says no. `kind` is one of: stranger, unknown, conflict, nonsense, broken."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
        self.reason = reason


@dataclass(frozen=True, kw_only=True)
class Article:
    """Something to buy; its price is in whole euros."""

    sku: str
    name: str
    price: int


CATALOGUE = {
    article.sku: article
    for article in (
        Article(sku="A-100", name="Analytical engine, desk size", price=250),
        Article(sku="B-200", name="Punched cards, a box of 500", price=12),
        Article(sku="C-300", name="Moth, taped into a logbook", price=1_947),
        Article(sku="D-400", name="Bombe, one careful owner", price=70_000),
    )
}


@dataclass(kw_only=True)
class Cart:
    """What somebody wants: quantities by article, until it is checked out."""

    id: int
    customer: str
    items: dict[str, int] = field(default_factory=dict)
    checked_out: bool = False

    @property
    def total(self) -> int:
        """Whole euros."""
        return sum(CATALOGUE[sku].price * quantity for sku, quantity in self.items.items())


@dataclass(frozen=True, kw_only=True)
class Order:
    """What somebody pays for. `settles_at` is a reading of the monotonic clock."""

    id: int
    customer: str
    items: Mapping[str, int]
    total: int
    reference: str | None
    settles_at: float

    @property
    def status(self) -> str:
        """One of: paying, paid, refused."""
        if time.monotonic() < self.settles_at:
            return "paying"
        return "paid" if self.total <= CARD_LIMIT else "refused"


class Shop:
    """All state of one shop. Callers take turns (`desk` sees to that)."""

    def __init__(self) -> None:
        self._customer_by_token: dict[str, str] = {}
        self._carts: dict[int, Cart] = {}
        self._orders: dict[int, Order] = {}
        self._cart_ids = count(1)
        self._order_ids = count(1001)

    def sign_in(self, user: object, password: object) -> str:
        """Answer a new token. Older ones stay good: people have more than one device."""
        if user not in CUSTOMERS or password != PASSWORD:
            raise Refusal("stranger", "wrong user or password")
        token = secrets.token_urlsafe(24)
        self._customer_by_token[token] = str(user)
        return token

    def customer_with(self, token: str) -> str:
        """Answer whose token this is."""
        customer = self.customer_if_known(token)
        if customer is None:
            raise Refusal("stranger", "sign in first: POST /login, then send the token as bearer")
        return customer

    def customer_if_known(self, token: str) -> str | None:
        """Answer whose token this is, if anybody's."""
        return self._customer_by_token.get(token)

    def open_cart(self, customer: str) -> Cart:
        """Answer a new cart, empty."""
        cart = Cart(id=next(self._cart_ids), customer=customer)
        self._carts[cart.id] = cart
        return cart

    def cart(self, customer: str, cart_id: int) -> Cart:
        """Answer a cart of this customer; nobody sees a cart of somebody else."""
        cart = self._carts.get(cart_id)
        if cart is None or cart.customer != customer:
            raise Refusal("unknown", f"there is no cart {cart_id}")
        return cart

    def put_into(self, cart: Cart, sku: object, quantity: object) -> None:
        """Add to what the cart holds already: asked twice, it puts in twice."""
        if not isinstance(sku, str) or sku not in CATALOGUE:
            raise Refusal("nonsense", f"there is no article {sku}")
        if not isinstance(quantity, int) or isinstance(quantity, bool) or quantity < 1:
            raise Refusal("nonsense", f"a quantity is a whole number from 1 on, not {quantity}")
        if cart.checked_out:
            raise Refusal("conflict", f"cart {cart.id} is checked out")
        cart.items[sku] = cart.items.get(sku, 0) + quantity

    def discard(self, cart: Cart) -> None:
        """Forget a cart. Its order, if there is one, stays."""
        del self._carts[cart.id]

    def check_out(self, cart: Cart, *, reference: object, payment_seconds: object) -> Order:
        """Turn a cart into an order, which begins to be paid."""
        if cart.checked_out:
            raise Refusal("conflict", f"cart {cart.id} is checked out already")
        if not cart.items:
            raise Refusal("conflict", f"cart {cart.id} is empty")
        if reference is not None and not isinstance(reference, str):
            raise Refusal("nonsense", f"a reference is a text, not {reference}")
        if isinstance(payment_seconds, bool) or not isinstance(payment_seconds, int | float):
            raise Refusal("nonsense", f"payment_seconds is a number, not {payment_seconds}")
        if not 0 <= payment_seconds <= LONGEST_PAYMENT_SECONDS:
            raise Refusal("nonsense", f"a payment takes 0 to {LONGEST_PAYMENT_SECONDS:.0f} seconds")
        cart.checked_out = True
        order = Order(
            id=next(self._order_ids),
            customer=cart.customer,
            items=dict(cart.items),
            total=cart.total,
            reference=reference,
            settles_at=time.monotonic() + payment_seconds,
        )
        self._orders[order.id] = order
        return order

    def order(self, customer: str, order_id: int) -> Order:
        """Answer an order of this customer."""
        order = self._orders.get(order_id)
        if order is None or order.customer != customer:
            raise Refusal("unknown", f"there is no order {order_id}")
        return order

    def orders(self, customer: str) -> list[Order]:
        """Answer all orders of this customer, oldest first."""
        return [order for order in self._orders.values() if order.customer == customer]
