"""The assertions that every request makes, less what a step says of its own."""

from collections.abc import Sequence

from pytest_journeys.compiler.assertions import PlacedCheck, overridden, removed_sections
from pytest_journeys.language.assertions import Assertions
from pytest_journeys.values.fact import fact


@fact(kw_only=False)
class DefaultAssertions:
    """The defaults' checks."""

    checks: Sequence[PlacedCheck] = ()

    def for_request(self, own: Assertions, *, known_steps: frozenset[str], is_undoing: bool) -> list[PlacedCheck]:
        """Those that apply beside a request's own assertions.

        What refers to steps not yet known does not apply. `is_undoing`: a cleanup's DELETE passes with 404 and 410
        unless it asserts a status itself, so it takes none from the defaults.
        """
        targets, sections = overridden(own), removed_sections(own)
        return [
            one
            for one in self.checks
            if one.target not in targets
            and one.check.section not in sections
            and one.steps <= known_steps
            and not (is_undoing and one.check.section == "status")
        ]
