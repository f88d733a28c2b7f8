"""Tables and single runs for people, the same as JSON for programs."""

import json
import re
from collections.abc import Callable
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from evidence.checkout import ARTIFACT, SOURCE_MAP, START, Telling, account, body, exchange, failing_run
from pytest_journeys.events.model import Attempted, RunDecided
from pytest_journeys.evidence.collect import collect_run
from pytest_journeys.evidence.query import RunSummary, summarise
from pytest_journeys.reports.listing import Damage, damage_json, damage_table, runs_json, runs_table
from pytest_journeys.reports.printable import width
from pytest_journeys.reports.showing import show_run

Golden = Callable[[str, str], None]


def summary(told: Telling, **changes: object) -> RunSummary:
    """One line about a run."""
    return replace(summarise(collect_run(ARTIFACT, SOURCE_MAP, "v14", told.lines)), **changes)  # type: ignore[arg-type]


def test_the_table_of_runs(golden: Golden):
    """Id, outcome, journey with row and version, steps, start, time; who holds a run in progress and since when."""
    held = summary(Telling().opened(), outcome="in progress", holder="pid 4711 on ci-7 for 12 min", row="名前" * 20)
    golden(
        "runs.txt",
        runs_table([summary(failing_run()), held, summary(failing_run(), row=None, outcome="in_doubt")], ".journeys"),
    )


def test_no_runs():
    """Nothing found is said in words."""
    assert runs_table([], "../.journeys") == "no runs in ../.journeys"


def test_runs_as_json():
    """Every member of the summary, moments as RFC 3339."""
    told = json.loads(runs_json([summary(failing_run())], "/shop/.journeys"))
    (run,) = told["runs"]
    assert told["store"] == "/shop/.journeys"
    assert (run["id"], run["outcome"], run["started"]) == (
        "run_k3v9abcdefghijklmnopqrstuv", "failed", "2023-11-14T22:13:20.000Z",
    )  # fmt: skip
    assert (run["passed"], run["steps"], run["holder"]) == (2, 4, "")


def test_a_run_in_full(golden: Golden):
    """Where it comes from, each step with requests, answers, assertions, derived values and the way to send it again."""
    golden("show.txt", show_run(collect_run(ARTIFACT, SOURCE_MAP, "v14", failing_run().lines)))


def test_a_run_in_progress_with_an_attempt_that_was_left(golden: Golden):
    """Who holds it stands in the first line, the attempt that was left before the steps."""
    told = Telling().opened(Telling().intent("pay"))
    told.line(RunDecided(run=told.run, decision="restart", reason="pay is in doubt", at=told.now))
    told.opened(told.intent("settled", "GET"), attempt=2, reason="restart")
    run = collect_run(ARTIFACT, SOURCE_MAP, None, told.lines)
    golden("show_in_progress.txt", show_run(run, holder="pid 4711 on ci-7 since 22:13"))


def polled(*answers: str) -> Telling:
    """A poll that got these answers before it was there, as lines of its run."""
    told = Telling().opened()
    for attempt, answer in enumerate(answers, 1):
        one = exchange("GET", "/orders/1", 404 if answer == "" else 200, attempt=attempt, answer=answer, reason="OK")
        told.line(
            Attempted(
                run=told.run, step="settled", attempt=attempt, at=told.now,
                reason=f"poll: json $.status is '{answer}', expected 'paid'",
            ),
            told.intent("settled", "GET", attempt=attempt + 1),
            accounts=[account("settled", one, attempt=attempt)],
        )  # fmt: skip
    last = len(answers) + 1
    told.step(
        "settled", told=account("settled", exchange("GET", "/orders/1", attempt=last), attempt=last), attempt=last
    )
    return told


def test_a_long_poll_is_folded():
    """Attempts in a row that came to the same are one line behind the first; what they waited for is told."""
    run = collect_run(ARTIFACT, SOURCE_MAP, None, polled(*["new"] * 41, "old", "new", "new").lines)
    text = show_run(run)
    assert re.findall(r"\(attempt (\d+)", text) == ["1", "42", "43", "45"]
    assert (
        "  = not yet: json $.status is 'new', expected 'paid'\n"
        "  = again: curl http://127.0.0.1:8000/orders/1\n"
        "  = attempts: 2 to 41: 200 OK, not yet: json $.status is 'new', expected 'paid'\n"
        "              (--all shows them)\n"
    ) in text
    assert "  = attempt: 44: 200 OK, not yet: " in text
    assert len(re.findall(r"\(attempt \d+", show_run(run, shows_all=True))) == 45


def test_long_bodies_are_cut_and_say_so():
    """Forty lines are shown, the rest is counted; stored bodies are named."""
    long = exchange("POST", "/a", sent=body("\n".join(f"line {number}" for number in range(100))))
    long["response"]["body"] = {"size": 50_000_000, "sha256": "a" * 64, "is_stored": True, "media_type": "text/csv"}
    run = collect_run(ARTIFACT, SOURCE_MAP, None, Telling().opened().step("pay", told=account("pay", long)).lines)
    text = show_run(run)
    assert "     line 39\n     ... (60 more lines)" in text
    assert f"in .journeys/sessions/session-1/bodies/{'a' * 64} (text/csv, 50000000 bytes)" in text


def test_findings_of_the_checker():
    """File, byte, what is wrong and what to do; the last line says what was looked at."""
    damage = Damage(
        file="sessions/s/main.journal", byte=4711, reason="the line does not match its hash", help="restore it"
    )
    assert damage_table([damage], "3 sessions, 40 runs") == (
        "sessions/s/main.journal: byte 4711: the line does not match its hash\n"
        "  = help: restore it\n"
        "3 sessions, 40 runs: 1 finding"
    )
    assert damage_table([], "3 sessions, 40 runs") == "3 sessions, 40 runs: no damage"
    assert json.loads(damage_json([damage], "3 sessions"))["damage"][0]["byte"] == 4711


@given(st.text(), st.text(), st.integers(0, 10**9))
def test_rows_keep_to_eighty_columns(row: str, holder: str, spent: int):
    """Whatever a row is called, the table stays a table; nothing moves the cursor."""
    one = summary(failing_run(), row=row, holder="", duration_ms=float(spent), started=START)
    lines = runs_table([one], ".journeys").split("\n")
    assert all(line.isprintable() for line in lines)
    assert all(width(line) <= 80 for line in lines)
    assert runs_table([replace(one, holder=holder)], row).replace("\n", "").isprintable()


@given(st.text(), st.text())
def test_any_run_is_shown_in_printable_lines(text: str, name: str):
    """Nothing in a body, a header or a value reaches the terminal unescaped."""
    one = exchange("GET", f"/{text}", answer=text, headers=[[name, text]])
    told = Telling().opened().step("pay", "failed", reason=text, told=account("pay", one, derived={name: text}))
    assert all(line.isprintable() for line in show_run(collect_run(ARTIFACT, SOURCE_MAP, text, told.lines)).split("\n"))
