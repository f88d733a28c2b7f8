"""runs.jsonl: every run that a session selected, and which earlier ones of the same key it takes over.

Immutable, complete before the first request. The first line tells the journeys, each further line is one run; a reader
finds a run by its id at a fixed place and parses that line only.
"""

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from pytest_journeys.events.model import Place
from pytest_journeys.store.header import SET_ASIDE, VERSION, refuse_newer
from pytest_journeys.store.layout import Store
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.errors import StoreCorruptError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import parse_json
from pytest_journeys.values.record import from_json, to_json

NAME: Final = "runs.jsonl"
_START: Final = b'{"run":"'
_ID: Final = slice(len(_START), len(_START) + 30)
_TAKES_OVER: Final = b'"earlier":['
_quoted: Final = json.encoder.encode_basestring_ascii
_write: Final = json.JSONEncoder(separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode


class RunKey(NamedTuple):
    """Which run it is, known at collection; the same in every session."""

    journey: str
    row: str
    repeat: int = 0


@fact
class Earlier:
    """A run of the same key in an earlier session, as this session takes it over.

    `outcome` is ``passed`` (replay it), empty (it is open), or ``failed error in_doubt`` (it may be re-entered;
    `is_kept`: its cleanup waits). `place` is its last valid line, `fingerprint` and `attempt`
    those of its newest opening, `last_at` the time of its last event. `is_expired`: older than the journey's max_age.
    `is_lost`: it was recorded at ``process`` before the machine started anew, so it begins again from the beginning.
    `is_parked`: it was left open on purpose, until `parked_until` (epoch seconds) if a moment is known.
    """

    run: str
    outcome: str = ""
    place: Place
    fingerprint: str
    attempt: int = 1
    last_at: float
    is_expired: bool = False
    is_lost: bool = False
    is_kept: bool = False
    is_parked: bool = False
    parked_until: float | None = None

    @property
    def is_open(self) -> bool:
        """Whether the run has not ended."""
        return not self.outcome

    @property
    def needs_cleanup(self) -> bool:
        """Whether whatever takes its place has its cleanup to carry out."""
        return self.is_open or self.is_kept


@fact
class JourneyEntry:
    """A selected journey: its artifact and source map by digest; `max_age_ms` None means that its runs never expire."""

    journey: str
    artifact: str
    source_map: str
    max_age_ms: int | None = None


@fact
class RunEntry:
    """A selected run: the id it has if it starts fresh, and what it takes over, the newest first."""

    key: RunKey
    run: str
    journey: JourneyEntry
    earlier: tuple[Earlier, ...] = ()


def run_id(session: str, key: RunKey, rerun: int = 0) -> str:
    """The id of a run that starts in this session: ``run_`` and 26 characters of lower-case base32."""
    # The canonical form of a list of them, at a quarter of what an encoder takes: all rows' ids are made when a session begins.
    texts = ",".join(map(_quoted, (session, key.journey, key.row)))
    text = f"[{texts},{key.repeat:d},{rerun:d}]"
    digest = hashlib.sha256(text.encode("ascii")).digest()
    return "run_" + base64.b32encode(digest[:20])[:26].decode("ascii").lower()  # 26 characters tell 130 bits


def encode_run_list(session: str, entries: Iterable[RunEntry]) -> bytes:
    """The file's bytes."""
    journeys: dict[JourneyEntry, int] = {}
    lines = []
    for entry in entries:
        index = journeys.setdefault(entry.journey, len(journeys))
        line: dict[str, object] = {"run": entry.run, "of": index, "row": entry.key.row}
        if entry.key.repeat:
            line["repeat"] = entry.key.repeat
        if entry.earlier:
            line["earlier"] = [to_json(earlier) for earlier in entry.earlier]
        lines.append(_write(line))
    head = _write({"version": VERSION, "session": session, "journeys": [to_json(journey) for journey in journeys]})
    return "\n".join((head, *lines, "")).encode("ascii")


class RunList:
    """A published session's run list. Keeps the bytes and parses a run when it is asked for."""

    def __init__(self, file: str, data: bytes) -> None:
        self._file = file
        self._data = data
        self.digest = digest_of_bytes(data)
        head, _, rest = data.partition(b"\n")
        try:
            value: Any = parse_json(head)
            refuse_newer(file, value)
            self.session: str = value["session"]
            self.journeys = tuple(from_json(JourneyEntry, item) for item in value["journeys"])
        except (KeyError, TypeError, ValueError) as error:
            raise StoreCorruptError(file, 0, f"not a run list: {error}", help=SET_ASIDE) from None
        self._lines: dict[bytes, bytes] = {line[_ID]: line for line in rest.splitlines()}

    def __len__(self) -> int:
        return len(self._lines)

    def find(self, key: RunKey) -> RunEntry | None:
        """The entry of a selected run; None when this session did not select it. Raises `StoreCorruptError`."""
        line = self._lines.get(run_id(self.session, key).encode("ascii"))
        return None if line is None else self._entry(line)

    def has(self, run: str) -> bool:
        """Whether this is the fresh id of an entry."""
        return run.encode("ascii") in self._lines

    def runs(self) -> list[str]:
        """The fresh ids of all entries, in the order of the selection."""
        return [run.decode("ascii") for run in self._lines]

    def entry_of(self, run: str) -> RunEntry | None:
        """The entry whose fresh id this is. Raises `StoreCorruptError`."""
        line = self._lines.get(run.encode("ascii"))
        return None if line is None else self._entry(line)

    def __iter__(self) -> Iterator[RunEntry]:
        return (self._entry(line) for line in self._lines.values())

    def taking_over(self) -> Iterator[RunEntry]:
        """The entries that take something over."""
        if _TAKES_OVER not in self._data:  # most sessions continue nothing
            return iter(())
        return (self._entry(line) for line in self._lines.values() if _TAKES_OVER in line)

    @property
    def max_age_ms(self) -> int | None:
        """The largest of its journeys; None when one of them never expires."""
        ages = [journey.max_age_ms for journey in self.journeys]
        return None if None in ages or not ages else max(age for age in ages if age is not None)

    def _entry(self, line: bytes) -> RunEntry:
        try:
            value: Any = parse_json(line)
            journey = self.journeys[value["of"]]
            return RunEntry(
                key=RunKey(journey.journey, str(value["row"]), int(value.get("repeat", 0))),
                run=str(value["run"]),
                journey=journey,
                earlier=tuple(from_json(Earlier, item) for item in value.get("earlier", ())),
            )
        except (KeyError, IndexError, TypeError, ValueError) as error:
            byte = self._data.find(line)
            raise StoreCorruptError(self._file, byte, f"not a run of a run list: {error}", help=SET_ASIDE) from None


def read_run_list(store: Store, session: str) -> RunList:
    """A published session's run list. Raises `StoreCorruptError`, `StoreTooNewError`."""
    path = store.session(session) / NAME
    data = store.disk.read(path)
    if data is None:
        raise StoreCorruptError(str(path), 0, "the file is missing", help=SET_ASIDE)
    return RunList(str(path), data)
