"""A soak: rows over two workers while a random one is killed about once a second and the controller every ten seconds.

Who is only beginning is let live, and that time does not count: a busy machine would have no time for rows.

`JOURNEYS_SOAK` says for how many seconds rounds are begun (600 in `tox -e soak`), and `JOURNEYS_FAULTS_SEED` when and
whom death takes. A round ends when all of its rows have; sessions are started again until then.
"""

import json
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crash import faults
from crash.living import Done, Living
from crash.project import Project

pytest.importorskip("xdist")

SECONDS = float(os.environ.get("JOURNEYS_SOAK", "30"))
ROWS = 200 if SECONDS > 60 else 60
LAYER = "soak"
MOST_SESSIONS = 100


class Death:
    """Takes a worker every second or so, the controller every ten: of the time in which a worker is at work."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.chance = random.Random(faults.SEED)
        self.worked = 0.0
        self.next_worker = self.chance.uniform(0.5, 1.5)
        self.next_controller = self.chance.uniform(8, 12)

    def watch(self, living: Living) -> None:
        """Kill whoever's time has come, until this pytest has ended."""
        looked = time.monotonic()
        while living.process.poll() is None:
            time.sleep(0.03)
            before, looked = looked, time.monotonic()
            workers = sorted(working(living, self.project))
            if workers:
                self.worked += looked - before
                self.strike(living, workers)

    def strike(self, living: Living, workers: list[int]) -> None:
        """Kill the controller, or one of the workers, when it is time."""
        if self.worked >= self.next_controller:
            self.next_controller = self.worked + self.chance.uniform(8, 12)
            faults.count(LAYER, "controllers killed")
            living.process.kill()
            living.process.wait()
        elif self.worked >= self.next_worker:
            self.next_worker = self.worked + self.chance.uniform(0.5, 1.5)
            faults.count(LAYER, "workers killed")
            os.kill(self.chance.choice(workers), signal.SIGKILL)


def working(living: Living, project: Project) -> Iterator[int]:
    """The processes of this pytest's workers that have a journal."""
    pid = living.process.pid
    newest = max(project.store.glob("sessions/[!.]*/session.json"), default=None)
    if newest is None or json.loads(newest.read_text())["pid"] != pid:
        return
    try:
        children = set(Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
    except FileNotFoundError:
        return
    for path in project.folder.glob("pid-*"):
        told = path.read_text()
        if told in children and (newest.parent / f"{path.name[4:]}.journal").exists():
            yield int(told)


@pytest.mark.full
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux to tell whose child a process is")
def test_rows_end_whoever_dies(project: Project) -> None:
    """All rows pass, nothing unsafe is sent twice without permission, every interruption is told, the store is intact."""
    project.edit("every: 10ms", "every: 250ms")
    death = Death(project)
    begun = time.monotonic()
    number = 0
    while not number or time.monotonic() - begun < SECONDS:
        rows = [f"r{row}" for row in range(number * ROWS + 1, (number + 1) * ROWS + 1)]
        number += 1
        check(project, run_round(project, rows, death))
    faults.count(LAYER, "seconds", round(time.monotonic() - begun))
    faults.count(LAYER, "seconds in which a worker was at work", round(death.worked))
    faults.count(LAYER, "rounds", number)
    faults.count(LAYER, "requests", len(project.requests))


def run_round(project: Project, rows: list[str], death: Death) -> dict[str, dict[str, Any]]:
    """Start sessions until all rows have ended; their evidence, by row."""
    project.write(rows)
    ended: dict[str, dict[str, Any]] = {}
    for _ in range(MOST_SESSIONS):
        waiting = [row for row in rows if row not in ended]
        if not waiting:
            return ended
        # A run that was lost three times is left to the next session, which is asked for nothing else.
        named = [f"purchase.journey.yaml::purchase[{row}]" for row in waiting] if ended else []
        done = run_session(project, death, *named)
        if done.code < 0:
            continue
        assert done.code in (0, 1), done.text
        assert done.code == 0 or "crashed while running" in done.text, done.text
        for run in project.evidence["runs"]:
            if run["outcome"] == "passed":
                ended[run["row"]] = run
            else:
                assert run["outcome"] == "interrupted", run
    raise AssertionError(f"after {MOST_SESSIONS} sessions some rows have not ended:\n{done.text}")


def run_session(project: Project, death: Death, *named: str) -> Done:
    """One pytest, which is killed, or comes to its end."""
    faults.count(LAYER, "sessions")
    for path in project.folder.glob("pid-*"):
        path.unlink()
    living = project.begin("-n", "2", "--dist", "load", "--max-worker-restart", "10000", *named)
    death.watch(living)
    return living.wait()


def check(project: Project, runs: dict[str, dict[str, Any]]) -> None:
    """Evidence and ledger of a round against what the journals hold."""
    parts = dict(left_parts(project))
    ledger = project.ledger
    for row, run in runs.items():
        told = [(one["session"], one["worker"]) for one in run["interruptions"]]
        assert sorted(told) == sorted(parts.get(run["id"], [])), row
        for one in run["interruptions"]:
            faults.count(LAYER, f"interruptions told: {one['kind'].replace('_', ' ')}")
        sent = Counter((method, path) for method, path, _, _ in ledger[row])
        faults.count(LAYER, "runs restarted because a POST without a key was in doubt", run["attempt"] - 1)
        # Who is in doubt about a POST without a key may restart the run: that is the permission, once for an attempt.
        assert sent["POST", "/carts"] <= run["attempt"], (row, ledger[row])
        assert not [path for (method, path), count in sent.items() if path.endswith("/items") and count > 1], row
        keys = {(path, key) for _, path, key, _ in ledger[row] if key is not None}
        assert len(keys) == len({path for path, _ in keys}), f"{row}: a payment with two keys"
        faults.count(LAYER, "rows passed")


def left_parts(project: Project) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """By run: the session and worker of each part that another part goes on from, as the journals' own lines say."""
    found: dict[str, list[tuple[str, str]]] = {}
    for path in project.store.glob("sessions/[!.]*/*.journal"):
        for line in path.read_bytes().splitlines(keepends=True):
            if not line.endswith(b"\n"):
                continue
            for event in json.loads(line.split(b" ", 2)[2].partition(b"\t")[0]):
                place = event.get("continues")
                if (
                    event["is"] == "run"
                    and place
                    and (place["session"], place["journal"]) != (path.parent.name, path.stem)
                ):
                    found.setdefault(event["run"], []).append((place["session"], place["journal"]))
    yield from found.items()
