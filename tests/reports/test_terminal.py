"""Lines for the terminal."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from evidence.checkout import ARTIFACT, SOURCE_MAP, Telling, account, exchange, failing_run
from pytest_journeys.events.model import Place, RunReplayed
from pytest_journeys.evidence.collect import collect_run
from pytest_journeys.reports.printable import width
from pytest_journeys.reports.run_facts import RunFacts, StepFacts, run_facts, step_facts
from pytest_journeys.reports.terminal import (
    Beginning,
    Ending,
    Syncs,
    beginning_lines,
    ending_lines,
    note_lines,
    run_word,
    step_line,
)

NOTHING = Ending(store=".journeys", outcomes={"passed": 3})


def facts_of(told: Telling) -> RunFacts:
    """What the terminal knows of a run."""
    return run_facts(collect_run(ARTIFACT, SOURCE_MAP, None, told.lines))


def steps_of(told: Telling) -> list[StepFacts]:
    """What the terminal knows of its steps."""
    return [step_facts(step) for step in collect_run(ARTIFACT, SOURCE_MAP, None, told.lines)["steps"]]


def passed() -> Telling:
    """A run that passed in one session."""
    told = Telling().opened()
    for step in ("sign-in", "open-cart", "pay", "settled"):
        told.step(step)
    return told.ended()


def test_runs_are_counted_as_pytest_counts():
    """Of all outcomes the noun alone has a plural."""
    told = {"failed": 2, "error": 1, "in_doubt": 2, "interrupted": 3}
    assert ending_lines(replace(NOTHING, outcomes=told)) == ["runs: 2 failed, 1 error, 2 in doubt, 3 interrupted"]
    assert ending_lines(replace(NOTHING, outcomes={"error": 2})) == ["runs: 2 errors"]


def test_a_line_per_step():
    """Word, step, method and path, time, what was replayed, why it did not pass."""
    assert [step_line(step) for step in steps_of(failing_run())] == [
        "  passed      sign-in POST /login 12 ms, replayed",
        "  passed      open-cart POST /carts 12 ms",
        "  failed      pay POST /carts/17/checkout 12 ms: status is 500, expected 202",
        "  blocked     settled: pay failed",
        "  passed      open-cart.cleanup DELETE /carts/17 12 ms",
        "  skipped     journey.cleanup: when is false",
    ]


def test_attempts_and_refreshes_are_told():
    """A step that needed several sendings, and one that ran again for its secret."""
    told = Telling().opened().step("sign-in", secrets=("token",)).in_session("session-2").opened(reason="resume")
    told.step("sign-in", is_refresh=True, told=account("sign-in", exchange("POST", "/login?x=1"), duration_ms=0.25))
    told.step("settled", told=account("settled", exchange(attempt=3), attempt=3, duration_ms=2300), attempt=3)
    lines = {step["id"]: step_line(step) for step in steps_of(told)}
    assert lines["sign-in"] == "  passed      sign-in POST /login?x=1 0.2 ms, replayed, refreshed"
    assert lines["settled"] == "  passed      settled GET /me 2.3 s, 3 attempts"


def test_the_word_of_a_run():
    """The word says how the run came to its outcome, the category stays pytest's."""
    assert run_word(facts_of(passed())) == "PASSED"
    assert run_word(facts_of(failing_run())) == "FAILED (resumed at step 2/4)"
    place = Place(session="session-1", journal="main", offset=0, line="c" * 64)
    replayed = passed().in_session("session-2")
    replayed.line(RunReplayed(run=replayed.run, journey="checkout-flow", row="r", place=place, at=replayed.now))
    assert run_word(facts_of(replayed)) == "PASSED (replayed)"
    restarted = Telling().opened().opened(attempt=2, reason="restart").ended("in_doubt")
    assert run_word(facts_of(restarted)) == "IN DOUBT (restarted, attempt 2)"


def test_a_run_resumed_in_its_cleanup_says_so():
    """All steps were replayed and only cleanup went on: there is no step 5 of 4, and step 4 did not run again."""
    told = Telling().opened()
    for step in ("sign-in", "open-cart", "pay", "settled"):
        told.step(step)
    told.in_session("session-2").opened(reason="resume").step("journey.cleanup").ended()
    assert run_word(facts_of(told)) == "PASSED (resumed in its cleanup)"


def test_the_beginning_of_a_fresh_session():
    """One line when there is nothing to go on from."""
    assert beginning_lines(Beginning(store=".journeys", session="1", durability="power", fresh=2)) == [
        "journeys: session 1 in .journeys (power): 2 fresh"
    ]


