"""``watch``: a session followed from another terminal."""

import argparse
import time
from typing import Final

from pytest_journeys.app.watching import beginning, follow
from pytest_journeys.cli.exit_codes import ExitCode
from pytest_journeys.cli.stores import store_named
from pytest_journeys.evidence.followed import SessionSealed
from pytest_journeys.reports.watched import followed_json, followed_line

_PAUSE: Final = 0.25
"""Seconds between two looks at the journals."""


def watch(given: argparse.Namespace) -> ExitCode:
    """Tell what happens until the session is sealed: 0 when it ended well, 1 when a run failed, 2 when it was interrupted."""
    store = store_named(given.store)
    begin = beginning(store, given.session, given.start)
    told = followed_json if given.output == "json" else followed_line
    for followed in follow(store, begin, lambda: time.sleep(_PAUSE)):
        line = told(followed)
        if line:
            print(line, flush=True)
        if isinstance(followed, SessionSealed):
            if not followed.is_orderly:
                return ExitCode.INTERRUPTED
            return ExitCode.FAILED if followed.has_failed else ExitCode.OK
    return ExitCode.OK
