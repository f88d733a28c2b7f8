"""What is compared: each function measures one figure of the product's goals, in pairs, and adds it to the table.

A pair runs side by side in time, and what is told are medians over pairs of differences and ratios: what a busy machine
does to both cancels out, what start-up costs is in no slope.
"""

import os
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from contest import BARE, BY_HAND, JUNIT, LOOP, POWER, PROCESS, STEPS, Contestant, ContestantFailedError, Cost, Project
from server import Server
from table import Table, median

CONTEST = (LOOP, BY_HAND.adding(*JUNIT), PROCESS.adding(*JUNIT), POWER.adding(*JUNIT))
COLLECT = ("--collect-only", "-qq")


@dataclass(frozen=True, slots=True)
class Bench:
    """Where it is measured: a project for each number of rows, one without journeys, the table."""

    projects: dict[int, Project]
    plain: Project
    server: Server
    table: Table


def slopes(bench: Bench, repeats: dict[int, int]) -> None:
    """Wall and CPU per step between neighbouring sizes, and their ratios to the loop and to the test by hand.

    `repeats` says for each number of rows how often it is run.
    """
    costs = {size: _in_turns(count, _runs(bench.projects[size], CONTEST)) for size, count in repeats.items()}
    found: dict[str, list[list[float]]] = {}
    for small, large in pairwise(sorted(costs)):
        steps = (large - small) * STEPS
        walls = [_per(steps, costs[small][i], costs[large][i], lambda cost: cost.wall) for i in range(len(CONTEST))]
        cpus = [_per(steps, costs[small][i], costs[large][i], lambda cost: cost.cpu) for i in range(len(CONTEST))]
        for contestant, wall, cpu in zip(CONTEST, walls, cpus, strict=True):
            bench.table.add(f"{contestant.name}, wall", wall, "us/step")
            bench.table.add(f"{contestant.name}, CPU", cpu, "us/step")
            found.setdefault(contestant.name, []).append(cpu)
        for index, goal in ((2, 0.9), (3, 1.5)):
            name = CONTEST[index].name
            bench.table.add(f"{name} / loop, wall", _ratios(walls[index], walls[0]), "x", goal)
            bench.table.add(f"{name} / loop, CPU", _ratios(cpus[index], cpus[0]), "x", goal)
            bench.table.add(f"{name} / by hand, wall", _ratios(walls[index], walls[1]), "x", 0.75)
            bench.table.add(f"{name} / by hand, CPU", _ratios(cpus[index], cpus[1]), "x", 0.75)
        bench.table.end(f"A step, {small} to {large} rows of {STEPS} steps")
    if len(repeats) > 2:
        for name, (*_, before, last) in found.items():
            bench.table.add(f"{name}, CPU", [cpu / median(before) for cpu in last], "x", 1.1)
        sizes = sorted(repeats)
        bench.table.end(
            f"Growth: a step from {sizes[-2]} to {sizes[-1]} rows, over one from {sizes[-3]} to {sizes[-2]}"
        )


def first_journey(bench: Bench, repeats: int) -> None:
    """One row: the first journey of a session, warm and cold, beside the test by hand."""
    project = bench.projects[1]

    def cold() -> Cost:
        project.forget_all()
        return project.run(POWER.adding(*JUNIT))

    by_hand, warm, process, cold_costs = _in_turns(
        repeats, [*_runs(project, (BY_HAND.adding(*JUNIT), POWER.adding(*JUNIT), PROCESS.adding(*JUNIT))), cold]
    )
    for name, costs in (("by hand", by_hand), ("warm, power", warm), ("warm, process", process), ("cold", cold_costs)):
        bench.table.add(f"{name}, wall", [1000 * cost.wall for cost in costs], "ms")
        bench.table.add(f"{name}, CPU", [1000 * cost.cpu for cost in costs], "ms")
    for name, costs, goal in (
        ("warm, power", warm, 1.15),
        ("warm, process", process, 1.15),
        ("cold", cold_costs, None),
    ):
        bench.table.add(f"{name} / by hand, wall", _ratios(_walls(costs), _walls(by_hand)), "x", goal)
        bench.table.add(f"{name} / by hand, CPU", _ratios(_cpus(costs), _cpus(by_hand)), "x", goal)
    bench.table.end("The first journey, N = 1")


def idle(bench: Bench, repeats: int) -> None:
    """A project without journeys: pytest with the plugin installed, over pytest without it."""
    project = bench.plain
    plugged = Contestant("with the plugin", ("-m", "pytest", "-q", "test_bare.py"))
    without, with_plugin = _in_turns(repeats, _runs(project, (BARE, plugged), shops=False))
    for name, pick in (("wall", _walls), ("CPU", _cpus)):
        more = [1000 * (one - other) for one, other in zip(pick(with_plugin), pick(without), strict=True)]
        bench.table.add(f"pytest alone, {name}", [1000 * cost for cost in pick(without)], "ms")
        bench.table.add(f"the plugin on top, {name}", more, "ms", 5)
    bench.table.end("A project without journeys")


