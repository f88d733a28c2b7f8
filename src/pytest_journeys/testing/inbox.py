"""Answers to signals that a test gives."""

from pytest_journeys.ports import Delivery


class MemoryInbox:
    """Keeps the contract of `ports.Inbox`: the first answer wins."""

    def __init__(self) -> None:
        self._answers: dict[str, Delivery] = {}

    def deliver(self, token: str, delivery: Delivery) -> bool:
        """Keep an answer; False when there is one already."""
        return self._answers.setdefault(token, delivery) is delivery

    def find(self, token: str) -> Delivery | None:
        """The answer, None while there is none."""
        return self._answers.get(token)
