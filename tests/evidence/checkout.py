"""The checkout journey and the lines of a run of it, told by hand: what evidence and reports are tested with."""

import itertools
from collections.abc import Sequence

from pytest_journeys.artifact.model import Artifact, Request, Step
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.events.account import (
    AssertionAccount,
    BodyAccount,
    ErrorAccount,
    ExchangeAccount,
    StepAccount,
    UsedAccount,
)
from pytest_journeys.events.model import Event, Intent, Place, RunEnded, RunOpened, StepEnded
from pytest_journeys.evidence.attempt import RunLine
from pytest_journeys.expressions.template import Literal
from pytest_journeys.values.json import JsonValue

RUN = "run_k3v9abcdefghijklmnopqrstuv"
URL = "http://127.0.0.1:8000"
START = 1_700_000_000.0


def request(path: str, method: str = "GET", *, cleanup: tuple[Step, ...] = (), **rest: bool) -> Step:
    """A request step whose URL is its path."""
    return Step(path=path, request=Request(method=method, url=Literal(f"/{path}")), cleanup=cleanup, **rest)


ARTIFACT = Artifact(
    journey="checkout-flow",
    secrets=("shop-password",),
    steps=(
        request("sign-in", "POST"),
        request("open-cart", "POST", cleanup=(request("open-cart.cleanup", "DELETE"),)),
        request("pay", "POST"),
        request("settled"),
    ),
    cleanup=(request("journey.cleanup", "DELETE"),),
)

SOURCE_MAP = SourceMap(
    file="checkout.journey.yaml",
    source_digest="5" * 64,
    description="A shopper pays.",
    step_descriptions={"pay": "The shopper pays."},
    positions={
        "sign-in": (20, 5, 24, 1),
        "open-cart": (25, 5, 39, 1),
        "open-cart/derive/cart_id": (27, 7, 27, 25),
        "open-cart.cleanup": (30, 7, 31, 1),
        "pay": (40, 5, 46, 1),
        "pay/url": (41, 14, 41, 40),
        "pay/assert/0": (44, 22, 44, 25),
        "pay/assert/1": (45, 15, 45, 18),
        "pay/warn/0": (46, 13, 46, 31),
        "settled": (47, 5, 50, 1),
    },
    lines={
        "40": "  - id: pay",
        "41": "    request: POST /carts/${{ steps.open-cart.cart_id }}/checkout",
        "44": "    assert: {status: 202}",
        "45": "      json: {$.total: 250}",
    },
)


def body(text: str, media_type: str = "application/json") -> BodyAccount:
    """A text body that was kept whole."""
    return {"media_type": media_type, "size": len(text.encode()), "sha256": "b" * 64, "text": text}


def exchange(
    method: str = "GET",
    path: str = "/me",
    status: int | None = 200,
    *,
    attempt: int = 1,
    sent: BodyAccount | None = None,
    answer: str = "{}",
    headers: Sequence[Sequence[str]] = (),
    error: str | None = None,
    reason: str = "OK",
) -> ExchangeAccount:
    """One request of the checkout shop and its answer; none when `status` is None."""
    told: ExchangeAccount = {
        "attempt": attempt,
        "request": {"method": method, "url": f"{URL}{path}", "headers": [list(header) for header in headers]},
        "timings_ms": {"total": 143.0},
    }
    if sent is not None:
        told["request"]["body"] = sent
    if status is not None:
        told["response"] = {
            "status": status,
            "reason": reason,
            "http_version": "HTTP/1.1",
            "headers": [["content-type", "application/json"]],
            "body": body(answer),
        }
    if error is not None:
        told["error"] = error
    return told


def account(
    step: str,
    *exchanges: ExchangeAccount,
    attempt: int = 1,
    started: float = START,
    duration_ms: float = 12.0,
    assertions: Sequence[AssertionAccount] = (),
    used: Sequence[UsedAccount] = (),
    derived: dict[str, JsonValue] | None = None,
    error: ErrorAccount | None = None,
) -> StepAccount:
    """One attempt of a step."""
    told: StepAccount = {
        "run": RUN, "step": step, "attempt": attempt, "started": started, "duration_ms": duration_ms,
        "exchanges": list(exchanges), "assertions": list(assertions), "used": list(used),
    }  # fmt: skip
    if derived is not None:
        told["derived"] = derived
    if error is not None:
        told["error"] = error
    return told


def assertion(
    outcome: str = "passed", *, place: str = "pay/assert/0", target: str = "status", operator: str = "equals",
    expected: JsonValue = 202, actual: JsonValue = 202,
) -> AssertionAccount:  # fmt: skip
    """One operator judged."""
    return {
        "place": place, "target": target, "operator": operator, "outcome": outcome,  # type: ignore[typeddict-item]
        "expected": expected, "actual": actual,
    }  # fmt: skip


