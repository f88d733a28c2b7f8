"""Called functions in processes that die: what was stashed is gone on with, what was not follows the in-doubt policy.

The ledger is a file that the functions append to; the server counts the requests around them.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from face.server import Server
from pytest_journeys.store.checker import verify
from pytest_journeys.store.layout import Store

FLOWS = '''
import asyncio, os, signal, time
from collections import UserDict

def note(word):
    with open("ledger", "a") as file:
        print(word, file=file, flush=True)

def die_at(point):
    """Kill this process, once for each file of that name."""
    if os.path.exists(f"die-{point}"):
        os.unlink(f"die-{point}")
        os.kill(os.getpid(), signal.SIGKILL)

class Deadly(dict):
    """What is returned and read when the function is over."""

    def items(self):
        die_at("returned")
        return super().items()

def ship(order, context):
    note(f"begin {context.stashed}")
    die_at("begin")
    done = context.stashed or []
    for parcel in range(len(done), 3):
        note(f"parcel {order} {parcel}")
        done = [*done, parcel]
        context.stash(done)
        die_at(f"stashed-{parcel}")
    return Deadly(parcels=done)

async def ship_later(order, context):
    await asyncio.sleep(0)
    return ship(order, context)

def simple(order):
    note(f"simple {order}")
    die_at("begin")
    note(f"simple {order} done")
    return Deadly(parcels=[0, 1, 2])

def slow(order, context):
    for parcel in range(context.stashed or 0, 10_000):
        context.stash(parcel)
        note(f"slow {parcel}")
        time.sleep(0.02)
        if os.path.exists("enough"):
            break
    return {"parcels": parcel}

def beats(order, context):
    note("beats")
    began = time.monotonic()
    while time.monotonic() - began < 1:
        context.heartbeat()
        time.sleep(0.01)
    note("beats done")
    return {"parcels": [0, 1, 2]}
'''

JOURNEY = """\
journey: shipping
steps:
  - id: order
    request: POST ${{{{ env.url }}}}/orders
    cleanup: {{request: "DELETE ${{{{ env.url }}}}/orders"}}
  - id: ship
    call: flows:{function}
    with: {{order: A}}
    {more}
    derive: {{parcels: $.parcels}}
  - id: told
    request: POST ${{{{ env.url }}}}/told
    json: {{parcels: "${{{{ steps.ship.parcels }}}}"}}
