"""Whatever a crash at any moment of real journeys leaves on the disk can be gone on from, and no promise is broken.

Sessions of the engine are recorded; each state that a kill or a power failure may leave is opened, and the next session
really resumes it against the shop as it was at that moment.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest

from crash import faults
from crash.promises import violation
from crash.recording_disk import Operation
from crash.simulated_disk import Crash, crashes
from crash.states.acting import Project
from crash.states.caught import caught
from crash.states.recording import Recording, Wrap, record
from crash.states.resuming import Judge
from crash.states.shop import Shop
from crash.states.wrong import ENGINES, LOGS, SPLIT, TrustingDisk, never_compared, split, without_taking_over

KINDS = {"mkdir", "create", "append", "sync", "sync_folder", "rename", "link", "remove", "rmdir"}
QUICK = ("no intent is written", "the intent is written after sending")
RARE = {"rmdir", "link", "remove"}
DURABILITIES = ("power", "process")


@pytest.fixture(scope="session")
def recorded(scratch: Path) -> Callable[[str], Recording]:
    """The recording at a durability, made once."""
    found: dict[str, Recording] = {}

    def of(durability: str) -> Recording:
        if durability not in found:
            found[durability] = record(scratch / durability, durability)
        return found[durability]

    return of


def some(recording: Recording, every: int) -> Iterator[tuple[Crash, Shop]]:
    """One of so many states, chosen by the seed, each with every state that the shop may have been in.

    Of the whole suite's rarest kinds all are taken.
    """
    chance = random.Random(faults.SEED)
    for crash in crashes(recording.writing.log, seed=faults.SEED):
        if chance.random() * every < 1 or (faults.IS_WHOLE and crash.kind in RARE):
            for shop in recording.shops_at(crash.done):
                yield crash, shop


@pytest.mark.parametrize("durability", DURABILITIES)
def test_every_state_opens(recorded: Callable[[str], Recording], durability: str) -> None:
    """No state that the writer reaches is refused, nothing acknowledged is missing, what is read was written, seals hold."""
    recording = recorded(durability)
    writing, folder = recording.writing, recording.project.folder
    counts: Counter[str] = Counter()
    every = faults.every(2, 200)
    for number, crash in enumerate(crashes(writing.log, seed=faults.SEED)):
        if number % every == 0:
            assert violation(folder, writing, crash) is None, (crash.done, writing.log[crash.done - 1], crash.is_kill)
            counts[f"{'kill' if crash.is_kill else 'power failure'} at {crash.kind}"] += 1
    for what, number in sorted(counts.items()):
        faults.count(f"crash states opened, {durability}", what, number)
    faults.count(f"crash states opened, {durability}", "violations", 0)
    if faults.IS_WHOLE:
        assert {crash.partition(" at ")[2] for crash in counts} == {*KINDS, "start"}


@pytest.mark.parametrize("durability", DURABILITIES)
def test_every_state_is_resumed(recorded: Callable[[str], Recording], scratch: Path, durability: str) -> None:
    """The resumed session ends as an undisturbed one would, and the ledger shows nothing twice that was not permitted."""
    recording = recorded(durability)
    judge = Judge(recording, recording.project, scratch / "resumed")
    counts: Counter[str] = Counter()
    for crash, shop in some(recording, faults.every(6, 400)):
        assert judge.crash(crash, shop) is None, (crash.done, recording.writing.log[crash.done - 1], crash.is_kill)
        counts[crash.kind] += 1
    assert set(counts) >= (KINDS if faults.IS_WHOLE else {"append", "sync", "sync_folder", "create"})
    for what, number in sorted(counts.items()):
        faults.count(f"crash states resumed by the engine, {durability}", f"at {what}", number)
    faults.count(f"crash states resumed by the engine, {durability}", "violations", 0)


@pytest.mark.parametrize("durability", DURABILITIES)
def test_who_dies_resuming_is_resumed(recorded: Callable[[str], Recording], scratch: Path, durability: str) -> None:
    """A second death while going on from the first changes nothing of it."""
    recording = recorded(durability)
    judge = Judge(recording, recording.project, scratch / "resumed")
    chance = random.Random(faults.SEED)
    for crash, shop in some(recording, faults.every(40, 2000)):
        judge.dies_at = chance.randrange(2, 70)
        found = judge.crash(crash, shop)
        assert found is None, (crash.done, recording.writing.log[crash.done - 1], crash.is_kill, judge.dies_at)
        faults.count("killed again while resuming", durability)


@pytest.mark.parametrize("durability", DURABILITIES)
def test_an_edited_row_is_another_run(recorded: Callable[[str], Recording], scratch: Path, durability: str) -> None:
    """What was recorded for other values is neither gone on with nor counted: the row ends as its new values say."""
    recording = recorded(durability)
    edited = Project.at(scratch / "edited", durability=durability, quantities=(2, 2, 4, 8, 10))
    judge = Judge(recording, edited, scratch / "resumed")
    for crash, shop in some(recording, faults.every(40, 2000)):
        assert judge.crash(crash, shop) is None, (crash.done, recording.writing.log[crash.done - 1], crash.is_kill)
        faults.count("resumed after all rows were edited", durability)


def tenth(recording: Recording) -> Iterator[Crash]:
    """A tenth of the states, spread evenly."""
    return islice(crashes(recording.writing.log, seed=faults.SEED), None, None, 10)


# wrong variants: each must be caught by what stands above


@pytest.mark.full
@pytest.mark.parametrize("wrong", LOGS.values(), ids=LOGS)
def test_a_store_without_a_precaution_is_caught(
    recorded: Callable[[str], Recording],
    wrong: Callable[[list[Operation]], list[Operation]],
    request: pytest.FixtureRequest,
) -> None:
    """Each missing sync breaks a promise in some state."""
    spoilt = recorded("power").with_log(wrong)
    folder = spoilt.project.folder
    assert len(spoilt.writing.log) < len(recorded("power").writing.log)
    caught((violation(folder, spoilt.writing, crash) for crash in tenth(spoilt)), request.node.callspec.id)


@pytest.mark.full
def test_not_syncing_what_is_taken_over_is_caught(recorded: Callable[[str], Recording]) -> None:
    """A power failure would take a dead session's lines from under the session that continues them."""
    spoilt = recorded("process").with_log(without_taking_over)
    judged = (violation(spoilt.project.folder, spoilt.writing, crash) for crash in tenth(spoilt))
    caught(judged, "journals that are taken over are not synced")


