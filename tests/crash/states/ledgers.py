"""What the shop's ledger must not show when a session went on from a crash.

A promise that was broken is a sentence; None says that all were kept.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from crash.states.lines import Recorded, events_of
from crash.states.shop import Entry, Shop
from pytest_journeys.events.model import Event, Intent, RunDecided, RunEnded, RunOpened, StepEnded
from pytest_journeys.store.layout import Store
from pytest_journeys.store.sessions import sessions

MADE_BY = {"create": "carts", "address": "addresses"}
"""Which step makes what a cleanup takes away again."""


@dataclass(frozen=True)
class Ledger:
    """The shop after `resuming` sessions went on; `before` is what it had been sent when the crash came.

    `is_undisturbed` says that none of these sessions died in turn.
    """

    before: Sequence[Entry]
    shop: Shop
    store: Store
    resuming: Sequence[str]
    is_undisturbed: bool = True

    def violation(self, known: Sequence[Recorded], *, is_trusted: bool, may_repeat: bool) -> str | None:
        """What it breaks. `known` are lines that must count; not `is_trusted`: nobody may have recorded what was done."""
        told = [(intent.method, "/" + intent.url.split("/", 3)[3]) for intent in self._intents]
        if self.is_undisturbed and told != [(entry.method, entry.path) for entry in self._sent]:
            return f"intents {told} but sent was {self._sent}"
        if not is_trusted:
            return None
        return (
            self._sent_again(known)
            or self._twice()
            or self._left_alone()
            or (None if may_repeat else self._executed_again(known))
        )

    @property
    def _sent(self) -> Sequence[Entry]:
        return self.shop.ledger[len(self.before) :]

    @cached_property
    def _resumed(self) -> Sequence[Event]:
        return [event for name in self.resuming for event in events_of(self.store, name)]

    @cached_property
    def _intents(self) -> Sequence[Intent]:
        return [event for event in self._resumed if isinstance(event, Intent)]

    def _sent_again(self, known: Sequence[Recorded]) -> str | None:
        """A step whose end was acknowledged is not executed again, but to refresh what it made."""
        ended = {step for line in known for step in line.ended}
        again: set[tuple[str, int, str]] = set()
        attempts: dict[str, int] = {}
        for event in self._resumed:
            if isinstance(event, RunOpened):
                attempts[event.run] = event.attempt
            elif isinstance(event, Intent) and not event.is_refresh:
                again |= {(event.run, attempts[event.run], event.step)} & ended
        return f"{sorted(again)} had ended and were executed again" if again else None

    def _twice(self) -> str | None:
        """No unsafe request twice in one attempt without permission: a key of its own, an idempotent method, a refresh."""
        whole = (*self.before, *self._sent)
        counts = Counter(_sending(entry) for entry in whole)
        keys: dict[tuple[str, str], set[str]] = {}
        for entry in whole:
            if entry.key is not None:
                keys.setdefault((entry.run, entry.path), set()).add(entry.key)
            elif entry.method == "POST" and entry.path != "/login" and counts[_sending(entry)] > 1:
                return f"{entry} was sent twice"
        for (run, path), used in keys.items():
            if len(used) > 1:
                return f"{run} used {len(used)} keys for {path}"
        early = Counter(_sending(entry) for entry in self.before if not entry.is_safe)
        if self.is_undisturbed:
            for entry, intent in zip(self._sent, self._intents, strict=True):
                is_again = early[_sending(entry)] > 0
                if is_again and not intent.is_refresh and intent.attempt < 2:
                    return f"{entry} was sent again, and its intent does not say so"
        return None

    def _left_alone(self) -> str | None:
        """Every run of the ledger has ended, and nothing is left in the shop but what a request in doubt may have made."""
        ended: set[str] = set()
        restarted: set[str] = set()
        open_steps: dict[str, str] = {}
        in_doubt: Counter[str] = Counter()
        for view in reversed(sessions(self.store)):
            for event in events_of(self.store, view.session):
                match event:
                    case Intent():
                        open_steps[event.run] = event.step
                    case StepEnded(outcome="in_doubt"):
                        in_doubt[open_steps.pop(event.run, "")] += 1
                    case StepEnded():
                        open_steps.pop(event.run, None)
                    case RunDecided():
                        restarted.add(event.run)
                        in_doubt[open_steps.pop(event.run, "")] += 1
                    case RunEnded():
                        ended.add(event.run)
        for entry in self.shop.ledger:
            run, _, attempt = entry.run.partition("/")
            if run not in ended:
                return f"{run} was begun and has no end"
            if attempt != "1" and run not in restarted:
                return f"{run} began again and nothing says why"
        for step, what in MADE_BY.items():
            left = getattr(self.shop, what)
            if len(left) > in_doubt[step]:
                return f"{what} {sorted(left)} were left, {in_doubt[step]} requests were in doubt"
        return None

    def _executed_again(self, known: Sequence[Recorded]) -> str | None:
        """A row that had passed in an interrupted session counts; nothing of it is sent."""
        passed = {row for line in known for row in line.passed}
        opened = {event.row for event in self._resumed if isinstance(event, RunOpened)}
        again = passed & opened
        return f"{sorted(again)} had passed and ran again" if again else None


def _sending(entry: Entry) -> tuple[str, str, str]:
    return entry.run, entry.method, entry.path
