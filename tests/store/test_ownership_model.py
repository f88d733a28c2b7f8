"""Ownership against a model: many sessions, living and dead, in random order; the model keeps its own books."""

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from store.acting import Acted, act, select, store_at

ROWS = ("a", "b", "c")


@dataclass
class Run:
    """A run as the model knows it: the session that wrote its last event, and how it ended."""

    row: str
    last_in: int
    outcome: str = ""


@dataclass
class Model:
    """What happened, by session number. `records` holds, per session and row, the last record that ended a run there."""

    runs: dict[str, Run] = field(default_factory=dict)
    endings: dict[int, str] = field(default_factory=dict)
    claims: dict[int, set[str]] = field(default_factory=dict)
    records: dict[int, dict[str, tuple[str, str]]] = field(default_factory=dict)

    def is_living(self, number: int) -> bool:
        """Whether the session has not ended."""
        return self.endings[number] == "living"

    def open_runs(self, row: str) -> set[str]:
        """The open runs of a row that a new session must take over."""
        claimed = {run for number, runs in self.claims.items() if self.is_living(number) for run in runs}
        return {
            run
            for run, known in self.runs.items()
            if known.row == row and not known.outcome and not self.is_living(known.last_in) and run not in claimed
        }

    def replayed_run(self, row: str) -> str | None:
        """The passed run of a row that a new session must replay."""
        for number in sorted(self.records, reverse=True):
            if row in self.records[number]:
                outcome, run = self.records[number][row]
                return run if outcome == "passed" and self.endings[number] in ("died", "interrupted") else None
        return None


def go_on(acted: Acted, model: Model, chance: random.Random) -> None:
    """A living session does something with one of the rows that it selected, as an engine would."""
    number = acted.session.header.number
    row = chance.choice([entry.key.row for entry in acted.worker.run_list])
    entry = acted.entry(row)
    records = model.records.setdefault(number, {})
    begun = {run for run, known in model.runs.items() if known.row == row and known.last_in == number}
    if row in records or row in acted.replayed:
        return
    if begun:
        run = begun.pop()
    elif entry.earlier and entry.earlier[0].outcome:
        acted.replay(row)
        acted.replayed.append(row)
        records[row] = ("passed", entry.earlier[0].run)
        return
    else:
        run = acted.open(row, entry.earlier[0] if entry.earlier else None)
        model.runs.setdefault(run, Run(row, number)).last_in = number
    if chance.random() < 0.5:
        outcome = chance.choice(["passed", "failed"])
        acted.end(run, outcome)
        model.runs[run].outcome = outcome
        records[row] = (outcome, run)


@pytest.mark.parametrize("seed", range(40))
def test_every_open_run_has_one_owner_and_the_newest_end_decides(tmp_path: Path, seed: int) -> None:
    """A dead owner's runs are always taken over, a living one's never, and a pass is replayed exactly when it should."""
    chance = random.Random(seed)
    store = store_at(tmp_path)
    model = Model()
    living: list[Acted] = []
    for _ in range(60):
        move = chance.random()
        if not living or (move < 0.2 and len(living) < 4):
            rows = chance.sample(ROWS, chance.randint(1, 3))
            expected = {row: (model.open_runs(row), model.replayed_run(row)) for row in rows}
            acted = act(store, select(store, *rows))
            number = acted.session.header.number
            for row, (is_open, passed) in expected.items():
                earlier = acted.entry(row).earlier
                assert {found.run for found in earlier if found.is_open} == is_open
                assert next((found.run for found in earlier if not found.is_open), None) == passed
            model.endings[number] = "living"
            model.claims[number] = set().union(*(is_open for is_open, _ in expected.values()))
            living.append(acted)
        elif move < 0.8:
            go_on(chance.choice(living), model, chance)
        else:
            acted = living.pop(chance.randrange(len(living)))
            ending = chance.choice(["died", "interrupted", "orderly"])
            model.endings[acted.session.header.number] = ending
            acted.die() if ending == "died" else acted.finish(ending)
    for acted in living:
        acted.die()
