"""The receiver of `journeys inbox`: callbacks by HTTP become answers to signals. It holds nothing but the store's files."""

import threading
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

from pytest_journeys.adapters.receiver import Receiver
from pytest_journeys.app.answering import DELIVERED, LATE, UNKNOWN, Answering, answer_of
from pytest_journeys.store.inbox import is_token
from pytest_journeys.store.layout import Store
from pytest_journeys.values.errors import StoreError, UsageError
from pytest_journeys.values.json import JsonValue

_STATUS: Final = {DELIVERED: HTTPStatus.ACCEPTED, LATE: HTTPStatus.CONFLICT, UNKNOWN: HTTPStatus.NOT_FOUND}


def receiver_for(store: Store, port: int, tell: Callable[[str], None]) -> Receiver:
    """A receiver that listens for answers to the signals of a store; `tell` hears what became of each, never a token.

    The store may come into being later. Raises `UsageError` when the port cannot be had.
    """
    answering = Answering(store)
    one_by_one = threading.Lock()

    def take(path: str, value: JsonValue) -> tuple[HTTPStatus, str]:
        if not is_token(path):
            return HTTPStatus.NOT_FOUND, "no run has given such a token"
        with one_by_one:
            try:
                taken = answering.take(path, answer_of(value, at=time.time()))
            except StoreError as error:
                tell(f"not taken: {error}")
                return HTTPStatus.INTERNAL_SERVER_ERROR, "the store cannot take it"
            tell(taken.told if taken.outcome == DELIVERED else f"refused: {taken.told}")
        return _STATUS[taken.outcome], taken.told

    try:
        return Receiver(port, take)
    except (OSError, OverflowError) as error:
        raise UsageError(f"--port {port}: {getattr(error, 'strerror', None) or error}") from None
