"""``signal``: an answer from whoever has a token."""

import argparse
import sys
import time

from pytest_journeys.app.answering import DELIVERED, UNKNOWN, Answering, decision
from pytest_journeys.cli.exit_codes import ExitCode
from pytest_journeys.cli.stores import store_named
from pytest_journeys.ports import Delivery
from pytest_journeys.values.errors import UsageError
from pytest_journeys.values.json import NotJsonError, parse_json


def signal(given: argparse.Namespace) -> ExitCode:
    """Deliver an answer: 1 when it comes too late or is not the first, 5 when no run has given the token."""
    now = time.time()
    if given.value is None:
        delivery = decision(is_approved=given.approve, by=given.by, at=now)
    else:
        try:
            delivery = Delivery(value=parse_json(given.value.encode()), by=given.by, at=now)
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
