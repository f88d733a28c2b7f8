"""Functions that throw what they are given back, in every spelling and every way that a called function has."""

import base64
import html
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

from pytest_journeys import CallContext


def spelt(secret: str) -> Iterator[str]:
    """The secret as programs write it."""
    data = secret.encode()
    yield from (secret, json.dumps(secret), json.dumps(json.dumps(secret)), quote(secret, safe=""), quote_plus(secret))
    yield from (data.hex(), base64.b64encode(b"x" + data).decode(), base64.urlsafe_b64encode(data).decode())
    yield from (html.escape(secret), repr(secret))


def echo(given: str, token: str, context: CallContext) -> dict[str, object]:
    """Log, try to stash and return all of it; mint a secret that the journey derives."""
    refused = 0
    for secret in (given, token):
        for text in spelt(secret):
            context.log(f"a line with {text} in it")
            try:
                context.stash({"deep": [text]})
            except ValueError as error:
                refused += 1
                context.log(f"{error}")
    known = [text for secret in (given, token) for text in spelt(secret)]
    return {
        "known": known,
        "by": {given: token},
        "fresh": given[::-1],
        "again": f"of {given[::-1]}",
        "refused": refused,
    }


async def boom(given: str, token: str) -> None:
    """Raise all of it, from something that holds it, too."""
    local = {given: token}
    try:
        raise KeyError(*spelt(given), local)
    except KeyError as error:
        raise RuntimeError(" ".join(spelt(token))) from error
