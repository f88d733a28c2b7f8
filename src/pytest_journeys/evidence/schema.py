"""The published JSON Schema of the evidence document, as it is shipped beside this module."""

from importlib import resources
from typing import cast

from pytest_journeys.values.json import JsonObject, parse_json


def evidence_schema_text() -> str:
    """The schema as text, as it is published."""
    return resources.files(__package__).joinpath("evidence.schema.json").read_text("utf-8")


def evidence_schema() -> JsonObject:
    """The schema: draft 2020-12, closed objects, so that a misspelt member is found."""
    return cast("JsonObject", parse_json(evidence_schema_text()))
