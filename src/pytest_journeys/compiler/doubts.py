"""The question about a request in doubt: that it changes nothing, and that its answer can tell."""

from collections.abc import Sequence
from typing import Final

from pytest_journeys.artifact.model import Derivation, Request
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.assertions import PlacedCheck
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place

_OF_A_BODY: Final = frozenset({"json", "body", "regex"})


def check_question(
    request: Request, done_if: Sequence[PlacedCheck], derive: Sequence[Derivation], place: Place, context: Context
) -> None:
    """Tell what keeps a question from being asked, or its answer from settling the doubt."""
    at = place.at("ask", "request")
    if not request.is_safe:
        context.findings.add(
            codes.NO_QUESTION,
            f"{request.method} may change something, and a question only reads",
            at,
            help="ask with GET or HEAD; where it only reads, write safe: true",
        )
    if not done_if:
        context.findings.add(
            codes.NO_QUESTION,
            "a done_if without assertions says of every answer that it was done",
            place.at("done_if"),
            on_key=True,
            help="write by what the answer tells it: `done_if: {status: 200}`",
        )
    if request.method != "HEAD":
        return
    for one in done_if:
        if one.check.section in ("json", "body"):
            context.findings.add(
                codes.NO_QUESTION, "the answer to a HEAD has no body to look at", one.place, help="ask with GET"
            )
    for derived in derive:
        if derived.source in _OF_A_BODY and derived.default is None:
            context.findings.add(
                codes.NO_QUESTION,
                f"the answer to a HEAD has no body, and the step derives {derived.name} from it",
                at,
                help="ask with GET for what the step would have been answered",
            )
