"""manifest.json: the seal of a session, as its file tells it."""

from dataclasses import replace
from typing import Final

from pytest_journeys.events.model import Place
from pytest_journeys.store.header import SET_ASIDE, VERSION, refuse_newer
from pytest_journeys.store.layout import Store
from pytest_journeys.store.runlist import RunKey
from pytest_journeys.values.canonical import canonical_bytes, digest_of
from pytest_journeys.values.errors import StoreCorruptError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import parse_json
from pytest_journeys.values.record import from_json, to_json

NAME: Final = "manifest.json"
ORDERLY: Final = "orderly"
INTERRUPTED: Final = "interrupted"
EXPIRED: Final = "expired"


@fact
class SealedFile:
    """A file of the session's folder: its name within it, length in bytes, digest."""

    name: str
    size: int
    sha256: str


@fact
class SealedJournal:
    """A journal: how many bytes and lines of it are valid (a torn tail may stand behind), and the chain's head."""

    worker: str
    valid_bytes: int
    lines: int
    head: str


@fact
class OpenRun:
    """A run that the session left open. `is_parked`: on purpose, until `parked_until` by the clock, if a moment is known.

    `outcome` is set for one that has ended and kept its cleanup.
    """

    journey: str
    row: str
    repeat: int = 0
    run: str
    place: Place
    fingerprint: str
    attempt: int = 1
    last_at: float
    is_lost: bool = False
    is_parked: bool = False
    parked_until: float | None = None
    outcome: str = ""

    @property
    def key(self) -> RunKey:
        """Which run it is."""
        return RunKey(self.journey, self.row, self.repeat)


@fact
class Manifest:
    """The seal. `how` it ended: ``orderly``, ``interrupted`` or ``expired``. Times in epoch seconds.

    `not_begun` names the entries of the run list (by their fresh id) of which no run has an event; `untouched` the runs
    that other entries took over and that have none. `digest` is of all the rest.
    """

    session: str
    number: int
    how: str
    sealed_at: float
    last_at: float
    files: tuple[SealedFile, ...] = ()
    journals: tuple[SealedJournal, ...] = ()
    open_runs: tuple[OpenRun, ...] = ()
    not_begun: tuple[str, ...] = ()
    untouched: tuple[str, ...] = ()
    digest: str = ""
    version: int = VERSION

    @property
    def lengths(self) -> dict[str, int]:
        """The valid length of each worker's journal."""
        return {journal.worker: journal.valid_bytes for journal in self.journals}


def encode_manifest(manifest: Manifest) -> bytes:
    """The file's bytes, with the manifest's own digest in them."""
    value = {**to_json(replace(manifest, digest="")), "version": manifest.version}
    return canonical_bytes({**value, "digest": digest_of(value)}) + b"\n"


def read_manifest(store: Store, session: str) -> Manifest | None:
    """A session's seal; None when it has none. Raises `StoreCorruptError`, `StoreTooNewError`."""
    path = store.session(session) / NAME
    data = store.disk.read(path)
    if data is None:
        return None
    try:
        value = parse_json(data)
        if not isinstance(value, dict):
            raise ValueError("not an object")
        refuse_newer(str(path), value)
        digest = value.pop("digest", None)
        if digest_of(value) != digest or data != canonical_bytes({**value, "digest": digest}) + b"\n":
            raise ValueError("it does not match its own digest")
        return from_json(Manifest, {**value, "digest": digest})
    except ValueError as error:
        raise StoreCorruptError(str(path), 0, f"not a seal: {error}", help=SET_ASIDE) from None
