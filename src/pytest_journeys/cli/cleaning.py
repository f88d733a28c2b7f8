"""``clean``: past sessions let go of by hand."""

import argparse
import time
from pathlib import Path

from pytest_journeys.app.cleaning import clean_store
from pytest_journeys.app.settings import shown_path, whole
from pytest_journeys.cli.exit_codes import ExitCode
from pytest_journeys.cli.stores import store_named
from pytest_journeys.reports.told import told_age, told_count
from pytest_journeys.store.retention import Limits


def clean(given: argparse.Namespace) -> ExitCode:
    """Remove past sessions, or tell which would go."""
    store = store_named(given.store)
    limits = Limits(sessions=whole("--keep", given.keep), days=whole("--keep-days", given.keep_days))
    now = time.time()
    done = clean_store(store, limits, now=now, only_tells=given.dry_run)
    for leaving in done.leaving:
        open_runs = f"; {told_count(len(leaving.given_up), 'open run')} too old to resume" if leaving.given_up else ""
        print(f"{leaving.session}  {leaving.how}, {told_age(now - leaving.sealed_at)} ago{open_runs}")
    told = "would be removed" if given.dry_run else "removed"
    stay = "stays" if done.staying == 1 else "stay"
    print(
        f"{told_count(len(done.leaving), 'session')} {told}, {done.staying} {stay} in {shown_path(store.path, Path.cwd())}"
    )
    return ExitCode.OK
