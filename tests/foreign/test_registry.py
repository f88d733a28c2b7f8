"""A journey of ten chained steps against a server that nobody here wrote."""

import json
from pathlib import Path

import pytest

from foreign.conftest import run_pytest


@pytest.mark.parametrize("spread", [(), ("-n", "2")], ids=["serial", "two workers"])
def test_all_rows_pass_and_leave_nothing_behind(project: Path, spread: tuple[str, ...]) -> None:
    """State, a sign-in with a token, values chained over ten steps, a deletion, cleanup: against foreign software."""
    done = run_pytest(project, "--journeys-json", "evidence.json", *spread)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
    evidence = json.loads((project / "evidence.json").read_text())
    assert evidence["session"]["totals"]["steps"] == {"passed": 4 * 11}
    for run in evidence["runs"]:
        by_id = {step["id"]: step for step in run["steps"]}
        taken = {step: {used["from"] for used in by_id[step]["used"]} for step in by_id}
        assert taken["create-stable"] == {"sign-up", "sign-in", "create-dev"}
        assert taken["rename"] == {"sign-up", "sign-in", "create-stable"}
        assert taken["gone"] == {"sign-up", "delete-stable", "whoami"}
        assert by_id["sign-in.cleanup"]["outcome"] == "passed"


def test_a_wrong_derived_value_fails_the_run(project: Path) -> None:
    """What a step derives is really what later steps use: another member taken, and the run fails where it is used."""
    journey = project / "registry.journey.yaml"
    text = journey.read_text(encoding="utf-8")
    journey.write_text(text.replace("base: '$.result.bases[0]'", "base: '$.result.type'"), encoding="utf-8")
    done = run_pytest(project, "-k", "ada")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "rename: status is 404, expected 200" in done.stdout
    assert "sign-up passed" in done.stdout
    assert "look blocked" in done.stdout
