"""Lines for the terminal: steps at ``-v``, the word of a run, how a session begins and ends. Plain facts in, lines out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import Final

from pytest_journeys.reports.excerpt import COLUMNS, wrapped
from pytest_journeys.reports.printable import printable, width
from pytest_journeys.reports.run_facts import RunFacts, StepFacts
from pytest_journeys.reports.told import told_age, told_count, told_ms
from pytest_journeys.values.fact import fact

SLOW_SYNC_MS: Final = 5.0
"""The median above which the last section says what syncing cost."""

_MOST_REASONS: Final = 5  # told in the last section; every run tells its own

_ENOUGH_SYNCS: Final = 20
_WORDS: Final = {"in_doubt": "in doubt"}
_ORDER: Final = (
    "passed",
    "failed",
    "error",
    "in_doubt",
    "skipped",
    "xfailed",
    "xpassed",
    "parked",
    "interrupted",
    "replaced",
    "cancelled",
)


@fact
class Beginning:
    """What is decided when a session begins. Ages in seconds; `reasons` says why runs that could go on start fresh.

    `parked` counts runs whose moment has not come; the first one's is `parked_until`, in words. `continues` is how people name the session gone on from, `removed` counts the past
    sessions that the store let go of, `notes` are sentences about the store (an expired session,
    a `process` session that is not trusted after a reboot, who holds a run).
    """

    store: str
    session: str
    durability: str
    resumed: int = 0
    reentered: int = 0
    replayed: int = 0
    oldest_replay: float | None = None
    fresh: int = 0
    parked: int = 0
    parked_until: str | None = None
    continues: str | None = None
    interrupted_ago: float | None = None
    reasons: Mapping[str, int] = field(default_factory=dict)
    removed: int = 0
    notes: tuple[str, ...] = ()


@fact
class Syncs:
    """What syncing cost: how many, the median of one and all together, in milliseconds."""

    count: int
    median_ms: float
    total_ms: float

    @property
    def is_slow(self) -> bool:
        """Whether the disk is slow enough to be named: a few syncs on a busy machine say nothing of it."""
        return self.median_ms > SLOW_SYNC_MS and self.count >= _ENOUGH_SYNCS


@fact
class Ending:
    """What the last section tells. `outcomes` counts runs, `reports` are kinds and paths, `in_doubt` run ids.

    `not_resumed` and `left` count runs by the reason why an earlier run, or an attempt, did not go on, `went_on` by the
    reason why one did though it had failed or the subject changed; `not_restored` by the
    reason why what was stored sealed could not be had; `not_cleaned` are sentences. `parked` counts runs left
    open on purpose, whose first moment is `parked_until`. `interrupted` when the next session takes over: `open_runs` go
    on, `replayable` count again without being run.
    """

    store: str
    outcomes: Mapping[str, int]
    resumed: int = 0
    reentered: int = 0
    restarted: int = 0
    replayed_runs: int = 0
    replayed_steps: int = 0
    refreshed_steps: int = 0
    warnings: int = 0
    in_doubt: tuple[str, ...] = ()
    not_resumed: Mapping[str, int] = field(default_factory=dict)
    went_on: Mapping[str, int] = field(default_factory=dict)
    left: Mapping[str, int] = field(default_factory=dict)
    not_cleaned: Sequence[str] = ()
    not_restored: Mapping[str, int] = field(default_factory=dict)
    reports: Sequence[tuple[str, str]] = ()
    syncs: Syncs | None = None
    interrupted: bool = False
    open_runs: int = 0
    replayable: int = 0
    lost_workers: tuple[str, ...] = ()
    parked: int = 0
    parked_until: str | None = None


def step_line(step: StepFacts) -> str:
    """``  passed       pay POST /carts/17/checkout 143 ms, 3 attempts, refreshed``; cut to 80 columns."""
    facts = [told_ms(step["duration_ms"])] if step["duration_ms"] else []
    if step["attempts"] > 1:
        facts.append(told_count(step["attempts"], "attempt"))
    facts.extend(mark for mark, is_set in (("replayed", step["replayed"]), ("refreshed", step["refreshed"])) if is_set)
    told = " ".join(part for part in (step["id"], step["request"], ", ".join(facts)) if part)
    reason = f": {step['reason']}" if step["reason"] else ""
    return _fitted(f"  {_word(step['outcome']):<11} {told}{reason}")


def note_lines(run: RunFacts, not_resumed: Sequence[str], goes_on: Sequence[str] = ()) -> list[str]:
    """Above the steps: why an earlier run did not go on, or did, which workers died with it, why attempts were left."""
    notes = [("began anew", reason) for reason in not_resumed] + [("goes on", reason) for reason in goes_on]
    notes += [("lost worker", lost) for lost in run["lost"]]
    notes += [("restarted", reason) for reason in run["left"]]
    return [_fitted(f"  {word:<11} {printable(reason)}") for word, reason in notes]


def run_word(run: RunFacts) -> str:
    """``PASSED``, ``PASSED (replayed)``, ``FAILED (resumed at step 4/7)``, ``PASSED (restarted, attempt 2)``."""
    word = _word(run["outcome"]).upper()
    if run["opened"] == "replayed":
        return f"{word} (replayed)"
    if run["attempt"] > 1:
        return f"{word} (restarted, attempt {run['attempt']})"
    if not run["resumed_at"]:
        return word
    if run["resumed_at"] > run["planned"]:
        return f"{word} (resumed in its cleanup)"
    how = "re-entered" if run["opened"] == "reenter" else "resumed"
    return f"{word} ({how} at step {run['resumed_at']}/{run['planned']})"


def beginning_lines(beginning: Beginning) -> list[str]:
    """How the session begins: the store, and what happens to the runs that are selected."""
    told: list[str] = []
    if beginning.resumed:
        told.append(f"{told_count(beginning.resumed, 'run')} to resume")
    if beginning.reentered:
        told.append(f"{told_count(beginning.reentered, 'failed run')} to re-enter")
    if beginning.replayed:
        age = (
            f", the oldest pass {told_age(beginning.oldest_replay)} old" if beginning.oldest_replay is not None else ""
        )
        told.append(f"{beginning.replayed} to replay{age}")
    if beginning.fresh:
        told.append(f"{beginning.fresh} fresh")
    line = f"session {printable(beginning.session)} in {printable(beginning.store)} ({beginning.durability})"
    if beginning.continues is not None:
        ago = (
            f", interrupted {told_age(beginning.interrupted_ago)} ago" if beginning.interrupted_ago is not None else ""
        )
        line += f" goes on from {printable(beginning.continues)}{ago}"
    if beginning.parked:
        until = f" until {beginning.parked_until}" if beginning.parked_until else ""
        first = ", the first" if until and beginning.parked > 1 else ""
        told.append(f"{beginning.parked} parked{first}{until}")
    if beginning.removed:
        told.append(f"{told_count(beginning.removed, 'past session')} removed")
    if told:
        line += f": {'; '.join(told)}"
    lines = list(_hanging("journeys: ", line))
    for reason, count in beginning.reasons.items():
        lines.extend(_hanging("journeys: ", f"{told_count(count, 'run')} not resumed: {printable(reason)}"))
    for note in beginning.notes:
        lines.extend(_hanging("journeys: ", printable(note)))
    return lines


def ending_lines(ending: Ending) -> list[str]:
    """The last section: runs, reports, what is in doubt, what syncing cost, what the next pytest will do."""
    lines = list(_hanging("runs: ", _told_runs(ending)))
    if ending.lost_workers:
        lines.extend(_hanging("lost workers: ", printable(", ".join(ending.lost_workers))))
    for run in ending.in_doubt:
        lines.extend(_hanging("in doubt: ", f"journeys show {printable(run)}"))
    told = (
        ("began anew: ", ending.not_resumed),
        ("went on: ", ending.went_on),
        ("restarted: ", ending.left),
        ("not restored: ", ending.not_restored),
    )
    for head, reasons in told:
        lines.extend(_told_reasons(head, reasons))
    for sentence in ending.not_cleaned[:_MOST_REASONS]:
        lines.extend(_hanging("not cleaned up: ", printable(sentence)))
    for kind, path in ending.reports:
        lines.extend(_hanging(f"{kind}: ", printable(path)))
    if ending.syncs is not None and ending.syncs.is_slow:
        lines.extend(_hanging("syncs: ", _told_syncs(ending.syncs)))
    if ending.parked:
        lines.extend(_hanging("parked: ", _told_parked(ending)))
    if ending.interrupted or ending.open_runs:  # a run stays open too when its worker was lost
        lines.extend(_hanging("next: ", _told_next(ending)))
    return lines


def _told_runs(ending: Ending) -> str:
    known = [name for name in _ORDER if ending.outcomes.get(name)]
    known.extend(sorted(name for name, count in ending.outcomes.items() if count and name not in _ORDER))
    told = ", ".join(_counted(ending.outcomes[name], name) for name in known) or "none"
    counts = (
        (ending.resumed, "resumed"),
        (ending.reentered, "re-entered"),
        (ending.restarted, "restarted"),
        (ending.replayed_runs, "replayed"),
    )
    more = [f"{count} {word}" for count, word in counts if count]
    if ending.replayed_steps:
        more.append(f"{told_count(ending.replayed_steps, 'step')} replayed")
    if ending.refreshed_steps:
        more.append(f"{told_count(ending.refreshed_steps, 'step')} refreshed")
    if ending.warnings:
        more.append(told_count(ending.warnings, "warning"))
    return f"{told}; {', '.join(more)}" if more else told


def _told_reasons(head: str, reasons: Mapping[str, int]) -> Iterator[str]:
    """The commonest reasons with their counts; of rows by the thousand each may have its own."""
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    for reason, count in ordered[:_MOST_REASONS]:
        yield from _hanging(head, f"{told_count(count, 'run')}: {printable(reason)}")
    rest = sum(count for _, count in ordered[_MOST_REASONS:])
    if rest:
        yield from _hanging(head, f"{told_count(rest, 'run')} for other reasons")


def _told_syncs(syncs: Syncs) -> str:
    return (
        f"{syncs.count} took {told_ms(syncs.total_ms)}, median {told_ms(syncs.median_ms)}: this disk is slow; with"
        " --journeys-durability=process a crash of the machine may lose steps, a crash of pytest still loses none"
    )


def _told_next(ending: Ending) -> str:
    does = []
    if ending.open_runs:
        does.append(f"resumes {told_count(ending.open_runs, 'run')}")
    if ending.replayable:
        does.append(f"replays {ending.replayable} that passed")
    will = " and ".join(does) or "has nothing to resume"
    return f"the same pytest command {will}; --journeys-resume=never starts afresh"


def _told_parked(ending: Ending) -> str:
    until = f"until {ending.parked_until}" if ending.parked_until else ""
    first = "the first one " if until and ending.parked > 1 else ""
    told = ", ".join(part for part in (told_count(ending.parked, "run"), f"{first}{until}") if part)
    return f"{told}; the same pytest command goes on with what can go on"


def _counted(count: int, outcome: str) -> str:
    """``2 failed``, ``2 in doubt``, ``2 errors``: as pytest counts, the noun alone has a plural."""
    return told_count(count, outcome) if outcome == "error" else f"{count} {_word(outcome)}"


def _word(outcome: str) -> str:
    return _WORDS.get(outcome, outcome)


def _hanging(head: str, text: str) -> Iterator[str]:
    for line in wrapped(text, COLUMNS - len(head)):
        yield f"{head}{line}"
        head = " " * len(head)


def _fitted(line: str) -> str:
    if width(line) <= COLUMNS:
        return line
    while width(line) > COLUMNS - 3:
        line = line[:-1]
    return f"{line}..."
