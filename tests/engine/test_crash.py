"""Crashes at every append and around every request, alone and in pairs: what a resumed run may and must do."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.journeys import Bench, Died, Shop, body_of, derive, die, step, variable
from pytest_journeys.artifact.model import Artifact, Auth, Derivation, Poll, Retry, Step
from pytest_journeys.engine.runner import RunResult
from pytest_journeys.events.model import Attempted, Intent, RunOpened, StepEnded
from pytest_journeys.expressions.scan import template_of_text
from pytest_journeys.expressions.template import Literal, Reference
from pytest_journeys.testing.journal import CrashAt, MemoryJournal
from pytest_journeys.testing.transport import FakeTransport

KEYED = Reference("uuid()")


def _bearer(step_id: str) -> dict[str, Any]:
    token = template_of_text("${{ steps." + step_id + ".token }}")
    return {"auth": Auth(kind="bearer", values=(("token", token),))}


def _sign_in(**more: Any) -> Step:
    return step("sign-in", "POST /login", expect=200, derive=(derive("token", "$.token", is_secret=True),), **more)


def _cart(**more: Any) -> Step:
    undo = step("open-cart.cleanup", "DELETE /carts/${{ steps.open-cart.id }}")
    return step("open-cart", "POST /carts", expect=201, derive=(derive("id", "$.id"),), cleanup=(undo,), **more)


SHOPPING = Artifact(
    journey="shopping",
    variables=(variable("reference", "uuid()"),),
    steps=(
        _sign_in(),
        _cart(),
        step("fill", "PUT /carts/${{ steps.open-cart.id }}", expect=200),
        step("look", "GET /private", expect=200, request=_bearer("sign-in"), derive=(derive("name", "$.name"),)),
        step("pay", "POST /pay", expect=200, idempotency_key=KEYED, derive=(derive("order", "$.id"),)),
        step("thank", "POST /private", expect=200, request=_bearer("sign-in")),
    ),
    cleanup=(step("journey.cleanup", "POST /private", request=_bearer("sign-in")),),
)
WAITING = Artifact(
    journey="waiting",
    steps=(
        step("begin", "POST /orders", expect=200, derive=(derive("id", "$.id"),)),
        step(
            "settled",
            "GET /slow",
            poll=Poll(until=(body_of("$.status", Literal("paid")),), attempts=9),
            derive=(derive("status", "$.status"),),
        ),
        step("shaky", "POST /shaky", expect=200, retry=Retry(attempts=3, delay_ms=5, errors=("429",))),
        step("remove", "DELETE /orders/7", expect=200),
    ),
)
GOING_ON = Artifact(
    journey="going-on",
    steps=(
        step("never", "POST /never", when="false", derive=(derive("id", "$.id"),)),
        step("needs-it", "POST /never/${{ steps.never.id }}"),
        step("breaks", "POST /broken", expect=200, continues_on_failure=True, derive=(derive("id", "$.id"),)),
        step("blocked", "POST /blocked/${{ steps.breaks.id }}"),
        _cart(),
        Step(path="enough", is_end=True, end_when="steps.open-cart.id == 'cart-1'", end_reason=Literal("enough")),
        step("beyond", "POST /beyond"),
    ),
)
BY_COOKIE = Artifact(
    journey="by-cookie",
    steps=(
        step(
            "sign-in",
            "POST /cookie-login",
            expect=200,
            derive=(Derivation(name="sid", source="cookie", argument="sid"),),
        ),
        step("look", "GET /by-cookie", expect=200, derive=(derive("name", "$.name"),)),
        _cart(),
        step("change", "POST /by-cookie", expect=200, idempotency_key=KEYED),
    ),
)
RELEASED = Artifact(
    journey="released",
    steps=(
        _cart(),
        step("sell", "DELETE /carts/${{ steps.open-cart.id }}", expect=204, releases=("open-cart",)),
        step("last", "GET /last", expect=200),
    ),
)
FAMILY = {one.journey: one for one in (SHOPPING, WAITING, GOING_ON, BY_COOKIE, RELEASED)}
CRASHES = st.tuples(st.sampled_from(["append", "request"]), st.integers(1, 24), st.booleans())


class Story:
    """A run with crashes: each process sees the journal that the one before left, and the same server."""

    def __init__(self, artifact: Artifact) -> None:
        self.shop = Shop()
        self.bench = Bench(artifact, self.shop)
        self.result = RunResult("", "", 0, ())

    def live(self, crash: tuple[str, int, bool] | None, policy: str) -> RunResult | None:
        """One process, to the end of the run or to its own."""
        bench = self.bench
        bench.transport = FakeTransport(self.shop)
        journal: MemoryJournal | CrashAt = bench.journal
        self.shop.dies, self.shop._received = None, 0
        if crash is not None:
            kind, number, after = crash
            if kind == "append":
                journal = CrashAt(bench.journal, number, die, after=after)
            else:
                self.shop.dies = (number, "after" if after else "before")
        world = bench.world(journal=_Mortal(journal, self.shop), interruptions=(KeyboardInterrupt, Died))
        try:
            return bench.runner(world=world, policy=policy).run()
        except Died:
            return None

    def events(self) -> list[Any]:
        """What the journal holds."""
        return self.bench.journal.events()

    def attempts(self) -> int:
        """How many attempts of the run began."""
        return max((event.attempt for event in self.events() if isinstance(event, RunOpened)), default=1)


class _Mortal:
    """A journal that takes nothing more once the process died in a request."""

    def __init__(self, inner: MemoryJournal | CrashAt, shop: Shop) -> None:
        self._inner = inner
        self._shop = shop

    def append(self, events: Any, accounts: Any = ()) -> None:
        if self._shop.dies is not None and self._shop._received >= self._shop.dies[0]:
            raise Died
        self._inner.append(events, accounts)

    @property
    def place(self) -> Any:
        return self._inner.place


def live_through(artifact: Artifact, crashes: list[tuple[str, int, bool]], policy: str = "restart") -> Story:
    """Crash as told, then run to the end; the story's last result is checked against an undisturbed run."""
    story = Story(artifact)
    result = None
    for crash in [*crashes, None]:
        result = story.live(crash, policy)
        if result is not None:
            break
    assert result is not None
    story.result = result
    return story


