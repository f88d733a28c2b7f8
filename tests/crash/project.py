"""A project of journeys against the ledger server: pytest as a process of its own, and what the ledger and the reports say."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from crash.ledger_server import PASSWORD

HERE = Path(__file__).parent
PATIENCE = 60.0
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


_NO_OTHERS = "-p no:hypothesispytest -p no:anyio -p no:platformdirs"  # plugins of our neighbours that take time to load

COUNTED: Counter[str] = Counter()
"""What the tests of this process did, told at the end of the whole matrix."""


@dataclass(frozen=True)
class Done:
    """A pytest that ended: its exit code and what it printed."""

    code: int
    text: str

    @property
    def counts(self) -> dict[str, int]:
        """What pytest's last line counts: ``{"passed": 6}``."""
        last = self.text.rstrip().splitlines()[-1]
        return {word: int(count) for count, word in re.findall(r"(\d+) (passed|failed|errors?|skipped|rerun)", last)}

    @property
    def section(self) -> str:
        """The last section, on one line."""
        return " ".join(self.text.partition("= journeys =")[2].partition("\n")[2].partition("\n=")[0].split())

    @property
    def first_lines(self) -> str:
        """The lines in which the session says how it begins, on one line."""
        begun = self.text.partition("journeys: ")[2]
        told: list[str] = []
        for line in begun.splitlines():
            if told and not line.startswith((" ", "journeys: ")):
                break
            told.append(line.removeprefix("journeys: ").strip())
        return " ".join(told)

    def result_of(self, row: str) -> str:
        """The word of a row at -v: ``PASSED (replayed)``."""
        found = re.findall(
            rf"^.*purchase\[{row}\].*?((?:PASSED|FAILED|ERROR|SKIPPED)\b(?: \([^)]*\))?)|((?:PASSED|FAILED|ERROR|SKIPPED)\b(?: \([^)]*\))?) \S*purchase\[{row}\]",
            self.text,
            re.M,
        )
        assert found, f"{row} is not told:\n{self.text}"
        return found[0][0] or found[0][1]


@dataclass
class Living:
    """A pytest that runs, in a process group of its own."""

    process: "subprocess.Popen[str]"
    output: Path

    def signal(self, number: int, *, to_group: bool = False) -> None:
        """Send a signal to the controller, or to everybody."""
        COUNTED[signal.Signals(number).name] += 1
        if to_group:
            os.killpg(self.process.pid, number)
        else:
            os.kill(self.process.pid, number)

    def wait_until(self, condition: Callable[[], bool], what: str) -> None:
        """Look again until it is so; fail as soon as this pytest has ended without it."""
        wait_until(lambda: condition() or self.process.poll() is not None, what)
        assert condition(), f"it did not happen: {what}\n{self.output.read_text()}"

    def wait(self) -> Done:
        """How it ended; killed, if it does not end."""
        try:
            code = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL, to_group=True)
            self.process.wait()
            raise AssertionError(f"pytest did not end:\n{self.output.read_text()}") from None
        COUNTED["killed by the server or by themselves"] += code == -signal.SIGKILL
        return Done(code, self.output.read_text())


