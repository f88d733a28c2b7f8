"""Time and chance as this machine has them."""

import os
import threading
import time
from typing import Final

from pytest_journeys.ports import StopSign

_LONGEST_NAP: Final = 0.2  # seconds; how late a sleeping worker may hear that the session is to stop


class SystemClock:
    """Keeps the contract of `ports.Clock`. Sleep ends early once the stop sign gives a reason, or by `wake`."""

    __slots__ = ("_stop", "_woken")

    def __init__(self, stop: StopSign | None = None) -> None:
        self._stop = stop
        self._woken = threading.Event()

    def now(self) -> float:
        """Seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Seconds from an arbitrary start."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Return after so many seconds, or early."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if self._stop is not None and self._stop.reason() is not None:
                return
            if self._woken.wait(min(left, _LONGEST_NAP) if self._stop is not None else left):
                return

    def wake(self) -> None:
        """End the sleep that goes on, and every later one. Safe in a signal handler and from another thread."""
        self._woken.set()


class OsEntropy:
    """Keeps the contract of `ports.Entropy` with the operating system's randomness."""

    __slots__ = ()

    def draw(self, size: int) -> bytes:
        """So many random bytes."""
        return os.urandom(size)
