"""The example shop, from outside: real processes, real sockets."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from filelock import FileLock

EXAMPLES = Path(__file__).parents[2] / "example_journeys"
PASSWORD = "difference-engine"
PATIENCE = 20.0


def command(folder: Path, *more: str) -> list[str]:
    """The shop's own command, for the shop of this folder."""
    return [sys.executable, "-m", "shop", "--folder", str(folder), *more]


def find_or_open(folder: Path, *more: str) -> str:
    """Answer the address that the shop's own command prints."""
    done = subprocess.run(command(folder, *more), cwd=EXAMPLES, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def pid_of(url: str) -> int:
    """Ask the shop for its process."""
    return int(httpx.get(f"{url}/health").json()["pid"])


def is_open(url: str) -> bool:
    """Whether anybody listens at this address. To look is not to ask: an idle shop stays idle."""
    address = httpx.URL(url)
    try:
        socket.create_connection((address.host, address.port)).close()
    except ConnectionRefusedError:
        return False
    return True


def wait_until(condition: Callable[[], bool]) -> None:
    """Look again until it is so; fail when patience ends."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def close(folder: Path) -> None:
    """Take the address away: the shop ends within a second."""
    (folder / "shop.json").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a shop that all tests here share."""
    folder = tmp_path_factory.mktemp("shop")
    yield find_or_open(folder)
    close(folder)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Give a folder whose shop is closed in the end."""
    yield tmp_path
    close(tmp_path)


@pytest.fixture
def ada(shop: str) -> Iterator[httpx.Client]:
    """Ada, signed in."""
    with httpx.Client(base_url=shop) as client:
        sign_in(client)
        yield client


def sign_in(client: httpx.Client, user: str = "ada") -> None:
    """Send the token of this user with all that follows."""
    token = client.post("/login", json={"user": user, "password": PASSWORD}).json()["token"]
    client.headers["authorization"] = f"Bearer {token}"


def open_cart(client: httpx.Client, sku: str = "A-100", quantity: int = 1) -> str:
    """Answer the path of a new cart that holds something."""
    path = client.post("/carts").headers["location"]
    assert client.post(f"{path}/items", json={"sku": sku, "quantity": quantity}).status_code == 201
    return str(path)


def ledger(client: httpx.Client, about: str) -> list[tuple[str, int, bool]]:
    """Answer method, status and again of what was asked about a path."""
    entries = client.get("/ledger", params={"about": about}).json()["entries"]
    return [(entry["method"], entry["status"], entry["again"]) for entry in entries]


class TestAPurchase:
    def test_who_signs_in_is_known_by_the_token(self, ada: httpx.Client) -> None:
        """The token of the sign-in, and nothing else, says who asks."""
        assert ada.get("/me").json() == {"user": "ada", "name": "Ada"}
        assert ada.get("/me", headers={"authorization": "Bearer wrong"}).status_code == 401

    def test_a_wrong_password_is_401(self, shop: str) -> None:
        """Who does not know the password gets no token."""
        answer = httpx.post(f"{shop}/login", json={"user": "ada", "password": "guess"})
        assert (answer.status_code, answer.json()) == (401, {"error": "wrong user or password"})

    def test_a_new_cart_says_where_it_stands(self, ada: httpx.Client) -> None:
        """201, a Location, and an empty cart there."""
        answer = ada.post("/carts")
        assert answer.status_code == 201
        assert answer.headers["location"] == f"/carts/{answer.json()['id']}"
        assert ada.get(answer.headers["location"]).json() == answer.json() | {"items": [], "total": 0}

    def test_a_discarded_cart_is_gone(self, ada: httpx.Client) -> None:
        """DELETE answers 204 once, 404 from then on."""
        cart = open_cart(ada)
        assert [ada.delete(cart).status_code, ada.delete(cart).status_code, ada.get(cart).status_code] == [
            204,
            404,
            404,
        ]

    def test_nobody_sees_the_cart_of_another(self, ada: httpx.Client, shop: str) -> None:
        """A cart belongs to one customer."""
        cart = open_cart(ada)
        with httpx.Client(base_url=shop) as grace:
            sign_in(grace, "grace")
            assert grace.get(cart).status_code == 404

    def test_a_payment_takes_a_moment(self, ada: httpx.Client) -> None:
        """Checkout is accepted; the order is paying first, paid later."""
        answer = ada.post(
            f"{open_cart(ada, quantity=3)}/checkout", json={"reference": "for the lab", "payment_seconds": 0.5}
        )
        assert answer.status_code == 202
        order = f"/orders/{answer.json()['order_id']}"
        assert ada.get(order).json()["status"] == "paying"
        wait_until(lambda: ada.get(order).json()["status"] != "paying")
        assert ada.get(order).json() == {
            "id": answer.json()["order_id"],
            "status": "paid",
            "items": [{"sku": "A-100", "quantity": 3}],
            "total": 750,
            "currency": "EUR",
            "reference": "for the lab",
        }
        assert ada.get(order).json() in ada.get("/orders").json()["orders"]

    def test_the_card_has_a_limit(self, ada: httpx.Client) -> None:
        """An order above it is refused in the end."""
        answer = ada.post(f"{open_cart(ada, 'D-400')}/checkout", json={"payment_seconds": 0})
        assert ada.get(f"/orders/{answer.json()['order_id']}").json()["status"] == "refused"

    def test_a_cart_is_paid_once(self, ada: httpx.Client) -> None:
        """A second checkout of the same cart, without a key, is a conflict."""
        cart = open_cart(ada)
        assert [ada.post(f"{cart}/checkout").status_code for _ in range(2)] == [202, 409]

    @pytest.mark.parametrize(
        "item", [{"sku": "Z-999"}, {"sku": "A-100", "quantity": 0}, {"sku": "A-100", "quantity": "1"}, []]
    )
    def test_nonsense_is_refused_with_a_reason(self, ada: httpx.Client, item: object) -> None:
        """422 and a sentence, never a broken line."""
        answer = ada.post(f"{open_cart(ada)}/items", json=item)
        assert answer.status_code == 422
        assert answer.json()["error"]

    def test_one_connection_serves_many_questions(self, shop: str) -> None:
        """The line is kept open from question to question, refusals included."""
        ports = set()
        with httpx.Client(base_url=shop) as client:
            for path in ("/catalogue", "/me", "/nowhere", "/catalogue/A-100"):
                answer = client.get(path)
                ports.add(answer.extensions["network_stream"].get_extra_info("client_addr"))
        assert len(ports) == 1


class TestAKey:
    def test_asked_again_it_gets_the_same_answer_and_nothing_happens(self, ada: httpx.Client) -> None:
        """One effect, however often the same key comes; the ledger tells the two apart."""
        cart = open_cart(ada)
        headers, item = {"idempotency-key": "k-1"}, {"sku": "B-200", "quantity": 2}
        first, second = (ada.post(f"{cart}/items", headers=headers, json=item) for _ in range(2))
        assert (first.status_code, first.json()) == (second.status_code, second.json())
        assert ada.get(cart).json()["total"] == 250 + 24
        assert ledger(ada, f"{cart}/items") == [("POST", 201, False), ("POST", 201, False), ("POST", 201, True)]

    def test_it_stays_good_after_a_new_sign_in(self, ada: httpx.Client) -> None:
        """A resumed run has a new token and the old key."""
        cart = open_cart(ada)
        first = ada.post(f"{cart}/checkout", headers={"idempotency-key": "k-2"})
        sign_in(ada)
        assert ada.post(f"{cart}/checkout", headers={"idempotency-key": "k-2"}).json() == first.json()

    def test_with_another_body_it_is_refused(self, ada: httpx.Client) -> None:
        """A key stands for one request, not for whatever comes."""
        cart, headers = open_cart(ada), {"idempotency-key": "k-3"}
        ada.post(f"{cart}/items", headers=headers, json={"sku": "A-100"})
        assert ada.post(f"{cart}/items", headers=headers, json={"sku": "B-200"}).status_code == 422

    def test_another_key_is_another_effect(self, ada: httpx.Client) -> None:
        """Keys, not bodies, decide what is the same."""
        cart = open_cart(ada)
        for key in ("k-4", "k-5"):
            ada.post(f"{cart}/items", headers={"idempotency-key": key}, json={"sku": "A-100"})
        assert ada.get(cart).json()["items"] == [{"sku": "A-100", "quantity": 3}]


class TestMisbehaviour:
    def test_a_failing_shop_does_nothing(self, ada: httpx.Client) -> None:
        """500, and the cart is as it was; the ledger has it."""
        cart = open_cart(ada)
        answer = ada.post(f"{cart}/items", headers={"shop-misbehave": "fail"}, json={"sku": "A-100"})
        assert answer.status_code == 500
        assert ada.get(cart).json()["total"] == 250
        assert ("POST", 500, False) in ledger(ada, cart)

    def test_it_recovers_after_so_many_times(self, ada: httpx.Client) -> None:
        """`times=2` misbehaves twice for this path, then never again."""
        cart, headers = open_cart(ada), {"shop-misbehave": "fail; times=2"}
        assert [ada.get(cart, headers=headers).status_code for _ in range(4)] == [500, 500, 200, 200]

    def test_a_slow_shop_answers_late(self, ada: httpx.Client) -> None:
        """The answer is right, and takes as long as was asked for."""
        begin = time.monotonic()
        assert ada.get("/me", headers={"shop-misbehave": "slow; seconds=0.2"}).status_code == 200
        assert time.monotonic() - begin >= 0.2

    def test_a_hanging_shop_has_done_it(self, ada: httpx.Client) -> None:
        """The client gives up, the effect stands."""
        cart = open_cart(ada)
        with pytest.raises(httpx.ReadTimeout):
            ada.post(f"{cart}/items", headers={"shop-misbehave": "hang"}, json={"sku": "A-100"}, timeout=0.2)
        assert ada.get(cart).json()["total"] == 500

    def test_a_cut_line_leaves_doubt(self, ada: httpx.Client) -> None:
        """The line closes without a byte, the effect stands."""
        cart = open_cart(ada)
        with pytest.raises(httpx.RemoteProtocolError):
            ada.post(f"{cart}/items", headers={"shop-misbehave": "cut"}, json={"sku": "A-100"})
        assert ada.get(cart).json()["total"] == 500

    @pytest.mark.parametrize("wish", ["fial", "slow; seconds=soon", "fail; twice"])
    def test_a_wish_that_it_does_not_understand_is_refused(self, ada: httpx.Client, wish: str) -> None:
        """A misspelt wish never passes for a well-behaved shop."""
        answer = ada.get("/me", headers={"shop-misbehave": wish})
        assert answer.status_code == 422
        assert "fail" in answer.json()["error"]


class TestTheDoor:
    def test_all_who_look_at_once_find_one_shop(self, folder: Path) -> None:
        """However many processes find a dead shop together, one new shop opens."""
        (folder / "shop.json").write_text(json.dumps({"url": "http://127.0.0.1:9", "id": "dead"}))
        lookers = [subprocess.Popen(command(folder), cwd=EXAMPLES, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        urls = {looker.communicate(timeout=PATIENCE)[0].strip() for looker in lookers}
        assert len(urls) == 1
        assert find_or_open(folder) in urls

    def test_it_outlives_the_group_of_whoever_opened_it(self, folder: Path) -> None:
        """SIGKILL to the whole process group of a test run does not reach the shop, its state or its address."""
        opener = subprocess.Popen(
            [sys.executable, "-c", OPEN_AND_STAY, str(folder)],
            cwd=EXAMPLES,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        with opener:
            assert opener.stdout is not None
            url = opener.stdout.readline().strip()
            with httpx.Client(base_url=url) as client:
                sign_in(client)
                cart = open_cart(client)
                os.killpg(opener.pid, signal.SIGKILL)
                opener.wait()
                assert client.get(cart).json()["total"] == 250
        assert find_or_open(folder) == url

    def test_a_kill_while_it_opens_leaves_one_shop(self, folder: Path) -> None:
        """Whoever comes after a kill at any moment of the opening finds a shop, the same as the next one does."""
        for delay in (0.05, 0.1, 0.15, 0.2, 0.25):
            opener = subprocess.Popen(command(folder), cwd=EXAMPLES, stdout=subprocess.DEVNULL, start_new_session=True)
            time.sleep(delay)
            os.killpg(opener.pid, signal.SIGKILL)
            opener.wait()
            url = find_or_open(folder)
            assert find_or_open(folder) == url
            close(folder)

    def test_they_take_turns(self, folder: Path) -> None:
        """While one looks, and perhaps takes a dead address away, nobody else does."""
        with FileLock(folder / "shop.lock"):
            looker = subprocess.Popen(command(folder), cwd=EXAMPLES, stdout=subprocess.PIPE, text=True)
            with pytest.raises(subprocess.TimeoutExpired):
                looker.wait(timeout=0.6)
            assert not (folder / "shop.json").exists()
        assert is_open(looker.communicate(timeout=PATIENCE)[0].strip())

    def test_a_late_opening_gives_way(self, folder: Path) -> None:
        """A server whose caller was killed, and which comes when another shop is open already, ends without a trace."""
        url = find_or_open(folder)
        subprocess.run([sys.executable, "-m", "shop.server", str(folder), "30"], cwd=EXAMPLES, check=True)
        assert find_or_open(folder) == url

    def test_it_closes_when_nobody_comes(self, folder: Path) -> None:
        """After so much time without a question the process is gone, and the next shop is another one."""
        url = find_or_open(folder, "--idle", "0.3")
        wait_until(lambda: not is_open(url))
        assert not (folder / "shop.json").exists()
        assert find_or_open(folder, "--idle", "30") != url

    def test_it_closes_when_its_address_is_removed(self, folder: Path) -> None:
        """Who removes the folder closes the shop."""
        url = find_or_open(folder)
        close(folder)
        wait_until(lambda: not is_open(url))

    def test_a_dead_shop_is_replaced(self, folder: Path) -> None:
        """An address where nobody answers is not taken for a shop."""
        url = find_or_open(folder)
        os.kill(pid_of(url), signal.SIGKILL)
        wait_until(lambda: not is_open(url))
        assert is_open(find_or_open(folder))

    def test_another_server_at_its_address_is_not_the_shop(self, folder: Path, shop: str) -> None:
        """A port that somebody else has by now is told from the shop by its id."""
        (folder / "shop.json").write_text(json.dumps({"url": shop, "id": "of-last-week"}))
        assert find_or_open(folder) != shop

    def test_what_it_leaves_behind_is_not_committed(self, folder: Path) -> None:
        """The folder ignores itself."""
        find_or_open(folder)
        assert (folder / ".gitignore").read_text() == "*\n"


OPEN_AND_STAY = """
import sys, time
from pathlib import Path
from shop.door import find_or_open
print(find_or_open(Path(sys.argv[1])).url, flush=True)
time.sleep(60)
"""
