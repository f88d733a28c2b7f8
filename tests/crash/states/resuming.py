"""What the next session makes of what a crash left: resumed for real against the shop as it was, and judged by its ledger.

A promise that was broken is a sentence; None says that all were kept.
"""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from crash.promises import violation
from crash.simulated_disk import Crash, Image, ImageDisk
from crash.states.acting import ROWS, START, Acting, Killed, Ports, Project, derived_of, sending_to
from crash.states.recording import Recording
from crash.states.shop import Entry, Shop
from pytest_journeys.app.opening import Opening
from pytest_journeys.events.line import decode_line
from pytest_journeys.events.model import Event, Intent, Place, RunDecided, RunEnded, RunOpened, RunReplayed, StepEnded
from pytest_journeys.ports import Journal, Transport
from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.files import Appender, Disk
from pytest_journeys.store.layout import Store
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.query import session_lines, workers_of
from pytest_journeys.store.sessions import look_at, sessions
from pytest_journeys.testing.clock import ManualClock
from pytest_journeys.testing.journal import CrashAt
from pytest_journeys.values.errors import StoreError
from pytest_journeys.values.json import JsonValue

NEXT = "s9"
LATER = START + 3600
Results = dict[str, tuple[str, dict[str, dict[str, JsonValue]]]]
"""Of each row how it ended, and what each step derived."""


class _Unwaiting(Appender):
    __slots__ = ()

    def sync(self) -> None:
        """Nothing to wait for."""


class UnwaitingDisk(Disk):
    """A disk whose syncs cost nothing: for sessions that nobody crashes."""

    def appender(self, path: Path, descriptor: int) -> Appender:
        """A handle that does not wait."""
        return _Unwaiting(path, descriptor)

    def sync(self, path: Path) -> None:
        """Do not wait."""

    def sync_folder(self, path: Path) -> None:
        """Do not wait."""


