"""What a session selected to run. Under xdist each worker writes its own beside the others, and all must agree."""

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from pytest_journeys.store.layout import Store
from pytest_journeys.store.runlist import JourneyEntry, RunKey
from pytest_journeys.store.whole import put_unsynced
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.errors import StoreError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import parse_json
from pytest_journeys.values.record import from_json, to_json

SUFFIX: Final = ".selection"
_write: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


@fact
class Selected:
    """One selected run. `is_named`: its node id was on the command line, so a pass is not replayed."""

    key: RunKey
    journey: JourneyEntry
    is_named: bool = False


@dataclass(frozen=True, kw_only=True)
class Selection:
    """All selected runs, in the order of collection. `usage_error` is for the controller to raise (exit 4)."""

    runs: tuple[Selected, ...]
    usage_error: str = ""

    @cached_property
    def data(self) -> bytes:
        """The selection as bytes; equal selections give equal bytes."""
        journeys: dict[JourneyEntry, int] = {}
        runs = [
            [journeys.setdefault(run.journey, len(journeys)), run.key.row, run.key.repeat, run.is_named]
            for run in self.runs
        ]
        return _write(
            {"usage_error": self.usage_error, "journeys": [to_json(journey) for journey in journeys], "runs": runs}
        ).encode("ascii")

    @cached_property
    def digest(self) -> str:
        """SHA-256 of `data`."""
        return digest_of_bytes(self.data)


def decode_selection(data: bytes) -> Selection:
    """The selection that `Selection.data` wrote. Raises `ValueError`."""
    value: Any = parse_json(data)
    try:
        journeys = [from_json(JourneyEntry, item) for item in value["journeys"]]
        runs = tuple(
            Selected(key=RunKey(journeys[of].journey, row, repeat), journey=journeys[of], is_named=is_named)
            for of, row, repeat, is_named in value["runs"]
        )
        return Selection(runs=runs, usage_error=str(value["usage_error"]))
    except (KeyError, IndexError, TypeError) as error:
        raise ValueError(f"not a selection: {error}") from None


def write_selection(store: Store, session: str, worker: str, selection: Selection) -> None:
    """Put a worker's selection beside the others, in the folder of the session that begins. Raises `StoreError`."""
    put_unsynced(store.disk, store.new_session(session) / f"{worker}{SUFFIX}", selection.data)


def agreed_selection(store: Store, session: str) -> Selection | None:
    """The one selection that all workers wrote; None when none did. Raises `StoreError` when two differ."""
    folder = store.new_session(session)
    found: dict[bytes, str] = {}
    for name in store.disk.names(folder):
        if name.endswith(SUFFIX) and not name.startswith("."):
            found.setdefault(store.disk.read(folder / name) or b"", name.removesuffix(SUFFIX))
    if not found:
        return None
    if len(found) > 1:
        first, second = list(found.values())[:2]
        raise StoreError(
            f"the workers {first} and {second} selected different runs",
            help="rows and journeys must not change, or be drawn at random, while they are collected",
        )
    try:
        return decode_selection(next(iter(found)))
    except ValueError as error:
        raise StoreError(f"{folder}: {error}") from None


def remove_selections(store: Store, session: str) -> None:
    """Remove what the workers wrote, before the folder is published. Raises `StoreError`."""
    folder = store.new_session(session)
    for name in store.disk.names(folder):
        if name.endswith(SUFFIX):
            store.disk.remove(folder / name)
