"""Time and chance that a test decides over."""


class ManualClock:
    """Keeps the contract of `ports.Clock`: time goes on when it is told to, or when somebody sleeps."""

    def __init__(self, now: float = 1_750_000_000.0) -> None:
        self._now = now
        self._monotonic = 0.0
        self.slept: list[float] = []

    def now(self) -> float:
        """Seconds since the epoch."""
        return self._now

    def monotonic(self) -> float:
        """Seconds since this clock was made."""
        return self._monotonic

    def sleep(self, seconds: float) -> None:
        """Let so much time pass at once."""
        self.slept.append(seconds)
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Time passes."""
        self._now += seconds
        self._monotonic += seconds

    def jump(self, seconds: float) -> None:
        """The wall clock is set; no time passes."""
        self._now += seconds


class CountedEntropy:
    """Keeps the contract of `ports.Entropy` with bytes that count up, so that a test knows what is drawn."""

    def __init__(self) -> None:
        self._drawn = 0

    def draw(self, size: int) -> bytes:
        """The next so many bytes."""
        self._drawn += 1
        return self._drawn.to_bytes(size)
