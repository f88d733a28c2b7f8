"""The attempts of a step: exchanges that belong to one sending, and sendings in a row that came to the same."""

from collections.abc import Iterator, Sequence
from typing import Final

from pytest_journeys.evidence.document import ExchangeDocument
from pytest_journeys.reports.printable import cut, printable
from pytest_journeys.reports.told import told_answer
from pytest_journeys.values.fact import fact

_SAID: Final = {"poll": "not yet", "retry": "sent again"}


@fact
class Alike:
    """An attempt, hop by hop, and how many more behind it were asked and answered alike; `last` is the last one's number."""

    exchanges: tuple[ExchangeDocument, ...]
    more: int
    last: int

    @property
    def told_more(self) -> str:
        """``2 to 41: 200 OK, not yet: json $.status is 'new', expected 'paid'``."""
        last = self.exchanges[-1]
        numbers = f"{last['attempt'] + 1} to {self.last}" if self.more > 1 else f"{self.last}"
        return ", ".join(part for part in (f"{numbers}: {told_answer(last)}", told_sent_again(last)) if part)


def told_sent_again(exchange: ExchangeDocument) -> str:
    """``not yet: json $.status is 'new', expected 'paid'``; empty when no other attempt followed."""
    kind, _, reason = exchange.get("sent_again", "").partition(": ")
    return f"{_SAID.get(kind, kind)}: {cut(printable(reason), 300)}" if reason else ""


def fold_attempts(exchanges: Sequence[ExchangeDocument], *, shows_all: bool) -> Iterator[Alike]:
    """The attempts in order; those in a row that came to the same, and were followed by another for the same reason, as one."""
    attempts: list[list[ExchangeDocument]] = []
    for one in exchanges:
        if attempts and _number(attempts[-1][0]) == _number(one):
            attempts[-1].append(one)
        else:
            attempts.append([one])
    groups: list[list[list[ExchangeDocument]]] = []
    for attempt in attempts:
        if groups and not shows_all and _came_to(groups[-1][0]) == _came_to(attempt):
            groups[-1].append(attempt)
        else:
            groups.append([attempt])
    for group in groups:
        yield Alike(exchanges=tuple(group[0]), more=len(group) - 1, last=group[-1][0]["attempt"])


def _number(exchange: ExchangeDocument) -> tuple[bool, bool, int]:
    return exchange["refresh"], "question" in exchange, exchange["attempt"]


def _came_to(attempt: Sequence[ExchangeDocument]) -> tuple[object, ...]:
    """What two attempts must share to be told as one: a body that differs only in a time does not count."""
    hops = ((one["request"]["method"], one["request"]["url"], told_answer(one)) for one in attempt)
    return (attempt[0]["refresh"], "question" in attempt[0], attempt[-1].get("sent_again", ""), *hops)
