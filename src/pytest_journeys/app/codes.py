"""Every code that a person can meet, whichever room gives it."""

from collections.abc import Mapping
from typing import Final

from pytest_journeys.bindings.codes import CODES as BINDING_CODES
from pytest_journeys.events.codes import CODES as RUN_CODES
from pytest_journeys.language.codes import CODES as LANGUAGE_CODES
from pytest_journeys.values.code import Code

SAME_NAME: Final = Code(
    code="E399",
    title="two files hold a journey of one name",
    meaning="A journey is known by its name: versions, runs and the resuming of an interrupted session go by it, not by "
    "the file. So each file has a name of its own.",
    bad="# checkout.journey.yaml\njourney: checkout\n# checkout-copy.journey.yaml\njourney: checkout",
    good="# checkout.journey.yaml\njourney: checkout\n# checkout-copy.journey.yaml\njourney: checkout-as-a-guest",
)
"""What only several files together show."""


def all_codes() -> Mapping[str, Code]:
    """The pages by code, in the order of the codes."""
    from pytest_journeys.compiler.codes import CODES as COMPILER_CODES

    pages = {page.code: page for page in (*LANGUAGE_CODES, *COMPILER_CODES, SAME_NAME, *RUN_CODES, *BINDING_CODES)}
    return dict(sorted(pages.items()))
