"""One run carried out: what it takes the place of is cleaned up first, then it runs to its end."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from pytest_journeys.adapters.sources import FolderSources
from pytest_journeys.app.functions import Functions
from pytest_journeys.app.opening import Opening
from pytest_journeys.artifact.codec import decode_artifact
from pytest_journeys.artifact.model import Artifact
from pytest_journeys.bindings.given import Given
from pytest_journeys.engine.marks import reason_of
from pytest_journeys.engine.plan import Plan
from pytest_journeys.engine.record import Pending
from pytest_journeys.engine.runner import PARKED, Runner, RunResult
from pytest_journeys.engine.waiting import is_still_parked
from pytest_journeys.engine.world import Assignment, World
from pytest_journeys.events.model import Reentry, RunEnded
from pytest_journeys.store.artifacts import get_artifact
from pytest_journeys.store.layout import Store
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.runlist import Earlier
from pytest_journeys.values.errors import JournalFailedError, JourneysError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue
from pytest_journeys.values.redaction import Redactor, check_secret
from pytest_journeys.values.secret import Secret


@fact(kw_only=False)
class Prepared:
    """What all runs of one artifact share."""

    plan: Plan
    secrets: Mapping[str, Secret]
    redactor: Redactor
    functions: Functions


class Carrying:
    """A run that is about to be carried out. `not_cleaned` are the sentences about what could not be cleaned up."""

    def __init__(
        self,
        opening: Opening,
        *,
        world: World,
        store: Store,
        in_doubt: str | None,
        prepare: Callable[[Artifact, str], Prepared],
    ) -> None:
        self._opening = opening
        self._world = world
        self._store = store
        self._in_doubt = in_doubt
        self._prepare = prepare
        self.not_cleaned: list[str] = []
        self._runner: Runner | None = None
        definition = opening.journey.definition
        self._prepared = prepare(definition.artifact, definition.digest)
        if self._prepared.functions.missing is not None:
            raise self._prepared.functions.missing
        self._assignment = self._own_assignment()

    def skip_reason(self) -> str | None:
        """Why the journey's ``skip`` holds, None when it does not; a run that goes on is not skipped. Raises `SetupError`."""
        if self._assignment.state is not None:
            return None
        return reason_of(self._prepared.plan.artifact.skip, "skip", self._assignment, self._world)

    def still_parked(self) -> RunResult | None:
        """How the run stands when it was parked and its moment has not come: nothing is recorded then, nothing is set up."""
        state = self._assignment.state
        if state is None or not is_still_parked(
            state, self._world.inbox, self._world.clock.now(), self._world.park_after
        ):
            return None
        assert state.parked is not None
        return RunResult(PARKED, state.parked.reason, state.opened.attempt, (), state.parked.until)

    def run(self) -> RunResult:
        """Clean up what is replaced, then run to the end, or until it is parked (`Runner.run` says what is raised)."""
        self._clean_up()
        pending = self._hand_over()
        expected = reason_of(self._prepared.plan.artifact.xfail, "xfail", self._assignment, self._world)
        assignment = replace(self._assignment, expected_failure=expected)
        self._runner = Runner(self._prepared.plan, assignment, self._world, pending)
        return self._runner.run()

    @property
    def at(self) -> str | None:
        """The path of the step that is carried out, None between two."""
        return None if self._runner is None else self._runner.at

    @property
    def outcome(self) -> str | None:
        """How the run is recorded to have ended, also when a foreign exception went through it; None while it is open."""
        told = self._runner.told if self._runner is not None else ()
        return next((event.outcome for event, _ in reversed(told) if isinstance(event, RunEnded)), None)

    def conclude(self, outcome: str, reason: str) -> RunResult:
        """Clean up what is replaced, then end the run without a step; one that was to be re-entered stays as it is."""
        self._clean_up()
        self._assignment = replace(self._assignment, reenters=None, start=None)
        return Runner(self._prepared.plan, self._assignment, self._world).conclude(outcome, reason)

    def _own_assignment(self) -> Assignment:
        opening = self._opening
        definition = opening.journey.definition
        redactor = self._prepared.redactor
        if opening.given.secret_inputs:
            redactor = redactor.copy()
            for name, secret in opening.given.secret_inputs.items():
                value = secret.reveal()
                if isinstance(value, str):
                    check_secret(name, value)
                redactor.learn(name, value)
        resumed = opening.resumed
        return Assignment(
            run=opening.run,
            journey=opening.key.journey,
            row=opening.key.row,
            repeat=opening.key.repeat,
            artifact=definition.digest,
            source_map=definition.map_digest,
            fingerprint=opening.fingerprint,
            sources=FolderSources(definition.folder),
            values=_values(opening.given, self._prepared.secrets),
            recorded=opening.given.recorded(),
            redactor=redactor,
            functions=self._prepared.functions.by_name,
            policy=self._in_doubt or definition.artifact.recovery.in_doubt,
            state=None if resumed is None else load_state(self._store, resumed.run, resumed.place),
            continues=None if resumed is None else resumed.place,
            keeps_on_failure=definition.artifact.recovery.keeps_on_failure,
            reenters=self._reentry(),
            start=opening.start,
            because=opening.goes_on or opening.told,
        )

    def _reentry(self) -> Reentry | None:
        earlier, start = self._opening.reenters, self._opening.start
        if earlier is None or start is None:
            return None
        return Reentry(run=earlier.run, place=earlier.place, step=start.at)

    def _clean_up(self) -> None:
        because = "; ".join(self._opening.told) or f"{self._opening.run} takes its place"
        for one in self._opening.replaced:
            try:
                left = to_be_left(
                    self._store,
                    one,
                    self._prepare,
                    folder=self._opening.journey.definition.folder,
                    in_doubt=self._in_doubt,
                    replaced_because=because,
                )
                Runner(*left, self._world).run()
            except JournalFailedError:
                raise
            except JourneysError as error:
                self.not_cleaned.append(f"{one.run} cannot be cleaned up: {error}")

    def _hand_over(self) -> Pending | None:
        """Of a run that kept its cleanup and is re-entered: clean up behind the steps that are replayed; the rest goes over.

        What ends it is appended in one line with the opening of the run that goes on: never is the cleanup with neither.
        """
        opening = self._opening
        kept = opening.reenters
        if kept is None or opening.start is None or not kept.needs_cleanup:
            return None
        plan, assignment = to_be_left(
            self._store,
            kept,
            self._prepare,
            folder=opening.journey.definition.folder,
            in_doubt=self._in_doubt,
            replaced_because=f"{opening.run} re-enters it",
        )
        spared = frozenset(done.step for done in opening.start.replayed)
        runner = Runner(plan, replace(assignment, spared=spared), self._world)
        runner.run()
        return runner.hand_over()


