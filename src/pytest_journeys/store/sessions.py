"""The sessions of a store as others see them: who holds them, how they ended, what stands in them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

from pytest_journeys.store.header import NAME as HEADER
from pytest_journeys.store.header import SET_ASIDE, SessionHeader, read_header
from pytest_journeys.store.history import SessionIndex, index_session
from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import is_held
from pytest_journeys.store.manifest import INTERRUPTED, Manifest, read_manifest
from pytest_journeys.store.runlist import NAME as RUN_LIST
from pytest_journeys.store.runlist import RunList, read_run_list
from pytest_journeys.store.seal import CONTROLLER, worker_names
from pytest_journeys.values.errors import StoreCorruptError

ALIVE: Final = "alive"
FINISHING: Final = "finishing"
DIED: Final = "died"


@dataclass(frozen=True)
class SessionView:
    """A published session at one moment.

    `status` is ``alive`` (its controller lives), ``finishing`` (only workers do), ``died`` (nobody does, no seal),
    ``orderly``, ``interrupted`` or ``expired`` (sealed so). `holders` are the locks that are held.
    """

    store: Store
    header: SessionHeader
    header_digest: str
    status: str
    holders: tuple[str, ...]
    manifest: Manifest | None

    @property
    def session(self) -> str:
        """The session's id."""
        return self.header.session

    @property
    def is_living(self) -> bool:
        """Whether somebody may still write."""
        return self.status in (ALIVE, FINISHING)

    @property
    def was_interrupted(self) -> bool:
        """Whether its passes are replayed: it was interrupted, or it died."""
        return self.status in (INTERRUPTED, DIED)

    @property
    def holder(self) -> str:
        """Who holds it, for a message."""
        return f"process {self.header.pid} on {self.header.host or 'an unnamed machine'}"

    @cached_property
    def run_list(self) -> RunList:
        """What it selected. Raises `StoreCorruptError`, also when it is not the one that was sealed."""
        run_list = read_run_list(self.store, self.session)
        if self.manifest is not None:
            sealed = {file.name: file.sha256 for file in self.manifest.files}
            self._expect(HEADER, self.header_digest, sealed.get(HEADER))
            self._expect(RUN_LIST, run_list.digest, sealed.get(RUN_LIST))
        return run_list

    @cached_property
    def index(self) -> SessionIndex:
        """What its journals say of each run, at the time of the first look.

        Raises `StoreCorruptError`, also when a journal was begun with another header or run list.
        """
        index = index_session(self.store, self.session, sealed=None if self.manifest is None else self.manifest.lengths)
        for journal in index.journals:
            if journal.opened is not None:
                self._expect(HEADER, self.header_digest, journal.opened.session_digest)
                self._expect(RUN_LIST, self.run_list.digest, journal.opened.run_list_digest)
        return index

    def _expect(self, name: str, digest: str, expected: str | None) -> None:
        if digest != expected:
            raise StoreCorruptError(
                str(self.store.session(self.session) / name),
                0,
                "it is not what the session began with",
                help=SET_ASIDE,
            )


def holders_of(store: Store, session: str) -> tuple[str, ...]:
    """The locks of a session that a living process holds: ``controller`` and workers."""
    folder = store.locks_of(session)
    return tuple(name for name in (CONTROLLER, *worker_names(store, session)) if is_held(folder / name))


def look_at(store: Store, session: str) -> SessionView:
    """A published session as it stands now. Raises `StoreCorruptError`, `StoreTooNewError`."""
    header, digest = read_header(store, session)
    manifest = read_manifest(store, session)
    holders = holders_of(store, session) if manifest is None else ()
    if not holders and manifest is None:
        manifest = read_manifest(store, session)  # who sealed it in between has let go of its locks after that
    if manifest is not None:
        status = manifest.how
    elif CONTROLLER in holders:
        status = ALIVE
    else:
        status = FINISHING if holders else DIED
    return SessionView(store, header, digest, status, holders, manifest)


def sessions(store: Store) -> list[SessionView]:
    """All published sessions, the newest (by number) first. Raises `StoreCorruptError`, `StoreTooNewError`."""
    found = [look_at(store, session) for session in store.session_ids()]
    return sorted(found, key=lambda view: (view.header.number, view.session), reverse=True)
