"""An answer to a signal, taken from whoever has its token: the `journeys signal` command and the receiver ask the same."""

from typing import Final

from pytest_journeys.app.queries import newest_runs
from pytest_journeys.ports import Delivery
from pytest_journeys.store.inbox import deliver
from pytest_journeys.store.layout import Store
from pytest_journeys.store.signals import Tokens, why_not
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue

DELIVERED: Final = "delivered"
LATE: Final = "late"
UNKNOWN: Final = "unknown"
_LONGEST_NAME: Final = 200  # characters


@fact
class Taken:
    """What became of an answer: `outcome` is ``delivered``, ``late`` (or not the first) or ``unknown``; `told` says it."""

    outcome: str
    told: str


class Answering:
    """Takes answers for the signals of one store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._tokens = Tokens(store)

    def take(self, token: str, delivery: Delivery) -> Taken:
        """Keep an answer if its token is right and it comes in time; the first one wins. Raises `StoreError`."""
        known = self._tokens.find(token)
        if known is None:
            return Taken(outcome=UNKNOWN, told="no run has given such a token")
        place = next((trace.place for _, trace in newest_runs(self._store) if trace.run == known.run), None)
        late = None if place is None else why_not(self._store, token, known, place, now=delivery.at)
        if late is None and not deliver(self._store, token, delivery):
            late = f"{known.step} of {known.run} has been answered already"
        if late is not None:
            return Taken(outcome=LATE, told=late)
        return Taken(
            outcome=DELIVERED, told=f"{known.step} of {known.run} is answered: the next pytest goes on with it"
        )


def answer_of(value: JsonValue, *, at: float, by: str = "") -> Delivery:
    """An answer that came as JSON: an object whose `approved` is true or false is a yes or a no, its `by` says whose."""
    said = value if isinstance(value, dict) else {}
    approved, sender = said.get("approved"), said.get("by")
    return Delivery(
        value=value,
        is_approved=approved if isinstance(approved, bool) else None,
        by=by or (sender[:_LONGEST_NAME] if isinstance(sender, str) else ""),
        at=at,
    )


def decision(*, is_approved: bool, by: str, at: float) -> Delivery:
    """A yes or a no; who answers says who they are."""
    value: dict[str, JsonValue] = {"approved": is_approved, **({"by": by} if by else {})}
    return Delivery(value=value, is_approved=is_approved, by=by, at=at)
