"""Which store a command means."""

from pathlib import Path

from pytest_journeys.app.settings import STORE
from pytest_journeys.store.layout import Store
from pytest_journeys.values.errors import UsageError


def store_named(given: str | None) -> Store:
    """The store that is named, or the nearest one here or above. Raises `UsageError` when there is none."""
    if given is not None:
        root = Path(given)
        store = Store(root.resolve())
        if not root.is_dir() or not store.is_there:
            raise UsageError(f"{given}: there is no store")
        return store
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / STORE).is_dir():
            return Store(folder / STORE)
    raise UsageError(f"there is no {STORE} here or in a folder above", help="name one with --store DIR")


def store_to_be(given: str | None) -> Store:
    """The same, or where the next pytest that is started here will make one."""
    try:
        return store_named(given)
    except UsageError:
        return Store((Path.cwd() / (given or STORE)).resolve())