"""


class Shipping:
    """A project with functions that die."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        (folder / "conftest.py").write_text("")
        (folder / "flows.py").write_text(FLOWS)

    def journey(self, function: str, more: str = "") -> None:
        """The journey around a function."""
        text = JOURNEY.format(function=function, more=more)
        (self.folder / "shipping.journey.yaml").write_text(text.replace("    \n", ""))

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """A pytest of its own."""
        quietly = ("-p", "no:hypothesispytest", "-p", "no:anyio", "-p", "no:cacheprovider")
        return subprocess.Popen(
            [sys.executable, "-m", "pytest", "-v", *quietly, "--journeys-json", "evidence.json", *arguments],
            cwd=self.folder,
            env={**os.environ, "JOURNEYS_ENV_URL": self.server.url, "CI": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str]:
        """Pytest to its end: exit code and output."""
        process = self.begin(*arguments)
        out, _ = process.communicate(timeout=60)
        return process.returncode, out

    def killed_at(self, point: str) -> None:
        """A session that dies there."""
        (self.folder / f"die-{point}").touch()
        code, out = self.run()
        assert code == -signal.SIGKILL, out

    @property
    def ledger(self) -> list[str]:
        """What the functions did since the last time."""
        path = self.folder / "ledger"
        lines = path.read_text().splitlines() if path.exists() else []
        path.write_text("")
        return lines

    @property
    def asked(self) -> list[str]:
        """What the server was asked since the last time."""
        found = list(self.server.asked)
        self.server.asked.clear()
        return found

    def step(self, name: str) -> Any:
        """A step in the evidence document."""
        (run,) = json.loads((self.folder / "evidence.json").read_text())["runs"]
        return next(one for one in run["steps"] if one["id"] == name)


@pytest.fixture
def shipping(tmp_path: Path, answering: Server) -> Any:
    """A project whose store is checked in the end."""
    yield Shipping(tmp_path, answering)
    assert verify(Store(tmp_path / ".journeys")) == ()


@pytest.fixture
def answering() -> Any:
    """A server that answers everything."""
    import threading

    server = Server()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


HOW = {"plain": ("ship", ""), "with a limit": ("ship", "timeout: 50s"), "coroutine": ("ship_later", "")}


@pytest.mark.parametrize("how", HOW)
def test_a_stash_is_gone_on_with(shipping: Shipping, how: str) -> None:
    """Killed after a stash, twice: each parcel is shipped once, nothing before is sent again, whatever `in_doubt` says."""
    function, more = HOW[how]
    shipping.journey(function, more or "in_doubt: fail")
    shipping.killed_at("stashed-0")
    assert shipping.ledger == ["begin None", "parcel A 0"]
    assert shipping.asked == ["POST /orders"]

    shipping.killed_at("stashed-1")
    assert shipping.ledger == ["begin [0]", "parcel A 1"]

    code, out = shipping.run()
    assert code == 0, out
    assert shipping.ledger == ["begin [0, 1]", "parcel A 2"]
    assert shipping.asked == ["POST /told", "DELETE /orders"]
    assert "PASSED (resumed at step 2/3)" in out
    told = shipping.step("ship")
    assert told["attempts"] == 3
    assert told["reason"] == "called again with its last stash: it was interrupted in attempt 1 and 2"
    assert (told["calls"][-1]["continues"], told["calls"][-1]["stashes"]) == (True, 1)
    assert told["logs"] == ["called again with its last stash: the call before was interrupted"]


@pytest.mark.parametrize("point", ["begin", "returned"])
@pytest.mark.parametrize("policy", ["restart", "resend", "fail"])
def test_without_a_stash_the_policy_decides(shipping: Shipping, point: str, policy: str) -> None:
    """Killed in the function, or after it had returned and before that was recorded."""
    shipping.journey("simple", f"in_doubt: {policy}")
    shipping.killed_at(point)
    first = ["simple A"] if point == "begin" else ["simple A", "simple A done"]
    assert (shipping.ledger, shipping.asked) == (first, ["POST /orders"])

    code, out = shipping.run()
    whole = ["simple A", "simple A done"]
    match policy:
        case "restart":
            assert code == 0, out
            assert shipping.asked == ["DELETE /orders", "POST /orders", "POST /told", "DELETE /orders"]
            assert "ship is in doubt: its call of flows:simple may have acted" in " ".join(out.split())
            assert shipping.ledger == whole
        case "resend":
            assert code == 0, out
            assert shipping.asked == ["POST /told", "DELETE /orders"]
            assert shipping.step("ship")["reason"] == "called again: the outcome of attempt 1 is not known"
            assert shipping.ledger == whole
        case "fail":
            assert code == 1
            assert "its call of flows:simple may have acted and its outcome is not known" in " ".join(out.split())
            assert shipping.asked == ["DELETE /orders"]
            assert shipping.ledger == []


@pytest.mark.parametrize(
    ("status", "again"), [(200, []), (404, ["simple A", "simple A done"])], ids=["done", "not done"]
)
def test_a_call_is_asked_about(shipping: Shipping, status: int, again: list[str]) -> None:
    """The server knows what a function did: its answer gives the step's values, or the function is called again."""
    shipping.server.answer("/parcels", status=status, body={"parcels": [0, 1, 2]})
    shipping.journey("simple", 'in_doubt: {ask: {request: "GET ${{ env.url }}/parcels"}, done_if: {status: 200}}')
    shipping.killed_at("returned")
    assert shipping.ledger == ["simple A", "simple A done"]
    code, out = shipping.run()
    assert code == 0, out
    assert shipping.ledger == again
    assert shipping.asked == ["POST /orders", "GET /parcels", "POST /told", "DELETE /orders"]
    told = shipping.step("ship")
    assert ("not called again: GET" if status == 200 else "called again: ") in (
        told["reason"] + told["logs"][0] if told["logs"] else told["reason"]
    )
    assert [call["attempt"] for call in told["calls"]] == ([1] if status == 200 else [1, 2])


def test_returned_after_its_last_stash(shipping: Shipping) -> None:
    """Killed between the return and the checkpoint: called again with the last stash, and nothing is done twice."""
    shipping.journey("ship")
    shipping.killed_at("returned")
    assert shipping.ledger == ["begin None", "parcel A 0", "parcel A 1", "parcel A 2"]
    assert shipping.run()[0] == 0
    assert shipping.ledger == ["begin [0, 1, 2]"]
    assert shipping.asked == ["POST /orders", "POST /told", "DELETE /orders"]


def test_changed_code_is_told(shipping: Shipping) -> None:
    """The file of the function is not what it was when it stashed: the run goes on, and its evidence says so."""
    shipping.journey("ship")
    shipping.killed_at("stashed-0")
    with open(shipping.folder / "flows.py", "a") as file:
        file.write("\n# another version\n")
    code, out = shipping.run()
    assert code == 0, out
    assert shipping.step("ship")["logs"][-1] == "the file of flows:ship is not what it was when it was called before"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_asked_to_stop_it_stops_at_its_next_stash(shipping: Shipping, number: int) -> None:
    """A long function does not keep a session: it is stopped where it can be gone on with, and the next session does."""
    shipping.journey("slow")
    process = shipping.begin("-o", "journeys_grace=30")
    until = time.monotonic() + 30
    while time.monotonic() < until and "slow 3" not in (
        (shipping.folder / "ledger").read_text() if (shipping.folder / "ledger").exists() else ""
    ):
        time.sleep(0.01)
    process.send_signal(number)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 2, out
    last = int(shipping.ledger[-1].split()[1])
    (shipping.folder / "enough").touch()
    code, out = shipping.run()
    assert code == 0, out
    assert shipping.ledger == [f"slow {last + 1}"]
    assert shipping.asked == ["POST /orders", "POST /told", "DELETE /orders"]


def test_asked_to_stop_without_a_stash_it_may_finish(shipping: Shipping) -> None:
    """A heartbeat does not stop what could not be gone on with: within the grace the function comes to its end."""
    shipping.journey("beats")
    process = shipping.begin("-o", "journeys_grace=30")
    until = time.monotonic() + 30
    while time.monotonic() < until and not (shipping.folder / "ledger").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    assert process.communicate(timeout=20)[0]
    assert shipping.ledger == ["beats", "beats done"]
    assert shipping.run()[0] == 0
    assert shipping.ledger == []
