"""What a worker of xdist does while it waits for an answer: it looks for the controller's mark to stop.

A signal to the controller alone reaches no worker: without this the grace of a request in flight would end when execnet
loses patience, after five seconds.
"""

import threading
from collections.abc import Callable
from typing import Final

_EVERY: Final = 0.2  # seconds


class Watch:
    """A thread that asks `marked` again and again, and hands the first reason to `obey`."""

    def __init__(self, marked: Callable[[], str | None], obey: Callable[[str], None]) -> None:
        self._marked = marked
        self._obey = obey
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="journeys-watch", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Look no longer."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_EVERY):
            reason = self._marked()
            if reason is not None:
                self._over.wait(_EVERY)  # a signal to the whole group comes by itself, and is the first then
                self._obey(reason)
                return
