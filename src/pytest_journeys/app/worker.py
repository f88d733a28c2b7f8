"""One worker at work: its runs are opened, replayed or carried out, one after another.

The serial case is a session with one worker. What all runs of a journey share is prepared once.
"""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from pytest_journeys.adapters.clock import OsEntropy, SystemClock
from pytest_journeys.adapters.secrets import SecretSources
from pytest_journeys.app.carrying import Carrying, Prepared, to_be_left
from pytest_journeys.app.environments import load_environment
from pytest_journeys.app.functions import functions_of
from pytest_journeys.app.journey import Journey, as_stored
from pytest_journeys.app.opening import Opening, open_run, refused_run
from pytest_journeys.app.reentering import Reentering
from pytest_journeys.app.settings import Settings
from pytest_journeys.app.telling import Teller
from pytest_journeys.artifact.model import Artifact
from pytest_journeys.bindings.environment import Environment
from pytest_journeys.engine.plan import plan_of
from pytest_journeys.engine.runner import Runner, RunResult
from pytest_journeys.engine.world import World
from pytest_journeys.events.model import JournalStopped, RunReplayed
from pytest_journeys.ports import Clock, Listener, Transport
from pytest_journeys.store.inbox import StoreInbox
from pytest_journeys.store.journal import SyncCost
from pytest_journeys.store.runlist import Earlier, RunKey, run_id
from pytest_journeys.store.worker import Worker as StoreWorker
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.redaction import Redactor
from pytest_journeys.values.sealed import STATE_KEY, key_texts
from pytest_journeys.values.secret import Secret


