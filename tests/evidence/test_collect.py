"""What a run amounts to, from what the journal tells of it."""

import pytest

from evidence.checkout import (
    ARTIFACT,
    RUN,
    SOURCE_MAP,
    START,
    Telling,
    account,
    assertion,
    exchange,
    failing_run,
    request,
)
from pytest_journeys.artifact.model import Artifact, Step
from pytest_journeys.events.model import Attempted, Place, RunDecided, RunReplayed
from pytest_journeys.evidence.attempt import RunLine
from pytest_journeys.evidence.collect import collect_run
from pytest_journeys.evidence.document import RunDocument, StepDocument
from pytest_journeys.evidence.moment import rfc3339


def collected(told: Telling) -> RunDocument:
    """The document of the checkout run."""
    return collect_run(ARTIFACT, SOURCE_MAP, "v14", told.lines)


def steps_of(told: Telling) -> dict[str, StepDocument]:
    """Its steps by id."""
    return {step["id"]: step for step in collected(told)["steps"]}


def outcomes_of(told: Telling) -> dict[str, str]:
    """Its outcomes by id."""
    return {name: step["outcome"] for name, step in steps_of(told).items()}


def test_a_run_names_its_origin():
    """Journey, version, artifact, row, inputs, session chain and the moment it began stand in the document."""
    run = collected(failing_run())
    assert run["id"] == RUN
    assert (run["journey"], run["version"], run["artifact"]) == ("checkout-flow", "v14", "artifact_ab12cd34ef56")
    assert (run["row"], run["inputs"], run["given"]) == ("blue-shirt", {"sku": "A-100"}, {"subject": "c0ffee"})
    assert run["sessions"] == ["session-1", "session-2"]
    assert run["resumed_from"] == "session-1"
    assert run["opened"] == "resume"
    assert run["started"] == "2023-11-14T22:13:20.000Z"
    assert run["chain_head"] == f"{7:064x}"


def test_what_ended_in_an_earlier_session_is_replayed():
    """Replayed is not passed again: only steps that ended in another session than the reported one are marked."""
    steps = steps_of(failing_run())
    assert [name for name, step in steps.items() if step["replayed"]] == ["sign-in"]


def test_steps_stand_in_the_order_of_the_plan_then_cleanup_as_it_ran():
    """A reader sees the plan first, then what was cleaned up."""
    run = collected(failing_run())
    assert [(step["id"], step["cleanup"]) for step in run["steps"]] == [
        ("sign-in", False), ("open-cart", False), ("pay", False), ("settled", False),
        ("open-cart.cleanup", True), ("journey.cleanup", True),
    ]  # fmt: skip


def test_a_step_that_never_ran_after_a_failure_is_blocked_by_it():
    """No step is left out, and who blocked it is named."""
    settled = steps_of(failing_run())["settled"]
    assert (settled["outcome"], settled["reason"]) == ("blocked", "pay failed")
    assert settled["exchanges"] == []
    assert settled["started"] is None


def test_positions_come_from_the_source_map():
    """The artifact knows places only; the document says file, line and column, and null for what was not written."""
    told = Telling().opened()
    told.step("pay", "failed", told=account(
        "pay", exchange(), assertions=[assertion("failed"), assertion(place="journey.cleanup/request")],
        used=[{"name": "cart_id", "step": "open-cart", "value": 17}],
    ))  # fmt: skip
    pay = steps_of(told)["pay"]
    assert pay["description"] == "The shopper pays."
    assert pay["at"] == {"file": "checkout.journey.yaml", "line": 40, "column": 5, "end_line": 46, "end_column": 1}
    written, implied = pay["assertions"]
    assert written["at"] is not None
    assert (written["at"]["line"], written["at"]["column"]) == (44, 22)
    assert implied["at"] is None
    assert pay["used"][0]["at"] is not None
    assert (pay["used"][0]["from"], pay["used"][0]["at"]["line"]) == ("open-cart", 27)


