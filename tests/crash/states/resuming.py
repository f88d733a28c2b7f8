"""What the next session makes of what a crash left: resumed for real against the shop as it was, and judged.

A promise that was broken is a sentence; None says that all were kept.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from crash import faults
from crash.image_disk import Image, ImageDisk
from crash.promises import violation
from crash.simulated_disk import Crash
from crash.states.acting import ROWS, START, Acting, Killed, Ports, Project, derived_of, sending_to
from crash.states.disks import UnwaitingDisk
from crash.states.ledgers import Ledger
from crash.states.lines import Recorded, events_of, with_ends
from crash.states.recording import Recording
from crash.states.shop import Shop
from pytest_journeys.app.opening import Opening
from pytest_journeys.events.line import decode_line
from pytest_journeys.events.model import Intent, Place, RunDecided, RunEnded, RunOpened, RunReplayed, StepEnded
from pytest_journeys.ports import Journal, Transport
from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.layout import Store
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.query import session_lines, workers_of
from pytest_journeys.store.sessions import look_at, sessions
from pytest_journeys.testing.clock import ManualClock
from pytest_journeys.testing.journal import CrashAt
from pytest_journeys.values.errors import StoreError
from pytest_journeys.values.json import JsonValue

BEFORE = "s8"
NEXT = "s9"
"""The session that dies while it goes on, and the one that ends."""
LATER = START + 3600
Results = dict[str, tuple[str, dict[str, dict[str, JsonValue]]]]
"""Of each row how it ended, and what each step derived."""


@dataclass
class Judge:
    """Judges crashes of one recording. `project` is what is run afterwards: the recorded one, or one that was edited."""

    recording: Recording
    project: Project
    scratch: Path
    choose: Callable[[Opening], Opening] = lambda opening: opening
    dies_at: int | None = None
    lines: list[Recorded] = field(default_factory=list)
    expected: Results = field(default_factory=dict)

    def __post_init__(self) -> None:
        writing = self.recording.writing
        firm = {data: since for since, _, data in writing.firm}
        for at, operation in enumerate(writing.log):
            if operation.kind == "append" and operation.path.endswith(".journal"):
                line = decode_line(operation.data[:-1])
                assert line is not None
                self.lines.append(Recorded(at, firm.get(operation.data), line.events()))
        self.lines = with_ends(self.lines)
        self.expected = self._undisturbed()

    def _undisturbed(self) -> Results:
        folder = self.folder({})
        store = self._resume(folder, self._ports(Shop(), LATER), "boot-1")
        return self._results(store, NEXT)

    def crash(self, crash: Crash, shop: Shop, disk: type[ImageDisk] = ImageDisk) -> str | None:
        """What a crash breaks that came when the shop stood so."""
        found = violation(self.recording.project.folder, self.recording.writing, crash, disk)
        if found is not None:
            return found
        is_trusted = crash.is_kill or self.recording.writing.at_power
        known = self._known(crash) if is_trusted else []
        return self.goes_on(
            self.folder(crash.image),
            shop,
            known,
            boot="boot-1" if crash.is_kill else "boot-2",
            is_trusted=is_trusted,
            may_repeat=crash.done > self.recording.over or self.project is not self.recording.project,
        )

    def goes_on(
        self,
        folder: Path,
        shop: Shop,
        known: Sequence[Recorded],
        *,
        boot: str = "boot-1",
        is_trusted: bool = True,
        may_repeat: bool = False,
        ports: Ports | None = None,
    ) -> str | None:
        """What a session breaks that goes on in a folder. `shop` stands as it was before, `known` are lines that must count.

        `ports` reach the shop where it is another process. `is_trusted` False: done may be what nobody recorded.
        `may_repeat`: rows that passed may run again.
        """
        after = shop.copy()
        try:
            if self.dies_at is not None:
                self._die_resuming(folder, after, boot)
            store = self._resume(folder, ports or self._ports(after, LATER), boot)
        except StoreError as error:
            return f"cannot be resumed: {error}"
        if ports is not None:
            after = shop.now()
        ledger = Ledger(shop.ledger, after, store, (BEFORE, NEXT), is_undisturbed=self.dies_at is None)
        faults.count(faults.CHECKED, "requests in ledgers of simulated crashes", len(after.ledger))
        return (
            self._verify(store)
            or self._judge_results(self._results(store, NEXT), self._in_doubt(store))
            or ledger.violation(known, is_trusted=is_trusted, may_repeat=may_repeat)
        )

    # resuming

    def folder(self, image: Image) -> Path:
        """A folder of its own in which an image stands; the one before is gone."""
        folder = self.scratch / "image"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for name, data in image.items():
            if data is None:
                (folder / name).mkdir()
            else:
                (folder / name).write_bytes(data)
        return folder

    def _resume(self, folder: Path, ports: Ports, boot: str) -> Store:
        store = Store(folder / ".journeys", UnwaitingDisk(), boot_id=boot)
        acting = Acting(self.project, store, NEXT, ports)
        acting.work("".join(ROWS))
        acting.finish()
        return store

    def _die_resuming(self, folder: Path, shop: Shop, boot: str) -> None:
        """Another session that goes on, and dies at an append."""
        assert self.dies_at is not None
        store = Store(folder / ".journeys", UnwaitingDisk(), boot_id=boot)
        ports = self._ports(shop, LATER - 60)
        number = self.dies_at

        def wrap(journal: Journal, transport: Transport) -> tuple[Journal, Transport]:
            return CrashAt(journal, number // 2 + 1, _die, after=number % 2 == 1), transport

        ports.wrap = wrap
        acting = Acting(self.project, store, BEFORE, ports)
        with suppress(Killed):
            acting.work("".join(ROWS))
        acting.die()

    def _ports(self, shop: Shop, now: float) -> Ports:
        return Ports(sending_to(shop), clock=ManualClock(now), entropy=_Chance(int(now)), choose=self.choose)

    # what was promised

    def _known(self, crash: Crash) -> list[Recorded]:
        """The lines that must have survived: after a kill all that were handed over, else those that were firm."""
        if crash.is_kill:
            return [line for line in self.lines if line.at < crash.done]
        return [line for line in self.lines if line.since is not None and line.since < crash.done]

    def _verify(self, store: Store) -> str | None:
        faults.count(faults.CHECKED, "stores of simulated crashes verified")
        for finding in verify(store):
            is_body = finding.kind is Kind.INCOMPLETE and "body" in finding.reason
            if finding.kind is not Kind.TORN and not is_body:
                return f"verify afterwards: {finding}"
        return None

    def _judge_results(self, results: Results, in_doubt: set[str]) -> str | None:
        for row, (outcome, derived) in self.expected.items():
            if row not in results:
                return f"{row} was not carried out"
            if results[row][0] == "in_doubt" and row in in_doubt:
                continue
            if results[row] != (outcome, derived):
                return f"{row} ended {results[row]}, undisturbed it ends {(outcome, derived)}"
        return None

    # reading what the session wrote

    def _results(self, store: Store, name: str) -> Results:
        found: Results = {}
        places: dict[str, tuple[str, Place]] = {}
        for worker in workers_of(look_at(store, name)):
            for line in session_lines(look_at(store, name), worker):
                for event in line.events():
                    match event:
                        case RunReplayed():
                            places[event.row] = (event.run, event.place)
                        case RunOpened():
                            places[event.row] = (event.run, line.place)
                        case StepEnded() | RunEnded() | Intent():
                            row = next((row for row, (run, _) in places.items() if run == event.run), None)
                            if row is not None:
                                places[row] = (event.run, line.place)
        for row, (run, place) in places.items():
            state = load_state(store, run, place)
            outcome = state.outcome.outcome if state.outcome is not None else "open"
            found[row] = (outcome, {path: derived_of(ended.derived) for path, ended in state.ended.items()})
        return found

    def _in_doubt(self, store: Store) -> set[str]:
        """The rows that may end in doubt: their note's intent stood without an outcome, or any after two restarts."""
        rows: dict[str, str] = {}
        restarts: Counter[str] = Counter()
        found = set()
        for view in reversed(sessions(store)):
            for event in events_of(store, view.session):
                match event:
                    case RunOpened():
                        rows[event.run] = event.row
                    case RunDecided(decision="restart"):
                        restarts[event.run] += 1
                    case StepEnded(outcome="in_doubt") if event.step == "note" or restarts[event.run] == 2:
                        found.add(rows[event.run])
        return found


class _Chance:
    """Entropy that no earlier session has drawn."""

    def __init__(self, start: int) -> None:
        self._drawn = start

    def draw(self, size: int) -> bytes:
        """The next so many bytes."""
        self._drawn += 1
        return (self._drawn % 256**size).to_bytes(size)


def _die() -> None:
    raise Killed
