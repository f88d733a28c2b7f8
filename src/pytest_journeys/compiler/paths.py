"""JSONPaths and regular expressions of a definition: whether they can be read."""

import re

from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.jsonpath import parse_path


def check_path(path: str, place: Place, context: Context, *, on_key: bool = False) -> None:
    """A finding unless a text is a JSONPath; `on_key` when it is the key of what stands at `place`."""
    if "${{" in path:
        context.findings.add(
            codes.NO_PATH,
            "a path holds no references",
            place,
            on_key=on_key,
            help="derive the whole value and index it in an expression",
        )
        return
    try:
        parse_path(path)
    except ExpressionFault as fault:
        length = None if on_key else fault.length
        context.findings.add(
            codes.NO_PATH, fault.message, place.after(fault.offset), length=length, on_key=on_key, help=fault.help
        )


def check_pattern(pattern: str, place: Place, context: Context) -> None:
    """A finding unless a text is a regular expression."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        reason = getattr(error, "msg", "too large")
        offset = getattr(error, "pos", None) or 0
        context.findings.add(codes.NO_PATTERN, f"not a regular expression: {reason}", place.after(offset), length=1)
