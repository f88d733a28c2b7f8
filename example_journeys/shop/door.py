"""The door: how everybody finds the one shop that is open, or opens it.

A folder holds the address of the shop. Any number of processes may look for it at once: they take turns, the first opens
it, the others find it. A shop that ended leaves an address where nobody answers, and the next one who looks opens another.
"""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock, Timeout

ADDRESS = "shop.json"
LOCK = "shop.lock"
LOG = "shop.log"
IDLE_SECONDS = 600.0  # time enough to kill a test run, look around, and run it again


@dataclass(frozen=True, kw_only=True)
class Opening:
    """One shop from its opening to its end: where it is, and an id that no other shop has."""

    url: str
    id: str

    def is_alive(self) -> bool:
        """Ask at the address whether this very shop is there. A slow answer is an answer; ten seconds are patience."""
        connection = http.client.HTTPConnection(self.url.removeprefix("http://"), timeout=10)
        try:
            connection.request("GET", "/health")
            return bool(json.load(connection.getresponse())["opening"] == self.id)
        except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError):
            return False
        finally:
            connection.close()


def find_or_open(folder: Path, *, idle_seconds: float = IDLE_SECONDS) -> Opening:
    """Answer the shop of this folder; open one that ends by itself after `idle_seconds` without a question."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".gitignore").write_text("*\n")
    with FileLock(folder / LOCK):
        opening = read(folder)
        if opening is None or not opening.is_alive():
            (folder / ADDRESS).unlink(missing_ok=True)
            _open(folder, idle_seconds)
            opening = read(folder)
        if opening is None:
            raise RuntimeError(f"the shop did not open: see {folder / LOG}")
        return opening


def read(folder: Path) -> Opening | None:
    """Answer which shop the folder names, if any."""
    try:
        return Opening(**json.loads((folder / ADDRESS).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def publish(folder: Path, opening: Opening) -> bool:
    """Put the address into the folder, whole and at once; false where another shop was first."""
    draft = folder / f"{opening.id}.json"
    draft.write_text(json.dumps(asdict(opening)))
    try:
        os.link(draft, folder / ADDRESS)
    except FileExistsError:
        return False
    finally:
        draft.unlink()
    return True


def unpublish_unless_visited(folder: Path, is_idle: Callable[[], bool]) -> None:
    """Take the address out of the folder, unless somebody is at the door just now."""
    try:
        with FileLock(folder / LOCK, timeout=0):
            if is_idle():
                (folder / ADDRESS).unlink(missing_ok=True)
    except Timeout:
        pass


def _open(folder: Path, idle_seconds: float) -> None:
    """Run the server's command, in a session of its own so that a signal to the caller's group does not reach it."""
    with (folder / LOG).open("a") as log:
        subprocess.run(
            [sys.executable, "-m", "shop.server", str(folder.resolve()), str(idle_seconds)],
            cwd=Path(__file__).parent.parent,
            start_new_session=True,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            check=True,
        )
