"""`journeys verify`: every chain, digest, seal, link between sessions, artifact, version and body of a store.

Never stops at the first finding and never repairs.
"""

import re
from collections.abc import Callable, Iterator
from enum import Enum
from pathlib import Path
from typing import Any, Final

from pytest_journeys.events.line import Line
from pytest_journeys.events.model import Event, Place, Reentry, RunOpened, RunReplayed
from pytest_journeys.store.artifacts import artifact_digests, get_artifact
from pytest_journeys.store.header import read_header
from pytest_journeys.store.history import REPLAYED, RunTrace, index_journal, journal_names
from pytest_journeys.store.inbox import delivered
from pytest_journeys.store.inbox import find as find_delivery
from pytest_journeys.store.journal import SUFFIX
from pytest_journeys.store.layout import Store
from pytest_journeys.store.lost import lost_workers
from pytest_journeys.store.manifest import NAME as MANIFEST
from pytest_journeys.store.manifest import Manifest, read_manifest
from pytest_journeys.store.parts import line_at
from pytest_journeys.store.reading import JournalReading
from pytest_journeys.store.runlist import RunList, read_run_list
from pytest_journeys.store.seal import sealed_files
from pytest_journeys.store.sessions import holders_of
from pytest_journeys.store.versions import journeys_with_versions, versions_of
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.errors import StoreCorruptError, StoreError, UsageError
from pytest_journeys.values.fact import fact

_MAP: Final = re.compile(r"[0-9a-f]{64}\.([0-9a-f]{64})\.map\.json")


class Kind(Enum):
    """How bad it is.

    ``altered``: bytes that were durable are others, or gone. ``incomplete``: evidence is missing, nothing that recovery
    needs. ``torn``: a journal ends in the middle of a line, as a kill or a power failure leaves it; it is resumable.
    """

    ALTERED = "altered"
    INCOMPLETE = "incomplete"
    TORN = "torn"


@fact
class Finding:
    """What is not as it should be, where, and why."""

    kind: Kind
    file: str
    byte: int
    reason: str


def verify(store: Store) -> tuple[Finding, ...]:
    """Everything that is wrong with a store; empty when it is intact."""
    found = [*_artifacts(store), *_versions(store), *_inbox(store)]
    for session in store.session_ids():
        found += _session(store, session)
    return tuple(found)


def _artifacts(store: Store) -> Iterator[Finding]:
    for digest in artifact_digests(store):
        yield from _told(get_artifact, store, digest)
    for name in store.disk.names(store.artifacts):
        match = _MAP.fullmatch(name)
        if match is not None and digest_of_bytes(store.disk.read(store.artifacts / name) or b"") != match[1]:
            yield _altered(store.artifacts / name, 0, "it does not match its digest")


def _versions(store: Store) -> Iterator[Finding]:
    known = set(artifact_digests(store))
    for journey in journeys_with_versions(store):
        try:
            versions = versions_of(store, journey)
        except StoreError as error:
            yield _of_error(error, store.versions_of(journey))
            continue
        for version in versions:
            if version.artifact not in known:
                reason = f"the artifact of {version} is missing"
                yield Finding(kind=Kind.INCOMPLETE, file=str(store.versions_of(journey)), byte=0, reason=reason)


def _inbox(store: Store) -> Iterator[Finding]:
    for token in delivered(store):
        yield from _told(find_delivery, store, token)


def _session(store: Store, session: str) -> Iterator[Finding]:
    folder = store.session(session)
    try:
        _, header_digest = read_header(store, session)
        run_list = read_run_list(store, session)
        for _ in run_list:
            pass
        manifest = read_manifest(store, session)
    except StoreError as error:
        yield _of_error(error, folder)
        return
    found = list(_bodies(store, session))
    for worker in journal_names(store.disk, folder):
        found += _journal(store, session, worker, manifest, header_digest, run_list)
    found += _handed_over(store, session, manifest)
    yield from found
    told = {finding.file for finding in found if finding.kind is not Kind.TORN}  # with their byte
    if manifest is not None:
        yield from (finding for finding in _seal(store, manifest) if finding.file not in told)


def _handed_over(store: Store, session: str, manifest: Manifest | None) -> Iterator[Finding]:
    """Where workers were lost: every run is one chain of parts, each going on from the last line of a lost worker's."""
    lost = lost_workers(store, session)
    if not lost:
        return
    lengths = None if manifest is None else manifest.lengths
    parts: dict[str, list[RunTrace]] = {}
    for worker in journal_names(store.disk, store.session(session)):
        try:
            traces, _ = index_journal(store, session, worker, None if lengths is None else lengths.get(worker, 0))
        except StoreError:
            continue  # it is told with its journal
        for run, trace in traces.items():
            parts.setdefault(run, []).append(trace)
    for run, traces_of in parts.items():
        yield from _chained(store, session, run, traces_of, lost)


def _chained(store: Store, session: str, run: str, parts: list[RunTrace], lost: list[str]) -> Iterator[Finding]:
    carried = [part for part in parts if part.outcome != REPLAYED]
    ends = {part.place: part for part in carried}
    followed: set[Place] = set()
    for part in carried:
        came_from = part.came_from
        if came_from is None or came_from.session != session:
            continue
        path = store.session(session) / f"{part.journal}{SUFFIX}"
        before = ends.get(came_from)
        if before is None or before.journal not in lost or came_from in followed:
            yield _altered(path, 0, f"{run} goes on from {came_from.journal}, but not from where a lost worker left it")
        followed.add(came_from)
    left = [part.journal for part in carried if part.place not in followed]
    if len(left) > 1:
        path = store.session(session) / f"{left[-1]}{SUFFIX}"
        yield _altered(path, 0, f"{run} stands in it and in that of {left[0]}, and neither goes on from the other")


