"""A real child, killed with SIGKILL at each operation of the store while its engine talks to a shop over a real socket."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crash import faults
from crash.states import shop
from crash.states.acting import START, Acting, Ports, Project
from crash.states.disks import UnwaitingDisk
from crash.states.lines import lines_in
from crash.states.recording import record
from crash.states.resuming import LATER, Judge
from crash.states.shop import ServedShop
from pytest_journeys.adapters.transport import HttpTransport
from pytest_journeys.store.layout import Store
from pytest_journeys.testing.clock import CountedEntropy, ManualClock
from store.recording import CountingDisk

READING = {"read", "list", "look at"}


class DeadlyDisk(CountingDisk):
    """Kills its process before one operation that changes something, counted from zero."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._left = at

    def before(self, verb: str, path: Path) -> None:
        """Die, if it is the moment."""
        if verb not in READING:
            self._left -= 1
            if self._left == -1:
                os.write(2, f"{verb}\n".encode())
                os.kill(os.getpid(), signal.SIGKILL)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedShop]:
    """A shop that is a process of its own."""
    folder = tmp_path_factory.mktemp("shop")
    process = subprocess.Popen([sys.executable, str(Path(shop.__file__)), str(folder)])
    try:
        deadline = time.monotonic() + 30
        while not (folder / "address").exists():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield ServedShop(folder)
    finally:
        process.kill()
        process.wait()


def killed_at(at: int, project: Project, folder: Path, name: str, now: float, address: str) -> str | None:
    """At which operation a child was killed that carries three rows out in two workers; None when it came to its end."""
    ear, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.dup2(mouth, 2)
            entropy = CountedEntropy()
            entropy._drawn = int(now)
            ports = Ports(HttpTransport(), clock=ManualClock(now), entropy=entropy, shop_url=address)
            acting = Acting(project, Store(folder / ".journeys", DeadlyDisk(at), boot_id="boot-1"), name, ports)
            acting.work("ab", "gw0")
            acting.work("e", "gw1")
            acting.finish("interrupted")
            os._exit(0)
        finally:
            os._exit(1)
    os.close(mouth)
    with os.fdopen(ear, "r") as heard:
        told = heard.read()
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, told
    return told.strip() if os.WIFSIGNALED(status) else None


def ports(address: str) -> Ports:
    """What goes on afterwards, over the same socket."""
    entropy: Any = CountedEntropy()
    entropy._drawn = 9_000_000
    return Ports(HttpTransport(), clock=ManualClock(LATER), entropy=entropy, shop_url=address)


def goes_on(judge: Judge, folder: Path, served: ServedShop) -> str | None:
    """What the next session breaks."""
    known = lines_in(Store(folder / ".journeys", UnwaitingDisk(), boot_id="boot-1"))
    after = ports(served.address)
    try:
        return judge.goes_on(folder, served.now(), known, ports=after)
    finally:
        after.transport.close()


def test_a_kill_at_every_store_operation_is_gone_on_from(scratch: Path, tmp_path: Path, served: ServedShop) -> None:
    """What was acknowledged counts, the ledger shows nothing unsafe twice, every run ends as it would have."""
    recording = record(scratch / "kills-recorded", "power")
    judge = Judge(recording, recording.project, tmp_path)
    at = 0
    while True:
        served = served.anew()
        folder = judge.folder({})
        verb = killed_at(at, recording.project, folder, "s1", START, served.address)
        if verb is None:
            break
        assert goes_on(judge, folder, served) is None, (at, verb)
        faults.count("killed at a store operation, over a real socket", verb)
        at += 1 if faults.IS_WHOLE else 17
    assert at > 100


def test_a_kill_while_going_on_from_a_kill(scratch: Path, tmp_path: Path, served: ServedShop) -> None:
    """Two kills in a row lose no more than one."""
    recording = record(scratch / "pairs-recorded", "power")
    judge = Judge(recording, recording.project, tmp_path)
    chance = random.Random(faults.SEED)
    for _ in range(60 if faults.IS_WHOLE else 2):
        served = served.anew()
        folder = judge.folder({})
        first, second = chance.randrange(50, 140), chance.randrange(20, 120)
        killed_at(first, recording.project, folder, "s1", START, served.address)
        killed_at(second, recording.project, folder, "s2", START + 600, served.address)
        assert goes_on(judge, folder, served) is None, (first, second)
        faults.count("killed at a store operation, over a real socket", "pairs: again while going on")