@dataclass(frozen=True)
class Recorded:
    """A line of the recording: behind which operation it was handed over, and since when it had to be durable.

    `ended` are the steps that it completes (run, attempt, step), `passed` the rows whose run it ends so.
    """

    at: int
    since: int | None
    events: tuple[Event, ...]
    ended: frozenset[tuple[str, int, str]] = frozenset()
    passed: frozenset[str] = frozenset()


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
        return (
            self._verify(store)
            or self._judge_results(self._results(store, NEXT), self._in_doubt(store))
            or self._judge_ledger(store, shop.ledger, after, known, is_trusted=is_trusted, may_repeat=may_repeat)
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
        acting = Acting(self.project, store, "s8", ports)
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

    def _judge_ledger(
        self,
        store: Store,
        before: Sequence[Entry],
        shop: Shop,
        known: Sequence[Recorded],
        *,
        is_trusted: bool,
        may_repeat: bool,
    ) -> str | None:
        sent = shop.ledger[len(before) :]
        resumed = [event for name in ("s8", NEXT) for event in _events_of(store, name)]
        intents = [event for event in resumed if isinstance(event, Intent)]
        told = [(event.method, "/" + event.url.split("/", 3)[3]) for event in intents]
        if self.dies_at is None and told != [(entry.method, entry.path) for entry in sent]:
            return f"intents {told} but sent was {sent}"
        if not is_trusted:
            return None
        return (
            self._sent_again(resumed, known)
            or self._twice(before, sent, intents)
            or self._left_alone(store, shop)
            or (None if may_repeat else self._executed_again(resumed, known))
        )

    def _sent_again(self, resumed: Sequence[Event], known: Sequence[Recorded]) -> str | None:
        """A step whose end was acknowledged is not executed again, but to refresh what it made."""
        ended = {step for line in known for step in line.ended}
        again: set[tuple[str, int, str]] = set()
        attempts: dict[str, int] = {}
        for event in resumed:
            if isinstance(event, RunOpened):
                attempts[event.run] = event.attempt
            elif isinstance(event, Intent) and not event.is_refresh:
                again |= {(event.run, attempts[event.run], event.step)} & ended
        return f"{sorted(again)} had ended and were executed again" if again else None

    def _twice(self, before: Sequence[Entry], sent: Sequence[Entry], intents: Sequence[Intent]) -> str | None:
        """No unsafe request twice in one attempt without permission: a key of its own, an idempotent method, a refresh."""
        counts = Counter(_sending(entry) for entry in (*before, *sent))
        keys: dict[tuple[str, str], set[str]] = {}
        for entry in (*before, *sent):
            if entry.key is not None:
                keys.setdefault((entry.run, entry.path), set()).add(entry.key)
            elif entry.method == "POST" and entry.path != "/login" and counts[_sending(entry)] > 1:
                return f"{entry} was sent twice"
        for (run, path), used in keys.items():
            if len(used) > 1:
                return f"{run} used {len(used)} keys for {path}"
        early = Counter(_sending(entry) for entry in before if not entry.is_safe)
        if self.dies_at is None:
            for entry, intent in zip(sent, intents, strict=True):
                is_again = early[_sending(entry)] > 0
                if is_again and not intent.is_refresh and intent.attempt < 2:
                    return f"{entry} was sent again, and its intent does not say so"
        return None

    def _left_alone(self, store: Store, shop: Shop) -> str | None:
        """Every run of the ledger has ended, and nothing is left in the shop but what a request in doubt may have made."""
        ended: set[str] = set()
        restarted: set[str] = set()
        open_steps: dict[str, str] = {}
        in_doubt = 0
        for view in reversed(sessions(store)):
            for event in _events_of(store, view.session):
                match event:
                    case Intent():
                        open_steps[event.run] = event.step
                    case StepEnded():
                        open_steps.pop(event.run, None)
                    case RunDecided():
                        restarted.add(event.run)
                        in_doubt += open_steps.pop(event.run, "") == "create"
                    case RunEnded():
                        ended.add(event.run)
        for entry in shop.ledger:
            run, _, attempt = entry.run.partition("/")
            if run not in ended:
                return f"{run} was begun and has no end"
            if attempt != "1" and run not in restarted:
                return f"{run} began again and nothing says why"
        if len(shop.carts) > in_doubt:
            return f"{sorted(shop.carts)} were left, {in_doubt} requests were in doubt"
        return None

    def _executed_again(self, resumed: Sequence[Event], known: Sequence[Recorded]) -> str | None:
        """A row that had passed in an interrupted session counts; nothing of it is sent."""
        passed = {row for line in known for row in line.passed}
        opened = {event.row for event in resumed if isinstance(event, RunOpened)}
        again = passed & opened
        return f"{sorted(again)} had passed and ran again" if again else None

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
        """The rows that may end in doubt: their note's intent stood without an outcome."""
        rows: dict[str, str] = {}
        found = set()
        for view in sessions(store):
            for event in _events_of(store, view.session):
                if isinstance(event, RunOpened):
                    rows[event.run] = event.row
                elif isinstance(event, StepEnded) and event.outcome == "in_doubt" and event.step == "note":
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


def with_ends(lines: Sequence[Recorded]) -> list[Recorded]:
    """The lines, in the order in which they were written, each with the steps and runs that it completes."""
    opened: dict[str, RunOpened] = {}
    found = []
    for line in lines:
        ended: set[tuple[str, int, str]] = set()
        passed: set[str] = set()
        for event in line.events:
            match event:
                case RunOpened():
                    opened[event.run] = event
                case StepEnded(is_refresh=False):
                    ended.add((event.run, opened[event.run].attempt, event.step))
                case RunEnded(outcome="passed"):
                    passed.add(opened[event.run].row)
        found.append(replace(line, ended=frozenset(ended), passed=frozenset(passed)))
    return found


def lines_in(store: Store) -> list[Recorded]:
    """The lines that can be read back now."""
    return with_ends(
        [
            Recorded(0, None, line.events())
            for view in reversed(sessions(store))
            for worker in workers_of(view)
            for line in session_lines(view, worker)
        ]
    )


def _sending(entry: Entry) -> tuple[str, str, str]:
    return entry.run, entry.method, entry.path


def _die() -> None:
    raise Killed


def _events_of(store: Store, session: str) -> Iterator[Event]:
    if store.disk.size(store.session(session)) is None:
        return
    view = look_at(store, session)
    for worker in workers_of(view):
        for line in session_lines(view, worker):
            yield from line.events()
