"""The lead's part of a session in pytest: it is begun, told to stop, sealed, and its reports are written.

In a serial session this is the process that also works; under xdist it is the controller, which collects nothing.
"""

import os
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from pytest_journeys.app.session import begin_session, discard_offered, facts_of, publish, publish_offered
from pytest_journeys.bindings.subject import SubjectQuestion, ask_subject
from pytest_journeys.plugin import SESSION
from pytest_journeys.plugin.clock import now_of
from pytest_journeys.plugin.settings import settings_of
from pytest_journeys.plugin.showing import Showing
from pytest_journeys.plugin.signals import Signals
from pytest_journeys.plugin.trouble import error_text
from pytest_journeys.plugin.work import Work
from pytest_journeys.store.header import SessionFacts
from pytest_journeys.store.session import Session, mint_session
from pytest_journeys.values.errors import JourneysError, StoreError

_KEY: Final = pytest.StashKey["Lead"]()


class Lead:
    """The process that leads a session."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self.settings = settings_of(config)
        self.showing = Showing(config)
        self._session: Session | None = None
        self._interrupted_by: str | None = None
        self._signals = Signals(self.stop)
        self._subject = self._ask_subject()

    @staticmethod
    def of(config: pytest.Config) -> "Lead":
        """The one of this process."""
        found = config.stash.get(_KEY, None)
        if found is None:
            found = config.stash[_KEY] = Lead(config)
            config.pluginmanager.register(found, "journeys-lead")
            config.pluginmanager.register(found.showing, "journeys-showing")
        return found

    def _ask_subject(self) -> SubjectQuestion:
        """Ask while collection goes on; nobody wants to know when nothing is going to run."""
        settings = self.settings
        if self._config.option.collectonly:
            return SubjectQuestion("")
        return ask_subject(settings.root, os.environ, told=settings.subject, command=settings.subject_command)

    # beginning

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Generator[None, Any, Any]:
        """A serial session begins here, once it is known that pytest will run what was selected."""
        has_errors = session.testsfailed and not self._config.option.continue_on_collection_errors
        if not has_errors and not self._config.pluginmanager.hasplugin("dsession"):
            self._begin_serial(session)
        return (yield)

    def _begin_serial(self, session: pytest.Session) -> None:
        work = Work.of(self._config)
        if not work.has_journeys(session):
            return
        if work.usage_error:
            raise pytest.UsageError(work.usage_error)
        if self._config.option.collectonly:
            return
        selection = work.select(session)
        with _usage_errors():
            beginning = begin_session(self.settings, mint_session(now_of(self._config)))
            work.on_stop = self.stop
            work.enter(beginning.session)
            self._begun(publish(beginning, selection, self.settings, self._facts, now=now_of(self._config)))

    def begin_offered(self, session_id: str) -> None:
        """Under xdist: all workers have offered what they selected."""
        with _usage_errors():
            beginning = begin_session(self.settings, session_id)
            session = publish_offered(beginning, self.settings, self._facts, now=now_of(self._config))
        if session is not None:
            self._begun(session)
            self._signals.install()

    def _begun(self, session: Session) -> None:
        self._session = session
        self.showing.begin(session, self.settings, now=now_of(self._config))

    def _facts(self, row_files: list[Path]) -> SessionFacts:
        outside = [self.settings.store, self.settings.environment_folder]
        written = [getattr(self._config.option, "xmlpath", None), self.settings.json]
        read = [self.settings.rows, self.settings.secrets_file, *row_files]
        outside += [Path(path) for path in (*written, *read) if path is not None]
        return facts_of(
            self.settings,
            subject=self._subject.answer(outside=outside),
            pytest=pytest.__version__,
            arguments=_selecting(self._config),
        )

    def worker_lost(self, worker: str, reason: str) -> bool:
        """A worker died: mark it, so that others go on with its runs. Whether that could be done."""
        if self._session is None:
            return False
        try:
            return self._session.lose(worker, reason, patience=self.settings.lock_wait)
        except StoreError as error:
            self.showing.complain(error_text(error))
            return False

    # the end

    @property
    def is_stopping(self) -> bool:
        """Whether the session was interrupted."""
        return self._interrupted_by is not None

    def stop(self, reason: str) -> None:
        """Ask every worker to begin no further request."""
        self._interrupted_by = reason
        if self._session is not None:
            with suppress(StoreError):  # the signal goes on; a worker sees that its controller is gone
                self._session.stop(reason)

    @pytest.hookimpl
    def pytest_keyboard_interrupt(self, excinfo: pytest.ExceptionInfo[BaseException]) -> None:
        """Ctrl-C and pytest.exit are interruptions; -x under xdist looks like one and is none."""
        if isinstance(excinfo.value, (KeyboardInterrupt, pytest.exit.Exception)):
            self.stop(self._interrupted_by or f"{excinfo.type.__name__} {excinfo.value}".strip())
            self._signals.spare_next()  # a second Ctrl-C is the workers': they stop at once, and the session is sealed

    @pytest.hookimpl
    def pytest_internalerror(self) -> None:
        """An internal error ends the session without its consent."""
        self.stop("an internal error of pytest")

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Seal the session and write its reports; workers have left."""
        self._subject.drop()
        if not self._config.pluginmanager.hasplugin("dsession"):
            self.showing.worker_left(Work.of(self._config).leave())
        if self._session is None:
            if SESSION in self._config.stash:
                discard_offered(self.settings, self._config.stash[SESSION])
            return
        self._signals.remove()
        leading, self._session = self._session, None
        for told in (session.shouldfail, session.shouldstop):
            if isinstance(told, str) and "timeout" in told:
                self._interrupted_by = self._interrupted_by or told
        try:
            how = "interrupted" if self._interrupted_by is not None else "orderly"
            manifest = leading.seal(how, now=now_of(self._config))
            if self.settings.json is not None:
                from pytest_journeys.app.evidence import write_evidence  # only who asks for it waits for it

                write_evidence(self.settings, leading.id, self.settings.json)
            self.showing.end(leading, manifest, self.settings)
        except JourneysError as error:
            self.showing.complain(error_text(error))
        except OSError as error:
            self.showing.complain(f"{error.filename}: {error.strerror}")
        finally:
            leading.release()
        if self.showing.has_complaints and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED  # what was asked for is not there


def _selecting(config: pytest.Config) -> list[str]:
    """What of the command line chose the runs. The rest is not ours to keep: an option of somebody may hold a secret."""
    option = config.option
    chosen = (("-k", option.keyword), ("-m", option.markexpr))
    return [*map(str, config.args), *(part for pair in chosen if pair[1] for part in pair)]


@contextmanager
def _usage_errors() -> Iterator[None]:
    """What hinders a session to begin ends pytest with exit code 4."""
    try:
        yield
    except JourneysError as error:
        raise pytest.UsageError(error_text(error)) from None
