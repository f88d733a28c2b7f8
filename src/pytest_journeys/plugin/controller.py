"""The xdist controller: it begins the session when the last worker has told what it selected, and hears them leave."""

from typing import Any, Final

import pytest

from pytest_journeys.plugin import SESSION, WORKER_OUTPUT, WORKERS
from pytest_journeys.plugin.lead import Lead
from pytest_journeys.plugin.losses import Losses
from pytest_journeys.plugin.scheduling import outlive

_KEY: Final = pytest.StashKey["Controller"]()


class Controller:
    """Counts the workers that have collected."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._awaited = config.stash[WORKERS]
        self._lead = Lead.of(config)
        config.pluginmanager.register(Losses(config, self._lead), "journeys-losses")

    @staticmethod
    def of(config: pytest.Config) -> "Controller":
        """The one of this process, registered with the first worker that selected a journey."""
        found = config.stash.get(_KEY, None)
        if found is None:
            found = config.stash[_KEY] = Controller(config)
            config.pluginmanager.register(found, "journeys-controller")
        return found

    def collection_finished(self) -> None:
        """One more worker has collected; replacements of lost ones come later and change nothing."""
        for node in self._config.pluginmanager.getplugin("dsession").sched.nodes:
            outlive(node)
        self._awaited -= 1
        if self._awaited == 0:
            if self._config.getoption("dist") == "each":
                raise pytest.UsageError(
                    "journeys do not run with --dist each: every run belongs to one worker; use load or worksteal"
                )
            self._lead.begin_offered(self._config.stash[SESSION])

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodeready(self, node: Any) -> None:
        """A replacement is there; it may be given rows before it has collected."""
        outlive(node)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """A worker leaves; one that died says nothing any more, one that was interrupted leaves twice."""
        left = getattr(node, "workeroutput", {}).get(WORKER_OUTPUT)
        if left is not None and not error:
            self._lead.showing.worker_left(left)
