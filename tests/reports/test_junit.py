"""What a run adds to pytest's JUnit testcase."""

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from evidence.checkout import ARTIFACT, SOURCE_MAP, Telling, account, assertion, exchange, failing_run
from pytest_journeys.evidence.collect import collect_run
from pytest_journeys.evidence.document import RunDocument
from pytest_journeys.reports.junit import junit_properties, junit_property, step_log


def run_of(told: Telling) -> RunDocument:
    """The document of the checkout run."""
    return collect_run(ARTIFACT, SOURCE_MAP, "v14", told.lines)


def test_the_names_of_the_contract():
    """Origin first, one property per step with its outcome in the name, the evidence last; marks stand in the value."""
    assert junit_properties(run_of(failing_run()), environment="local", evidence="out/e.json") == [
        ("journey", "checkout-flow"),
        ("journey_version", "v14"),
        ("artifact", "artifact_ab12cd34ef56"),
        ("run", "run_k3v9abcdefghijklmnopqrstuv"),
        ("environment", "local"),
        ("resumed_from", "session-1"),
        ("chain_head", f"{7:064x}"),
        ("step[passed]", "sign-in (replayed)"),
        ("step[passed]", "open-cart"),
        ("step[failed]", "pay: status is 500, expected 202"),
        ("step[blocked]", "settled: pay failed"),
        ("step[passed]", "open-cart.cleanup"),
        ("step[skipped]", "journey.cleanup: when is false"),
        ("evidence", "out/e.json"),
    ]


def test_what_is_not_known_is_left_out():
    """A fresh run without environment and evidence file has no empty properties."""
    names = {name for name, _ in junit_properties(run_of(Telling().opened().ended()))}
    assert names.isdisjoint({"environment", "resumed_from", "evidence"})


def test_the_step_log(golden: Callable[[str, str], None]):
    """A line per step, its requests and answers, what failed and where."""
    golden("step_log.txt", step_log(run_of(failing_run())).rstrip("\n"))


def test_hostile_names_are_legal():
    """Pytest escapes values and not names: a control character in a name would make the file unreadable."""
    assert junit_property("step[\x00<a>\n]", "]]>\x1b[31m\ud800<script>\u202e") == (
        "step[__a__]", "]]>\\x1b[31m\\ud800<script>\\u202e",
    )  # fmt: skip


@given(st.text(), st.text(), st.text())
def test_any_text_gives_well_formed_xml_and_json(answer: str, reason: str, name: str):
    """Whatever a server sent: legal as XML attributes and text, and clean enough for JSON and a worker channel."""
    error = {"code": "E530", "title": answer, "place": "pay/url"}
    told = Telling().opened().step("pay", "error", reason=reason, told=account(
        "pay", exchange("GET", "/", None, error=answer), error=error,  # type: ignore[arg-type]
        assertions=[assertion("failed", target=name, actual=answer)],
    ))  # fmt: skip
    run = run_of(told)
    pairs = [*junit_properties(run, environment=name, evidence=answer), junit_property(name, answer)]
    case = ET.Element("testcase")
    for key, value in pairs:
        ET.SubElement(case, "property", name=key, value=value)
    ET.SubElement(case, "system-out").text = log = step_log(run)
    read = ET.fromstring(ET.tostring(case, "utf-8"))
    assert [(one.get("name"), one.get("value")) for one in read.iter("property")] == pairs
    assert read.findtext("system-out") == log
    assert json.loads(json.dumps(pairs, ensure_ascii=False).encode("utf-8")) == [list(pair) for pair in pairs]
