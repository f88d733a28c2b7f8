"""A session as its controller leads it: begun when journeys are selected, sealed when everybody has left."""

import platform
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from pytest_journeys import __version__
from pytest_journeys.app.definitions import keep_in_cache
from pytest_journeys.app.journey import Journey
from pytest_journeys.app.settings import Settings
from pytest_journeys.artifact.codec import decode_artifact, decode_source_map
from pytest_journeys.store.artifacts import get_artifact, get_source_map, put_artifact, put_source_map
from pytest_journeys.store.header import SessionFacts
from pytest_journeys.store.layout import Store
from pytest_journeys.store.retention import Limits
from pytest_journeys.store.runlist import JourneyEntry
from pytest_journeys.store.selection import Selected, Selection, agreed_selection
from pytest_journeys.store.session import Beginning, Session, begin
from pytest_journeys.store.worker import Worker, enter
from pytest_journeys.values.errors import JourneysError, StoreError, UsageError
from pytest_journeys.values.fact import fact


@fact(kw_only=False)
class Chosen:
    """A selected item: a journey, which of its rows (None: it has none), and whether its node id was on the command line."""

    journey: Journey
    index: int | None
    is_named: bool = False


def selection_of(chosen: Iterable[Chosen], usage_error: str = "") -> Selection:
    """What a session selected to run."""
    entries: dict[int, JourneyEntry] = {}
    runs = []
    for item in chosen:
        entry = entries.get(id(item.journey))
        if entry is None:
            entry = entries[id(item.journey)] = item.journey.entry
        runs.append(Selected(key=item.journey.key(item.index), journey=entry, is_named=item.is_named))
    return Selection(runs=tuple(runs), usage_error=usage_error)


def keep_definitions(settings: Settings, journeys: Sequence[Journey]) -> None:
    """Put the artifacts and source maps of a selection into the store, and compile results into the cache."""
    store = Store(settings.store)
    store.create()
    for journey in journeys:
        definition = journey.definition
        put_artifact(store, definition.artifact_bytes)
        put_source_map(store, definition.digest, definition.map_bytes)
    keep_in_cache(settings.store / "cache", [journey.definition for journey in journeys])


def facts_of(settings: Settings, *, subject: str, pytest: str, arguments: Sequence[str]) -> SessionFacts:
    """What `session.json` says of a session."""
    return SessionFacts(
        versions={"plugin": __version__, "python": platform.python_version(), "pytest": pytest},
        environment=settings.environment or "",
        subject=subject,
        arguments=tuple(arguments),
        resume=settings.resume,
        durability=settings.durability,
    )


def begin_session(settings: Settings, session: str) -> Beginning:
    """Take the controller's lock. Raises `StoreError`."""
    return begin(Store(settings.store), session)


def publish(
    beginning: Beginning,
    selection: Selection,
    settings: Settings,
    tell: Callable[[list[Path]], SessionFacts],
    *,
    now: float,
) -> Session:
    """Publish a selection; `tell` makes the session's facts, given the row files of what was selected.

    Raises `StoreError`; `UsageError` when the selection says that it cannot run.
    """
    if selection.usage_error:
        beginning.abandon()
        raise UsageError(selection.usage_error)
    try:
        facts = tell(_row_files(beginning.store, selection, settings.root))
        limits = Limits(sessions=settings.keep, days=settings.keep_days)
        return beginning.publish(selection, facts, now=now, lock_wait=settings.lock_wait, limits=limits)
    except JourneysError:
        with suppress(StoreError):  # why it cannot begin is what matters
            beginning.abandon()
        raise


def publish_offered(
    beginning: Beginning, settings: Settings, tell: Callable[[list[Path]], SessionFacts], *, now: float
) -> Session | None:
    """Publish what the workers offered; None when they selected no journey. Raises `StoreError`, `UsageError`."""
    selection = agreed_selection(beginning.store, beginning.session)
    if selection is None:
        beginning.abandon()
        return None
    return publish(beginning, selection, settings, tell, now=now)


def discard_offered(settings: Settings, session: str) -> None:
    """Remove what workers offered to a session that did not begin. What cannot be removed is swept by the next one."""
    store = Store(settings.store)
    with suppress(StoreError):
        if session in store.new_session_ids():
            store.disk.remove_folder(store.new_session(session))


def _row_files(store: Store, selection: Selection, root: Path) -> list[Path]:
    """The row files of the selected journeys: an edited row is told by the row's own fingerprint, not by the subject."""
    found = []
    for entry in dict.fromkeys(run.journey for run in selection.runs):
        rows = decode_artifact(get_artifact(store, entry.artifact)).rows
        if rows is not None and rows.file is not None:
            source_map = decode_source_map(get_source_map(store, entry.artifact, entry.source_map))
            found.append((root / source_map.file).parent / rows.file)
    return found


def enter_session(settings: Settings, session: str, name: str, clock: Callable[[], float]) -> Worker:
    """Take a worker's lock. Raises `StoreError`."""
    return enter(Store(settings.store), session, name, clock=clock)
