"""Artifacts and worlds for the engine's tests, in a few words."""

from collections.abc import Callable, Mapping
from typing import Any

from pytest_journeys.artifact.model import Artifact, Check, Derivation, Field, Request, Step, Variable
from pytest_journeys.engine.plan import plan_of
from pytest_journeys.engine.runner import Runner, RunResult
from pytest_journeys.engine.world import Assignment, World
from pytest_journeys.events.state import RunState, fold
from pytest_journeys.expressions.scan import template_of_text
from pytest_journeys.expressions.template import Literal, Template
from pytest_journeys.testing.clock import CountedEntropy, ManualClock
from pytest_journeys.testing.inbox import MemoryInbox
from pytest_journeys.testing.journal import MemoryBodies, MemoryJournal
from pytest_journeys.testing.quiet import Deaf, MemorySources, NeverStop
from pytest_journeys.testing.transport import FakeTransport, answer
from pytest_journeys.values.http import HttpRequest, HttpResponse, TransportFailure
from pytest_journeys.values.redaction import Redactor

BASE = "http://shop.test"
TOKEN = "tok-0123456789abcdef"
SID = "sid-fedcba9876543210"
Answers = Mapping[str, Any]


def request(line: str, **more: Any) -> Request:
    """``POST /carts`` with references in the path."""
    method, _, path = line.partition(" ")
    return Request(
        method=method,
        url=template_of_text(path),
        base_url=Literal(BASE),
        is_safe=method in ("GET", "HEAD", "OPTIONS"),
        **more,
    )


def status(expected: int) -> Check:
    """``assert: {status: N}``."""
    return Check(section="status", operator="equals", operand=Literal(expected))


def body_of(path: str, expected: Template, operator: str = "equals") -> Check:
    """``assert: {json: {PATH: {OPERATOR: EXPECTED}}}``."""
    return Check(section="json", argument=path, operator=operator, operand=expected)


def derive(name: str, path: str, **more: Any) -> Derivation:
    """``derive: {NAME: PATH}``."""
    return Derivation(name=name, source="json", argument=path, **more)


def step(path: str, line: str, *, expect: int | None = None, **more: Any) -> Step:
    """One request step."""
    inner = more.pop("request", {})
    checks = more.pop("checks", ())
    return Step(
        path=path,
        request=request(line, **inner),
        checks=(*(() if expect is None else (status(expect),)), *checks),
        expects_success=expect is None,
        **more,
    )


def header(name: str, value: str, **more: Any) -> Field:
    """A header with references."""
    return Field(name=name, value=template_of_text(value), **more)


def variable(name: str, expression: str, **more: Any) -> Variable:
    """``variables: {NAME: ${{ EXPRESSION }}}``."""
    return Variable(name=name, value=template_of_text("${{ " + expression + " }}"), **more)


class Bench:
    """One artifact, one fake server, one journal; runs can be begun, broken off and gone on with."""

    def __init__(self, artifact: Artifact, answering: Callable[[HttpRequest], HttpResponse | TransportFailure]) -> None:
        self.plan = plan_of(artifact)
        self.transport = FakeTransport(answering)
        self.journal = MemoryJournal()
        self.bodies = MemoryBodies()
        self.clock = ManualClock()
        self.stop = NeverStop()
        self.inbox = MemoryInbox()
        self.entropy = CountedEntropy()

    @property
    def sent(self) -> list[str]:
        """Method and path of everything that was sent."""
        return [f"{item.method} {item.url.removeprefix(BASE)}" for item in self.transport.sent]

    def world(self, **more: Any) -> World:
        """The ports."""
        ports: dict[str, Any] = {
            "transport": self.transport,
            "journal": self.journal,
            "bodies": self.bodies,
            "clock": self.clock,
            "entropy": self.entropy,
            "stop": self.stop,
            "inbox": self.inbox,
            "listener": Deaf(),
        }
        return World(**{**ports, **more})

    def runner(self, *, secrets: Mapping[str, str] | None = None, world: World | None = None, **more: Any) -> Runner:
        """A runner that goes on where the journal stands."""
        values = {"inputs": {}, "env": {}, "row": {}, "fixtures": {}, "secrets": dict(secrets or {})}
        assignment: dict[str, Any] = {
            "run": "run_a",
            "journey": "j",
            "row": "",
            "artifact": "a" * 64,
            "source_map": "b" * 64,
            "fingerprint": "f",
            "sources": MemorySources(),
            "values": values,
            "redactor": Redactor((secrets or {}).items()),
            "state": self.state(),
        }
        return Runner(self.plan, Assignment(**{**assignment, **more}), world or self.world())

    def run(self, **more: Any) -> RunResult:
        """Begin or go on to the end."""
        return self.runner(**more).run()

    def state(self) -> RunState | None:
        """What the journal says of the run."""
        return fold(self.journal.events())


