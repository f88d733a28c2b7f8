"""Today's definitions against what stands in a store: what would become of each open run. Nothing is sent or written."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pytest_journeys.app.environments import load_environment
from pytest_journeys.app.journey import Journey, as_stored
from pytest_journeys.app.reentering import EDITED
from pytest_journeys.app.settings import Settings
from pytest_journeys.bindings.environment import Environment
from pytest_journeys.bindings.fingerprint import differences, fingerprint
from pytest_journeys.bindings.given import Given
from pytest_journeys.events.model import RunOpened
from pytest_journeys.reports.against import GONE, NEW, RESUME, STORED, Fate
from pytest_journeys.store.layout import Store
from pytest_journeys.store.manifest import EXPIRED
from pytest_journeys.store.ownership import choose, open_in
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.runlist import Earlier, JourneyEntry, RunKey
from pytest_journeys.store.selection import Selected, Selection
from pytest_journeys.store.sessions import SessionView, sessions
from pytest_journeys.values.errors import JourneysError
from pytest_journeys.values.fact import fact


@fact
class Comparison:
    """What would become of each open run of the journeys; `others` are open runs of journeys that were not looked at."""

    fates: tuple[Fate, ...]
    others: int


def check_against(
    store: Store, journeys: Iterable[Journey], settings: Settings, now: float | None = None
) -> Comparison:
    """Of the runs that no living session holds. Raises `StoreError`, `UsageError`, `DefinitionError` (the environment)."""
    views = sessions(store)
    known = {journey.name: journey for journey in journeys}
    keys = {key for view in views if not view.is_living and view.status != EXPIRED for key in _open_keys(view)}
    mine = sorted(key for key in keys if key.journey in known)
    selection = Selection(
        runs=tuple(Selected(key=key, journey=_entry(known, key)) for key in (*mine, *_rest(keys, mine)))
    )
    chosen = choose("check", selection, views, now=time.time() if now is None else now, replays=False)
    judge = _Judge(store, views, replace(settings, store=store.path))
    rows = {name: _rows(journey) for name, journey in known.items()}
    fates: list[Fate] = []
    others = 0
    for entry in chosen.entries:
        left = [earlier for earlier in entry.earlier if earlier.is_open]
        if entry.key.journey not in known:
            others += len(left)
        elif left:
            fates += judge.judge(known[entry.key.journey], entry.key, rows[entry.key.journey], left)
    return Comparison(fates=tuple(fates), others=others)


def _open_keys(view: SessionView) -> Iterator[RunKey]:
    return (run.key for run in open_in(view))


def _rest(keys: set[RunKey], mine: Sequence[RunKey]) -> list[RunKey]:
    return sorted(keys.difference(mine))


def _entry(known: dict[str, Journey], key: RunKey) -> JourneyEntry:
    return (
        known[key.journey].entry
        if key.journey in known
        else JourneyEntry(journey=key.journey, artifact="", source_map="")
    )


def _rows(journey: Journey) -> dict[RunKey, int | None]:
    if journey.rows is None:
        return {journey.key(None): None}
    return {journey.key(index): index for index in range(len(journey.rows))}


class _Judge:
    """Compares what an open run was given with what it would be given now."""

    def __init__(self, store: Store, views: Sequence[SessionView], settings: Settings) -> None:
        self._store = store
        self._settings = settings
        self._environments = {view.session: view.header.facts.environment for view in views}
        self._loaded: dict[str, Environment] = {}

    def judge(
        self, journey: Journey, key: RunKey, rows: dict[RunKey, int | None], left: Sequence[Earlier]
    ) -> list[Fate]:
        """Of several open runs of a key the newest that can goes on, the others are replaced."""
        found: list[Fate] = []
        for earlier in left:
            fate = self._fate(journey, key, rows, earlier)
            if fate.goes_on and any(other.goes_on for other in found):
                fate = replace(fate, decision=NEW, reasons=("a newer run of the same row goes on",))
            found.append(fate)
        return found

    def _fate(self, journey: Journey, key: RunKey, rows: dict[RunKey, int | None], earlier: Earlier) -> Fate:
        fate = Fate(
            run=earlier.run,
            journey=key.journey,
            row=key.row,
            repeat=key.repeat,
            session=earlier.place.session,
            is_parked=earlier.is_parked,
            decision=NEW,
        )
        if key not in rows:
            return replace(fate, decision=GONE, reasons=("its row is not there any more",))
        if earlier.is_expired:
            return replace(fate, reasons=("it is older than recovery.max_age",))
        if earlier.is_lost:
            return replace(fate, reasons=("the machine started anew, and it was recorded at durability process",))
        opened = load_state(self._store, earlier.run, earlier.place).opened
        given, unknown = self._given(journey, rows[key], opened, earlier.place.session)
        fate = replace(fate, not_compared=unknown)
        if fingerprint(journey.definition.digest, given) == earlier.fingerprint:
            return replace(fate, decision=RESUME)
        is_edited = opened.artifact != journey.definition.digest
        changed = differences(opened.given, given)
        if earlier.is_parked and is_edited:
            try:
                before = as_stored(journey, opened, self._settings)
                given, unknown = self._given(before, rows[key], opened, earlier.place.session)
            except JourneysError as error:
                changed = (*changed, str(error))
            else:
                if fingerprint(opened.artifact, given) == earlier.fingerprint:
                    return replace(fate, decision=STORED, reasons=(EDITED,), not_compared=unknown)
        return replace(fate, reasons=(*((EDITED,) if is_edited else ()), *changed))

    def _given(
        self, journey: Journey, index: int | None, opened: RunOpened, session: str
    ) -> tuple[Given, tuple[str, ...]]:
        """What it would be given; what only a run tells is taken as it was, and named."""
        was = Given.from_recorded(opened.given)
        artifact = journey.definition.artifact
        unknown = ["subject", *(f"fixtures.{name}" for name in artifact.fixture_values)]
        row = journey.row(index)
        inputs, environment = was.inputs, was.environment
        try:
            inputs = journey.inputs.bind(row).values
        except JourneysError as error:
            unknown.append(f"inputs ({error.args[0]})")
        try:
            environment = self._environment(session).values_for(artifact)
        except JourneysError as error:
            unknown.append(f"env ({error.args[0]})")
        given = Given(
            inputs=inputs,
            row={} if row is None else row.values,
            environment=environment,
            fixtures={name: was.fixtures.get(name) for name in artifact.fixture_values},
            subject=was.subject,
        )
        return given, tuple(unknown)

    def _environment(self, session: str) -> Environment:
        """The one that is asked for, else the one that the run's session had."""
        name = self._settings.environment or self._environments.get(session) or ""
        if name not in self._loaded:
            self._loaded[name] = load_environment(replace(self._settings, environment=name or None), keeps=False)
        return self._loaded[name]
