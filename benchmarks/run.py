"""Prints what journeys cost beside a bare loop and a test by hand, next to the goals: `python benchmarks/run.py --help`."""

import argparse
import datetime
import os
import signal
import statistics
import sys
import tempfile
import time
from pathlib import Path

import figures
from contest import BARE, BY_HAND, LOOP, POWER, PROCESS, Project
from server import serving
from table import Table, machine

MANY = 10_000
FIGURES = ("slopes", "first", "idle", "collection", "memory", "resume")


def main() -> None:
    """Measure what is asked for."""
    options = _options()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server and the folder go too
    largest = MANY if options.full else 1000
    repeats = {1: 5 * options.repeats, 100: 2 * options.repeats, 1000: options.repeats}
    if options.full:
        repeats[MANY] = max(2, options.repeats // 3)
    print(f"{datetime.date.today()}: {machine()}", flush=True)
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="journeys-bench-") as name, serving() as server:
        folder = Path(name)
        ceiling = server.ceiling()
        print(
            f"the server's ceiling: {ceiling.wall_us:.0f} us per request for a raw socket, "
            f"{ceiling.server_cpu_us:.0f} us of them its own CPU; a sync of 1 KB: {_sync_ms(folder):.3f} ms; "
            f"load {os.getloadavg()[0]:.1f}",
            flush=True,
        )
        projects = {size: Project(folder / f"rows-{size}", size, server) for size in {*repeats, MANY}}
        plain = Project(folder / "plain", 1, server, has_journeys=False)
        for size in (1, 100):  # from here on bytecode is cached and journeys are compiled
            for contestant in (LOOP, BY_HAND, PROCESS, POWER):
                projects[size].run(contestant)
        for project in (*projects.values(), plain):
            project.run(BARE.adding(*figures.COLLECT), shops=False)
        bench = figures.Bench(projects, plain, server, Table(lambda text: print(text, flush=True)))
        measures = {
            "slopes": lambda: figures.slopes(bench, repeats),
            "first": lambda: figures.first_journey(bench, 3 * options.repeats),
            "idle": lambda: figures.idle(bench, 6 * options.repeats),
            "collection": lambda: figures.collection(bench, options.repeats, MANY),
            "memory": lambda: figures.memory(bench, max(1, options.repeats // 3), 100, largest),
            "resume": lambda: figures.resume(bench, max(1, options.repeats // 3), largest),
        }
        for chosen in options.only or FIGURES:
            measures[chosen]()
        print(f"\nload {os.getloadavg()[0]:.1f}; every session's work was proved by the server's counters")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("--full", action="store_true", help="10 000 rows too (half an hour)")
    parser.add_argument("--repeats", type=int, default=7, help="how often 1000 rows are run; the rest follows from it")
    parser.add_argument("--only", action="append", choices=FIGURES, help="only this figure (repeatable)")
    parser.add_argument("--folder", type=Path, help="where the projects and their stores are written for the while")
    return parser.parse_args()


def _sync_ms(folder: Path) -> float:
    """The median of appending 1 KB and syncing it, in milliseconds."""
    times = []
    with (folder / "sync").open("wb", buffering=0) as file:
        for _ in range(100):
            begin = time.perf_counter()
            file.write(b"x" * 1024)
            os.fdatasync(file.fileno())
            times.append(1000 * (time.perf_counter() - begin))
    return statistics.median(times)


if __name__ == "__main__":
    main()
