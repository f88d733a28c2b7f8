"""What a crash must not break, checked on the image it left: the store's promises as one function.

Any run of sessions that was recorded on a `RecordingDisk` can be checked, acted out or driven by the engine.
"""

from dataclasses import dataclass, field
from pathlib import Path

from crash.image_disk import ImageDisk
from crash.recording_disk import Operation
from crash.simulated_disk import Crash
from pytest_journeys.artifact.codec import shown
from pytest_journeys.events.line import decode_line
from pytest_journeys.events.model import is_firm
from pytest_journeys.store.artifacts import get_artifact, get_source_map
from pytest_journeys.store.checker import Kind, verify
from pytest_journeys.store.layout import Store
from pytest_journeys.store.ownership import choose
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.query import session_lines
from pytest_journeys.store.selection import Selection
from pytest_journeys.store.sessions import sessions
from pytest_journeys.store.versions import find_version
from pytest_journeys.values.errors import StoreError, UsageError


@dataclass(frozen=True)
class Writing:
    """What a log says was written: each journal's bytes, its firm lines and since when each had been acknowledged."""

    log: list[Operation]
    rows: Selection
    at_power: bool
    whole: dict[str, bytes] = field(default_factory=dict)
    firm: list[tuple[int, str, bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for at, operation in enumerate(self.log):
            if operation.kind != "append" or not operation.path.endswith(".journal"):
                continue
            path = operation.path
            self.whole[path] = self.whole.get(path, b"") + operation.data
            line = decode_line(operation.data[:-1])
            assert line is not None
            if any(is_firm(event) for event in line.events()):
                behind = range(at + 1, len(self.log))
                since = next((later for later in behind if self.log[later] != Operation("sync", path)), len(self.log))
                self.firm.append((since, path, operation.data))

    def acknowledged(self, done: int) -> list[tuple[str, bytes]]:
        """The firm lines whose append had returned: something else was done after them."""
        return [(path, data) for since, path, data in self.firm if since < done]


def violation(folder: Path, writing: Writing, crash: Crash, kind: type[ImageDisk] = ImageDisk) -> str | None:
    """What a crash broke, if anything."""
    disk = kind(folder, crash.image)
    store = Store(folder / ".journeys", disk, boot_id="boot-1" if crash.is_kill else "boot-2")
    read: dict[str, list[bytes]] = {}
    try:
        views = sessions(store)
        choice = choose("next", writing.rows, views, now=0.0)
        for view in views:
            for name in disk.names(store.session(view.session)):
                if name.endswith(".journal"):
                    path = f".journeys/sessions/{view.session}/{name}"
                    data = crash.image[path] or b""
                    starts = [line.place.offset for line in session_lines(view, name.removesuffix(".journal"))]
                    read[path] = [data[start : data.find(b"\n", start)] for start in starts]
            for journey in view.run_list.journeys:
                get_artifact(store, journey.artifact)
                get_source_map(store, journey.artifact, journey.source_map)
                if find_version(store, journey.journey, journey.artifact) is None:
                    return f"{shown(journey.artifact)} has no number"
        for entry in choice.entries:
            for earlier in entry.earlier:
                load_state(store, earlier.run, earlier.place)
    except (StoreError, UsageError) as error:
        return f"refused: {error}"
    altered = [finding for finding in verify(store) if finding.kind is Kind.ALTERED]
    if altered:
        return f"verify: {altered[0]}"
    for path, lines in read.items():
        if lines != writing.whole[path].split(b"\n", len(lines))[: len(lines)]:
            return f"{path}: read back what was not written"
    if writing.at_power or crash.is_kill:
        for path, line in writing.acknowledged(crash.done):
            if line[:-1] not in read.get(path, ()):
                return f"{path}: an acknowledged line is gone"
    return None
