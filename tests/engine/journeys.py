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
from pytest_journeys.testing.journal import MemoryBodies, MemoryJournal
from pytest_journeys.testing.quiet import Deaf, MemorySources, NeverStop
from pytest_journeys.testing.transport import FakeTransport, answer
from pytest_journeys.values.http import HttpRequest, HttpResponse, TransportFailure
from pytest_journeys.values.redaction import Redactor

BASE = "http://shop.test"
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


__all__ = ["Artifact", "Bench", "answer", "body_of", "derive", "header", "replies", "request", "status", "step", "variable"]
