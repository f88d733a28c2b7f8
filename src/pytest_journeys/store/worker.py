"""A worker of a session: its lock, its selection, its journal. The serial case is a session with one worker."""

import time
from collections.abc import Callable
from functools import cached_property
from typing import Final

from pytest_journeys.events.model import JournalOpened
from pytest_journeys.store.bodies import BodyFolder
from pytest_journeys.store.header import SessionHeader, read_header
from pytest_journeys.store.journal import JournalFile
from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import Lock, is_held
from pytest_journeys.store.lost import LostRuns
from pytest_journeys.store.runlist import RunList, read_run_list
from pytest_journeys.store.seal import CONTROLLER
from pytest_journeys.store.selection import Selection, write_selection
from pytest_journeys.store.stop import CONTROLLER_GONE, WorkerStop
from pytest_journeys.values.errors import StoreBusyError, StoreError

SERIAL: Final = "main"
"""The worker's name where there is only one."""


class Worker:
    """One worker, from its lock to its end. Make it with `enter`; `leave` it, or die: both free the lock."""

    def __init__(self, store: Store, session: str, name: str, lock: Lock, clock: Callable[[], float]) -> None:
        self.store = store
        self.session = session
        self.name = name
        self._lock = lock
        self._clock = clock

    def offer(self, selection: Selection) -> None:
        """Put the selection beside the others. A worker that comes later compares its own with the published one.

        Raises `StoreError` when they differ, or when the controller is gone (it may not have begun yet).
        """
        controller = self.store.locks_of(self.session) / CONTROLLER
        if self.store.disk.size(controller) is not None:
            self._refuse_orphan()
        if self.store.disk.size(self.store.session(self.session)) is None:
            self.store.disk.make_folder(self.store.new_session(self.session))
            write_selection(self.store, self.session, self.name, selection)
        elif self.header.selection_digest != selection.digest:
            raise StoreError(
                f"the worker {self.name} selected other runs than the session began with",
                help="rows and journeys must not change, or be drawn at random, while they are collected",
            )

    def join(self) -> None:
        """Take part in the published session. Raises `StoreError` when its controller is gone."""
        self._refuse_orphan()
        _ = self.run_list

    def _refuse_orphan(self) -> None:
        if not is_held(self.store.locks_of(self.session) / CONTROLLER):
            raise StoreError(CONTROLLER_GONE, help="run pytest again: it goes on where this session stopped")

    @cached_property
    def _header(self) -> tuple[SessionHeader, str]:
        return read_header(self.store, self.session)

    @property
    def header(self) -> SessionHeader:
        """The session's header; published only. Raises `StoreCorruptError`."""
        return self._header[0]

    @cached_property
    def run_list(self) -> RunList:
        """What the session selected, and what each run takes over; published only. Raises `StoreCorruptError`."""
        return read_run_list(self.store, self.session)

    @cached_property
    def journal(self) -> JournalFile:
        """Its journal (`ports.Journal`); the file is created by the first append."""
        return JournalFile(self.store.disk, self.store.session(self.session), self._open_journal)

    @property
    def has_journal(self) -> bool:
        """Whether anything has been appended."""
        return "journal" in self.__dict__ and self.journal.is_begun

    def expect_journal(self) -> None:
        """Raise `JournalFailedError` when the journal has ended in a failure: nothing can be recorded any more."""
        if "journal" in self.__dict__:
            self.journal.expect_open()

    @cached_property
    def bodies(self) -> BodyFolder:
        """Large bodies (`ports.Bodies`)."""
        return BodyFolder(self.store.disk, self.store.session(self.session) / "bodies")

    @cached_property
    def lost(self) -> LostRuns:
        """What other workers of this session left when they died."""
        return LostRuns(self.store, self.session)

    @cached_property
    def stop_sign(self) -> WorkerStop:
        """Whether the session was asked to stop (`ports.StopSign`)."""
        return WorkerStop(self.store, self.session)

    def leave(self) -> None:
        """Sync and close the journal, free the lock. May be called twice. Raises `JournalFailedError`."""
        try:
            if "journal" in self.__dict__:
                self.journal.close()
        finally:
            if "stop_sign" in self.__dict__:
                self.stop_sign.close()
            self._lock.release()

    def _open_journal(self) -> JournalOpened:
        header, digest = self._header
        return JournalOpened(
            session=self.session,
            worker=self.name,
            boot_id=self.store.boot_id,
            durability=header.facts.durability,
            session_digest=digest,
            run_list_digest=self.run_list.digest,
            at=self._clock(),
        )


def enter(store: Store, session: str, name: str, *, clock: Callable[[], float] = time.time) -> Worker:
    """Take a worker's lock, creating the store if this is its first session. Raises `StoreError`."""
    store.create()
    store.disk.make_folder(store.locks_of(session))
    lock = Lock(store.locks_of(session) / name)
    if not lock.take():
        raise StoreBusyError(f"another process is the worker {name} of the session {session}")
    return Worker(store, session, name, lock, clock)
