"""Ctrl-C and SIGTERM while journeys run: the request in flight may finish, then the session stops at the step boundary.

A second signal stops at once. Outside of a run a signal is a KeyboardInterrupt, as pytest knows it.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from pytest_journeys.values.duration import Duration

_SIGNALS: Final = {signal.SIGINT: "interrupted (SIGINT)", signal.SIGTERM: "terminated (SIGTERM)"}


class Signals:
    """The handlers of one process. `ask_to_stop` is told the reason, in the main thread, between two bytecodes."""

    def __init__(self, ask_to_stop: Callable[[str], None]) -> None:
        self._ask_to_stop = ask_to_stop
        self._before: dict[int, Any] = {}
        self._is_deferred = False
        self._was_asked = False
        self._spares_next = False
        self._grace = 0.0
        self._timer: threading.Timer | None = None

    def install(self) -> None:
        """Take the signals over: SIGINT from Python's own handler, SIGTERM from the default; a user's own ones stay."""
        if self._before or threading.current_thread() is not threading.main_thread():
            return
        for number, usual in ((signal.SIGINT, signal.default_int_handler), (signal.SIGTERM, signal.SIG_DFL)):
            if signal.getsignal(number) == usual:
                self._before[number] = signal.signal(number, self._handle)

    def obey(self, reason: str) -> None:
        """Another process was signalled, and asks this one to stop: as if the first signal had come here. Safe in a thread."""
        if not self._was_asked:
            self._was_asked = True
            self._ask_to_stop(reason)
            self._begin_grace()

    def spare_next(self) -> None:
        """Pytest is ending: let the next signal to the others, and do not strike while they leave and reports are written."""
        self._spares_next = True

    def remove(self) -> None:
        """Give the signals back."""
        self._end_grace()
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()

    @contextmanager
    def deferred(self, grace: Duration) -> Iterator[None]:
        """A first signal in this block only asks to stop; when `grace` is over it strikes."""
        self._grace = grace.seconds
        self._is_deferred = True
        try:
            yield
        finally:
            self._is_deferred = False
            self._end_grace()

    def _handle(self, number: int, frame: FrameType | None) -> None:
        __tracebackhide__ = True  # pytest names the line that was interrupted, not this one
        first = not self._was_asked
        self._was_asked = True
        reason = _SIGNALS[signal.Signals(number)]
        if first:
            self._ask_to_stop(reason)
            if self._is_deferred:
                self._begin_grace()
                return
        elif self._spares_next:
            self._spares_next = False
            return
        raise KeyboardInterrupt(reason)

    def _begin_grace(self) -> None:
        self._timer = threading.Timer(self._grace, self._strike)
        self._timer.daemon = True
        self._timer.start()

    def _strike(self) -> None:
        if self._is_deferred:
            os.kill(os.getpid(), signal.SIGINT)

    def _end_grace(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