class Project:
    """A folder with one journey of six rows, a store, a ledger server, and reports."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.folder = folder
        self.server = server
        self.living: list[Living] = []
        self.variables: dict[str, str] = {}
        self.write(ROWS)
        (folder / "purchase.journey.yaml").write_text(JOURNEY)
        (folder / "conftest.py").write_text(CONFTEST)
        (folder / "secrets.env").write_text(f"password={PASSWORD}\n")
        self.configure()

    # what is there

    def write(self, rows: Iterable[str]) -> None:
        """Write the rows: the quantity of r3 is 3."""
        lines = "".join(f"{row},{row[1:]}\n" for row in rows)
        (self.folder / "rows.csv").write_text(f"id,quantity\n{lines}")

    def configure(self, **ini: str) -> None:
        """Write pytest.ini: plain `pytest` then writes both reports and tells the steps."""
        settings = {"addopts": f"-v {_NO_OTHERS} --junitxml=junit.xml --journeys-json=evidence.json", **ini}
        lines = "".join(f"{name} = {value}\n" for name, value in settings.items())
        (self.folder / "pytest.ini").write_text(f"[pytest]\njourneys_secrets_file = secrets.env\n{lines}")

    def edit(self, before: str, after: str) -> None:
        """Edit the journey."""
        path = self.folder / "purchase.journey.yaml"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))

    # pytest

    def begin(self, *arguments: str, **variables: str) -> Living:
        """Begin a pytest; the server's traps strike it."""
        for report in ("junit.xml", "evidence.json"):
            (self.folder / report).unlink(missing_ok=True)
        output = self.folder / f"output-{len(self.living)}.txt"
        with open(output, "w", encoding="utf-8") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "pytest", *arguments],
                cwd=self.folder,
                env={**_plain_environment(), **self._own_variables(), **variables},
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,
            )
        COUNTED["pytest processes"] += 1
        aside = self.server / "victim.new"
        aside.write_text(str(process.pid))
        aside.rename(self.server / "victim")
        self.living.append(Living(process, output))
        return self.living[-1]

    def hold(self, rows: Sequence[str], word: str, *arguments: str) -> Living:
        """A pytest whose workers all wait for an answer: these rows', to this request, which the server has acted on."""
        self.trap(*(trap(row, word, "hold", when="after", name=row) for row in rows))
        living = self.begin(*arguments)
        for row in rows:
            living.wait_until(partial(self.is_held, row), f"{row} is held")
        return living

    def run(self, *arguments: str, **variables: str) -> Done:
        """Run pytest to its end."""
        return self.begin(*arguments, **variables).wait()

    def _own_variables(self) -> dict[str, str]:
        return {"JOURNEYS_ENV_LEDGER_URL": (self.server / "address").read_text(), **self.variables}

    def leave_nobody(self) -> None:
        """Kill whoever still runs."""
        for living in self.living:
            try:
                os.killpg(living.process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            living.process.wait()

    def worker_of(self, living: Living, row: str) -> int:
        """The process of the xdist worker that carries out a row: the one whose journal opened it."""
        journals = self.sessions[-1].glob("*.journal")
        worker = next(path.stem for path in journals if f'"row":"{row}"' in path.read_text())
        return int((self.folder / f"pid-{worker}").read_text())

    # the server

    def trap(self, *traps: dict[str, Any]) -> None:
        """Arm the server; what was armed before is gone."""
        aside = self.server / "traps.new"
        aside.write_text(json.dumps(traps))
        aside.rename(self.server / "traps.json")

    def is_held(self, name: str) -> bool:
        """Whether a trap holds its request."""
        return (self.server / f"held-{name}").exists()

    def release(self, name: str) -> None:
        """Let a held request go on."""
        (self.server / f"release-{name}").touch()

    @property
    def requests(self) -> list[dict[str, Any]]:
        """The ledger, in the order in which requests arrived."""
        path = self.server / "ledger.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def ledger(self) -> dict[str, list[tuple[str, str, str | None, str | None]]]:
        """For each row what was sent for it: method, path, key (by the order of their first use: A, B), body digest."""
        found: dict[str, list[tuple[str, str, str | None, str | None]]] = {}
        keys: dict[str, dict[str, str]] = {}
        for line in self.requests:
            row, key = line["row"], line["key"]
            known = keys.setdefault(row, {})
            alias = None if key is None else known.setdefault(key, "ABCDEF"[len(known)])
            found.setdefault(row, []).append((line["method"], line["path"], alias, line["body"]))
        return found

    # the store and the reports

    @property
    def store(self) -> Path:
        """The store's folder."""
        return self.folder / ".journeys"

    @property
    def sessions(self) -> list[Path]:
        """The published sessions, the oldest first."""
        found = self.store.glob("sessions/[!.]*/session.json")
        return [path.parent for path in sorted(found, key=lambda path: json.loads(path.read_text())["number"])]

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether the newest session has the stop mark."""
        return bool(self.sessions) and (self.sessions[-1] / "stop").exists()

    @property
    def evidence(self) -> dict[str, Any]:
        """The evidence document."""
        document: dict[str, Any] = json.loads((self.folder / "evidence.json").read_text())
        return document

    def run_of(self, row: str) -> dict[str, Any]:
        """A row in the evidence document."""
        found: dict[str, Any] = next(run for run in self.evidence["runs"] if run["row"] == row)
        return found

    def properties_of(self, row: str) -> list[tuple[str, str]]:
        """The JUnit properties of a row."""
        tree = ElementTree.parse(self.folder / "junit.xml")
        case = next(case for case in tree.iter("testcase") if case.attrib["name"] == f"purchase[{row}]")
        return [(found.attrib["name"], found.attrib["value"]) for found in case.iter("property")]


def sent(row: str, words: str) -> list[tuple[str, str, str | None, str | None]]:
    """What the ledger holds for a row, from words: ``login create fill1 pay1A read1`` (1 is its first cart, A a key)."""
    return [_request(row, word) for word in words.split() if word != "|"]


def all_sent(words: dict[str, str]) -> dict[str, list[tuple[str, str, str | None, str | None]]]:
    """The whole ledger."""
    return {row: sent(row, told) for row, told in words.items()}


def _request(row: str, word: str) -> tuple[str, str, str | None, str | None]:
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
    """A trap at the n-th such request of a row: ``kill`` the victim's group, or ``hold`` the request."""
    method, path, _, _ = _request(row, word)
    return {
        "row": row, "method": method, "path": path, "nth": nth, "when": when, "do": do,
        "name": name or f"{row}-{word}", "awaits": list(awaits),
    }  # fmt: skip


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Look again until it is so."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"it did not happen: {what}"
        time.sleep(0.005)


def _plain_environment() -> dict[str, str]:
    """The environment of this process, without what a CI server or a pytest around us says."""
    ours = ("JOURNEYS_", "PYTEST_", "CI", "GITHUB_", "BUILD_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}
