"""Sealing: after it nothing in a session's folder changes, and any changed byte is found.

Every lock of the session must be in hand: who seals is certain that nobody writes. The first seal wins.
"""

from pathlib import PurePath
from typing import Final

from pytest_journeys.store.history import SessionIndex, index_session
from pytest_journeys.store.journal import SUFFIX
from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import Lock
from pytest_journeys.store.manifest import (
    NAME,
    Manifest,
    OpenRun,
    SealedFile,
    SealedJournal,
    encode_manifest,
    read_manifest,
)
from pytest_journeys.store.runlist import RunList, read_run_list
from pytest_journeys.store.whole import put_first

CONTROLLER: Final = "controller"
STOP: Final = "stop"


def worker_names(store: Store, session: str) -> list[str]:
    """The workers that ever took a lock in a session."""
    return [name for name in store.disk.names(store.locks_of(session)) if name != CONTROLLER]


def seal_session(store: Store, session: str, number: int, how: str, now: float) -> Manifest | None:
    """Seal a published session whose controller's lock the caller holds; None when a worker's lock is busy.

    Raises `StoreCorruptError` when a journal is damaged (it stays unsealed), `StoreError` when the disk fails.
    """
    locks: list[Lock] = []
    try:
        for name in worker_names(store, session):
            lock = Lock(store.locks_of(session) / name)
            if not lock.take():
                return None
            locks.append(lock)
        return _seal(store, session, number, how, now)
    finally:
        for lock in locks:
            lock.release()


def _seal(store: Store, session: str, number: int, how: str, now: float) -> Manifest | None:
    folder = store.session(session)
    index = index_session(store, session)
    for name in store.disk.names(folder):  # the bodies alone may be lost to power afterwards; they are told as lost
        if name.endswith(SUFFIX) or name == STOP:
            store.disk.sync(folder / name)
    store.disk.sync_folder(folder)
    run_list = read_run_list(store, session)
    not_begun, untouched = _left_alone(run_list, index)
    manifest = Manifest(
        session=session,
        number=number,
        how=how,
        sealed_at=now,
        last_at=index.last_at,
        files=sealed_files(store, session),
        journals=tuple(
            SealedJournal(worker=found.worker, valid_bytes=found.valid_bytes, lines=found.lines, head=found.head)
            for found in index.journals
        ),
        open_runs=open_runs(index),
        not_begun=not_begun,
        untouched=untouched,
    )
    put_first(store.disk, folder / NAME, encode_manifest(manifest))
    return read_manifest(store, session)


def sealed_files(store: Store, session: str) -> tuple[SealedFile, ...]:
    """Every file of a session's folder but the seal itself and asides, with length and digest."""
    folder = store.session(session)
    found = []
    for name in store.disk.files_below(folder):
        if name != NAME and not PurePath(name).name.startswith("."):
            size, sha256 = store.disk.digest(folder / name)
            found.append(SealedFile(name=name, size=size, sha256=sha256))
    return tuple(found)


def open_runs(index: SessionIndex) -> tuple[OpenRun, ...]:
    """The runs that the journals leave open, and those that kept their cleanup."""
    return tuple(
        OpenRun(
            journey=trace.key.journey,
            row=trace.key.row,
            repeat=trace.key.repeat,
            run=trace.run,
            place=trace.place,
            fingerprint=trace.fingerprint,
            attempt=trace.attempt,
            last_at=trace.last_at,
            is_lost=trace.is_lost,
            is_parked=trace.parked is not None,
            parked_until=None if trace.parked is None else trace.parked.until,
            outcome=trace.outcome,
        )
        for trace in index.runs.values()
        if (not trace.outcome or trace.is_kept) and trace.key is not None and trace.place is not None
    )


def _left_alone(run_list: RunList, index: SessionIndex) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The entries that were not begun, and the runs that begun entries took over and did not touch."""
    not_begun = []
    untouched = []
    begun_by_takeover = set()
    for entry in run_list.taking_over():
        left = [earlier.run for earlier in entry.earlier if earlier.run not in index.runs]
        if entry.run in index.runs or len(left) < len(entry.earlier):
            begun_by_takeover.add(entry.run)
            untouched += left
    for run in run_list.runs():
        if run not in index.runs and run not in begun_by_takeover:
            not_begun.append(run)
    return tuple(not_begun), tuple(untouched)
