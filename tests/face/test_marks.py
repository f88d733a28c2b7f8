"""``skip`` and ``xfail`` of a journey mean what they mean in pytest."""

import pytest

from face.project import Project

MARKED = """\
journey: marked
inputs: {{number: {{type: integer}}}}
{mark}
rows:
  - {{id: one, number: 1}}
  - {{id: two, number: 2}}
steps:
  - id: look
    request: GET ${{{{ env.url }}}}/items/${{{{ inputs.number }}}}
"""


def test_a_skip(project: Project, mode: tuple[str, ...]) -> None:
    """The reason is told with the journey's place; nothing is sent; the evidence holds the run."""
    project.journey(MARKED.format(mark="skip: the shop is closed"), name="marked")
    done = project.run(*mode, "-rs", "--journeys-json=evidence.json")
    assert done.counts == {"skipped": 2}
    assert "SKIPPED [2] marked.journey.yaml:1: the shop is closed\n" in done.out
    assert done.section[0] == "runs: 2 skipped"
    assert project.outcomes == {"one": "skipped", "two": "skipped"}
    project.asked()


def test_a_skip_under_a_condition(project: Project) -> None:
    """Each row is judged by itself."""
    mark = "skip: {when: inputs.number == 1, reason: not the first}"
    project.journey(MARKED.format(mark=mark), name="marked")
    done = project.run("-v")
    assert done.words == {"marked[one]": "SKIPPED (not the first)", "marked[two]": "PASSED"}
    project.asked("GET /items/2")


@pytest.mark.parametrize(
    ("arguments", "counts"),
    [
        ((), {"xfailed": 1, "xpassed": 1}),
        (("-o", "xfail_strict=true"), {"xfailed": 1, "failed": 1}),
        (("--runxfail",), {"failed": 1, "passed": 1}),
    ],
    ids=["plain", "strict", "runxfail"],
)
def test_an_expected_failure(
    project: Project, mode: tuple[str, ...], arguments: tuple[str, ...], counts: dict[str, int]
) -> None:
    """Pytest's settings decide what an expected failure, and one that did not come, amount to; the evidence says which."""
    project.journey(MARKED.format(mark="xfail: known since May"), name="marked")
    project.server.answer("/items/2", status=500)
    done = project.run(*mode, *arguments, "-rA", "--journeys-json=evidence.json")
    assert done.counts == counts
    assert done.code == (1 if "failed" in counts else 0)
    assert "known since May" in done.out or "runxfail" in arguments[-1]
    assert project.outcomes == {"one": "xpassed", "two": "xfailed"}
    assert done.section[0] == "runs: 1 xfailed, 1 xpassed"


def test_a_run_whose_steps_were_all_skipped(project: Project) -> None:
    """It is skipped, with the reason."""
    project.journey(
        "journey: idle\nsteps:\n  - id: never\n    when: 1 > 2\n    request: GET ${{ env.url }}/\n", name="idle"
    )
    done = project.run("-rs", "--junitxml=junit.xml")
    assert done.counts == {"skipped": 1}
    assert "SKIPPED [1] idle.journey.yaml:1: " in done.out
    assert ("step[skipped]", "never: when: 1 > 2 is false") in project.properties("idle")
    project.asked()
