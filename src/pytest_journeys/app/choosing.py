"""What becomes of a selected run: replayed, resumed, or begun, and what it takes the place of. Pure."""

from collections.abc import Sequence

from pytest_journeys.store.ownership import PASSED
from pytest_journeys.store.runlist import Earlier
from pytest_journeys.values.fact import fact


@fact(kw_only=False)
class Replay:
    """It passed in an interrupted session with the same fingerprint: it counts, nothing is sent."""

    earlier: Earlier


@fact
class Carry:
    """It is carried out: `resumed` when an open run goes on, else from the beginning.

    `replaced` are open runs whose cleanup comes first, the newest first.
    """

    resumed: Earlier | None = None
    replaced: tuple[Earlier, ...] = ()


def choose(earlier: Sequence[Earlier], fingerprint: str, *, may_resume: bool) -> Replay | Carry:
    """Of several open runs the newest with an equal fingerprint resumes; the others are replaced.

    `earlier` is newest first. Without `may_resume` (``--journeys-resume=never``) every open run is replaced.
    """
    if may_resume:
        for found in earlier:
            if found.outcome == PASSED and found.fingerprint == fingerprint:
                return Replay(found)
    resumed = None
    if may_resume:
        resumed = next((found for found in earlier if _goes_on(found, fingerprint)), None)
    return Carry(
        resumed=resumed, replaced=tuple(found for found in earlier if found.needs_cleanup and found is not resumed)
    )


def _goes_on(found: Earlier, fingerprint: str) -> bool:
    return found.is_open and found.fingerprint == fingerprint and not found.is_expired and not found.is_lost