def _values(story: Story) -> dict[str, tuple[str, dict[str, Any], tuple[str, ...]]]:
    """Outcome, values and secrets of each step in the last attempt."""
    state = story.bench.state()
    assert state is not None
    return {path: (done.outcome, done.derived, done.secrets) for path, done in state.ended.items()}


def _sendings(artifact: Artifact) -> Iterator[Step]:
    for one in (*artifact.steps, *(undo for main in artifact.steps for undo in main.cleanup), *artifact.cleanup):
        if one.request is not None:
            yield one


def check_promises(story: Story, artifact: Artifact, policy: str) -> None:
    """The promises of a resumed run, from the journal and the server's ledger."""
    done: set[tuple[int, str]] = set()
    attempt = 1
    open_intents: set[str] = set()
    for event in story.events():
        match event:
            case RunOpened():
                if event.attempt != attempt:
                    open_intents.clear()
                attempt = event.attempt
            case Intent() if not event.is_refresh:
                assert (attempt, event.step) not in done, f"{event.step} was complete and is sent again"
                open_intents = {event.step}
            case StepEnded() if not event.is_refresh:
                assert (attempt, event.step) not in done
                done.add((attempt, event.step))
                open_intents.discard(event.step)
            case Attempted():
                open_intents.discard(event.step)
        assert len(open_intents) <= 1
    intents = [event for event in story.events() if isinstance(event, Intent)]
    assert len(story.shop.ledger) <= len(intents), "something left without an intent"
    for key in {key for _, key in story.shop.ledger if key}:
        lines = {line for line, known in story.shop.ledger if known == key}
        assert len(lines) == 1
    keys = {(line, key) for line, key in story.shop.ledger if key}
    for line in {line for line, _ in keys}:
        assert sum(known == line for known, _ in keys) <= story.attempts(), "a key changed within an attempt"
    if policy != "resend":
        _check_unsafe(story, artifact)


