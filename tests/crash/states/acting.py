"""Sessions of the real engine over a real store: what the face of pytest does, without pytest.

Server, clock and journal can be put in its way; what is between them is the product.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from crash.states.shop import PASSWORD, Shop
from pytest_journeys.app.journey import Journey, load_journey
from pytest_journeys.app.opening import Opening
from pytest_journeys.app.session import Chosen, facts_of, publish, selection_of
from pytest_journeys.app.settings import Settings
from pytest_journeys.app.worker import Worker
from pytest_journeys.engine.world import World
from pytest_journeys.ports import Journal, Transport
from pytest_journeys.store.artifacts import put_artifact, put_source_map
from pytest_journeys.store.inbox import StoreInbox
from pytest_journeys.store.layout import Store
from pytest_journeys.store.selection import Selection
from pytest_journeys.store.session import Session, begin
from pytest_journeys.store.worker import Worker as StoreWorker
from pytest_journeys.store.worker import enter
from pytest_journeys.testing.clock import CountedEntropy, ManualClock
from pytest_journeys.testing.quiet import Deaf
from pytest_journeys.testing.transport import FakeTransport
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import Interrupted, JournalFailedError
from pytest_journeys.values.http import HttpRequest, HttpResponse
from pytest_journeys.values.json import JsonValue

ROWS = ("a", "b", "c", "d", "e")
JOURNEY = Path(__file__).with_name("purchase.journey.yaml")
START = 4_000_000_000.0
"""Later than any real clock: a session's beginning has the real time, and nothing may look too old to resume."""


class Killed(BaseException):
    """What a kill does to those who live in the same process: they end there."""


@dataclass(frozen=True)
class Project:
    """A journey beside its rows; b expects another total than it will get."""

    folder: Path
    journey: Journey
    durability: str = "power"

    @staticmethod
    def at(folder: Path, *, durability: str = "power", quantities: Sequence[int] = (1, 2, 3, 4, 5)) -> "Project":
        """Write a project into a folder and load it."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / JOURNEY.name).write_bytes(JOURNEY.read_bytes())
        lines = [
            f"{row},{quantity},{quantity * 250 - (row == 'b')}\n"
            for row, quantity in zip(ROWS, quantities, strict=True)
        ]
        (folder / "rows.csv").write_text(f"id,quantity,expected\n{''.join(lines)}")
        (folder / "secrets.env").write_text(f"password={PASSWORD}\n")
        project = Project(folder, None, durability)  # type: ignore[arg-type]
        return Project(folder, load_journey(folder / JOURNEY.name, project.settings), durability)

    @property
    def settings(self) -> Settings:
        """The settings of its sessions."""
        return Settings(
            root=self.folder,
            here=self.folder,
            store=self.folder / ".journeys",
            environment_folder=self.folder / "environments",
            durability=self.durability,
            secrets_file=self.folder / "secrets.env",
            lock_wait=Duration(0),
            grace=Duration(0),
        )

    @property
    def selection(self) -> Selection:
        """All rows."""
        return selection_of(Chosen(self.journey, index) for index in range(len(ROWS)))


def sending_to(shop: Shop, told: Callable[[], None] = lambda: None) -> FakeTransport:
    """A transport to a shop in this process; `told` hears of each request after the shop acted."""

    def answer(request: HttpRequest) -> HttpResponse:
        path = "/" + request.url.split("/", 3)[3]
        headers = {name.lower(): value for name, value in request.headers}
        status, document = shop.act(request.method, path, headers, request.body)
        told()
        body = b"" if document is None else json.dumps(document).encode()
        return HttpResponse(
            status=status,
            reason="",
            http_version="HTTP/1.1",
            headers=(("content-type", "application/json"),) if body else (),
            body=body,
            timings_ms={"total": 0.0},
        )

    return FakeTransport(answer)


@dataclass
class Ports:
    """What a session is carried out with. `wrap` stands in the way of journal and transport."""

    transport: Transport
    clock: Any = field(default_factory=lambda: ManualClock(START))
    entropy: Any = field(default_factory=CountedEntropy)
    wrap: Callable[[Journal, Transport], tuple[Journal, Transport]] = lambda journal, transport: (journal, transport)
    shop_url: str = "http://shop"
    choose: Callable[[Opening], Opening] = lambda opening: opening


class ActingWorker(Worker):
    """A worker with other ports than the product's own."""

    def __init__(self, settings: Settings, store: StoreWorker, ports: Ports) -> None:
        super().__init__(settings, store, listener=Deaf(), interruptions=(Killed,), clock=ports.clock)
        self._ports = ports

    @cached_property
    def world(self) -> World:
        """The ports that it was given."""
        ports = self._ports
        journal, transport = ports.wrap(self._store.journal, ports.transport)
        return World(
            transport=transport,
            journal=journal,
            bodies=self._store.bodies,
            clock=ports.clock,
            entropy=ports.entropy,
            stop=self,
            inbox=StoreInbox(self._store.store),
            listener=self._listener,
            interruptions=self._interruptions,
        )