def _seal(store: Store, manifest: Manifest) -> Iterator[Finding]:
    """The folder's files against the seal."""
    folder = store.session(manifest.session)
    sealed = {file.name: file for file in manifest.files}
    there = {file.name: file for file in sealed_files(store, manifest.session)}
    for name in sorted({*sealed, *there}):
        if name not in there and name.startswith("bodies/"):
            reason = "the body is missing: a power failure lost it, or it was removed"
            yield Finding(kind=Kind.INCOMPLETE, file=str(folder / name), byte=0, reason=reason)
        elif name not in there:
            yield _altered(folder / name, 0, "the file is missing")
        elif name not in sealed:
            yield _altered(folder / name, 0, f"the file came after the seal ({MANIFEST})")
        elif sealed[name] != there[name]:
            byte = min(sealed[name].size, there[name].size) if sealed[name].size != there[name].size else 0
            yield _altered(folder / name, byte, f"it is not what was sealed ({MANIFEST})")


def _journal(
    store: Store, session: str, worker: str, manifest: Manifest | None, header_digest: str, run_list: RunList
) -> Iterator[Finding]:
    path = store.session(session) / f"{worker}{SUFFIX}"
    lengths = None if manifest is None else manifest.lengths
    reading = JournalReading(
        store.disk,
        path,
        boot_id=store.boot_id,
        sealed_bytes=None if lengths is None else lengths.get(worker, 0),
    )
    try:
        for placed in reading:
            for event in reading.events_of(placed.line):
                yield from _links(store, path, placed.offset, event)
            yield from _missing_bodies(store, session, path, placed.offset, placed.line)
    except StoreError as error:
        yield _of_error(error, path)
        return
    opened = reading.header
    if opened is not None and (opened.session_digest, opened.run_list_digest) != (header_digest, run_list.digest):
        yield _altered(path, 0, "session.json or runs.jsonl is not the one that the journal was begun with")
    heads = {} if manifest is None else {journal.worker: journal.head for journal in manifest.journals}
    if worker in heads and heads[worker] != reading.head:
        yield _altered(path, 0, f"its chain does not end as it was sealed ({MANIFEST})")
    if reading.torn_at is not None and not holders_of(store, session):
        reason = "the last line is torn: it is not counted, and the next session goes on before it"
        yield Finding(kind=Kind.TORN, file=str(path), byte=reading.torn_at, reason=reason)


def _links(store: Store, path: Path, byte: int, event: Event) -> Iterator[Finding]:
    """The line in another session that this one continues or replays."""
    match event:
        case (
            RunOpened(continues=Place() as place) | RunOpened(reenters=Reentry(place=place)) | RunReplayed(place=place)
        ):
            if store.disk.size(store.session(place.session)) is None:
                reason = f"the session {place.session}, in which {event.run} began, is missing"
                yield Finding(kind=Kind.INCOMPLETE, file=str(path), byte=byte, reason=reason)
            else:
                yield from _told(line_at, store, place)
        case _:
            pass


def _missing_bodies(store: Store, session: str, path: Path, byte: int, line: Line) -> Iterator[Finding]:
    if b'"is_stored":true' not in line.evidence:
        return
    accounts: Any = line.accounts()
    bodies = [
        exchange.get(side, {}).get("body", {})
        for account in accounts
        for exchange in account.get("exchanges", ())
        for side in ("request", "response")
    ]
    bodies += [
        account["call"].get(side, {}) for account in accounts if "call" in account for side in ("arguments", "returned")
    ]
    for body in bodies:
        if body.get("is_stored") and store.disk.size(store.session(session) / "bodies" / body["sha256"]) is None:
            reason = f"the body {body['sha256']} is missing"
            yield Finding(kind=Kind.INCOMPLETE, file=str(path), byte=byte, reason=reason)


def _bodies(store: Store, session: str) -> Iterator[Finding]:
    folder = store.session(session) / "bodies"
    for name in store.disk.names(folder):
        if not name.startswith(".") and store.disk.digest(folder / name)[1] != name:
            reason = "the body does not match its name: a power failure cut it, or it was changed"
            yield Finding(kind=Kind.INCOMPLETE, file=str(folder / name), byte=0, reason=reason)


def _told(ask: Callable[..., object], *given: object) -> Iterator[Finding]:
    try:
        ask(*given)
    except (StoreError, UsageError) as error:
        yield _of_error(error, Path())


def _of_error(error: Exception, path: Path) -> Finding:
    if isinstance(error, StoreCorruptError):
        reason = str(error).partition("\n")[0].removeprefix(f"{error.file}: byte {error.byte}: ")
        return _altered(Path(error.file), error.byte, reason)
    return _altered(path, 0, str(error).partition("\n")[0])


def _altered(path: Path, byte: int, reason: str) -> Finding:
    return Finding(kind=Kind.ALTERED, file=str(path), byte=byte, reason=reason)
