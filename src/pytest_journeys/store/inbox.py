"""inbox/<token>.json: answers to signals. Each appears whole and once: the first delivery wins, none is ever changed."""

import re
from pathlib import Path
from typing import Final

from pytest_journeys.ports import Delivery
from pytest_journeys.store.header import VERSION, refuse_newer
from pytest_journeys.store.layout import Store
from pytest_journeys.store.whole import put_first
from pytest_journeys.values.canonical import canonical_bytes, digest_of
from pytest_journeys.values.errors import StoreCorruptError
from pytest_journeys.values.json import parse_json
from pytest_journeys.values.record import from_json, to_json

SUFFIX: Final = ".json"
_TOKEN: Final = re.compile(r"sig_[a-z2-7]{26}")
_HELP: Final = "move the file elsewhere: the signal can be answered again then"


def is_token(text: str) -> bool:
    """Whether a text looks like a token; anything else never becomes the name of a file."""
    return _TOKEN.fullmatch(text) is not None


def deliver(store: Store, token: str, delivery: Delivery) -> bool:
    """Keep an answer, durably; False when the signal has one already: the first wins. Raises `StoreError`."""
    if store.disk.make_folder(store.inbox):
        store.disk.sync_folder(store.path)
    value = {**to_json(delivery), "token": token, "version": VERSION}
    return put_first(store.disk, _file(store, token), canonical_bytes({**value, "digest": digest_of(value)}) + b"\n")


def find(store: Store, token: str) -> Delivery | None:
    """The answer to a signal, None while there is none. Raises `StoreCorruptError`, `StoreTooNewError`."""
    path = _file(store, token)
    data = store.disk.read(path)
    if data is None:
        return None
    try:
        value = parse_json(data)
        if not isinstance(value, dict):
            raise ValueError("not an object")
        refuse_newer(str(path), value)
        digest = value.pop("digest", None)
        if digest_of(value) != digest or value.pop("token", None) != token:
            raise ValueError("it does not match its own digest, or its name")
        value.pop("version")
        return from_json(Delivery, value)
    except ValueError as error:
        raise StoreCorruptError(str(path), 0, f"not an answer: {error}", help=_HELP) from None


def delivered(store: Store) -> list[str]:
    """The tokens that have an answer, sorted; what else stands in the folder is passed over."""
    names = (name.removesuffix(SUFFIX) for name in store.disk.names(store.inbox) if name.endswith(SUFFIX))
    return [name for name in names if is_token(name)]


class StoreInbox:
    """Keeps the contract of `ports.Inbox` with the files of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def find(self, token: str) -> Delivery | None:
        """The answer, None while there is none."""
        return find(self._store, token)


def _file(store: Store, token: str) -> Path:
    if not is_token(token):
        raise ValueError("a token is sig_ and 26 characters")
    return store.inbox / f"{token}{SUFFIX}"
