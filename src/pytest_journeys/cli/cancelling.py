"""``cancel``: an open run ended for good. This command sends requests: the cleanup of the run."""

import argparse
import sys
from pathlib import Path

from pytest_journeys.app.cancelling import Cancelled, Doomed, cancel_run, due_cleanups, find_doomed
from pytest_journeys.app.settings import Settings
from pytest_journeys.cli.exit_codes import ExitCode
from pytest_journeys.cli.stores import store_named
from pytest_journeys.reports.printable import printable
from pytest_journeys.reports.told import told_answer, told_outcome, told_request
from pytest_journeys.store.layout import Store
from pytest_journeys.values.duration import Duration


class _Quiet:
    """Nothing is told while the cleanup goes on: what was sent is told from its record."""

    def step_ended(self, run: str, step: str, outcome: str) -> None:
        """Say nothing."""


def cancel(given: argparse.Namespace) -> ExitCode:
    """Cancel a run; 1 when something could not be cleaned up, or when somebody holds it."""
    store = store_named(given.store)
    doomed = find_doomed(store, given.name)
    due = due_cleanups(store, doomed)
    print(_told_beginning(doomed))
    print(f"cleanup: {', '.join(due) if due else 'none, nothing is sent'}")
    if given.dry_run:
        print("nothing was done (--dry-run)")
        return ExitCode.OK
    sys.stdout.flush()
    settings = _settings(store, given)
    sys.path.insert(0, str(settings.root))  # functions that its cleanup calls are found as pytest finds them
    done = cancel_run(store, doomed, settings, _Quiet())
    print("\n".join(_told_end(done)))
    return ExitCode.FAILED if done.has_trouble else ExitCode.OK


def _told_beginning(doomed: Doomed) -> str:
    opened = doomed.state.opened
    row = f"[{opened.row}]" if opened.row else ""
    parked = doomed.state.parked
    how = parked.reason if parked is not None else "interrupted"
    return printable(f"{opened.journey}{row} {doomed.run}, {how}, of session {doomed.view.session}")


def _told_end(done: Cancelled) -> list[str]:
    lines = []
    for step in done.steps:
        lines.append(
            f"  {step['id']} {told_outcome(step)}" + (f": {printable(step['reason'])}" if step["reason"] else "")
        )
        lines += [f"    {told_request(sent)} -> {told_answer(sent)}" for sent in step["exchanges"]]
    session = done.document["sessions"][-1]
    trouble = "; not everything could be cleaned up" if done.has_trouble else ""
    lines.append(f"{done.document['outcome']} in session {session}{trouble}")
    return lines


def _settings(store: Store, given: argparse.Namespace) -> Settings:
    root = store.path.parent if given.store is None else Path.cwd()
    return Settings(
        root=root,
        here=Path.cwd(),
        store=store.path,
        environment_folder=root / "environments",
        secrets_file=None if given.secrets_file is None else Path(given.secrets_file).resolve(),
        secrets_command=given.secrets_command,
        lock_wait=Duration(10_000),
        grace=Duration(2_000),
    )