def test_the_attempts_of_a_poll_become_one_step():
    """Exchanges of all attempts in order, assertions of the last, the time from the first sending to the last answer."""
    told = Telling().opened()
    for attempt in (1, 2):
        told.line(
            Attempted(run=RUN, step="settled", attempt=attempt, reason="not yet", at=told.now),
            told.intent("settled", "GET", attempt=attempt + 1),
            accounts=[account("settled", exchange(attempt=attempt), attempt=attempt, started=START + attempt)],
        )
    last = account("settled", exchange(attempt=3), attempt=3, started=START + 3, duration_ms=250,
                   assertions=[assertion(place="settled/assert/0")])  # fmt: skip
    told.step("settled", told=last, attempt=3)
    settled = steps_of(told)["settled"]
    assert [one["attempt"] for one in settled["exchanges"]] == [1, 2, 3]
    assert [one.get("sent_again") for one in settled["exchanges"]] == ["not yet", "not yet", None]
    assert settled["attempts"] == 3
    assert len(settled["assertions"]) == 1
    assert settled["duration_ms"] == 2250
    assert settled["started"] == "2023-11-14T22:13:21.000Z"


def test_a_pause_between_sessions_is_no_duration():
    """A step whose request was sent again hours later did not take hours."""
    told = Telling().opened(Telling().intent("settled", "GET"))
    told.line(Attempted(run=RUN, step="settled", attempt=1, reason="not yet", at=told.now),
              accounts=[account("settled", exchange(), started=START, duration_ms=10)])  # fmt: skip
    told.now += 86_400
    told.in_session("session-2").opened(reason="resume")
    told.step("settled", told=account("settled", exchange(attempt=2), started=START + 86_400, duration_ms=15))
    run = collected(told)
    assert next(step for step in run["steps"] if step["id"] == "settled")["duration_ms"] == 25
    assert run["duration_ms"] < 10_000


def test_a_secret_that_was_derived_shows_its_name_only():
    """`derived` says that there is a token, and that it is secret."""
    told = Telling().opened().step("sign-in", secrets=("token",), derived={"user": "ada"})
    assert steps_of(told)["sign-in"]["derived"] == {"user": "ada", "token": {"secret": True}}
    assert "TOKEN" in collected(told)["secrets"]
    assert "SHOP_PASSWORD" in collected(told)["secrets"]


def test_a_refreshed_step_is_replayed_and_refreshed():
    """What ran again to bring a secret back is marked, with the exchange it cost; its outcome stays what it was."""
    told = Telling().opened().step("sign-in", told=account("sign-in", exchange("POST", "/login")), secrets=("token",))
    told.in_session("session-2").opened(told.intent("sign-in", is_refresh=True), reason="resume")
    told.step("sign-in", is_refresh=True, told=account("sign-in", exchange("POST", "/login")), secrets=("token",))
    sign_in = steps_of(told)["sign-in"]
    assert (sign_in["outcome"], sign_in["replayed"], sign_in["refreshed"]) == ("passed", True, True)
    assert [one["refresh"] for one in sign_in["exchanges"]] == [False, True]


def test_a_refresh_of_an_earlier_session_is_told_once():
    """What a refresh brought back lived in the memory of the session before: a later session does not show it again."""
    told = Telling().opened().step("sign-in", secrets=("token",))
    refresh = account("sign-in", exchange("POST", "/login"))
    told.in_session("session-2").opened(reason="resume")
    told.step("sign-in", is_refresh=True, secrets=("token",), told=refresh)
    told.in_session("session-3").opened(reason="resume")
    sign_in = steps_of(told)["sign-in"]
    assert not sign_in["refreshed"]
    assert sign_in["exchanges"] == []


def test_a_refresh_that_was_cut_off_is_not_told_by_the_next_session():
    """A refresh in doubt is refreshed again, so its request without an outcome is no longer open."""
    told = Telling().opened().step("sign-in", secrets=("token",))
    told.in_session("session-2").opened(told.intent("sign-in", is_refresh=True), reason="resume")
    assert len(steps_of(told)["sign-in"]["exchanges"]) == 1
    told.in_session("session-3").opened(reason="resume")
    assert steps_of(told)["sign-in"]["exchanges"] == []