def to_be_left(
    store: Store,
    earlier: Earlier,
    prepare: Callable[[Artifact, str], Prepared],
    *,
    folder: Path,
    in_doubt: str | None,
    replaced_because: str | None = None,
    cancelled_because: str | None = None,
) -> tuple[Plan, Assignment]:
    """An open run that does not go on, to be cleaned up: its own artifact, with its own values.

    `folder` is where its files are. Raises `StoreError`, `ArtifactError`, `SetupError`.
    """
    state = load_state(store, earlier.run, earlier.place)
    opened = state.opened
    artifact = decode_artifact(get_artifact(store, opened.artifact), digest=opened.artifact)
    prepared = prepare(artifact, opened.artifact)
    assignment = Assignment(
        run=earlier.run,
        journey=opened.journey,
        row=opened.row,
        repeat=opened.repeat,
        artifact=opened.artifact,
        source_map=opened.source_map,
        fingerprint=opened.fingerprint,
        sources=FolderSources(folder),
        values=_values(Given.from_recorded(opened.given), prepared.secrets),
        recorded=opened.given,
        redactor=prepared.redactor,
        functions=prepared.functions.by_name,
        policy=in_doubt or artifact.recovery.in_doubt,
        state=state,
        continues=earlier.place,
        replaced_because=replaced_because,
        cancelled_because=cancelled_because,
    )
    return prepared.plan, assignment


def _values(given: Given, secrets: Mapping[str, Secret]) -> dict[str, Mapping[str, JsonValue]]:
    """What references may use, secrets revealed."""
    return {
        "inputs": {**given.inputs, **{name: secret.reveal() for name, secret in given.secret_inputs.items()}},
        "row": given.row,
        "env": given.environment,
        "fixtures": given.fixtures,
        "secrets": {name: secret.reveal() for name, secret in secrets.items()},
    }