class Worker:
    """One worker of a published session. `interruptions` are the exceptions that leave a run open; `clock` None: the system's."""

    def __init__(
        self,
        settings: Settings,
        store: StoreWorker,
        *,
        listener: Listener,
        clock: Clock | None,
        interruptions: tuple[type[BaseException], ...],
    ) -> None:
        self._settings = settings
        self._store = store
        self._listener = listener
        self._interruptions = interruptions
        self._prepared: dict[str, Prepared] = {}
        self._times: dict[RunKey, int] = {}
        self._transport: Transport | None = None
        self._asked_to_stop: str | None = None
        self._clock = clock or SystemClock(self)
        self._reentering = Reentering(store.store)
        self._secrets = SecretSources(
            os.environ, file=settings.secrets_file, command=settings.secrets_command, folder=settings.root
        )
        self._state_keys = key_texts(os.environ)
        self.teller = Teller(store.store, store.session, store.name, settings)

    def turn(self, journey: Journey, index: int | None) -> int:
        """How often a run was set up here before; counts this time. What runs again is a run of its own.

        What comes from a lost worker goes on with the last of its runs there. Raises `StoreCorruptError`.
        """
        self._store.lost.look()
        key = journey.key(index)
        known = self._times.get(key)
        self._times[key] = self._store.lost.reruns(key) if known is None else known + 1
        return self._times[key]

    def open(
        self,
        journey: Journey,
        index: int | None,
        *,
        turn: int,
        fixtures: Mapping[str, object],
        environment: object | None,
    ) -> Opening:
        """Choose what becomes of a run, from what it is given; `environment` is what the user's fixture returned.

        Sends nothing. Raises `SetupError`, `StoreError`, `UsageError`; `JournalFailedError` when nothing can be recorded.
        """
        self._store.expect_journal()
        values = self._environment if environment is None else self._environment.with_fixture(environment)
        opening = open_run(
            self._store,
            journey,
            index,
            times=turn,
            environment=values,
            fixtures=fixtures,
            reentering=self._reentering,
            as_stored=lambda journey, opened: as_stored(journey, opened, self._settings),
        )
        if opening.replaced and opening.run == run_id(self._store.session, opening.key, turn + 1):
            self._times[opening.key] = turn + 1  # it takes the place of one that a lost worker had opened
        return opening

    def refuse(self, journey: Journey, index: int | None, *, turn: int, outcome: str, reason: str) -> str:
        """Record that a run ended in its setup (``error``, ``skipped``), before anything was sent; its id.

        Raises `JournalFailedError`.
        """
        run, events = refused_run(
            self._store, journey, index, times=turn, outcome=outcome, reason=reason, now=self._clock.now()
        )
        if events:
            self._store.journal.append(events)
        return run

    def carry(self, opening: Opening) -> Carrying:
        """Everything ready to carry a run out. Raises `SetupError` for a secret that is missing or cannot be hidden."""
        return Carrying(
            opening, world=self.world, store=self._store.store, in_doubt=self._settings.in_doubt, prepare=self._prepare
        )

    def cancel(self, earlier: Earlier, folder: Path, because: str) -> RunResult:
        """End an open run for good: clean up after it, with its own values. `folder` is where its files are.

        Raises `SetupError` for a secret that is missing, `StoreError`; it stays open then.
        """
        left = to_be_left(
            self._store.store,
            earlier,
            self._prepare,
            folder=folder,
            in_doubt=self._settings.in_doubt,
            cancelled_because=because,
        )
        return Runner(*left, self.world).run()

    def replay(self, opening: Opening) -> RunReplayed:
        """Count a run that passed in an interrupted session: one line, not synced. Raises `JournalFailedError`."""
        if opening.replay is None:
            raise ValueError("only a run that passed is replayed")
        event = RunReplayed(
            run=opening.run,
            journey=opening.key.journey,
            row=opening.key.row,
            repeat=opening.key.repeat,
            place=opening.replay.place,
            at=self._clock.now(),
        )
        self._store.journal.append([event])
        return event

    @property
    def head(self) -> str:
        """The hash of the line appended last."""
        return self._store.journal.place.line

    @property
    def environment_name(self) -> str | None:
        """The name of the session's environment."""
        return self._settings.environment

    @property
    def sync_cost(self) -> SyncCost:
        """What waiting for the disk has cost."""
        return self._store.journal.sync_cost

    # stopping

    def ask_to_stop(self, reason: str) -> None:
        """Begin no further request in this process. Safe in a signal handler."""
        self._asked_to_stop = reason

    def reason(self) -> str | None:
        """Why no further request may begin (`ports.StopSign`)."""
        return self._asked_to_stop or self._store.stop_sign.reason()

    def marked(self) -> str | None:
        """Why the controller asks to stop, or None. May be asked by any thread."""
        return self._store.stop_sign.marked()

    def leave(self, stopped_because: str | None = None) -> None:
        """Close what is open: connections, the journal, the lock. Raises `JournalFailedError`."""
        try:
            if self._transport is not None:
                self._transport.close()
            if stopped_because is not None and self._store.has_journal:
                self._store.journal.append([JournalStopped(reason=stopped_because, at=self._clock.now())])
        finally:
            self._store.leave()

    # what all runs share

    @cached_property
    def world(self) -> World:
        """The ports, made at the first run that is carried out."""
        from pytest_journeys.adapters.transport import HttpTransport

        sealer = None
        if self._state_keys:
            from pytest_journeys.adapters.state_keys import sealer_of  # brings a library: only where a key is set

            sealer = sealer_of(self._state_keys)
        self._transport = HttpTransport()
        return World(
            transport=self._transport,
            journal=self._store.journal,
            bodies=self._store.bodies,
            clock=self._clock,
            entropy=OsEntropy(),
            stop=self,
            inbox=StoreInbox(self._store.store),
            listener=self._listener,
            interruptions=self._interruptions,
            body_limit=self._settings.body_limit,
            park_after=self._settings.park_after.seconds,
            sealer=sealer,
        )

    @cached_property
    def _environment(self) -> Environment:
        return load_environment(self._settings)

    def _prepare(self, artifact: Artifact, digest: str) -> Prepared:
        known = self._prepared.get(digest)
        if known is None:
            secrets = {name: self._secret(name) for name in artifact.secrets}
            redactor = Redactor((name, secret.reveal()) for name, secret in secrets.items())
            for key in self._state_keys:
                redactor.learn(STATE_KEY, key)
            known = self._prepared[digest] = Prepared(plan_of(artifact), secrets, redactor, functions_of(artifact))
        return known

    def _secret(self, name: str) -> Secret:
        try:
            secret = self._secrets.find(name)
        except SetupError as error:
            raise error.at(f"secrets/{name}") from None
        if secret is None:
            raise SetupError(
                f"the secret {name} is not given",
                help=f"set the OS variable {self._secrets.variable_of(name)}, or write it into journeys_secrets_file",
                place=f"secrets/{name}",
            )
        return secret