def test_a_refresh_that_failed_decides_the_outcome_shown():
    """A run that restarts because a refresh failed shows why."""
    told = Telling().opened().step("sign-in", secrets=("token",))
    told.in_session("session-2").opened(reason="resume")
    told.step("sign-in", "failed", is_refresh=True, reason="status is 401", told=account(
        "sign-in", exchange(status=401), assertions=[assertion("failed", actual=401)]))  # fmt: skip
    sign_in = steps_of(told)["sign-in"]
    assert (sign_in["outcome"], sign_in["reason"]) == ("failed", "status is 401")
    assert sign_in["assertions"][0]["actual"] == 401


def test_an_open_run_is_interrupted_and_its_cleanup_waits():
    """What did not run before the interruption is named, registered cleanup last-in first-out and the journey's own too."""
    told = Telling().opened().step("sign-in").step("open-cart", is_registered=True)
    run = collected(told)
    assert run["outcome"] == "interrupted"
    assert outcomes_of(told) == {
        "sign-in": "passed", "open-cart": "passed", "pay": "interrupted", "settled": "interrupted",
        "open-cart.cleanup": "interrupted", "journey.cleanup": "interrupted",
    }  # fmt: skip


def test_cleanup_waits_last_in_first_out():
    """What was made last is to be cleaned up first; what ran already does not wait."""
    artifact = Artifact(
        journey="stack",
        steps=tuple(request(name, cleanup=(request(f"{name}.cleanup"),)) for name in ("a", "b", "c", "d")),
    )
    told = Telling().opened()
    for name in ("a", "b", "c"):
        told.step(name, is_registered=True)
    told.step("d", "failed").step("c.cleanup")
    run = collect_run(artifact, SOURCE_MAP, None, told.lines)
    cleanups = [(step["id"], step["outcome"]) for step in run["steps"] if step["cleanup"]]
    assert cleanups == [("c.cleanup", "passed"), ("b.cleanup", "interrupted"), ("a.cleanup", "interrupted")]


def test_a_request_without_an_outcome_is_in_doubt_and_told():
    """At most one step is in doubt, and the request that may have left is shown; a safe one is merely interrupted."""
    told = Telling().opened(Telling().intent("pay"))
    pay = steps_of(told)["pay"]
    assert pay["outcome"] == "in_doubt"
    assert pay["exchanges"][0]["request"]["url"] == "http://127.0.0.1:8000/pay"
    assert pay["exchanges"][0]["response"] is None
    assert outcomes_of(told)["settled"] == "interrupted"
    safe = Telling().opened(Telling().intent("settled", "GET"))
    assert outcomes_of(safe)["settled"] == "interrupted"


def test_a_restart_keeps_the_attempt_that_was_left():
    """A new attempt begins from nothing; the earlier one is kept with its steps and the reason for leaving it."""
    told = Telling().opened(Telling().intent("pay"))
    told.in_session("session-2").opened(reason="resume")
    told.line(RunDecided(run=RUN, decision="restart", reason="pay is in doubt", at=told.now))
    told.opened(attempt=2, reason="restart").step("sign-in")
    run = collected(told)
    assert (run["attempt"], run["opened"], run["resumed_from"]) == (2, "restart", "session-1")
    (earlier,) = run["earlier_attempts"]
    assert (earlier["attempt"], earlier["reason"]) == (1, "pay is in doubt")
    assert [step["outcome"] for step in earlier["steps"] if step["id"] == "pay"] == ["in_doubt"]
    assert outcomes_of(told)["pay"] == "interrupted"
    assert not steps_of(told)["sign-in"]["replayed"]