@pytest.mark.full
def test_a_journal_without_its_hashes_is_caught(recorded: Callable[[str], Recording]) -> None:
    """A half-written line would be taken for a record."""
    recording = recorded("power")
    judged = (violation(recording.project.folder, recording.writing, crash, TrustingDisk) for crash in tenth(recording))
    caught(judged, "a line's hash is not checked")


@pytest.mark.parametrize(
    "wrap",
    [pytest.param(wrap, id=name, marks=() if name in QUICK else pytest.mark.full) for name, wrap in ENGINES.items()],
)
def test_an_engine_without_a_precaution_is_caught(scratch: Path, wrap: Wrap, request: pytest.FixtureRequest) -> None:
    """Each thing that is not recorded, or too late, breaks a promise in some state."""
    name = request.node.callspec.id
    spoilt = record(scratch / name.replace(" ", "-"), "power", wrap)
    judge = Judge(spoilt, spoilt.project, scratch / "resumed")
    caught((judge.crash(crash, shop) for crash, shop in some(spoilt, faults.every(100, 10))), name)


@pytest.mark.parametrize("wrong", SPLIT.values(), ids=SPLIT)
def test_a_line_in_two_is_caught(
    scratch: Path, wrong: Callable[[list[Operation]], list[Operation]], request: pytest.FixtureRequest
) -> None:
    """Outcome and next intent are one line, or both are synced."""
    name = request.node.callspec.id
    spoilt = record(scratch / name.replace(" ", "-"), "power", split).with_log(wrong)
    judge = Judge(spoilt, spoilt.project, scratch / "resumed")
    caught((judge.crash(crash, shop) for crash, shop in some(spoilt, faults.every(100, 10))), name)


def test_going_on_whatever_was_given_is_caught(recorded: Callable[[str], Recording], scratch: Path) -> None:
    """Without the fingerprint a run goes on with values of another."""
    recording = recorded("power")
    edited = Project.at(scratch / "edited", quantities=(2, 2, 4, 8, 10))
    judge = Judge(recording, edited, scratch / "resumed")
    judge.choose = never_compared
    caught(
        (judge.crash(crash, shop) for crash, shop in some(recording, faults.every(100, 10))),
        "fingerprints are not compared",
    )
