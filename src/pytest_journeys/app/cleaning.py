"""Past sessions let go of by hand, as the beginning of a session does it by itself."""

from pytest_journeys.store.layout import Store
from pytest_journeys.store.retention import Leaving, Limits, leaving, let_go, sweep_gone
from pytest_journeys.store.sessions import sessions
from pytest_journeys.store.store_lock import store_locked
from pytest_journeys.values.fact import fact


@fact
class Cleaning:
    """What goes, the oldest first, and how many published sessions stay."""

    leaving: tuple[Leaving, ...]
    staying: int


def clean_store(store: Store, limits: Limits, *, now: float, only_tells: bool) -> Cleaning:
    """Remove what is beyond the limits and needed by nobody, or only tell it. Raises `StoreError`."""
    with store_locked(store):
        views = sessions(store)
        going = leaving(views, limits, now=now)
        if not only_tells:
            sweep_gone(store)
            let_go(store, going)
    return Cleaning(leaving=going, staying=len(views) - len(going))