def test_the_beginning_of_a_session_that_goes_on():
    """The resume decision with counts and ages, and each reason for which a run starts fresh."""
    beginning = Beginning(
        store=".journeys", session="7", durability="process", resumed=3, replayed=40, oldest_replay=900, fresh=57,
        continues="session 6", interrupted_ago=725, reasons={"the journey was edited": 2}, notes=("a note",),
    )  # fmt: skip
    assert beginning_lines(beginning) == [
        "journeys: session 7 in .journeys (process) goes on from session 6, interrupted",
        "          12 min ago: 3 runs to resume; 40 to replay, the oldest pass 15 min",
        "          old; 57 fresh",
        "journeys: 2 runs not resumed: the journey was edited",
        "journeys: a note",
    ]


def test_the_last_section():
    """Runs by outcome, what was resumed and replayed, what is in doubt and how to see it, the reports' paths."""
    ending = Ending(
        store=".journeys", outcomes={"failed": 2, "passed": 98, "in_doubt": 1}, resumed=3, replayed_runs=40,
        replayed_steps=120, refreshed_steps=1, warnings=2, in_doubt=("run_abc",), reports=[("evidence", "out/e.json")],
    )  # fmt: skip
    assert ending_lines(ending) == [
        "runs: 98 passed, 2 failed, 1 in doubt; 3 resumed, 40 replayed, 120 steps",
        "      replayed, 1 step refreshed, 2 warnings",
        "in doubt: journeys show run_abc",
        "evidence: out/e.json",
    ]


def test_a_slow_disk_is_told_with_what_to_do():
    """Only where the median is above 5 ms; the option is named with what it gives up."""
    slow = Ending(store=".journeys", outcomes={"passed": 3}, syncs=Syncs(count=70, median_ms=8.2, total_ms=5740))
    assert ending_lines(slow)[1:] == [
        "syncs: 70 took 5.7 s, median 8.2 ms: this disk is slow; with",
        "       --journeys-durability=process a crash of the machine may lose steps, a",
        "       crash of pytest still loses none",
    ]
    fast = Ending(store=".journeys", outcomes={"passed": 3}, syncs=Syncs(count=70, median_ms=4.9, total_ms=300))
    assert ending_lines(fast) == ending_lines(NOTHING) == ["runs: 3 passed"]


def test_an_interruption_says_what_comes_next():
    """What the next pytest will do, and how to start afresh."""
    interrupted = Ending(
        store=".journeys", outcomes={"passed": 40, "interrupted": 1}, interrupted=True, open_runs=1, replayable=40
    )
    assert ending_lines(interrupted)[1:] == [
        "next: the same pytest command resumes 1 run and replays 40 that passed;",
        "      --journeys-resume=never starts afresh",
    ]


def test_a_run_that_a_lost_worker_left_open_is_told():
    """The session ended by itself, and yet the next one goes on with something: that is said."""
    left = Ending(store=".journeys", outcomes={"passed": 5}, open_runs=1)
    assert ending_lines(left)[1:] == [
        "next: the same pytest command resumes 1 run; --journeys-resume=never starts",
        "      afresh",
    ]


def test_why_runs_did_not_go_on_is_told_with_counts():
    """The commonest five reasons, then how many have others; what could not be cleaned up is named."""
    reasons = {f"input sku changed: A -> B{number}": 1 for number in range(6)} | {"the journey was edited": 3}
    told = ending_lines(
        Ending(
            store=".journeys",
            outcomes={"passed": 9},
            not_resumed=reasons,
            left={"pay is in doubt: its POST may have left": 2},
            not_cleaned=("run_k3v9 cannot be cleaned up: the secret password is not given",),
        )
    )
    assert told[1] == "began anew: 3 runs: the journey was edited"
    assert told[2] == "began anew: 1 run: input sku changed: A -> B0"
    assert told[6:] == [
        "began anew: 2 runs for other reasons",
        "restarted: 2 runs: pay is in doubt: its POST may have left",
        "not cleaned up: run_k3v9 cannot be cleaned up: the secret password is not given",
    ]


def test_above_the_steps_stands_why_there_are_new_ones():
    """At -v a run says why an earlier one did not go on, and why its earlier attempts were left."""
    restarted = Telling().opened().opened(attempt=2, reason="restart").ended()
    assert note_lines(facts_of(restarted), ["the journey was edited"]) == [
        "  began anew  the journey was edited",
        "  restarted   no reason",
    ]


@given(st.text(), st.text(), st.text())
def test_any_text_is_one_printable_line(step: str, path: str, reason: str):
    """No id, URL or reason moves the cursor; a step is one line of at most 80 columns."""
    told = Telling().opened().step(
        "pay", "failed", reason=reason, told=account("pay", exchange("GET", f"/{path}"), derived={step: step})
    )  # fmt: skip
    for one in steps_of(told):
        line = step_line(one)
        assert line.isprintable()
        assert width(line) <= 80
