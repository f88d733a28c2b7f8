"""Every code that a person can meet, whichever room gives it."""

from collections.abc import Mapping

from pytest_journeys.bindings.codes import CODES as BINDING_CODES
from pytest_journeys.events.codes import CODES as RUN_CODES
from pytest_journeys.language.codes import CODES as LANGUAGE_CODES
from pytest_journeys.values.code import Code


def all_codes() -> Mapping[str, Code]:
    """The pages by code, in the order of the codes."""
    from pytest_journeys.compiler.codes import CODES as COMPILER_CODES

    pages = {page.code: page for page in (*LANGUAGE_CODES, *COMPILER_CODES, *RUN_CODES, *BINDING_CODES)}
    return dict(sorted(pages.items()))
