"""An open run ended for good, its cleanup carried out: a session of its own that takes the run over and does nothing else."""

import platform
from contextlib import suppress
from pathlib import Path
from typing import Final

from pytest_journeys import __version__
from pytest_journeys.adapters.clock import SystemClock
from pytest_journeys.app.evidence import Archive
from pytest_journeys.app.queries import trace_named
from pytest_journeys.app.settings import Settings
from pytest_journeys.app.worker import Worker
from pytest_journeys.artifact.codec import decode_artifact, decode_source_map
from pytest_journeys.engine.machine import due_cleanups as due
from pytest_journeys.engine.plan import plan_of
from pytest_journeys.engine.runner import RunResult
from pytest_journeys.events.model import StepEnded
from pytest_journeys.events.state import RunState
from pytest_journeys.evidence.document import RunDocument, StepDocument
from pytest_journeys.ports import Listener
from pytest_journeys.store.artifacts import get_artifact, get_source_map
from pytest_journeys.store.header import SessionFacts
from pytest_journeys.store.layout import Store
from pytest_journeys.store.manifest import EXPIRED, INTERRUPTED, ORDERLY
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.runlist import Earlier, JourneyEntry, RunKey
from pytest_journeys.store.selection import Selected, Selection
from pytest_journeys.store.session import NEVER, Beginning, Session, begin, mint_session
from pytest_journeys.store.sessions import SessionView, look_at, sessions
from pytest_journeys.store.worker import SERIAL, enter
from pytest_journeys.store.worker import Worker as StoreWorker
from pytest_journeys.values.errors import JourneysError, StoreBusyError, StoreError, UsageError
from pytest_journeys.values.fact import fact

_BECAUSE: Final = "cancelled with `journeys cancel`"
_TROUBLE: Final = frozenset({"failed", "error", "in_doubt"})


@fact
class Doomed:
    """An open run that a person wants to end; `view` is the newest session that has an event of it."""

    run: str
    view: SessionView
    state: RunState

    @property
    def key(self) -> RunKey:
        """Which run it is."""
        opened = self.state.opened
        return RunKey(opened.journey, opened.row, opened.repeat)


@fact
class Cancelled:
    """What was done: the run's `document`, and the steps of it that ended here, cleaned up or refreshed for it."""

    document: RunDocument
    steps: tuple[StepDocument, ...]

    @property
    def has_trouble(self) -> bool:
        """Whether something could not be cleaned up."""
        return any(step["outcome"] in _TROUBLE for step in self.steps)


def find_doomed(store: Store, name: str) -> Doomed:
    """The open run that a person names. Raises `UsageError` when it is none, `StoreBusyError` when somebody holds it."""
    view, trace = trace_named(store, name)
    if trace.outcome or trace.place is None:
        raise UsageError(f"{trace.run} has ended ({trace.outcome}): there is nothing to cancel")
    holder = _holder(store, trace.run, view)
    if holder is not None:
        raise StoreBusyError(
            f"{trace.run} is held by {holder.holder}, session {holder.session}",
            help="end that session first (Ctrl-C); what it leaves open can be cancelled",
        )
    if view.status == EXPIRED:
        raise UsageError(f"{trace.run} was given up with its session, which had become too old: nothing resumes it")
    return Doomed(run=trace.run, view=view, state=load_state(store, trace.run, trace.place))


def due_cleanups(store: Store, doomed: Doomed) -> list[str]:
    """What cleanup the run still has, by path, as it would be carried out. Raises `StoreError`, `ArtifactError`."""
    state = doomed.state
    digest = state.opened.artifact
    plan = plan_of(decode_artifact(get_artifact(store, digest), digest=digest))
    return [
        planned.path for planned, released_by in due(plan, state) if planned.path not in state.ended and not released_by
    ]


def cancel_run(store: Store, doomed: Doomed, settings: Settings, listener: Listener) -> Cancelled:
    """Clean up after an open run and end it. It stays open when this raises.

    Raises `SetupError` for a secret that is missing, `StoreBusyError` when somebody else took the run over, `StoreError`.
    """
    clock = SystemClock()
    beginning = begin(store, mint_session(clock.now()))
    at_work = enter(store, beginning.session, SERIAL, clock=clock.now)
    leading = _publish(store, doomed, beginning, at_work, now=clock.now())
    worker = Worker(settings, at_work, listener=listener, clock=None, interruptions=(KeyboardInterrupt,))
    interrupted_by = None
    try:
        at_work.join()
        result = worker.cancel(_taken_over(at_work, doomed), _folder(store, doomed, settings), _BECAUSE)
    except KeyboardInterrupt:
        interrupted_by = "KeyboardInterrupt"
        raise
    finally:
        worker.leave(interrupted_by)
        leading.seal(ORDERLY if interrupted_by is None else INTERRUPTED, now=clock.now())
        leading.release()
    return _told(store, leading, result)


def _holder(store: Store, run: str, view: SessionView) -> SessionView | None:
    """The living session that has the run, or that has taken it over and not begun with it."""
    if view.is_living:
        return view
    for other in sessions(store):
        taken = (earlier.run for entry in other.run_list.taking_over() for earlier in entry.earlier)
        if other.is_living and run in taken:
            return other
    return None


def _publish(store: Store, doomed: Doomed, beginning: Beginning, at_work: StoreWorker, *, now: float) -> Session:
    opened = doomed.state.opened
    artifact = decode_artifact(get_artifact(store, opened.artifact), digest=opened.artifact)
    entry = JourneyEntry(
        journey=opened.journey,
        artifact=opened.artifact,
        source_map=opened.source_map,
        max_age_ms=artifact.recovery.max_age_ms,
    )
    before = doomed.view.header.facts
    facts = SessionFacts(
        versions={"plugin": __version__, "python": platform.python_version()},
        environment=before.environment,
        subject=before.subject,
        arguments=("cancel", doomed.run),
        resume=NEVER,
        durability=before.durability,
    )
    try:
        return beginning.publish(Selection(runs=(Selected(key=doomed.key, journey=entry),)), facts, now=now)
    except JourneysError:
        with suppress(StoreError):  # why it cannot begin is what matters
            at_work.leave()
            beginning.abandon()
        raise


def _taken_over(at_work: StoreWorker, doomed: Doomed) -> Earlier:
    entry = at_work.run_list.find(doomed.key)
    for earlier in () if entry is None else entry.earlier:
        if earlier.run == doomed.run and earlier.is_open:
            return earlier
    raise StoreBusyError(f"{doomed.run} was taken over by another session meanwhile")


def _folder(store: Store, doomed: Doomed, settings: Settings) -> Path:
    """Where the journey's files are."""
    opened = doomed.state.opened
    source_map = decode_source_map(get_source_map(store, opened.artifact, opened.source_map))
    return (settings.root / source_map.file).parent


def _told(store: Store, leading: Session, result: RunResult) -> Cancelled:
    ended = {event.step for event, _ in result.told if isinstance(event, StepEnded)}
    view = look_at(store, leading.id)
    (trace,) = view.index.runs.values()
    document = Archive(store).run(view, trace)
    return Cancelled(document=document, steps=tuple(step for step in document["steps"] if step["id"] in ended))