def test_a_replayed_run_is_told_from_its_old_session():
    """A run that passed in an interrupted session counts in this one: every step is replayed, the chain head is the old one."""
    told = Telling().opened().step("sign-in").step("open-cart").step("pay").step("settled").ended()
    place = Place(session="session-1", journal="main", offset=0, line="c" * 64)
    told.in_session("session-2").line(
        RunReplayed(run=RUN, journey="checkout-flow", row="blue-shirt", place=place, at=told.now + 3600)
    )
    run = collected(told)
    assert (run["outcome"], run["opened"], run["resumed_from"]) == ("passed", "replayed", "session-1")
    assert run["chain_head"] == "c" * 64
    assert all(step["replayed"] for step in run["steps"])
    assert run["duration_ms"] < 10_000


def test_every_part_of_a_run_that_ended_early_is_told():
    """Which worker of which session, when, and the step that was open; what the part before the last did is replayed."""
    told = Telling().opened().step("sign-in")
    told.line(told.intent("open-cart"))
    lost_at = told.now - 1
    told.worker = "gw2"
    told.opened(reason="resume").step("open-cart")
    told.in_session("session-2").opened(reason="resume").step("pay").step("settled").ended()
    run = collected(told)
    told_as = [(one["kind"], one["session"], one["worker"], one["step"]) for one in run["interruptions"]]
    assert told_as == [
        ("worker_lost", "session-1", "main", "open-cart"), ("session_interrupted", "session-1", "gw2", None),
    ]  # fmt: skip
    assert run["interruptions"][0]["at"] == rfc3339(lost_at)
    assert (run["resumed_from"], run["sessions"]) == ("session-1", ["session-1", "session-2"])
    assert [step["replayed"] for step in run["steps"]] == [True, True, False, False]


def test_a_run_that_was_lost_with_its_worker_did_not_begin_in_another_session():
    """It is of one session; what its lost worker did is replayed all the same, and the pause is not counted."""
    told = Telling().opened().step("sign-in")
    told.worker = "gw2"
    for _ in range(1000):
        told.now = next(told._clock)
    told.opened(reason="resume").step("open-cart").step("pay").step("settled").ended()
    run = collected(told)
    assert run["resumed_from"] is None
    assert [step["replayed"] for step in run["steps"]] == [True, False, False, False]
    assert run["duration_ms"] < 20_000


def test_steps_after_an_end_are_skipped():
    """`end` ends the run as passed; what comes after it is skipped and says at which step."""
    artifact = Artifact(journey="short", steps=(Step(path="done", is_end=True), Step(path="more")))
    told = Telling().opened().step("done").ended()
    run = collect_run(artifact, SOURCE_MAP, None, told.lines)
    assert [(step["outcome"], step["reason"]) for step in run["steps"]] == [
        ("passed", None), ("skipped", "the run ended at done"),
    ]  # fmt: skip
    assert run["steps"][0]["kind"] == "end"


def test_a_failure_that_goes_on_blocks_nothing_by_itself():
    """After `on_failure: continue` a step that was not reached is interrupted, not blocked."""
    artifact = Artifact(journey="short", steps=(Step(path="one", continues_on_failure=True), Step(path="two")))
    told = Telling().opened().step("one", "failed")
    run = collect_run(artifact, SOURCE_MAP, None, told.lines)
    assert [step["outcome"] for step in run["steps"]] == ["failed", "interrupted"]


def test_stored_and_cut_bodies_are_named():
    """A body that stands in a file of its own names it under the store, in the session that received it."""
    told = Telling().opened()
    sent = exchange("POST", "/files")
    sent["response"]["body"] = {"size": 50_000_000, "sha256": "a" * 64, "is_stored": True, "cut_to": 1000}
    told.step("pay", told=account("pay", sent))
    told.in_session("session-2").opened(reason="resume")
    (one,) = steps_of(told)["pay"]["exchanges"]
    assert one["response"] is not None
    assert one["response"]["body"] == {
        "media_type": None, "size": 50_000_000, "sha256": "a" * 64,
        "file": f"sessions/session-1/bodies/{'a' * 64}", "cut_to": 1000,
    }  # fmt: skip


def test_lines_that_open_no_run_are_refused():
    """Evidence is never made up."""
    with pytest.raises(ValueError, match="no line opens the run"):
        collect_run(ARTIFACT, SOURCE_MAP, None, [RunLine(session="s", events=())])
