"""``runs``, ``show``, ``why`` and ``verify``: what a person asks a store."""

import argparse
import datetime
import sys
import time
from pathlib import Path

from pytest_journeys.app.queries import explain_run, find_run, list_runs, verify_store
from pytest_journeys.app.settings import one_of, shown_path
from pytest_journeys.app.standing import open_runs, standing_of
from pytest_journeys.cli.exit_codes import ExitCode
from pytest_journeys.cli.stores import store_named
from pytest_journeys.evidence.query import OUTCOMES, RunFilter
from pytest_journeys.reports.json_document import run_as_json
from pytest_journeys.reports.listing import damage_json, damage_table, runs_json, runs_table
from pytest_journeys.reports.showing import show_run
from pytest_journeys.reports.standing import now_lines, standing_json, standing_text
from pytest_journeys.reports.why import why_json, why_text
from pytest_journeys.store.layout import Store
from pytest_journeys.values.duration import Duration
from pytest_journeys.values.errors import UsageError


def runs(given: argparse.Namespace) -> ExitCode:
    """List runs."""
    asked = RunFilter(
        outcomes=None
        if given.status is None
        else frozenset(one_of("--status", word, OUTCOMES) for word in given.status),
        journey=given.journey,
        version=given.journey_version,
        environment=given.environment,
        since=None if given.since is None else _moment(given.since),
    )
    store = store_named(given.store)
    if given.open:
        now = time.time()
        standing = list(open_runs(store, asked, given.session, now=now))
        as_json = given.output == "json"
        print(standing_json(standing, str(store.path)) if as_json else standing_text(standing, _shown(store), now=now))
        return ExitCode.OK if standing else ExitCode.NOTHING_FOUND
    found = list(list_runs(store, asked, given.session))
    print(runs_json(found, str(store.path)) if given.output == "json" else runs_table(found, _shown(store)))
    return ExitCode.OK if found else ExitCode.NOTHING_FOUND


def show(store: str | None, name: str, output: str, *, shows_all: bool) -> ExitCode:
    """Tell all about one run."""
    root = store_named(store)
    found = find_run(root, name)
    shown = _shown(root)
    if output == "json":
        sys.stdout.write(run_as_json(found.document, store=shown))
    else:
        told = show_run(found.document, holder=found.holder, token=found.token, store=shown, shows_all=shows_all)
        print(told)
    return ExitCode.OK


def why(store: str | None, name: str, output: str) -> ExitCode:
    """Tell every decision about one run, and how it stands now when it is open."""
    now = time.time()
    root = store_named(store)
    explained = explain_run(root, name)
    found = explained.found
    standing = standing_of(root, found.document["id"], now=now)
    if output == "json":
        print(why_json(found.document, explained.decisions, holder=found.holder, standing=standing))
        return ExitCode.OK
    print(why_text(found.document, explained.decisions, holder=found.holder))
    if standing is not None:
        print("\n".join(["", *now_lines(standing, now=now)]))
    return ExitCode.OK


def verify(store: str | None, output: str) -> ExitCode:
    """Check a store; 1 when bytes that were durable are others."""
    found = verify_store(store_named(store))
    print(damage_json(found.damages, found.checked) if output == "json" else damage_table(found.damages, found.checked))
    return ExitCode.FAILED if found.is_altered else ExitCode.OK


def _shown(store: Store) -> str:
    return shown_path(store.path, Path.cwd())


def _moment(text: str) -> float:
    """A duration back from now, or a date in UTC, in epoch seconds."""
    try:
        return time.time() - Duration.parse(text).seconds
    except ValueError:
        pass
    try:
        moment = datetime.datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--since {text}: write a duration (2h) or a date (2026-11-20)") from None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.UTC)
    return moment.timestamp()