class Telling:
    """Lines of one run, written one after the other; each is a second after the one before."""

    def __init__(self, session: str = "session-1", run: str = RUN) -> None:
        self.session = session
        self.worker = "main"
        self.run = run
        self.lines: list[RunLine] = []
        self._clock = itertools.count(START)
        self.now = START

    def line(self, *events: Event, accounts: Sequence[StepAccount] = ()) -> "Telling":
        """One journal line."""
        sha256 = f"{len(self.lines):064x}"
        self.lines.append(
            RunLine(session=self.session, worker=self.worker, events=events, accounts=accounts, sha256=sha256)
        )
        self.now = next(self._clock)
        return self

    def opened(self, *more: Event, reason: str = "fresh", attempt: int = 1, row: str = "blue-shirt") -> "Telling":
        """The line that opens the run, or its next part."""
        last = self.lines[-1] if self.lines else None
        place = Place(session=last.session, journal=last.worker, offset=0, line=last.sha256 or "") if last else None
        event = RunOpened(
            run=self.run, journey="checkout-flow", row=row, attempt=attempt, artifact="ab12cd34ef56" + "0" * 52,
            source_map="5" * 64, fingerprint="f" * 64, given={"inputs": {"sku": "A-100"}, "subject": "c0ffee"},
            variables={"reference": "r-1"}, continues=place, reason=reason, at=self.now,
        )  # fmt: skip
        return self.line(event, *more)

    def intent(self, step: str, method: str = "POST", *, attempt: int = 1, is_refresh: bool = False) -> Intent:
        """A request about to leave, to be put on a line."""
        return Intent(
            run=self.run, step=step, attempt=attempt, method=method, url=f"{URL}/{step}", digest="d" * 64,
            is_safe=method == "GET", is_refresh=is_refresh, at=self.now,
        )  # fmt: skip

    def step(
        self, step: str, outcome: str = "passed", *more: Event, told: StepAccount | None = None, reason: str = "",
        secrets: tuple[str, ...] = (), derived: dict[str, JsonValue] | None = None, is_registered: bool = False,
        is_refresh: bool = False, attempt: int = 1,
    ) -> "Telling":  # fmt: skip
        """The line that ends a step."""
        ended = StepEnded(
            run=self.run, step=step, outcome=outcome, attempt=attempt, reason=reason, secrets=secrets,
            derived=derived or {}, is_registered=is_registered, is_refresh=is_refresh, at=self.now,
        )  # fmt: skip
        return self.line(ended, *more, accounts=[told] if told is not None else [])

    def ended(self, outcome: str = "passed", reason: str = "") -> "Telling":
        """The line that ends the run."""
        return self.line(RunEnded(run=self.run, outcome=outcome, reason=reason, at=self.now))

    def in_session(self, session: str) -> "Telling":
        """What follows stands in another session."""
        self.session = session
        return self


def failing_run() -> Telling:
    """A run resumed in a second session at its second step, in which ``pay`` gets a 500."""
    told = Telling()
    told.opened(told.intent("sign-in"))
    told.step("sign-in", told=account("sign-in", exchange("POST", "/login")), secrets=("token",))
    told.in_session("session-2").opened(told.intent("open-cart"), reason="resume")
    told.step(
        "open-cart", "passed", told.intent("pay"),
        told=account("open-cart", exchange("POST", "/carts", 201)), derived={"cart_id": 17}, is_registered=True,
    )  # fmt: skip
    sent = body('{"reference":"r-1","pin":"$SHOP_PASSWORD"}')
    told.step(
        "pay", "failed", told.intent("open-cart.cleanup", "DELETE"),
        told=account(
            "pay",
            exchange(
                "POST", "/carts/17/checkout", 500, sent=sent, answer='{"error": "stock service timed out"}',
                headers=[["authorization", "Bearer $TOKEN"], ["content-type", "application/json"]],
                reason="Internal Server Error",
            ),
            assertions=[assertion("failed", actual=500)],
            used=[{"name": "cart_id", "step": "open-cart", "value": 17}, {"name": "token", "step": "sign-in"}],
        ),
        reason="status is 500, expected 202",
    )  # fmt: skip
    told.step("open-cart.cleanup", told=account("open-cart.cleanup", exchange("DELETE", "/carts/17", 204)))
    told.step("journey.cleanup", "skipped", reason="when is false")
    return told.ended("failed", "pay: status is 500, expected 202")
