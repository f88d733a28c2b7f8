"""The Python of the manual runs as it stands there."""

import re

import pytest

from docs.pages import ROOT

JOURNEY = """\
journey: reports
steps:
  - id: render
    call: reports:render
    with: {order: 17}
    assert: {json: {$.count: 3, "$.pages[2]": page 3 of order 17}}
    derive: {pages: $.pages}
    cleanup: {call: "reports:remove", with: {pages: "${{ steps.render.pages }}"}}
  - call: reports:is_printed
    with: {pages: "${{ steps.render.pages }}"}
    safe: true
    poll: {until: {json: {$.printed: true}}, every: 1s, for: 1m}
"""


def test_the_functions_of_the_manual_are_called(pytester: pytest.Pytester) -> None:
    """Who copies the example has functions that a journey can call."""
    text = (ROOT / "docs" / "language.md").read_text(encoding="utf-8")
    found = re.search(r"```python\n# reports\.py\n(.*?)```", text, re.S)
    assert found is not None
    pytester.makepyfile(conftest="", reports=found[1])
    (pytester.path / "reports.journey.yaml").write_text(JOURNEY)
    pytester.runpytest_inprocess("-p", "no:hypothesispytest", "-p", "no:anyio").assert_outcomes(passed=1)
