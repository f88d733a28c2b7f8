"""The engine's journeys recorded: every operation of the disk, and the shop as it was between any two of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from crash.promises import Writing
from crash.recording_disk import Operation, RecordingDisk
from crash.simulated_disk import Crash, crashes
from crash.states.acting import START, Acting, Killed, Ports, Project, sending_to
from crash.states.shop import Shop
from pytest_journeys.ports import Journal, Transport
from pytest_journeys.store.layout import Store
from pytest_journeys.store.session import begin
from pytest_journeys.testing.clock import CountedEntropy, ManualClock
from pytest_journeys.testing.journal import CrashAt

Wrap = Callable[[Journal, Transport], tuple[Journal, Transport]]


@dataclass(frozen=True)
class Recording:
    """What was written, and the shop after each request with the number of operations that stood before it."""

    project: Project
    writing: Writing
    shops: Sequence[tuple[int, Shop]]
    over: int
    """From this operation on the last session may count as ended orderly: everything begins anew."""

    def shops_at(self, done: int) -> list[Shop]:
        """The shop as it may be when a crash comes behind so many operations: before and after what was sent there."""
        positions = [position for position, _ in self.shops]
        first, last = bisect_left(positions, done), bisect_right(positions, done)
        return [self.shops[at][1] for at in range(first - 1, last)]

    def killed_once(self) -> tuple[Crash, Shop]:
        """What stood when the first session had died, and the shop."""
        log = self.writing.log
        done = next(at for at, operation in enumerate(log) if "s1-unpublished" in operation.path)
        crash = next(crash for crash in crashes(log) if crash.done == done and crash.is_kill)
        return crash, self.shops_at(done)[-1].copy()

    def with_log(self, wrong: Callable[[list[Operation]], list[Operation]]) -> "Recording":
        """The recording of a store that does not do all that it should."""
        log = self.writing.log
        kept = wrong(log)
        left = set(map(id, kept))
        behind = [0]
        for operation in log:
            behind.append(behind[-1] + (id(operation) in left))
        return Recording(
            self.project,
            Writing(kept, self.writing.rows, self.writing.at_power),
            [(behind[position], shop) for position, shop in self.shops],
            behind[self.over],
        )


def untouched(journal: Journal, transport: Transport) -> tuple[Journal, Transport]:
    """A right engine."""
    return journal, transport


def record(folder: Path, durability: str, wrap: Wrap = untouched) -> Recording:
    """Four sessions on one store.

    The first dies behind an intent of row c, which a second worker carries out; one dies before it is published. The second
    goes on and dies before it could record what the unkeyed POST of row d did. The third begins that row anew and is
    interrupted at row e. The fourth goes on and ends.
    """
    project = Project.at(folder, durability=durability)
    disk = RecordingDisk(folder)
    shop = Shop()
    shops: list[tuple[int, Shop]] = [(-1, shop.copy())]
    store = Store(folder / ".journeys", disk, boot_id="boot-1")
    clock, entropy = ManualClock(START), CountedEntropy()

    def acting(name: str) -> Acting:
        clock.advance(60)
        transport = sending_to(shop, lambda: shops.append((len(disk.log), shop.copy())))
        return Acting(project, store, name, Ports(transport, clock=clock, entropy=entropy, wrap=wrap))

    first = acting("s1")
    first.work("ab", "gw0")
    first.ports.wrap = _dying(wrap, 6, after=True)
    _until_killed(first, "c", "gw1")
    clock.advance(60)
    begin(store, "s1-unpublished")._lock.release()
    second = acting("s2")
    second.work("ac", "gw0")
    second.ports.wrap = _dying(wrap, 3, after=False)
    _until_killed(second, "d", "gw1")
    third = acting("s3")
    third.work("acde", stop_after=5)
    third.finish("interrupted")
    fourth = acting("s4")
    fourth.work("abcde")
    fourth.finish()
    log = disk.log
    over = next(at for at, operation in enumerate(log) if operation.kind == "link" and "/s4/" in operation.to)
    return Recording(project, Writing(log, project.selection, durability == "power"), shops, over)


def _die() -> None:
    raise Killed


def _dying(wrap: Wrap, number: int, *, after: bool) -> Wrap:
    return lambda journal, transport: wrap(CrashAt(journal, number, _die, after=after), transport)


def _until_killed(acting: Acting, rows: str, worker: str) -> None:
    try:
        acting.work(rows, worker)
    except Killed:
        acting.die()
        return
    raise AssertionError("nobody was killed")
