"""Workers of xdist that die: the run that one of them carried out is queued again for another, twice at most.

The crash is a `rerun` then, and counts and exit code are those of a session without it. What goes on where is the store's
to know (`store.lost`); here is only what xdist and pytest have to be told.
"""

from collections import Counter
from typing import Any, Final

import pytest

from pytest_journeys.app.opening import LOSSES
from pytest_journeys.plugin import ARTIFACT_SUFFIX, FAILED, SUFFIXES, WORKER_OUTPUT
from pytest_journeys.plugin.compat import forget_testcase
from pytest_journeys.plugin.lead import Lead
from pytest_journeys.plugin.scheduling import prepare, queue_again, take_out, welcome
from pytest_journeys.reports.told import told_count

_LOST: Final = "journeys_lost"
"""On the report of a crash that is a rerun: the worker."""

_INTERRUPTED: Final = "interrupted"
_COUNTED: Final = ("passed", "failed", "skipped")


class Losses:
    """The workers that died in this session, as the controller sees it."""

    def __init__(self, config: pytest.Config, lead: Lead) -> None:
        self._config = config
        self._lead = lead
        self._marked: set[str] = set()
        self._crashes: Counter[str] = Counter()
        self._counted: dict[str, str] = {}  # by worker: the item whose outcome it told last
        self._again: set[str] = set()

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:
        """Mark a worker that died, before the scheduler gives its rows away: who takes them looks for the mark."""
        if error and WORKER_OUTPUT not in getattr(node, "workeroutput", {}):
            worker = node.gateway.id
            if self._lead.worker_lost(worker, str(error)):
                self._marked.add(worker)
                prepare(self._sched)

    @pytest.hookimpl(optionalhook=True, trylast=True)
    def pytest_handlecrashitem(self, crashitem: str, report: Any, sched: Any) -> None:
        """Queue a journey's row again, unless somebody else has done it or there is nobody who would run it."""
        worker = report.node.gateway.id
        if not crashitem.partition("::")[0].endswith((*SUFFIXES, ARTIFACT_SUFFIX)):
            return
        if WORKER_OUTPUT in getattr(report.node, "workeroutput", {}):
            report.outcome = (
                _INTERRUPTED  # a signal to this worker alone: it has stopped in good order, and all others will
            )
            return
        if worker not in self._marked:
            return
        self._crashes[crashitem] += 1
        if report.outcome == "rerun":  # rerunfailures was first
            self._again.add(crashitem)
        elif self._counted.get(worker) == crashitem:  # all that was lost is its teardown
            take_out(sched, crashitem)
            report.outcome = "rerun"
        elif self._may_go_on(crashitem):
            queue_again(sched, crashitem)
            report.outcome = "rerun"
            self._again.add(crashitem)
        elif not take_out(sched, crashitem):  # another worker has it already, and refuses it
            report.outcome = "rerun"
        if report.outcome == "rerun":
            setattr(report, _LOST, worker)

    def _may_go_on(self, item: str) -> bool:
        stops = self._lead.is_stopping or getattr(self._config.pluginmanager.getplugin("dsession"), "shouldstop", False)
        most = _most_replacements(self._config)
        is_last = most is not None and self._config.stash[FAILED] > most
        return self._crashes[item] <= LOSSES and not stops and not is_last

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        """A worker has collected: where one was lost before, it is a replacement."""
        if self._marked:
            welcome(self._sched, node, ids)

    @property
    def _sched(self) -> Any:
        return self._config.pluginmanager.getplugin("dsession").sched

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: Any) -> None:
        """Remember how far each worker has come; of a crash that is a rerun JUnit has nothing to keep."""
        is_lost, is_interrupted = hasattr(report, _LOST), report.outcome == _INTERRUPTED
        if is_interrupted or (is_lost and report.nodeid in self._again):
            forget_testcase(self._config, report)
        elif not is_lost and report.outcome in _COUNTED and (report.when == "call" or report.outcome != "passed"):
            node = getattr(report, "node", None)
            if node is not None:
                self._counted[node.gateway.id] = report.nodeid
            self._again.discard(report.nodeid)

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: Any) -> tuple[str, str, Any] | None:
        """``RERUN (gw0 was lost)``, ``INTERRUPTED``."""
        if report.outcome == _INTERRUPTED:
            return _INTERRUPTED, "I", ("INTERRUPTED", {"yellow": True})
        worker = getattr(report, _LOST, None)
        return None if worker is None else ("rerun", "R", (f"RERUN ({worker} was lost)", {"yellow": True}))

    @pytest.hookimpl
    def pytest_sessionfinish(self) -> None:
        """What was queued again and that nobody ran must not look like a success."""
        if self._again and not self._lead.is_stopping:
            self._lead.showing.complain(
                f"{told_count(len(self._again), 'row')} of lost workers did not go on, because there was no worker left"
                f" for it: {', '.join(sorted(self._again)[:5])}"
            )


def _most_replacements(config: pytest.Config) -> int | None:
    """How many workers xdist replaces (its own rule); None when all."""
    given = config.getoption("maxworkerrestart", None)
    if given is not None:
        return int(given)
    workers = config.getoption("numprocesses", None)
    return workers * 4 if workers else None
