"""The lock of a whole store: held while sessions are chosen and published, and while old ones are let go of."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pytest_journeys.store.layout import Store
from pytest_journeys.store.locks import Lock
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import StoreBusyError

STORE_LOCK_WAIT: Final = Duration(60_000)


@contextmanager
def store_locked(store: Store) -> Iterator[Lock]:
    """The store's lock for the length of a block. Raises `StoreBusyError`."""
    lock = Lock(store.lock)
    take_store_lock(lock)
    try:
        yield lock
    finally:
        lock.release()


def take_store_lock(lock: Lock) -> None:
    """Take it, or take it again. Raises `StoreBusyError` when somebody else keeps it for too long."""
    if not lock.take(STORE_LOCK_WAIT.seconds):
        raise StoreBusyError(
            f"another session has been beginning for {STORE_LOCK_WAIT}: {lock.path} is held",
            help="wait for it to begin, or end it, then run pytest again",
        )
