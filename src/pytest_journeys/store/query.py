"""What stands in a store, for those who only read: reports, queries, evidence. Nothing is written, nothing is locked."""

from collections.abc import Iterator

from pytest_journeys.events.line import Line
from pytest_journeys.events.model import Event, Place
from pytest_journeys.store.header import read_header
from pytest_journeys.store.history import journal_names
from pytest_journeys.store.journal import SUFFIX
from pytest_journeys.store.layout import Store
from pytest_journeys.store.reading import JournalReading
from pytest_journeys.store.sessions import SessionView, look_at
from pytest_journeys.values.errors import UsageError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue


@fact(kw_only=False)
class SessionLine:
    """A valid line of a journal, the header included; events and evidence are parsed when asked for."""

    place: Place
    reading: JournalReading
    line: Line

    def events(self) -> tuple[Event, ...]:
        """The events. Raises `StoreTooNewError` for what this version does not know."""
        return self.reading.events_of(self.line)

    def accounts(self) -> JsonValue:
        """The evidence."""
        return self.line.accounts()


def find_session(store: Store, reference: str) -> SessionView:
    """The session whose id begins so, or ``last``, the newest. Raises `UsageError` when none or more than one does."""
    return look_at(store, session_named(store, reference))


def session_named(store: Store, reference: str) -> str:
    """The id of that session, found without a look at its locks. Raises as `find_session`."""
    if reference == "last":
        headers = [read_header(store, session)[0] for session in store.session_ids()]
        if not headers:
            raise UsageError(f"{store.path} holds no session")
        return max(headers, key=lambda header: (header.number, header.session)).session
    ids = [session for session in store.session_ids() if session.startswith(reference)]
    if not ids:
        raise UsageError(f"{store.path} holds no session {reference}")
    if len(ids) > 1 and reference not in ids:
        raise UsageError(f"{reference} names {len(ids)} sessions", help="give more characters")
    return reference if reference in ids else ids[0]


def workers_of(view: SessionView) -> list[str]:
    """The workers of a session that have a journal, sorted."""
    return journal_names(view.store.disk, view.store.session(view.session))


def session_lines(view: SessionView, worker: str) -> Iterator[SessionLine]:
    """The valid lines of one worker's journal, also while it is written. Raises `StoreCorruptError`."""
    store = view.store
    reading = JournalReading(
        store.disk,
        store.session(view.session) / f"{worker}{SUFFIX}",
        boot_id=store.boot_id,
        sealed_bytes=None if view.manifest is None else view.manifest.lengths.get(worker, 0),
    )
    for placed in reading:
        place = Place(session=view.session, journal=worker, offset=placed.offset, line=placed.line.sha256)
        yield SessionLine(place, reading, placed.line)
