"""What a step's answer amounts to."""

from dataclasses import dataclass, field

from pytest_journeys.events.account import AssertionAccount, ErrorAccount
from pytest_journeys.values.json import JsonValue


@dataclass(slots=True)
class Findings:
    """Assertions, derived values and what went wrong beside them. `derived` holds non-secret values, `secrets` names.

    `is_failure`: the error is a miss like a failed assertion (a poll that came to its end). `note` is told of a step that
    passed.
    """

    assertions: list[AssertionAccount] = field(default_factory=list)
    derived: dict[str, JsonValue] = field(default_factory=dict)
    secrets: list[str] = field(default_factory=list)
    error: ErrorAccount | None = None
    is_failure: bool = False
    note: str = ""

    @property
    def outcome(self) -> str:
        """Failed before error: an assertion that missed explains a value that is missing."""
        if self.is_failure or any(item["outcome"] == "failed" for item in self.assertions):
            return "failed"
        return "passed" if self.error is None else "error"

    @property
    def headline(self) -> str:
        """Why the step did not pass, in one line; the note of one that did."""
        if self.is_failure and self.error is not None:
            return self.error["title"]
        for item in self.assertions:
            if item["outcome"] == "failed":
                return f"{item['target']} {item.get('text', 'does not hold')}"
        return self.error["title"] if self.error is not None else self.note
