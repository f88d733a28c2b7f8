"""``signal`` and ``inbox``: answers from whoever has a token, by hand and by HTTP."""

import argparse
import sys
import time
from pathlib import Path

from pytest_journeys.app.answering import DELIVERED, UNKNOWN, Answering, answer_of, decision
from pytest_journeys.app.settings import shown_path
from pytest_journeys.cli.exit_codes import ExitCode
from pytest_journeys.cli.stores import store_named, store_to_be
from pytest_journeys.values.errors import UsageError
from pytest_journeys.values.json import NotJsonError, parse_json


def signal(given: argparse.Namespace) -> ExitCode:
    """Deliver an answer: 1 when it comes too late or is not the first, 5 when no run has given the token."""
    now = time.time()
    if given.value is None:
        delivery = decision(is_approved=given.approve, by=given.by, at=now)
    else:
        try:
            delivery = answer_of(parse_json(given.value.encode()), by=given.by, at=now)
        except (NotJsonError, UnicodeError) as error:
            raise UsageError(
                f"--value: not JSON: {error}", help="a text stands in double quotes, as in --value '\"paid\"'"
            ) from None
    taken = Answering(store_named(given.store)).take(given.token, delivery)
    if taken.outcome == DELIVERED:
        print(taken.told)
        return ExitCode.OK
    print(f"journeys: not delivered: {taken.told}", file=sys.stderr)
    return ExitCode.NOTHING_FOUND if taken.outcome == UNKNOWN else ExitCode.FAILED


def inbox(given: argparse.Namespace) -> ExitCode:
    """Take callbacks until somebody ends it."""
    from pytest_journeys.app.receiving import receiver_for  # brings http.server

    store = store_to_be(given.store)
    with receiver_for(store, given.port, lambda told: print(told, flush=True)) as receiver:
        print(
            f"answers to {shown_path(store.path, Path.cwd())} are taken at {receiver.url}/TOKEN (POST, JSON)",
            flush=True,
        )
        receiver.serve_forever(poll_interval=0.2)
    return ExitCode.OK
