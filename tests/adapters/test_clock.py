"""Time and chance of the machine."""

import threading
import time

from pytest_journeys.adapters.clock import OsEntropy, SystemClock


class _Sign:
    """A stop sign that can be put up."""

    def __init__(self) -> None:
        self.said: str | None = None

    def reason(self) -> str | None:
        return self.said


def test_the_clock_tells_and_passes_time() -> None:
    """Wall time since the epoch, monotonic time that does not go back, a sleep of the length asked for."""
    clock = SystemClock()
    assert abs(clock.now() - time.time()) < 1
    started = clock.monotonic()
    clock.sleep(0.03)
    assert 0.03 <= clock.monotonic() - started < 0.5
    clock.sleep(0)
    clock.sleep(-1)


def test_a_sleep_ends_when_the_session_is_to_stop() -> None:
    """By the stop sign, which another process may put up, or by waking; not at the end of a long wait."""
    sign = _Sign()
    clock = SystemClock(sign)
    threading.Timer(0.05, lambda: setattr(sign, "said", "interrupted")).start()
    started = time.monotonic()
    clock.sleep(10)
    assert time.monotonic() - started < 1
    clock = SystemClock()
    threading.Timer(0.05, clock.wake).start()
    clock.sleep(10)
    clock.sleep(10)
    assert time.monotonic() - started < 2


def test_what_is_drawn_differs() -> None:
    """As many bytes as asked for, and never the same."""
    entropy = OsEntropy()
    assert len({entropy.draw(16) for _ in range(100)}) == 100
    assert [len(entropy.draw(size)) for size in (0, 1, 16)] == [0, 1, 16]
