"""Errors of ours as a person reads them in pytest: a headline, then what to do, on 80 columns. Never a traceback."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import Final, NoReturn

import pytest

from pytest_journeys.reports.diagnostics import render_diagnostics
from pytest_journeys.reports.excerpt import COLUMNS, fact_lines
from pytest_journeys.values.errors import DefinitionError, Interrupted, JourneysError

_PREFIX: Final = len("ERROR: ")  # pytest writes it before a usage error


def error_text(error: JourneysError) -> str:
    """What is wrong, and what a person can do about it."""
    if isinstance(error, DefinitionError):
        return render_diagnostics(error.diagnostics)
    lines: list[str] = []
    for told in headline(error).splitlines():
        # What fits was laid out already (usage errors of workers come as text); a path is never cut in two.
        lines.extend([told] if len(told) <= COLUMNS else _wrapped(told))
    if error.help:
        lines.extend(fact_lines(1, ("help", error.help)))
    return "\n".join(lines)


def _wrapped(text: str) -> list[str]:
    return wrap(text, COLUMNS - _PREFIX, break_long_words=False, break_on_hyphens=False)


def headline(error: JourneysError) -> str:
    """What is wrong, without the help."""
    return str(error.args[0])


@contextmanager
def as_pytest_tells(place: Callable[[], tuple[Path, int]]) -> Iterator[None]:
    """What is raised in this block is raised as pytest knows it: a failure without a traceback, or an interruption.

    `place` is the file and line where an interruption is shown.
    """
    try:
        yield
    except Interrupted as stop:
        interrupt_at(*place(), stop)
    except JourneysError as error:
        raise pytest.fail.Exception(error_text(error), pytrace=False) from None


def interrupt_at(file: Path, line: int, stop: BaseException) -> NoReturn:
    """Raise a KeyboardInterrupt whose innermost frame is a line of a journey: that is where pytest says it was."""
    code = compile("\n" * (line - 1) + "raise error from stop", str(file), "exec")
    exec(code, {"error": KeyboardInterrupt(str(stop)), "stop": stop})
    raise AssertionError("the line above raises")