def check_like_undisturbed(story: Story, calm: Story) -> None:
    """The same outcomes and values; but a cleanup POST that may have left is named in doubt and fails the run."""
    found, expected = _values(story), _values(calm)
    undoing = {path for path in expected if "." in path and found[path][0] == "in_doubt"}
    assert len(undoing) <= 1
    assert {path: value for path, value in found.items() if path not in undoing} == {
        path: value for path, value in expected.items() if path not in undoing
    }
    assert story.result.outcome == ("failed" if undoing else calm.result.outcome)


def _check_unsafe(story: Story, artifact: Artifact) -> None:
    """An unkeyed POST is sent once per attempt of the run, but for retries that ended and named refreshes."""
    again = sum(isinstance(event, Attempted) for event in story.events())
    refreshes = sum(isinstance(event, Intent) and event.is_refresh for event in story.events())
    for one in _sendings(artifact):
        if one.request is None or one.request.method != "POST" or one.idempotency_key is not None:
            continue
        url = one.request.url
        if isinstance(url, Literal) and not str(url.value).endswith(("/private", "/by-cookie")):
            allowed = story.attempts() + (again if one.retry else 0) + (refreshes if "sign-in" in one.path else 0)
            assert story.shop.count(f"POST {url.value}") <= allowed


@pytest.mark.parametrize("after", [False, True], ids=["before it is kept", "after it is kept"])
@pytest.mark.parametrize("name", FAMILY)
def test_a_crash_at_any_append_changes_nothing_but_the_sessions(name: str, after: bool) -> None:
    """Killed at each append, the resumed run ends as an undisturbed one, and completed steps are not sent again."""
    artifact = FAMILY[name]
    calm = live_through(artifact, [])
    appends = len(calm.bench.journal.lines)
    for number in range(1, appends + 1):
        story = live_through(artifact, [("append", number, after)])
        check_promises(story, artifact, "restart")
        check_like_undisturbed(story, calm)


@pytest.mark.parametrize("policy", ["restart", "resend"])
@pytest.mark.parametrize("after", [False, True], ids=["before the server acted", "after the server acted"])
@pytest.mark.parametrize("name", FAMILY)
def test_a_crash_around_any_request_follows_the_policy(name: str, after: bool, policy: str) -> None:
    """Killed before or after the server acted, no unsafe request is sent twice in an attempt without permission."""
    artifact = FAMILY[name]
    calm = live_through(artifact, [])
    for number in range(1, len(calm.shop.ledger) + 1):
        story = live_through(artifact, [("request", number, after)], policy)
        check_promises(story, artifact, policy)
        check_like_undisturbed(story, calm)


