"""A session's totals, the published schema, the questions asked of runs."""

import json
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

from evidence.checkout import ARTIFACT, RUN, SOURCE_MAP, START, Telling, account, assertion, exchange, failing_run
from pytest_journeys.events.account import StepAccount
from pytest_journeys.events.model import RunDecided
from pytest_journeys.evidence.collect import collect_run
from pytest_journeys.evidence.document import RunDocument, SessionDocument
from pytest_journeys.evidence.query import RunFilter, choose, runs_named, summarise
from pytest_journeys.evidence.schema import evidence_schema
from pytest_journeys.evidence.session import CollectedSession, SessionFacts, collect_session

FACTS = SessionFacts(
    id="session-2", started=START, ended=START + 60, outcome="failed", plugin="1.0.0", environment="local",
    continues="session-1", host={"name": "ci-7"},
)  # fmt: skip


def runs() -> list[RunDocument]:
    """A failing run, an interrupted one with an earlier attempt, a rich one."""
    open_run = Telling(run="run_open").opened(Telling(run="run_open").intent("pay"))
    open_run.line(RunDecided(run="run_open", decision="restart", reason="in doubt", at=open_run.now))
    open_run.opened(Telling(run="run_open").intent("settled", "GET"), attempt=2, reason="restart")
    rich = Telling(run="run_rich").opened()
    told: StepAccount = account(
        "pay", exchange("POST", "/pay", None, error="timeout"), exchange("POST", "/pay", attempt=2), attempt=2,
        assertions=[assertion("warned"), {"place": "x", "target": "body", "operator": "exists", "outcome": "passed"}],
        error={"code": "E530", "title": "missing", "place": "pay/derive/id", "notes": ["no $.id"], "help": "look"},
    )  # fmt: skip
    told["logs"] = ["a line"]
    rich.step("pay", "error", told=told, attempt=2, derived={"a": [1, None]}, secrets=("token",))
    return [collect_run(ARTIFACT, SOURCE_MAP, None, one.lines) for one in (failing_run(), open_run, rich)]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    """The published schema, itself checked."""
    schema = evidence_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def test_documents_conform_to_the_published_schema(validator: Draft202012Validator):
    """What we write is what we publish, in every shape that the fixtures hold."""
    validator.validate(collect_session(FACTS, runs()))


def test_the_schema_is_closed(validator: Draft202012Validator):
    """A member that is misspelt or left out is found, so that the test above means something."""
    document = json.loads(json.dumps(collect_session(FACTS, runs())))
    for path in ("runs", "session"):
        broken = {**document, path: None}
        assert not validator.is_valid(broken)
    document["runs"][0]["steps"][0]["replaid"] = True
    with pytest.raises(ValidationError, match="replaid"):
        validator.validate(document)


def test_members_stand_in_the_order_of_the_schema():
    """The order is stable and is the schema's, so that documents can be compared by text."""
    document: SessionDocument = collect_session(FACTS, runs())
    schema = json.loads(json.dumps(evidence_schema()))
    definitions = schema["$defs"]
    assert list(document) == list(schema["properties"])
    run = document["runs"][0]
    assert list(run) == list(definitions["run"]["properties"])
    for step in run["steps"]:
        assert list(step) == [name for name in definitions["step"]["properties"] if name in step]
        assert step.keys() >= set(definitions["step"]["required"])
    assert list(document["session"]) == list(definitions["session"]["properties"])
    assert list(document["session"]["totals"]) == list(definitions["totals"]["properties"])


def test_totals_count_runs_and_steps():
    """Resumed, restarted, replayed and in doubt are counted apart from the outcomes."""
    totals = collect_session(FACTS, runs())["session"]["totals"]
    assert totals["runs"] == 3
    assert totals["outcomes"] == {"failed": 1, "interrupted": 2}
    assert (totals["resumed"], totals["restarted"], totals["replayed_runs"]) == (1, 1, 0)
    assert (totals["replayed_steps"], totals["warnings"]) == (1, 1)
    assert totals["steps"]["passed"] == 3


def test_runs_are_let_go_one_by_one():
    """A session of any size is gone through in the memory of one run; totals are complete when it is over."""
    made = 0

    def many() -> Iterator[RunDocument]:
        nonlocal made
        for run in runs() * 10:
            made += 1
            yield run

    session = CollectedSession(FACTS, many())
    passing = session.runs()
    next(passing)
    assert made == 1
    assert session.part()["totals"]["runs"] == 1
    assert sum(1 for _ in passing) == 29
    assert session.part()["totals"]["runs"] == 30


def test_a_summary_counts_the_plan():
    """`2/4`: cleanup steps are no steps of the plan."""
    summary = summarise(runs()[0], environment="local")
    assert (summary.passed, summary.steps, summary.replayed) == (2, 4, 1)
    assert (summary.session, summary.started, summary.outcome) == ("session-2", START, "failed")


def test_a_run_that_is_held_is_in_progress():
    """An open run is interrupted only when nobody holds it; a finished one is never in progress."""
    finished, open_run, _ = runs()
    assert summarise(open_run).outcome == "interrupted"
    held = summarise(open_run, holder="pid 7 on ci")
    assert (held.outcome, held.holder) == ("in progress", "pid 7 on ci")
    assert summarise(finished, holder="pid 7 on ci").outcome == "failed"


@pytest.mark.parametrize(
    ("asked", "count"),
    [
        (RunFilter(), 3),
        (RunFilter(outcomes=frozenset({"failed"})), 1),
        (RunFilter(journey="checkout-flow"), 3),
        (RunFilter(journey="other"), 0),
        (RunFilter(version="v14"), 0),
        (RunFilter(environment="local"), 3),
        (RunFilter(environment="prod"), 0),
        (RunFilter(since=START), 3),
        (RunFilter(since=START + 2), 0),
    ],
)
def test_filters(asked: RunFilter, count: int):
    """Each criterion narrows on its own."""
    assert len(list(choose((summarise(run, environment="local") for run in runs()), asked))) == count


def test_runs_are_named_by_the_beginning_of_their_id():
    """A whole id is that run; a beginning is every run that it fits, with or without `run_`."""
    known = [RUN, "run_k3", "run_open"]
    assert runs_named("run_k3", known) == ["run_k3"]
    assert runs_named("k3v", known) == [RUN]
    assert runs_named("run_", known) == sorted(known)
    assert runs_named("zz", known) == []
