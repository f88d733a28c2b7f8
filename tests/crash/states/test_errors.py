"""The disk refuses while real journeys run: the run says so, nothing more is sent, and the next session goes on."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from crash import faults
from crash.states.acting import START, Acting, Ports, Project, sending_to
from crash.states.caught import caught
from crash.states.disks import FailingDisk, Refusal, UnwaitingDisk
from crash.states.lines import lines_in
from crash.states.recording import Recording, Wrap, record, untouched
from crash.states.resuming import Judge
from crash.states.shop import Shop
from crash.states.wrong import JOURNALS
from pytest_journeys.store.layout import Store
from pytest_journeys.testing.clock import CountedEntropy, ManualClock
from pytest_journeys.values.errors import StoreError

EVERY = {"create", "append", "sync", "sync_folder", "sync by its name"}
MET = {Refusal.HALF: {"append"}, Refusal.DROPPED: {"sync"}}
"""Which operations are refused, where not every one can fail so."""


@pytest.fixture(scope="session")
def recording(scratch: Path) -> Recording:
    """Sessions to judge by."""
    return record(scratch / "errors-recorded", "power")


class Refused:
    """Sessions of three rows, each refused one operation further than the one before; what each breaks.

    They begin in an empty folder, or go on `after_a_kill`. `met` is the operation that was refused last.
    """

    def __init__(self, judge: Judge, refusal: Refusal, *, after_a_kill: bool = False, wrap: Wrap = untouched) -> None:
        self.judge = judge
        self.refusal = refusal
        self.wrap = wrap
        self.after_a_kill = after_a_kill
        self.met = ""

    def each(self, step: int) -> Iterator[str | None]:
        """What is broken when one operation fails: one in so many, until nothing is left to fail."""
        at = 0
        while True:
            found = self._at(at)
            if not self.met:
                return
            yield found
            at += step

    def _at(self, at: int) -> str | None:
        project = self.judge.recording.project
        folder, shop = self._begun()
        disk = FailingDisk(at, self.refusal)
        outcomes, sent = self._session(project, Store(folder / ".journeys", disk, boot_id="boot-1"), shop)
        self.met = disk.met
        if not disk.met:
            return None
        return _is_loud(outcomes, sent, shop, disk.met) or self._goes_on(folder, shop)

    def _goes_on(self, folder: Path, shop: Shop) -> str | None:
        try:
            known = lines_in(Store(folder / ".journeys", UnwaitingDisk(), boot_id="boot-1"))
        except StoreError as error:
            return f"refused: {error}"
        return self.judge.goes_on(folder, shop, known, may_repeat=True)

    def _begun(self) -> tuple[Path, Shop]:
        if not self.after_a_kill:
            return self.judge.folder({}), Shop()
        crash, shop = self.judge.recording.killed_once()
        return self.judge.folder(crash.image), shop

    def _session(self, project: Project, store: Store, shop: Shop) -> tuple[Sequence[str], Sequence[int]]:
        """How each row ended, and how much had been sent when each that failed did."""
        sent: list[int] = []
        entropy = CountedEntropy()
        entropy._drawn = 5_000_000
        ports = Ports(sending_to(shop), clock=ManualClock(START + 600), entropy=entropy, wrap=self.wrap)
        try:
            acting = Acting(project, store, "s2", ports)
        except StoreError:
            return ("did not begin",), (len(shop.ledger),)
        outcomes = tuple(acting.work("abc", on_failure=lambda: sent.append(len(shop.ledger))).values())
        try:
            acting.finish()
        except StoreError:
            acting.session.release()
            outcomes = (*outcomes, "not sealed")
        return outcomes, sent


def _is_loud(outcomes: Sequence[str], sent: Sequence[int], shop: Shop, met: str) -> str | None:
    """The row that could not be recorded, or the session's beginning or end, says so; behind it nothing is sent."""
    if outcomes[0] == "did not begin" or outcomes[-1] == "not sealed":
        return None
    if "journal failed" not in outcomes:
        return f"{met} failed and nobody said so: {outcomes}"
    behind = set(outcomes[outcomes.index("journal failed") + 1 :])
    if not behind <= {"refused in setup"}:
        return f"{met} failed and {behind} followed"
    return None if set(sent) == {len(shop.ledger)} else f"{met} failed and something was sent afterwards"


@pytest.mark.parametrize("after_a_kill", [False, True], ids=["from the beginning", "going on"])
@pytest.mark.parametrize("refusal", Refusal, ids=[refusal.name for refusal in Refusal])
def test_an_error_at_a_journal_operation_is_loud_and_loses_nothing(
    recording: Recording, scratch: Path, refusal: Refusal, after_a_kill: bool
) -> None:
    """The run errors, the rows behind it error before anything is sent, and all that was done counts afterwards."""
    refused = Refused(Judge(recording, recording.project, scratch / "errors"), refusal, after_a_kill=after_a_kill)
    where = "going on from a kill" if after_a_kill else "from the beginning"
    met = set()
    for found in refused.each(faults.every(1, 11)):
        assert found is None, refused.met
        met.add(refused.met)
        faults.count(f"errors while the engine runs (loud, resumed), {where}", f"{refusal.told} at {refused.met}")
    assert met == MET.get(refusal, EVERY) if faults.IS_WHOLE else met


@pytest.mark.parametrize("wrap", JOURNALS.values(), ids=JOURNALS)
def test_a_journal_that_bears_with_errors_is_caught(
    recording: Recording, scratch: Path, wrap: Wrap, request: pytest.FixtureRequest
) -> None:
    """Who goes on after a failed write or sync has recorded less than it did."""
    judge = Judge(recording, recording.project, scratch / "errors")
    refused = Refused(judge, Refusal.DROPPED, wrap=wrap)
    caught(refused.each(1), request.node.callspec.id)