@given(name=st.sampled_from(sorted(FAMILY)), crashes=st.lists(CRASHES, min_size=2, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_crashes_while_resuming_keep_every_promise(name: str, crashes: list[tuple[str, int, bool]]) -> None:
    """Killed again and again, also in a refresh, a cleanup or a restart, the promises hold and the run comes to an end."""
    artifact = FAMILY[name]
    story = live_through(artifact, crashes)
    check_promises(story, artifact, "restart")
    calm = live_through(artifact, [])
    main = {path: value for path, value in _values(calm).items() if "." not in path}
    exhausted = story.attempts() == 3
    if not exhausted:
        assert {path: value for path, value in _values(story).items() if "." not in path} == main


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_keyed_request_in_doubt_keeps_its_key_when_a_refresh_comes_first(moment: str) -> None:
    """A sign-in that is refreshed before a keyed POST is sent again hides neither its doubt nor its key."""
    steps = (_sign_in(), step("pay", "POST /private", expect=200, idempotency_key=KEYED, request=_bearer("sign-in")))
    story = live_through(Artifact(journey="j", steps=steps), [("request", 2, moment == "after")])
    intents = [event for event in story.events() if isinstance(event, Intent) and event.step == "pay"]
    assert len({intent.key for intent in intents}) == 1
    assert [event.step for event in story.events() if isinstance(event, StepEnded) and event.is_refresh] == ["sign-in"]
    assert story.attempts() == 1


def test_a_crash_in_a_refresh_does_not_hide_what_is_in_doubt() -> None:
    """Killed while it refreshes for a keyed POST in doubt, the next session still sends that POST with its first key."""
    steps = (_sign_in(), step("pay", "POST /private", expect=200, idempotency_key=KEYED, request=_bearer("sign-in")))
    story = live_through(Artifact(journey="j", steps=steps), [("request", 2, True), ("request", 1, True)])
    keys = {key for line, key in story.shop.ledger if line == "POST /private"}
    assert len(keys) == 1


def test_an_unkeyed_post_in_doubt_fails_where_the_policy_says_so() -> None:
    """`in_doubt: fail` names the step and sends nothing again; what comes after it is blocked."""
    artifact = Artifact(journey="j", steps=(step("one", "POST /one"), step("two", "GET /two")))
    story = live_through(artifact, [("request", 1, True)], "fail")
    assert story.shop.ledger == [("POST /one", "")]
    assert _values(story)["one"][0] == "in_doubt"
    assert _values(story)["two"][0] == "blocked"
    assert story.result.outcome == "in_doubt"


def test_a_run_restarts_at_most_twice() -> None:
    """The third doubt ends the step in doubt instead of beginning a fourth attempt."""
    artifact = Artifact(journey="j", steps=(step("one", "POST /one"),))
    story = live_through(artifact, [("request", 1, True)] * 3)
    assert story.shop.count("POST /one") == 3
    assert story.result.outcome == "in_doubt"
    assert "restarted 2 times already" in story.result.reason


def test_a_cleanup_post_in_doubt_is_named_and_the_next_goes_on() -> None:
    """In cleanup a request that may have left is not sent again; the cleanups after it run."""
    undo = (step("one.cleanup", "POST /undo"), step("one.cleanup-2", "POST /undo-too"))
    artifact = Artifact(journey="j", steps=(step("one", "GET /one", cleanup=undo),))
    story = live_through(artifact, [("request", 2, False)])
    assert [line for line, _ in story.shop.ledger] == ["GET /one", "POST /undo-too"]
    assert _values(story)["one.cleanup"][0] == "in_doubt"
    assert story.result.outcome == "failed"


def test_a_cleanup_in_doubt_is_not_sent_again_when_the_run_is_replaced() -> None:
    """The decision to replace a run does not forget that its cleanup may have left already."""
    undo = (step("one.cleanup", "POST /undo"),)
    story = Story(Artifact(journey="j", steps=(step("one", "GET /one", cleanup=undo),)))
    assert story.live(("request", 2, True), "restart") is None
    story.shop.dies = None
    result = story.bench.run(replaced_because="the environment changed")
    assert result.outcome == "replaced"
    assert story.shop.count("POST /undo") == 1


def test_a_delete_in_doubt_that_finds_nothing_left_is_done() -> None:
    """A DELETE is sent again; 404 then says that the first one had arrived, also where 204 is asserted."""
    artifact = Artifact(journey="j", steps=(_cart(), step("gone", "DELETE /carts/cart-1", expect=204)))
    story = live_through(artifact, [("request", 2, True)])
    assert story.shop.count("DELETE /carts/cart-1") == 3  # sent, sent again, and the cleanup that nobody released
    state = story.bench.state()
    assert state is not None
    assert state.ended["gone"].outcome == "passed"
    assert "done already" in state.ended["gone"].reason


def test_a_restart_draws_new_variables_and_keys_and_a_resume_none() -> None:
    """What was drawn is the same in every session of an attempt, and new in the next attempt."""
    keyed = step("pay", "POST /pay", idempotency_key=Reference("variables.reference"))
    artifact = Artifact(
        journey="j", variables=(variable("reference", "uuid()"),), steps=(keyed, step("plain", "POST /plain"))
    )
    story = live_through(artifact, [("append", 1, True), ("request", 2, True)])
    opened = [event for event in story.events() if isinstance(event, RunOpened)]
    by_attempt: dict[int, set[Any]] = {}
    for event in opened:
        by_attempt.setdefault(event.attempt, set()).add(event.variables["reference"])
    assert [len(values) for values in by_attempt.values()] == [1, 1]
    assert by_attempt[1] != by_attempt[2]


def test_a_restart_continues_the_runs_last_line() -> None:
    """The opening of another attempt names the line before it, so that earlier attempts stay part of the chain."""
    story = live_through(Artifact(journey="j", steps=(step("one", "POST /one"),)), [("request", 1, True)])
    restarted = [event for event in story.events() if isinstance(event, RunOpened) and event.reason == "restart"]
    assert [event.continues is not None and event.continues.journal for event in restarted] == ["memory"]


def test_a_decision_to_replace_that_a_crash_cut_off_is_carried_out_later() -> None:
    """Killed in the cleanup of a replaced run, the next session cleans up and ends it; no step is sent."""
    story = Story(Artifact(journey="j", steps=(_cart(), step("two", "POST /two"))))
    assert story.live(("request", 2, False), "restart") is None
    story.shop.dies = (1, "before")
    story.shop._received = 0
    with pytest.raises(Died):
        story.bench.run(
            replaced_because="input changed",
            world=story.bench.world(journal=_Mortal(story.bench.journal, story.shop), interruptions=(Died,)),
        )
    story.shop.dies = None
    result = story.bench.run(replaced_because="input changed")
    assert result.outcome == "replaced"
    assert [line for line, _ in story.shop.ledger] == ["POST /carts", "DELETE /carts/cart-1"]


def test_a_run_that_was_to_restart_is_replaced_and_not_begun_again() -> None:
    """Replacing wins over a restart that was decided before: after the cleanup nothing of the run is sent."""
    story = Story(Artifact(journey="j", steps=(_cart(), step("two", "POST /two"))))
    assert story.live(("request", 2, False), "restart") is None  # two is in doubt
    assert story.live(("append", 2, True), "restart") is None  # the restart is decided, its cleanup in doubt
    story.shop.dies = None
    assert story.bench.run(replaced_because="input changed").outcome == "replaced"
    assert story.shop.count("POST /carts") == 1


def test_a_run_that_was_to_be_replaced_begins_again_when_it_is_asked_for() -> None:
    """A replacement that nobody wants any more is a restart: the run does not end as replaced."""
    story = Story(Artifact(journey="j", steps=(_cart(), step("two", "GET /two"))))
    assert story.live(("request", 2, False), "restart") is None
    story.shop.dies = (1, "before")
    story.shop._received = 0
    with pytest.raises(Died):
        story.bench.run(
            replaced_because="input changed",
            world=story.bench.world(journal=_Mortal(story.bench.journal, story.shop), interruptions=(Died,)),
        )
    story.shop.dies = None
    result = story.bench.run()
    assert (result.outcome, result.attempt) == ("passed", 2)


def test_a_refresh_that_changes_a_value_restarts_the_run() -> None:
    """A step that yields another non-secret value the second time cannot stand for the first."""
    tokens = iter(['{"token": "tok-0123456789", "id": 1}', '{"token": "tok-0123456789", "id": 2}'] * 9)
    both = (derive("token", "$.token", is_secret=True), derive("id", "$.id"))
    steps = (
        step("sign-in", "POST /twice", derive=both, on_resume="refresh"),
        step("look", "GET /x", request=_bearer("sign-in")),
    )
    story = Story(Artifact(journey="j", steps=steps))
    plain = story.shop._act

    def act(line: str, headers: dict[str, str]) -> Any:
        found = plain(line, headers)
        return replace(found, body=next(tokens).encode()) if line == "POST /twice" else found

    story.shop._act = act  # type: ignore[method-assign]
    assert story.live(("request", 2, False), "restart") is None
    result = story.live(None, "restart")
    assert result is not None
    assert (result.outcome, result.attempt) == ("passed", 2)
    assert "yielded another id" in str([event.reason for event in story.events() if hasattr(event, "decision")])
