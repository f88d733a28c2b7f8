"""The xdist controller: it begins the session when the last worker has told what it selected."""

from typing import Final

import pytest

from pytest_journeys.plugin import SESSION, WORKERS
from pytest_journeys.plugin.lead import Lead

_KEY: Final = pytest.StashKey["Controller"]()


class Controller:
    """Counts the workers that have collected."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._awaited = config.stash[WORKERS]
        self._lead = Lead.of(config)

    @staticmethod
    def of(config: pytest.Config) -> "Controller":
        """The one of this process."""
        found = config.stash.get(_KEY, None)
        if found is None:
            found = config.stash[_KEY] = Controller(config)
        return found

    def collection_finished(self) -> None:
        """One more worker has collected; replacements of lost ones come later and change nothing."""
        self._awaited -= 1
        if self._awaited == 0:
            if self._config.getvalue("dist") == "each":
                raise pytest.UsageError(
                    "journeys do not run with --dist each: every run belongs to one worker; use load or worksteal"
                )
            self._lead.begin_offered(self._config.stash[SESSION])
