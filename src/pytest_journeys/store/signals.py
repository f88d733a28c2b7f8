"""Which signal a token belongs to, and how it stands. Reads only; what was sealed is read once.

Tokens are compared in constant time: who guesses learns nothing from how long it takes.
"""

import hmac
from collections.abc import Iterator

from pytest_journeys.events.model import Place
from pytest_journeys.store.inbox import find
from pytest_journeys.store.layout import Store
from pytest_journeys.store.parts import load_state
from pytest_journeys.store.sessions import SessionView, look_at
from pytest_journeys.values.fact import fact


@fact
class KnownToken:
    """A token that a run was given: the step that waits for the answer, in which attempt of the run."""

    run: str
    step: str
    attempt: int


class Tokens:
    """The tokens of a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sealed: dict[str, tuple[tuple[str, KnownToken], ...]] = {}

    def find(self, token: str) -> KnownToken | None:
        """Whose token it is; None when it is nobody's. Raises `StoreCorruptError`."""
        given = token.encode("utf-8", "surrogatepass")
        found = None
        for session in self._store.session_ids():
            for known, of in self._of_session(session):
                if hmac.compare_digest(known.encode("ascii"), given):
                    found = of
        return found

    def _of_session(self, session: str) -> tuple[tuple[str, KnownToken], ...]:
        known = self._sealed.get(session)
        if known is None:
            view = look_at(self._store, session)
            known = tuple(_tokens_of(view))
            if view.manifest is not None:
                self._sealed[session] = known
        return known


def why_not(store: Store, token: str, known: KnownToken, place: Place, *, now: float) -> str | None:
    """Why an answer to a signal would not count any more, as a sentence; None when it would.

    `place` is the run's newest line. Raises `StoreCorruptError`.
    """
    given = find(store, token)
    if given is not None:
        return f"{known.step} of {known.run} has been answered already{f', by {given.by}' if given.by else ''}"
    state = load_state(store, known.run, place)
    if state.outcome is not None:
        return f"{known.run} has ended: {state.outcome.outcome}"
    if state.opened.attempt != known.attempt or state.decision is not None:
        return f"{known.run} begins anew: what it gave this token to was left"
    done = state.ended.get(known.step)
    if done is not None:
        return f"{known.step} of {known.run} has ended: {done.outcome}"
    waiting = state.waiting
    if waiting is not None and waiting.step == known.step and waiting.until is not None and now > waiting.until:
        return f"the time to answer {known.step} of {known.run} is over"
    return None


def _tokens_of(view: SessionView) -> Iterator[tuple[str, KnownToken]]:
    for trace in view.index.runs.values():
        for token, (step, attempt) in trace.tokens.items():
            yield token, KnownToken(run=trace.run, step=step, attempt=attempt)
