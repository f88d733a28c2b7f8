"""What is told of a session when it begins and when it ends, from what the store decided and wrote."""

from collections.abc import Iterator, Mapping, Sequence

from pytest_journeys.app.settings import Settings
from pytest_journeys.reports.terminal import Beginning, Ending, Syncs
from pytest_journeys.reports.told import told_age, told_count
from pytest_journeys.store.lost import lost_workers
from pytest_journeys.store.manifest import Manifest
from pytest_journeys.store.retention import Removal
from pytest_journeys.store.session import Session
from pytest_journeys.values.moment import told_moment


def beginning_of(session: Session, settings: Settings, *, now: float) -> Beginning:
    """What the first line says."""
    decision = session.decision
    reasons = {
        "recorded at durability process, and the machine started anew since": decision.lost,
        "older than recovery.max_age": decision.too_old,
    }
    return Beginning(
        store=settings.shown(settings.store),
        session=session.id,
        durability=settings.durability,
        resumed=decision.resuming,
        reentered=decision.reentering,
        replayed=decision.replaying,
        oldest_replay=None if decision.oldest_replayed_at is None else now - decision.oldest_replayed_at,
        fresh=decision.fresh,
        parked=decision.parked,
        parked_until=None if decision.parked_until is None else told_moment(decision.parked_until),
        continues=decision.from_sessions[0] if decision.from_sessions else None,
        interrupted_ago=None if decision.interrupted_at is None else now - decision.interrupted_at,
        reasons={reason: count for reason, count in reasons.items() if count},
        removed=len(decision.removal.leaving),
        notes=(
            *(f"{holder} still works on some of these runs; they are left to it" for holder in decision.held),
            *(
                f"the session {expired.session} ended {told_age(now - expired.last_at)} ago and is too old to resume; it"
                f" left {told_count(len(expired.open_runs), 'run')} open"
                for expired in decision.expired
            ),
            *told_removal(decision.removal),
        ),
    )


def told_removal(removal: Removal) -> Iterator[str]:
    """What besides their number is worth telling of the sessions that were removed."""
    for leaving in removal.leaving:
        if leaving.given_up:
            yield (
                f"the session {leaving.session} was removed; its open {told_count(len(leaving.given_up), 'run')}"
                " had become too old to resume"
            )
    if removal.trouble:
        yield f"not every past session could be removed: {removal.trouble}"


def ending_of(
    session: Session,
    manifest: Manifest | None,
    settings: Settings,
    *,
    outcomes: Mapping[str, int],
    in_doubt: tuple[str, ...],
    counts: Mapping[str, int],
    not_resumed: Mapping[str, int],
    went_on: Mapping[str, int],
    left: Mapping[str, int],
    not_cleaned: tuple[str, ...],
    not_restored: Mapping[str, int],
    parked_until: Sequence[float] = (),
    syncs: Syncs | None = None,
) -> Ending:
    """What the last section says."""
    is_interrupted = manifest is None or manifest.how == "interrupted"
    passed = outcomes.get("passed", 0)
    left_open = sum(not run.is_parked and not run.outcome for run in manifest.open_runs) if manifest is not None else 0
    return Ending(
        store=settings.shown(settings.store),
        outcomes={**outcomes, "interrupted": left_open} if left_open else outcomes,
        resumed=counts.get("resumed", 0),
        reentered=counts.get("reentered", 0),
        restarted=counts.get("restarted", 0),
        replayed_runs=counts.get("replayed_runs", 0),
        replayed_steps=counts.get("replayed_steps", 0),
        refreshed_steps=counts.get("refreshed_steps", 0),
        warnings=counts.get("warnings", 0),
        in_doubt=in_doubt,
        not_resumed=not_resumed,
        went_on=went_on,
        left=left,
        not_cleaned=not_cleaned,
        not_restored=not_restored,
        reports=(("evidence", settings.shown(settings.json)),) if settings.json is not None else (),
        syncs=syncs,
        interrupted=is_interrupted,
        open_runs=left_open,
        parked=outcomes.get("parked", 0),
        parked_until=told_moment(min(parked_until)) if parked_until else None,
        replayable=passed if is_interrupted else 0,
        lost_workers=tuple(lost_workers(session.store, session.id)),
    )
