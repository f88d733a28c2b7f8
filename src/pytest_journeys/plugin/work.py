"""The worker's part of a session in pytest: journeys are gathered, their runs opened and carried out, one journal written.

In a serial session the same process leads (`lead`); under xdist each worker process has one of these.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from pytest_journeys.app.environments import check_environment
from pytest_journeys.app.journey import Journey, check_selected
from pytest_journeys.app.session import Chosen, enter_session, keep_definitions, selection_of
from pytest_journeys.app.worker import Worker
from pytest_journeys.plugin import REFUSED, WORKER_INPUT, WORKER_OUTPUT
from pytest_journeys.plugin.clock import given_clock, now_of
from pytest_journeys.plugin.settings import settings_of
from pytest_journeys.plugin.signals import Signals
from pytest_journeys.plugin.telling import JOURNEY, Telling
from pytest_journeys.plugin.told import Left
from pytest_journeys.plugin.trouble import error_text
from pytest_journeys.plugin.watch import Watch
from pytest_journeys.store.selection import Selection
from pytest_journeys.store.worker import SERIAL
from pytest_journeys.store.worker import Worker as StoreWorker
from pytest_journeys.values.errors import DefinitionError, Interrupted, JourneysError, StoreError, UsageError

_KEY: Final = pytest.StashKey["Work"]()

_logger = logging.getLogger("journeys")


class Refusal(pytest.Item):
    """What a worker selects instead when something that a person gave does not fit: the controller raises what it is.

    It only looks at ids, and a file that cannot be loaded has none.
    """

    def runtest(self) -> None:
        """Never: the session does not begin."""
        raise RuntimeError("a session that was refused has begun")


class Work:
    """One process that collects journeys and may run them."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.settings = settings_of(config)
        self._tags: set[str] = set()
        self._usage_errors: list[str] = []
        self._store: StoreWorker | None = None
        self._worker: Worker | None = None
        self._watch: Watch | None = None
        self._interrupted_by: str | None = None
        self._journeys: list[Journey] = []
        self._named = _named_ids(config)
        self.telling = Telling(config, self.settings)
        self.signals = Signals(self._ask_to_stop)
        self.on_stop: Callable[[str], None] | None = None

    @staticmethod
    def of(config: pytest.Config) -> "Work":
        """The one of this process, registered with the first journey."""
        found = config.stash.get(_KEY, None)
        if found is None:
            found = config.stash[_KEY] = Work(config)
            config.pluginmanager.register(found, "journeys-work")
            config.pluginmanager.register(found.telling, "journeys-telling")
        return found

    # gathering

    def add(self, journey: Journey) -> list[pytest.MarkDecorator]:
        """Take in a journey that was collected; its tags as markers, registered."""
        tags = journey.definition.source_map.tags
        for tag in tags:
            if tag not in self._tags:
                self._tags.add(tag)
                self._config.addinivalue_line("markers", f"{tag}: a tag of journeys")
        return [getattr(pytest.mark, tag) for tag in tags]

    def add_usage_error(self, error: JourneysError) -> None:
        """Something that a person gave does not fit: told, once, when the session would begin."""
        self._usage_errors.append(error_text(error))

    def has_journeys(self, session: pytest.Session) -> bool:
        """Whether a journey is to run, or could not be collected; what does not fit is in `usage_error` then."""
        selected = {
            id(item.stash[JOURNEY][0]): item.stash[JOURNEY][0] for item in session.items if JOURNEY in item.stash
        }
        if not selected and not self._usage_errors:
            return False
        self._journeys = list(selected.values())
        try:
            if not self._usage_errors:  # a journey that refused what was given is not among these
                check_selected(self._journeys, self.settings)
            check_environment(self.settings)
        except (UsageError, DefinitionError) as error:
            self.add_usage_error(error)
        return True

    @property
    def usage_error(self) -> str:
        """What a person gave that does not fit; empty when all does."""
        return "\n".join(dict.fromkeys(self._usage_errors))

    def select(self, session: pytest.Session) -> Selection:
        """What is to run."""
        chosen = (
            Chosen(*item.stash[JOURNEY], is_named=item.nodeid in self._named)
            for item in session.items
            if JOURNEY in item.stash
        )
        return selection_of(chosen, self.usage_error)

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Under xdist: offer the selection before the controller hears that collection is over."""
        given = getattr(self._config, "workerinput", None)
        if given is None or self._config.option.collectonly:
            return
        if not self.has_journeys(session):
            return
        selection = self.select(session)
        if selection.usage_error:
            session.items[:] = [Refusal.from_parent(session, name=REFUSED, nodeid=REFUSED)]
        self.enter(given[WORKER_INPUT], given["workerid"]).offer(selection)

    def enter(self, session_id: str, name: str = SERIAL) -> StoreWorker:
        """Take the worker's lock and put what was selected into the store."""
        self._store = enter_session(self.settings, session_id, name, lambda: now_of(self._config))
        keep_definitions(self.settings, self._journeys)
        return self._store

    # running

    @property
    def worker(self) -> Worker:
        """The worker, which joins the published session with its first item. Raises `StoreError`."""
        if self._worker is None:
            if self._store is None:
                raise StoreError("no session of journeys has begun")
            self._store.join()
            self._worker = Worker(
                self.settings,
                self._store,
                listener=self,
                clock=given_clock(self._config),
                interruptions=(KeyboardInterrupt, pytest.exit.Exception),
            )
            self.signals.install()
            if hasattr(self._config, "workerinput"):
                self._watch = Watch(self._worker.marked, self.signals.obey)
        return self._worker

    def stop_if_asked(self) -> None:
        """Raises `Interrupted` when the session is to stop: no further run begins."""
        reason = self.worker.reason()
        if reason is not None:
            raise Interrupted(reason)

    @contextmanager
    def in_flight(self) -> Iterator[None]:
        """While a run is carried out, a signal waits for the next step boundary."""
        with self.signals.deferred(self.settings.grace):
            yield

    def step_ended(self, run: str, step: str, outcome: str) -> None:
        """Live progress, seen with log_cli (`ports.Listener`)."""
        _logger.info("%s %s %s", run, step, outcome)

    def _ask_to_stop(self, reason: str) -> None:
        self._interrupted_by = reason
        if self._worker is not None:
            self._worker.ask_to_stop(reason)
        if self.on_stop is not None:
            self.on_stop(reason)

    # the end

    @pytest.hookimpl
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Remember that this process was interrupted, for the journal's last line."""
        if isinstance(excinfo.value, (KeyboardInterrupt, pytest.exit.Exception)):
            self._interrupted_by = self._interrupted_by or f"{excinfo.type.__name__} {excinfo.value}".strip()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Under xdist the worker leaves, and tells the controller; in a serial session the lead does it."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output[WORKER_OUTPUT] = self.leave()

    def leave(self) -> Left:
        """Close the journal and free the lock; what that comes to. May be called twice: the second time is idle."""
        if self._watch is not None:
            self._watch.end()
        self.signals.remove()
        worker, store = self._worker, self._store
        self._worker = self._store = None
        trouble = ""
        try:
            if worker is not None:
                worker.leave(self._interrupted_by)
            elif store is not None:
                store.leave()
        except JourneysError as error:
            trouble = error_text(error)
        if worker is None:
            return {"syncs": (0, 0.0, 0.0), "trouble": trouble}
        cost = worker.sync_cost
        return {"syncs": (cost.count, cost.median_ms, cost.total_ms), "trouble": trouble}


def _named_ids(config: pytest.Config) -> frozenset[str]:
    """The node ids that the command line names, as pytest shows them."""
    found = set()
    for argument in config.args:
        path, separator, rest = str(argument).partition("::")
        if separator:
            absolute = (config.invocation_params.dir / path).resolve()
            try:
                found.add(f"{absolute.relative_to(config.rootpath).as_posix()}::{rest}")
            except ValueError:
                found.add(f"{absolute.as_posix()}::{rest}")
    return frozenset(found)