class Died(BaseException):
    """The process is gone: nothing after it happened."""


def die() -> None:
    """Be gone."""
    raise Died


class Shop:
    """A stateful server: every request that reached it is in `ledger`, as ``METHOD /path``, with its key.

    `dies` names a request by its number and whether the client dies before the server acts on it, or after.
    """

    def __init__(self) -> None:
        self.ledger: list[tuple[str, str]] = []
        self.carts = 0
        self.is_open = False
        self.is_placed = False
        self.dies: tuple[int, str] | None = None
        self._received = 0

    def __call__(self, sent: HttpRequest) -> HttpResponse | TransportFailure:
        """Act, unless the client dies before."""
        self._received += 1
        moment = self.dies[1] if self.dies is not None and self.dies[0] == self._received else ""
        if moment == "before":
            raise Died
        line = f"{sent.method} {sent.url.removeprefix(BASE).partition('?')[0]}"
        headers = {name.lower(): value for name, value in sent.headers}
        self.ledger.append((line, headers.get("idempotency-key", "")))
        found = self._act(line, headers)
        if moment == "after":
            raise Died
        return found

    def count(self, line: str) -> int:
        """How often a request came."""
        return sum(known == line for known, _ in self.ledger)

    def _act(self, line: str, headers: dict[str, str]) -> HttpResponse:
        if line.endswith("/private") and headers.get("authorization") != f"Bearer {TOKEN}":
            return answer(401, "{}")
        if line.endswith("/by-cookie") and f"sid={SID}" not in headers.get("cookie", ""):
            return answer(401, "{}")
        match line.split(" "):
            case ["POST", "/login"]:
                return answer(200, f'{{"token": "{TOKEN}"}}')
            case ["POST", "/cookie-login"]:
                return answer(200, f'{{"token": "{TOKEN}"}}', set_cookie=f"sid={SID}; Path=/")
            case ["POST", "/carts"]:
                self.is_open = True
                return answer(201, '{"id": "cart-1"}')
            case ["DELETE", "/carts/cart-1"]:
                was_open, self.is_open = self.is_open, False
                return answer(204 if was_open else 404)
            case ["POST", "/placed"]:
                self.is_placed = True
                return answer(201, '{"id": "order-1", "receipt": "receipt-0123456789"}')
            case ["GET", "/placed"] if not self.is_placed:
                return answer(404, '{"error": "nothing was placed"}')
            case ["GET", "/placed"]:
                return answer(200, '{"id": "order-1", "receipt": "receipt-0123456789"}')
            case ["GET", "/slow"]:
                return answer(200, '{"status": "paid"}' if self.count(line) >= 3 else '{"status": "pending"}')
            case ["POST", "/shaky"]:
                return answer(429 if self.count(line) == 1 else 200, "{}")
            case [_, "/broken"]:
                return answer(500, "{}")
            case _:
                return answer(200, '{"id": 7, "name": "Ada"}')


def replies(table: Answers) -> Callable[[HttpRequest], HttpResponse | TransportFailure]:
    """Answers by ``METHOD /path``: a response, or a list that is used up (the last one stays)."""
    left = {key: list(value) if isinstance(value, list) else [value] for key, value in table.items()}

    def answering(sent: HttpRequest) -> HttpResponse | TransportFailure:
        key = f"{sent.method} {sent.url.removeprefix(BASE).partition('?')[0]}"
        queue = left.get(key)
        if queue is None:
            return answer(404, '{"error": "nothing here"}')
        found = queue.pop(0) if len(queue) > 1 else queue[0]
        return found(sent) if callable(found) else found  # type: ignore[no-any-return]

    return answering


__all__ = [
    "BASE", "SID", "TOKEN", "Artifact", "Bench", "Died", "Shop", "answer", "body_of", "derive", "die", "header",
    "replies", "request", "status", "step", "variable",
]  # fmt: skip