def collection(bench: Bench, repeats: int, rows: int) -> None:
    """`--collect-only`: a row of a journey beside a row of a parametrized function; start-up is not in it."""
    contestants = (BARE.adding(*COLLECT), POWER.adding(*COLLECT))
    costs = _in_turns(
        repeats, [_run(bench.projects[size], one, shops=False) for size in (1, rows) for one in contestants]
    )
    small, large = costs[:2], costs[2:]
    for name, pick in (("wall", _walls), ("CPU", _cpus)):
        bare, ours = [
            [1e6 * (many - one) / (rows - 1) for one, many in zip(pick(small[i]), pick(large[i]), strict=True)]
            for i in (0, 1)
        ]
        bench.table.add(f"a parametrized function, {name}", bare, "us/row")
        bench.table.add(f"a journey, {name}", ours, "us/row")
        bench.table.add(f"journey / function, {name}", _ratios(ours, bare), "x", 1)
    bench.table.end(f"Collection of {rows} rows")


def memory(bench: Bench, repeats: int, small: int, large: int) -> None:
    """The peak of the process that leads two workers: what a row adds to it."""
    workers = ("-n", "2")
    contestants = [BARE.adding(*workers), BARE.adding(*workers, *JUNIT)]
    contestants += [PROCESS.adding(*workers), PROCESS.adding(*workers, *JUNIT)]
    peaks = []
    for contestant in contestants:
        few, many = _in_turns(
            repeats,
            [_run(bench.projects[size], contestant, shops=contestant.name != BARE.name) for size in (small, large)],
        )
        peaks.append([(b.peak_kb - a.peak_kb) / (large - small) for a, b in zip(few, many, strict=True)])
    bare, bare_junit, ours, ours_junit = peaks
    bench.table.add("bare item", bare, "KB/row")
    bench.table.add("bare item, --junitxml", bare_junit, "KB/row")
    bench.table.add("journey", ours, "KB/row", 8)
    bench.table.add("journey, --junitxml", ours_junit, "KB/row")
    above = [one - other for one, other in zip(ours_junit, bare_junit, strict=True)]
    bench.table.add("journey above bare item, --junitxml", above, "KB/row", 10)
    bench.table.end(f"Memory of the controller, -n 2, {small} to {large} rows")


def resume(bench: Bench, repeats: int, rows: int) -> None:
    """Kill a session at half of its rows; the next one's time from its start to its first request, and what was done twice."""
    project = bench.projects[rows]
    waited, doubled = [], []
    for _ in range(repeats):
        project.forget_sessions()
        before = _kill_at_half(bench.server, project)
        bench.server.forget_first()
        begin = time.time()
        project.run_on(PROCESS)
        after = bench.server.counters()
        waited.append(after["first"] - begin)
        doubled.append(bench.server.check_resumed(rows))
        if before >= rows * STEPS:
            raise ContestantFailedError("the session had ended before it was killed")
    bench.table.add("until the first new request, wall", waited, "s", 2)
    bench.table.add("requests more than an undisturbed session sends", doubled, "")
    bench.table.end(f"Resuming a killed session of {rows} rows")


def _kill_at_half(server: Server, project: Project) -> int:
    """How many requests the shop had answered when the session was killed."""
    server.reset()
    process = project.start(PROCESS)
    half = project.rows * STEPS // 2
    while (done := sum(server.counters()["done"].values())) < half and process.poll() is None:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return done


def _run(project: Project, contestant: Contestant, *, shops: bool = True) -> Callable[[], Cost]:
    def measure() -> Cost:
        project.forget_sessions()
        return project.run(contestant, shops=shops)

    return measure


def _runs(project: Project, contestants: Sequence[Contestant], *, shops: bool = True) -> list[Callable[[], Cost]]:
    return [_run(project, contestant, shops=shops) for contestant in contestants]


def _in_turns(repeats: int, measures: Sequence[Callable[[], Cost]]) -> list[list[Cost]]:
    """Each measure so many times, in turns, every other round backwards."""
    found: list[list[Cost]] = [[] for _ in measures]
    for number in range(repeats):
        turns = list(zip(measures, found, strict=True))
        for measure, costs in turns if number % 2 == 0 else reversed(turns):
            costs.append(measure())
    return found


def _per(steps: int, small: Sequence[Cost], large: Sequence[Cost], pick: Callable[[Cost], float]) -> list[float]:
    """Microseconds per step; of the smaller size, which is quick to run and so was run more often, the median."""
    base = median([pick(cost) for cost in small])
    return [1e6 * (pick(cost) - base) / steps for cost in large]


def _walls(costs: Sequence[Cost]) -> list[float]:
    return [cost.wall for cost in costs]


def _cpus(costs: Sequence[Cost]) -> list[float]:
    return [cost.cpu for cost in costs]


def _ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    return [one / other for one, other in zip(ours, theirs, strict=True)]
