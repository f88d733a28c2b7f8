"""A session acted out on a real store: what app and engine would write, without either."""

from dataclasses import dataclass, field
from pathlib import Path

from pytest_journeys.events.model import Intent, JournalStopped, Place, RunEnded, RunOpened, RunReplayed, StepEnded
from pytest_journeys.store.artifacts import put_artifact, put_source_map
from pytest_journeys.store.header import SessionFacts
from pytest_journeys.store.layout import Store
from pytest_journeys.store.retention import Limits
from pytest_journeys.store.runlist import Earlier, JourneyEntry, RunEntry, RunKey
from pytest_journeys.store.selection import Selected, Selection
from pytest_journeys.store.session import Session, begin, mint_session
from pytest_journeys.store.worker import SERIAL, Worker, enter
from pytest_journeys.values.canonical import canonical_bytes
from pytest_journeys.values.duration import Duration
from store.recording import CountingDisk

NOW = 1_800_000_000.0
DAY = 86_400.0
NO_WAIT = Duration(0)


def artifact_bytes(journey: str = "checkout", steps: tuple[str, ...] = ("open-cart", "pay")) -> bytes:
    """Bytes that look like an artifact; the store never looks into them but to tell versions apart."""
    return canonical_bytes({"journey": journey, "steps": [{"path": step} for step in steps]})


def journey_entry(store: Store, journey: str = "checkout", *, max_age_ms: int | None = 86_400_000) -> JourneyEntry:
    """A journey whose artifact and source map are in the store."""
    store.create()
    artifact = put_artifact(store, artifact_bytes(journey))
    source_map = put_source_map(store, artifact, b'{"file":"a.journey.yaml"}')
    return JourneyEntry(journey=journey, artifact=artifact, source_map=source_map, max_age_ms=max_age_ms)


def select(store: Store, *rows: str, named: tuple[str, ...] = (), max_age_ms: int | None = 86_400_000) -> Selection:
    """A selection of rows of the journey ``checkout``."""
    entry = journey_entry(store, max_age_ms=max_age_ms)
    return Selection(
        runs=tuple(Selected(key=RunKey("checkout", row), journey=entry, is_named=row in named) for row in rows)
    )


@dataclass
class Acted:
    """A serial session in the hands of a test. `now` is its clock."""

    store: Store
    session: Session
    worker: Worker
    now: float = NOW
    fingerprint: str = "f1"
    replayed: list[str] = field(default_factory=list)

    def entry(self, row: str) -> RunEntry:
        """The run list's entry of a row."""
        entry = self.worker.run_list.find(RunKey("checkout", row))
        assert entry is not None
        return entry

    def open(self, row: str, earlier: Earlier | None = None) -> str:
        """Open a run of the row with its first intent: fresh, or going on with an earlier one."""
        entry = self.entry(row)
        run = entry.run if earlier is None else earlier.run
        self.worker.journal.append(
            [
                RunOpened(
                    run=run,
                    journey="checkout",
                    row=row,
                    attempt=1 if earlier is None else earlier.attempt,
                    artifact=entry.journey.artifact,
                    source_map=entry.journey.source_map,
                    fingerprint=self.fingerprint,
                    continues=None if earlier is None else earlier.place,
                    reason="fresh" if earlier is None else "resume",
                    at=self.now,
                ),
                self._intent(run, "open-cart"),
            ]
        )
        return run

    def step(self, run: str, step: str = "open-cart", *, then: str = "pay") -> None:
        """End a step and record the intent of the next."""
        self.worker.journal.append(
            [StepEnded(run=run, step=step, outcome="passed", attempt=1, at=self.now), self._intent(run, then)]
        )

    def end(self, run: str, outcome: str = "passed") -> Place:
        """End the last step and the run."""
        self.worker.journal.append(
            [
                StepEnded(run=run, step="pay", outcome=outcome, attempt=1, at=self.now),
                RunEnded(run=run, outcome=outcome, at=self.now),
            ]
        )
        return self.worker.journal.place

    def run(self, row: str, outcome: str = "passed") -> str:
        """A whole fresh run of a row."""
        run = self.open(row)
        self.step(run)
        self.end(run, outcome)
        return run

    def replay(self, row: str) -> None:
        """Count an earlier pass of the row."""
        earlier = self.entry(row).earlier[0]
        assert earlier.outcome == "passed"
        self.worker.journal.append(
            [RunReplayed(run=earlier.run, journey="checkout", row=row, place=earlier.place, at=self.now)]
        )

    def die(self) -> None:
        """What a kill leaves: the locks are free, nothing else happens."""
        self.worker._lock.release()
        self.session.release()

    def finish(self, how: str = "orderly") -> None:
        """Leave, seal, let go."""
        if how == "interrupted":
            self.worker.journal.append([JournalStopped(reason="Ctrl-C", at=self.now)])
        self.worker.leave()
        assert self.session.seal(how, now=self.now) is not None
        self.session.release()

    def _intent(self, run: str, step: str) -> Intent:
        return Intent(
            run=run,
            step=step,
            attempt=1,
            method="POST",
            url="http://shop/carts",
            digest="0" * 64,
            is_safe=False,
            at=self.now,
        )


def act(
    store: Store,
    selection: Selection,
    *,
    now: float = NOW,
    durability: str = "power",
    resume: str = "interrupted",
    lock_wait: Duration = NO_WAIT,
) -> Acted:
    """Begin a serial session, up to the point where the first item would run."""
    session_id = mint_session(now)
    beginning = begin(store, session_id)
    session = beginning.publish(
        selection, SessionFacts(durability=durability, resume=resume), now=now, lock_wait=lock_wait, limits=Limits()
    )
    worker = enter(store, session_id, SERIAL, clock=lambda: now)
    worker.join()
    return Acted(store, session, worker, now)


def store_at(folder: Path, *, boot_id: str = "boot-1") -> Store:
    """A store on a machine whose start has this name; it does not wait for the disk."""
    return Store(folder / ".journeys", CountingDisk(), boot_id=boot_id)
