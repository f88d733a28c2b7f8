"""Workers that died while their session lives: the controller marks them, the others take over what they left.

A mark stands once the worker's lock is free and its journal is on the disk: nobody writes there any more, and what goes on
from its lines cannot lose them.
"""

import os
import time
from typing import Final

from pytest_journeys.store.history import RunTrace, index_journal, newest_traces
from pytest_journeys.store.journal import SUFFIX
from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import is_held, wait
from pytest_journeys.store.runlist import RunKey, run_id
from pytest_journeys.store.whole import put
from pytest_journeys.values.duration import Duration

LOST: Final = "lost"
_STEP: Final = 0.005


def mark_lost(store: Store, session: str, worker: str, reason: str, patience: Duration) -> bool:
    """Say that a worker is dead; False when its lock is still held after `patience`. Raises `StoreError`."""
    deadline = time.monotonic() + patience.seconds
    while is_held(store.locks_of(session) / worker):
        if time.monotonic() >= deadline:
            return False
        wait(_STEP)
    folder = store.session(session)
    journal = folder / f"{worker}{SUFFIX}"
    if store.disk.size(journal) is not None:
        store.disk.sync(journal)
    store.disk.make_folder(folder / LOST)
    put(store.disk, folder / LOST / worker, reason.encode("utf-8"))
    return True


def lost_workers(store: Store, session: str) -> list[str]:
    """The workers of a session that are marked as dead, sorted."""
    return [name for name in store.disk.names(store.session(session) / LOST) if not name.startswith(".")]


class LostRuns:
    """What the lost workers of one session left. A look costs one system call as long as nobody was lost."""

    def __init__(self, store: Store, session: str) -> None:
        self._store = store
        self._session = session
        self._folder = os.fspath(store.session(session) / LOST)
        self._journals: dict[str, dict[str, RunTrace]] = {}
        self._runs: dict[str, RunTrace] = {}

    def look(self) -> None:
        """Take in who was marked since the last look. Raises `StoreCorruptError`."""
        if not os.access(self._folder, os.F_OK):
            return
        new = [name for name in lost_workers(self._store, self._session) if name not in self._journals]
        for name in new:
            self._journals[name], _ = index_journal(self._store, self._session, name)
        if new:
            self._runs = newest_traces(self._journals.values(), self._session)

    def find(self, run: str) -> RunTrace | None:
        """A run as the lost workers left it; None when none of them had it."""
        return self._runs.get(run)

    def reruns(self, key: RunKey) -> int:
        """How often lost workers began the run of a key anew in this session, after it had ended."""
        count = 0
        while self._runs and run_id(self._session, key, count + 1) in self._runs:
            count += 1
        return count

    def lost_with(self, run: str) -> list[str]:
        """The workers that were lost while they had this run open."""
        parts = ((name, traces.get(run)) for name, traces in self._journals.items())
        return [name for name, part in parts if part is not None and not part.outcome and part.parked is None]
