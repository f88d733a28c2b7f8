"""What can be asked: one function for each kind of question."""

import re
from collections.abc import Callable
from http import HTTPStatus

from .business import CATALOGUE, CURRENCY, CUSTOMERS, PAYMENT_SECONDS, Article, Cart, Order, Refusal, Shop
from .messages import Answer, Question


def sign_in(shop: Shop, question: Question) -> Answer:
    """POST /login {user, password}: a token."""
    given = question.document()
    token = shop.sign_in(given.get("user"), given.get("password"))
    return Answer(status=HTTPStatus.OK, document={"token": token})


def show_me(shop: Shop, question: Question) -> Answer:
    """GET /me: whom the token stands for."""
    customer = shop.customer_with(question.token)
    return Answer(status=HTTPStatus.OK, document={"user": customer, "name": CUSTOMERS[customer]})


def show_catalogue(shop: Shop, question: Question) -> Answer:
    """GET /catalogue: everything there is."""
    return Answer(status=HTTPStatus.OK, document={"articles": [_article(each) for each in CATALOGUE.values()]})


def show_article(shop: Shop, question: Question, sku: str) -> Answer:
    """GET /catalogue/SKU: one article."""
    if sku not in CATALOGUE:
        raise Refusal("unknown", f"there is no article {sku}")
    return Answer(status=HTTPStatus.OK, document=_article(CATALOGUE[sku]))


def open_cart(shop: Shop, question: Question) -> Answer:
    """POST /carts: a new one, and where it stands."""
    cart = shop.open_cart(shop.customer_with(question.token))
    return Answer(status=HTTPStatus.CREATED, document=_cart(cart), headers={"Location": f"/carts/{cart.id}"})


def show_cart(shop: Shop, question: Question, cart_id: str) -> Answer:
    """GET /carts/ID: what is in it, what it costs."""
    return Answer(status=HTTPStatus.OK, document=_cart(_my_cart(shop, question, cart_id)))


def put_into_cart(shop: Shop, question: Question, cart_id: str) -> Answer:
    """POST /carts/ID/items {sku, quantity}: more in the cart."""
    cart, wanted = _my_cart(shop, question, cart_id), question.document()
    shop.put_into(cart, wanted.get("sku"), wanted.get("quantity", 1))
    return Answer(status=HTTPStatus.CREATED, document=_cart(cart))


def discard_cart(shop: Shop, question: Question, cart_id: str) -> Answer:
    """DELETE /carts/ID: as if it had never been."""
    shop.discard(_my_cart(shop, question, cart_id))
    return Answer(status=HTTPStatus.NO_CONTENT)


def check_out(shop: Shop, question: Question, cart_id: str) -> Answer:
    """POST /carts/ID/checkout {reference, payment_seconds}: accepted; the order shows later whether it is paid."""
    cart, wishes = _my_cart(shop, question, cart_id), question.document()
    order = shop.check_out(
        cart, reference=wishes.get("reference"), payment_seconds=wishes.get("payment_seconds", PAYMENT_SECONDS)
    )
    return Answer(status=HTTPStatus.ACCEPTED, document={"order_id": order.id, "status": "paying"})


def show_order(shop: Shop, question: Question, order_id: str) -> Answer:
    """GET /orders/ID: paying, paid or refused."""
    order = shop.order(shop.customer_with(question.token), int(order_id))
    return Answer(status=HTTPStatus.OK, document=_order(order))


def show_orders(shop: Shop, question: Question) -> Answer:
    """GET /orders: all of mine."""
    orders = shop.orders(shop.customer_with(question.token))
    return Answer(status=HTTPStatus.OK, document={"orders": [_order(order) for order in orders]})


ROUTES: tuple[tuple[str, str, Callable[..., Answer]], ...] = (
    ("POST", r"/login", sign_in),
    ("GET", r"/me", show_me),
    ("GET", r"/catalogue", show_catalogue),
    ("GET", r"/catalogue/([^/]+)", show_article),
    ("POST", r"/carts", open_cart),
    ("GET", r"/carts/([0-9]{1,9})", show_cart),
    ("DELETE", r"/carts/([0-9]{1,9})", discard_cart),
    ("POST", r"/carts/([0-9]{1,9})/items", put_into_cart),
    ("POST", r"/carts/([0-9]{1,9})/checkout", check_out),
    ("GET", r"/orders", show_orders),
    ("GET", r"/orders/([0-9]{1,9})", show_order),
)


def respond(shop: Shop, question: Question) -> Answer:
    """Let the function whose place this is answer; raises Refusal where there is none, and whatever that one refuses."""
    for method, path, function in ROUTES:
        found = re.fullmatch(path, question.path)
        if found and method == question.method:
            return function(shop, question, *found.groups())
    raise Refusal("unknown", f"nothing here answers {question.method} {question.path}")


def _my_cart(shop: Shop, question: Question, cart_id: str) -> Cart:
    return shop.cart(shop.customer_with(question.token), int(cart_id))


def _article(article: Article) -> dict[str, object]:
    return {"sku": article.sku, "name": article.name, "price": article.price, "currency": CURRENCY}


def _cart(cart: Cart) -> dict[str, object]:
    items = [{"sku": sku, "quantity": quantity} for sku, quantity in cart.items.items()]
    return {"id": cart.id, "items": items, "total": cart.total, "currency": CURRENCY}


def _order(order: Order) -> dict[str, object]:
    items = [{"sku": sku, "quantity": quantity} for sku, quantity in order.items.items()]
    return {
        "id": order.id,
        "status": order.status,
        "items": items,
        "total": order.total,
        "currency": CURRENCY,
        "reference": order.reference,
    }
