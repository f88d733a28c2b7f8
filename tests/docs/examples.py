"""A copy of the example journeys to run commands in, and what they print without what differs from run to run."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from docs.pages import ROOT

PATIENCE: Final = 120.0
_KILLED: Final = re.compile(r"timeout -s KILL \d+ (.+)")
_LEFT_BEHIND: Final = (".journeys", ".shop", ".pytest_cache", "__pycache__")
_HEADER: Final = re.compile(r"^(platform |cachedir: |hypothesis profile|rootdir: |configfile: |plugins: ).*\n", re.M)
_SLOW_DISK: Final = re.compile(r"^syncs: .*\n(?: .*\n)*", re.M)
_VOLATILE: Final = (
    (r"\b\d{8}-\d{6}-[a-z2-7]{8}\b", "SESSION"),
    (r"\brun_[a-z2-7]{8,26}\b", "RUN"),
    (r"\b[0-9a-f]{64}\b", "DIGEST"),
    (r"\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", "UUID"),
    (r"127\.0\.0\.1:\d+", "HOST"),
    (r"\b(\d+m)?\d+(\.\d+)? ?(ms|s)\b", "TIME"),
    (r"\b\d\d-\d\d \d\d:\d\d\b", "WHEN"),
    (r"/(carts|orders)(/|%2F)\d+", r"/\1/N"),
    (r"%2Fcarts%2F\d+", "/carts/N"),
    (r'(cart|order|"id":|"order_id":) (= )?\d+', r"\1 N"),
    (r"\battempt \d+|\b\d+ attempts|\b1 to \d+", "attempt N"),
    (r"pid \d+ on \S+", "pid N"),
    (r"=+ (.*?) =+$", r"= \1 ="),
    (r"[ \t]+", " "),
)


@contextmanager
def examples_in(folder: Path) -> Iterator[Path]:
    """A copy of the examples below `folder`, as it stands in a fresh clone; its shop closes in the end."""
    shutil.copytree(
        ROOT / "example_journeys", folder / "example_journeys", ignore=shutil.ignore_patterns(*_LEFT_BEHIND)
    )
    yield folder
    (folder / "example_journeys" / ".shop" / "shop.json").unlink(missing_ok=True)


def environment() -> dict[str, str]:
    """What a newcomer's shell has: the commands of this environment, 80 columns, no settings of ours or pytest's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("JOURNEYS_", "PYTEST_", "COV_"))}
    return kept | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}", "COLUMNS": "80"}


def run(command: str, folder: Path) -> str:
    """What a command prints; ``timeout -s KILL N`` is carried out once the journal holds the first poll."""
    found = _KILLED.fullmatch(command)
    if found is None:
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE,
        )
        return done.stdout
    return _run_and_kill(found[1], folder)


def _run_and_kill(command: str, folder: Path) -> str:
    before = set(folder.rglob("*.journal"))
    process = subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=folder,
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    deadline = time.monotonic() + PATIENCE
    while not any(b"/orders/" in journal.read_bytes() for journal in set(folder.rglob("*.journal")) - before):
        assert process.poll() is None, process.communicate()[0]
        assert time.monotonic() < deadline, "it never came to the poll"
        time.sleep(0.02)
    time.sleep(0.1)  # into the pause before the next poll: nothing is in flight
    process.send_signal(signal.SIGKILL)
    return f"{process.communicate()[0]}Killed\n"


def without_what_varies(text: str) -> list[str]:
    """The lines of what was printed, without ids, times, ports, counts of a poll, and the versions in pytest's header."""
    text = _SLOW_DISK.sub("", _HEADER.sub("", text))
    for pattern, word in _VOLATILE:
        text = re.sub(pattern, word, text, flags=re.M)
    return [line.strip() for line in text.strip().splitlines()]
