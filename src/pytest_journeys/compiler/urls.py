"""URLs of a definition: whether what is literal about them leads anywhere."""

import re
from typing import Final

from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.expressions.template import Literal, Template, Text

_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")


def check_url(written: str, url: Template, place: Place, context: Context, *, has_base: bool) -> None:
    """A finding unless a URL has a scheme of ours, or begins with ``/`` and there is a base for it."""
    start = _literal_start(url)
    if start is None:
        return
    if start.startswith("/"):
        if has_base:
            return
        title = "a URL that begins with / is appended to base_url, and there is none here"
        advice = "give defaults a base_url, or write the whole URL"
    elif fault := _scheme_fault(start):
        title, advice = (
            fault,
            f"write https://{start}, or /{start} to append it to base_url"
            if ":" not in start
            else "write http:// or https://",
        )
    else:
        return
    context.findings.add(codes.NO_URL, title, place, length=len(written), help=advice)


def check_base_url(written: str, url: Template, place: Place, context: Context) -> None:
    """A finding unless a base URL has a scheme of ours."""
    start = _literal_start(url)
    fault = None if start is None else _scheme_fault(start)
    if fault is not None:
        advice = f"write https://{start}" if ":" not in str(start) else "write http:// or https://"
        context.findings.add(codes.NO_URL, f"{fault}: base_url is a whole URL", place, length=len(written), help=advice)


def _literal_start(url: Template) -> str | None:
    """What a URL begins with in every run; None when it begins with a reference."""
    start = url.value if isinstance(url, Literal) else url.parts[0] if isinstance(url, Text) else None
    return start if isinstance(start, str) else None


def _scheme_fault(start: str) -> str | None:
    scheme = _SCHEME.match(start)
    if scheme is None or "://" not in start:
        return f"{start} has no scheme" if scheme is None else f"{scheme[1]}: is followed by no //"
    return None if scheme[1].lower() in ("http", "https") else f"{scheme[1]}:// is not http"
