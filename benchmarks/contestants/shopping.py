"""The journey by hand: the same seven requests over an `httpx.Client`, the same three checks after each."""

from typing import Any

import httpx
from given import rows, shop_url


def check(answer: httpx.Response, status: int, member: str, expected: object) -> Any:
    """Three assertions; the body for those who derive values from it."""
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body[member] == expected
    return body


def go_shopping(client: httpx.Client, row: dict[str, str]) -> None:
    """One row: each request uses what earlier ones brought back."""
    quantity = int(row["quantity"])
    body = check(client.post("/login", json={"user": row["user"]}), 200, "user", row["user"])
    signed_in = {"authorization": f"Bearer {body['token']}"}
    cart = check(client.post("/carts", headers=signed_in), 201, "currency", "EUR")["id"]
    items = {"sku": "A-100", "quantity": quantity}
    total = check(client.post(f"/carts/{cart}/items", headers=signed_in, json=items), 200, "id", cart)["total"]
    check(client.get(f"/carts/{cart}", headers=signed_in), 200, "total", total)
    paid = check(client.post(f"/carts/{cart}/checkout", headers=signed_in), 202, "status", "paying")
    check(client.get(f"/orders/{paid['order']}", headers=signed_in), 200, "total", total)
    check(client.delete(f"/carts/{cart}", headers=signed_in), 200, "closed", True)


if __name__ == "__main__":
    with httpx.Client(base_url=shop_url()) as the_client:
        for the_row in rows():
            go_shopping(the_client, the_row)
