"""The evidence document as text."""

import json
from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from evidence.checkout import ARTIFACT, SOURCE_MAP, START, Telling, account, exchange, failing_run
from pytest_journeys.evidence.collect import collect_run
from pytest_journeys.evidence.document import RunDocument
from pytest_journeys.evidence.schema import evidence_schema
from pytest_journeys.evidence.session import CollectedSession, SessionFacts
from pytest_journeys.reports.json_document import json_document, run_as_json

FACTS = SessionFacts(id="session-2", started=START, ended=None, outcome="failed", plugin="1.0.0")


def run_of(told: Telling) -> RunDocument:
    """The document of the checkout run."""
    return collect_run(ARTIFACT, SOURCE_MAP, "v14", told.lines)


def passing_run() -> RunDocument:
    """One step, one exchange, passed."""
    return run_of(Telling().opened().step("settled", told=account("settled", exchange())).ended())


def test_the_text_is_the_document():
    """It conforms to the published schema, has a curl command for each exchange, and its totals."""
    text = "".join(json_document(CollectedSession(FACTS, [run_of(failing_run()), passing_run()])))
    document = json.loads(text)
    Draft202012Validator(evidence_schema()).validate(document)
    pay = document["runs"][0]["steps"][2]["exchanges"][0]
    assert pay["curl"].startswith(
        'curl -X POST http://127.0.0.1:8000/carts/17/checkout -H "authorization: Bearer $TOKEN"'
    )
    assert document["session"]["totals"]["outcomes"] == {"failed": 1, "passed": 1}
    assert len(text.splitlines()) == 4  # a run is a line


def test_a_session_without_runs_is_a_document():
    """The empty list is JSON, too."""
    document = json.loads("".join(json_document(CollectedSession(FACTS, []))))
    Draft202012Validator(evidence_schema()).validate(document)
    assert document["runs"] == []


def test_runs_are_written_as_they_come():
    """Nothing is held back: the first run's text is there before the second run is asked for."""
    asked = []

    def runs() -> Iterator[RunDocument]:
        for number in range(3):
            asked.append(number)
            yield passing_run()

    chunks = json_document(CollectedSession(FACTS, runs()))
    next(chunks)
    assert '"run_' in next(chunks)
    assert asked == [0]


def test_on_failure_leaves_out_the_exchanges_of_passing_runs():
    """A passing run keeps steps and assertions; a failing one keeps everything."""
    session = CollectedSession(FACTS, [run_of(failing_run()), passing_run()])
    failed, passed = json.loads("".join(json_document(session, extent="on-failure")))["runs"]
    assert failed["steps"][2]["exchanges"]
    assert [step["outcome"] for step in passed["steps"]] == ["skipped", "skipped", "skipped", "passed"]
    assert not any(step["exchanges"] for step in passed["steps"])


def test_one_run_is_readable():
    """`journeys show RUN --output json` is indented for people."""
    text = run_as_json(passing_run())
    assert json.loads(text)["journey"] == "checkout-flow"
    assert '\n  "journey"' in text


@given(
    st.recursive(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(), st.lists),
    st.text(),
)
def test_any_value_comes_back(value: object, text: str):
    """Lone surrogates, control characters and markup are escapes: the file is ASCII and reads back to the same."""
    told = account("settled", exchange(answer=text), derived={text: value})  # type: ignore[dict-item]
    run = run_of(Telling().opened().step("settled", told=told))
    written = run_as_json(run)
    assert written.isascii()
    step = json.loads(written)["steps"][3]
    assert step["derived"] == {text: value}
    assert step["exchanges"][0]["response"]["body"]["text"] == text
