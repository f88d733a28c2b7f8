"""Errors of ours as a person reads them in pytest: a headline, then what to do, on 80 columns. Never a traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pytest_journeys.reports.diagnostics import render_diagnostics
from pytest_journeys.reports.excerpt import COLUMNS, fact_lines, wrapped
from pytest_journeys.values.errors import DefinitionError, Interrupted, JourneysError

_PREFIX = len("ERROR: ")  # pytest writes it before a usage error


def error_text(error: JourneysError) -> str:
    """What is wrong, and what a person can do about it."""
    if isinstance(error, DefinitionError):
        return render_diagnostics(error.diagnostics)
    lines = [line for told in headline(error).splitlines() for line in wrapped(told, COLUMNS - _PREFIX)]
    if error.help:
        lines.extend(fact_lines(1, ("help", error.help)))
    return "\n".join(lines)


def headline(error: JourneysError) -> str:
    """What is wrong, without the help."""
    return str(error.args[0])


@contextmanager
def as_pytest_tells() -> Iterator[None]:
    """What is raised in this block is raised as pytest knows it: a failure without a traceback, or an interruption."""
    try:
        yield
    except Interrupted as stop:
        raise KeyboardInterrupt(str(stop)) from None
    except JourneysError as error:
        raise pytest.fail.Exception(error_text(error), pytrace=False) from None