class Acting:
    """One session from its beginning on. Whoever made it ends it: `finish`, `die`, or nothing at all."""

    def __init__(self, project: Project, store: Store, name: str, ports: Ports) -> None:
        self.project = project
        self.store = store
        self.ports = ports
        self._entered: list[StoreWorker] = []
        self._begin(name)

    def _begin(self, name: str) -> None:
        project, store = self.project, self.store
        beginning = begin(store, name)
        definition = project.journey.definition
        put_artifact(store, definition.artifact_bytes)
        put_source_map(store, definition.digest, definition.map_bytes)
        self.session: Session = publish(
            beginning,
            project.selection,
            project.settings,
            lambda files: facts_of(project.settings, subject="", pytest="9", arguments=()),
            now=self.ports.clock.now(),
        )

    def work(
        self,
        rows: str,
        worker: str = "main",
        *,
        stop_after: int | None = None,
        on_failure: Callable[[], None] = lambda: None,
    ) -> dict[str, str]:
        """Carry rows out in a worker of their own; each one's outcome. `stop_after` requests somebody presses Ctrl-C.

        `on_failure` hears of each row that cannot be recorded.
        """
        entered = enter(self.store, self.session.id, worker, clock=self.ports.clock.now)
        self._entered.append(entered)
        entered.join()
        acting = ActingWorker(self.project.settings, entered, self.ports)
        outcomes: dict[str, str] = {}
        stopped: str | None = None
        for row in rows:
            if stop_after is not None and row == rows[-1]:
                self._stop_at(stop_after)
            try:
                outcomes[row] = self._carry(acting, row)
            except Interrupted as stop:
                stopped = str(stop)
                break
            except JournalFailedError:
                outcomes[row] = "journal failed"
                on_failure()
        acting.leave(stopped)
        return outcomes

    def _stop_at(self, sends: int) -> None:
        transport = self.ports.transport
        assert isinstance(transport, FakeTransport)
        at = len(transport.sent) + sends
        inner = transport._answering

        def answer(request: HttpRequest) -> Any:
            if len(transport.sent) == at:
                self.session.stop("Ctrl-C")
            return inner(request)

        transport._answering = answer

    def _carry(self, acting: ActingWorker, row: str) -> str:
        journey, index = self.project.journey, ROWS.index(row)
        given = {"shop_url": self.ports.shop_url}
        try:
            opening = acting.open(journey, index, turn=acting.turn(journey, index), fixtures={}, environment=given)
        except JournalFailedError:
            return "refused in setup"
        opening = self.ports.choose(opening)
        if opening.replay is not None:
            acting.replay(opening)
            return "replayed"
        return acting.carry(opening).run().outcome

    def finish(self, how: str = "orderly") -> None:
        """Seal and let go."""
        assert self.session.seal(how, now=self.ports.clock.now()) is not None
        self.session.release()

    def die(self) -> None:
        """What a kill leaves: free locks, nothing else happens."""
        for entered in self._entered:
            entered._lock.release()
        self.session.release()


def derived_of(values: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """Derived values, without the number that the shop gave a cart."""
    return {name: value.partition("-")[0] if isinstance(value, str) else value for name, value in values.items()}
