"""All that one run is given, and which part of it is recorded."""

from collections.abc import Mapping
from dataclasses import field

from pytest_journeys.artifact.model import Artifact
from pytest_journeys.bindings.inputs import BoundInputs
from pytest_journeys.bindings.plain import plain_value
from pytest_journeys.bindings.row import Row
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonObject, JsonValue
from pytest_journeys.values.secret import Secret


@fact
class Given:
    """The values of one run, all JSON. `environment` and `fixtures` hold what the artifact refers to, nothing else.

    `secret_inputs` are never recorded. `subject` is what is being tested; empty when it is not known.
    """

    inputs: Mapping[str, JsonValue] = field(default_factory=dict)
    row: Mapping[str, JsonValue] = field(default_factory=dict)
    environment: Mapping[str, JsonValue] = field(default_factory=dict)
    fixtures: Mapping[str, JsonValue] = field(default_factory=dict)
    subject: str = ""
    secret_inputs: Mapping[str, Secret] = field(default_factory=dict)

    def recorded(self) -> dict[str, JsonValue]:
        """The non-secret values, as the run's first event keeps them (`RunOpened.given`)."""
        return {
            "inputs": self.inputs,
            "row": self.row,
            "env": self.environment,
            "fixtures": self.fixtures,
            "subject": self.subject,
        }

    @staticmethod
    def from_recorded(recorded: JsonObject) -> "Given":
        """What `recorded` wrote, so that a run can be cleaned up with its own values; secret inputs are not in it."""
        return Given(
            inputs=_object(recorded, "inputs"),
            row=_object(recorded, "row"),
            environment=_object(recorded, "env"),
            fixtures=_object(recorded, "fixtures"),
            subject=str(recorded.get("subject", "")),
        )


def given_to(
    artifact: Artifact,
    *,
    inputs: BoundInputs,
    row: Row | None = None,
    environment: Mapping[str, JsonValue] | None = None,
    fixtures: Mapping[str, object] | None = None,
    subject: str = "",
) -> Given:
    """What a run of this artifact is given; `environment` is `Environment.values_for` it, `fixtures` values by name.

    Raises `SetupError` for a fixture value that the artifact refers to and that is missing or no JSON.
    """
    offered = fixtures or {}
    values: dict[str, JsonValue] = {}
    for name in artifact.fixture_values:
        if name not in offered:
            raise SetupError(
                f"fixtures.{name} has no value", help=f"name it under fixtures: [{name}]", place=f"fixtures/{name}"
            )
        try:
            values[name] = plain_value(offered[name], f"the fixture {name}")
        except SetupError as error:
            raise error.at(f"fixtures/{name}") from None
    return Given(
        inputs=inputs.values,
        row=row.values if row is not None else {},
        environment=environment or {},
        fixtures=values,
        subject=subject,
        secret_inputs=inputs.secrets,
    )


def _object(recorded: JsonObject, name: str) -> JsonObject:
    found = recorded.get(name)
    return found if isinstance(found, Mapping) else {}
