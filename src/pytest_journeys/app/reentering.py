"""Whether an earlier run is gone on with though it failed or something changed (``--journeys-resume=failed``), and where."""

from collections.abc import Sequence

from pytest_journeys.app.journey import Journey
from pytest_journeys.artifact.codec import decode_artifact
from pytest_journeys.artifact.model import Artifact
from pytest_journeys.bindings.fingerprint import differences
from pytest_journeys.bindings.given import Given
from pytest_journeys.engine.plan import Plan, plan_of
from pytest_journeys.engine.reentering import Definitions, Start, definitions_of, start_of
from pytest_journeys.events.model import RunOpened, Stashed
from pytest_journeys.events.state import fold
from pytest_journeys.store.artifacts import get_artifact
from pytest_journeys.store.layout import Store
from pytest_journeys.store.parts import run_lines
from pytest_journeys.store.runlist import Earlier
from pytest_journeys.values.errors import JourneysError
from pytest_journeys.values.fact import fact

EDITED = "the journey was edited"


@fact(kw_only=False)
class GoesOn:
    """An earlier run goes on: re-entered at `start`, or resumed as it is when that is None. `told` says why so."""

    start: Start | None
    told: tuple[str, ...]


class Reentering:
    """Looks at earlier runs for one worker; what an artifact's steps depend on is worked out once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._known: dict[str, tuple[Plan, Definitions]] = {}

    def look(self, earlier: Earlier, journey: Journey, given: Given) -> GoesOn | tuple[str, ...]:
        """How it goes on, or the sentences that say why it does not."""
        if earlier.is_expired:
            return ("it is older than recovery.max_age",)
        if earlier.is_lost:
            return ("the machine started anew, and it was recorded at durability process",)
        try:
            events = [event for line in run_lines(self._store, earlier.run, earlier.place) for event in line.events]
            state = fold(events)
            if state is None:
                return (f"no line opens {earlier.run}",)
            then = self._definitions(state.opened.artifact, None)[1]
        except JourneysError as error:
            return (str(error),)
        is_edited = state.opened.artifact != journey.definition.digest
        changed = _changed(state.opened, given, is_edited=is_edited)
        about = (*((EDITED,) if is_edited else ()), *changed)
        if any(not sentence.startswith("subject ") for sentence in changed):
            return about
        if earlier.is_open and not is_edited:
            return GoesOn(None, about)
        plan, now = self._definitions(journey.definition.digest, journey.definition.artifact)
        start = start_of(plan, now, then, state, events)
        if not start.at:
            return ("every step of it had passed", *about)
        if not start.replayed and not any(isinstance(one, Stashed) for one in start.doubted):
            return (start.because, *about)
        return GoesOn(start, (start.because, *about))

    def _definitions(self, digest: str, artifact: Artifact | None) -> tuple[Plan, Definitions]:
        known = self._known.get(digest)
        if known is None:
            found = artifact or decode_artifact(get_artifact(self._store, digest), digest=digest)
            plan = plan_of(found)
            known = self._known[digest] = plan, definitions_of(found, plan)
        return known


def _changed(opened: RunOpened, given: Given, *, is_edited: bool) -> Sequence[str]:
    """What it was given that is another now; of an edited journey only what both refer to: the rest is in the steps."""
    return differences(opened.given, given, only_common=is_edited)
