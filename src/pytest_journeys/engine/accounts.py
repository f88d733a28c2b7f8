"""Accounts of what happened: redacted, bounded, in the form that the journal keeps for reports."""

from collections.abc import Mapping, Sequence

from pytest_journeys.engine.exchange import Attempt, Exchange
from pytest_journeys.engine.gate import Gate
from pytest_journeys.engine.plan import Need
from pytest_journeys.events.account import ErrorAccount, ExchangeAccount, StepAccount, UsedAccount
from pytest_journeys.events.model import StepEnded
from pytest_journeys.ports import Bodies
from pytest_journeys.values.http import TransportFailure
from pytest_journeys.values.json import JsonValue


def account_of(account: StepAccount, attempt: Attempt, gate: Gate, bodies: Bodies) -> None:
    """Add the exchanges of an attempt to the account of it."""
    account["exchanges"] = [
        _exchange_account(exchange, account["attempt"], gate, bodies) for exchange in attempt.exchanges
    ]


def error_account(code: str, title: str, place: str, *notes: str) -> ErrorAccount:
    """Why a step could not be judged; empty notes are left out."""
    account: ErrorAccount = {"code": code, "title": title, "place": place}
    told = [note for note in notes if note]
    if told:
        account["notes"] = told
    return account


def used_accounts(
    needs: Sequence[Need], values: Mapping[str, Mapping[str, JsonValue]], ended: Mapping[str, StepEnded], gate: Gate
) -> list[UsedAccount]:
    """The values that a step takes from earlier ones."""
    used: list[UsedAccount] = []
    for need in needs:
        of_step = values.get(need.step)
        if of_step is None or need.name not in of_step:
            continue
        account: UsedAccount = {"name": need.name, "step": need.step}
        done = ended.get(need.step)
        if done is not None and need.name in done.derived:
            account["value"] = gate.value(of_step[need.name])
        used.append(account)
    return used


def _exchange_account(exchange: Exchange, attempt: int, gate: Gate, bodies: Bodies) -> ExchangeAccount:
    request, large_request = gate.request(exchange.request)
    if large_request is not None:
        bodies.keep(large_request)
    came = exchange.came
    account: ExchangeAccount = {"attempt": attempt, "request": request, "timings_ms": came.timings_ms}
    if isinstance(came, TransportFailure):
        account["error"] = gate.text(came.text)
        return account
    response, large_response = gate.response(came)
    if large_response is not None:
        bodies.keep(large_response)
    account["response"] = response
    return account
