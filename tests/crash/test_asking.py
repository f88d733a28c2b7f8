"""A POST in doubt that the server is asked about, by a real pytest that was killed; the ledger tells what was sent."""

import pytest

from crash import faults
from crash.project import Project
from crash.purchase import sent, trap

ASK = """\
    request: POST /carts/${{ steps.create.cart }}/items
    derive: {items: $.items}
    in_doubt:
      ask: {request: "GET /carts/${{ steps.create.cart }}"}
      done_if: {json: {$.items: {at_least: 1}}}
"""
REST = "pay1A read1 poll1 poll1 coupon1 delete1"
COUNTED = "killed by the server from inside its handler, asked about"


@pytest.fixture
def asking(project: Project) -> Project:
    """Give the project, whose POST is asked about when it is in doubt, and yields what a later step sends."""
    project.edit("    request: POST /carts/${{ steps.create.cart }}/items\n", ASK)
    project.edit('{amount: "${{ inputs.quantity * 250 }}"}', '{amount: "${{ steps.fill.items * 250 }}"}')
    return project


@pytest.mark.parametrize(
    ("when", "resumed", "said", "told"),
    [
        ("after", "", "done", "not sent again: GET "),
        (
            "before",
            "fill1",
            "not_done",
            "sent again: the server was asked, and it was not done (200 OK; json $.items is 0",
        ),
    ],
)
def test_the_server_says_what_became_of_it(asking: Project, when: str, resumed: str, said: str, told: str) -> None:
    """It had acted: nothing is sent again, its value comes from the answer. It had not: it is sent again, once."""
    asking.trap(trap("r2", "fill1", "kill", when=when))
    assert asking.run("-k", "r2").code == -9
    done = asking.run("-k", "r2")
    assert (done.code, done.counts) == (0, {"passed": 1})
    assert asking.ledger["r2"] == sent("r2", f"login create fill1 | login read1 {resumed} {REST}")
    assert done.result_of("r2") == "PASSED (resumed at step 3/7)"
    fill = asking.run_of("r2")["steps"][2]
    assert (fill["outcome"], fill["derived"]) == ("passed", {"items": 2})
    assert fill["reason"].startswith(told)
    questions = [one for one in fill["exchanges"] if "question" in one]
    assert [one["question"]["answer"] for one in questions] == [said]
    assert fill["exchanges"][0]["error"] == "the request may have left; its outcome was not recorded"
    shown = asking.journeys("show", asking.run_of("r2")["id"])
    assert f"question: GET {questions[0]['request']['url']} (about attempt 1" in shown
    faults.count(COUNTED, f"the server had {'' if when == 'after' else 'not '}acted")


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_death_in_the_middle_of_asking_asks_again(asking: Project, when: str) -> None:
    """The question only reads: the next session asks it anew, and nothing is sent twice."""
    asking.trap(trap("r2", "fill1", "kill", when="after"), trap("r2", "read1", "kill", when=when))
    assert asking.run("-k", "r2").code == -9
    assert asking.run("-k", "r2").code == -9
    done = asking.run("-k", "r2")
    assert (done.code, done.counts) == (0, {"passed": 1})
    assert asking.ledger["r2"] == sent("r2", f"login create fill1 | login read1 | login read1 {REST}")
    faults.count(COUNTED, f"and again while it asked, {when} it was answered")


def test_an_answer_that_tells_nothing_leaves_it_in_doubt(asking: Project) -> None:
    """A question that is answered 401 settles nothing: the run ends in doubt, and the text shows question and answer."""
    asking.edit(
        'ask: {request: "GET /carts/${{ steps.create.cart }}"}', 'ask: {request: "GET /carts/r2-1", auth: none}'
    )
    asking.trap(trap("r2", "fill1", "kill", when="after"))
    assert asking.run("-k", "r2").code == -9
    done = asking.run("-k", "r2")
    assert done.code == 1
    assert asking.ledger["r2"] == sent("r2", "login create fill1 | read1 login delete1")
    told = asking.run_of("r2")
    assert told["outcome"] == "in_doubt"
    text = " ".join(done.text.replace("|", " ").split())
    assert "fill: its POST may have left, and GET http" in text
    assert "not known whether it was done: 401 Unauthorized" in text
    faults.count(COUNTED, "an answer that tells nothing")
