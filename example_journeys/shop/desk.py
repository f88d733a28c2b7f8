"""The desk: questions are answered here, one at a time, and every one of them is written into the ledger.

A POST with an `Idempotency-Key` is done once: asked again with the same key it gets the same answer, and nothing happens.
The ledger tells the two apart, so that anybody can see afterwards whether something was done twice.
"""

import threading
from dataclasses import dataclass
from http import HTTPStatus

from .business import Refusal, Shop
from .messages import Answer, Question
from .routes import respond

STATUS_OF_REFUSAL = {
    "stranger": HTTPStatus.UNAUTHORIZED,
    "unknown": HTTPStatus.NOT_FOUND,
    "conflict": HTTPStatus.CONFLICT,
    "nonsense": HTTPStatus.UNPROCESSABLE_ENTITY,
    "broken": HTTPStatus.INTERNAL_SERVER_ERROR,
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the ledger. `again` means: its key was known, it got the first answer, nothing was done."""

    method: str
    path: str
    status: HTTPStatus
    key: str | None
    again: bool


Place = tuple[str | None, str, str | None]


class Desk:
    """Answers questions in turns. Knows nothing of sockets."""

    def __init__(self) -> None:
        self._shop = Shop()
        self._turn = threading.Lock()
        self._ledger: list[Entry] = []
        self._done: dict[Place, tuple[bytes, Answer]] = {}

    def answer(self, question: Question) -> Answer:
        """Do what is asked, or say why not. Only to read the ledger leaves no trace in it."""
        with self._turn:
            if question.path == "/ledger":
                return Answer(status=HTTPStatus.OK, document={"entries": self._entries(question.query.get("about"))})
            try:
                known = self._known_answer(question)
                answer = known or self._do(question)
            except Refusal as refusal:
                return self.refuse(question, refusal)
            self._write(question, answer, again=known is not None)
            return answer

    def refuse(self, question: Question, refusal: Refusal) -> Answer:
        """Say no, with the reason."""
        answer = Answer(status=STATUS_OF_REFUSAL[refusal.kind], document={"error": refusal.reason})
        self._write(question, answer, again=False)
        return answer

    def _known_answer(self, question: Question) -> Answer | None:
        """Answer what this key was answered before; a key that comes with another body is refused."""
        if question.key is None:
            return None
        body, answer = self._done.get(self._place(question), (question.body, None))
        if body != question.body:
            raise Refusal("nonsense", "this Idempotency-Key came with another body before")
        return answer

    def _do(self, question: Question) -> Answer:
        answer = respond(self._shop, question)
        if question.key is not None:
            self._done[self._place(question)] = (question.body, answer)
        return answer

    def _place(self, question: Question) -> Place:
        """Where a key counts: two customers never share one, one customer may have signed in again meanwhile."""
        return (self._shop.customer_if_known(question.token), question.path, question.key)

    def _write(self, question: Question, answer: Answer, *, again: bool) -> None:
        self._ledger.append(
            Entry(method=question.method, path=question.path, status=answer.status, key=question.key, again=again)
        )

    def _entries(self, about: str | None) -> list[dict[str, object]]:
        """The ledger as JSON: all of it, or what was asked of the path `about` and what lies below it."""
        return [
            {
                "number": number,
                "method": entry.method,
                "path": entry.path,
                "status": entry.status,
                "key": entry.key,
                "again": entry.again,
            }
            for number, entry in enumerate(self._ledger, start=1)
            if about is None or f"{entry.path}/".startswith(f"{about.rstrip('/')}/")
        ]
