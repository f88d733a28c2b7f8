"""Whether a step sends its request again, and when: retries and polls, decided from what came back."""

from email.utils import parsedate_to_datetime
from typing import Final

from pytest_journeys.artifact.model import Poll, Retry
from pytest_journeys.values.fact import fact
from pytest_journeys.values.http import FailureKind, HttpResponse, TransportFailure

_LONGEST_ASKED_MS: Final = 3_600_000.0
"""What a server may ask for with Retry-After when the journey sets no ``max_delay``."""


@fact(kw_only=False)
class Again:
    """Send again after so many milliseconds."""

    reason: str
    delay_ms: float


def retry_after(
    retry: Retry, attempt: int, came: HttpResponse | TransportFailure, *, now: float, chance: float
) -> Again | None:
    """Whether the step's `retry` covers what came of this attempt; None when it does not or attempts are used up.

    ``Retry-After`` (RFC 9110, 10.2.3) wins over a shorter delay, up to ``max_delay``. `chance` is between 0 and 1, for
    the jitter.
    """
    reason = _covered(retry, came)
    if reason is None or attempt >= retry.attempts:
        return None
    longest = _LONGEST_ASKED_MS if retry.max_delay_ms is None else float(retry.max_delay_ms)
    delay = _grown(retry.delay_ms, retry.backoff, attempt, retry.max_delay_ms)
    delay *= 1 + retry.jitter * (2 * chance - 1)
    if isinstance(came, HttpResponse):
        delay = max(delay, min(_asked_delay(came, now), longest))
    return Again(f"retry: {reason}", max(delay, 0.0))


def poll_after(poll: Poll, attempt: int, elapsed_ms: float, reason: str) -> Again | str:
    """The next look of a poll, or the sentence that says why there is none."""
    if poll.attempts is not None and attempt >= poll.attempts:
        return f"not there after {attempt} attempt{'s' if attempt > 1 else ''}"
    delay = _grown(poll.every_ms, poll.backoff, attempt, poll.max_every_ms)
    if poll.for_ms is not None and elapsed_ms + delay > poll.for_ms:
        return f"not there after {elapsed_ms / 1000:.1f} s and {attempt} attempt{'s' if attempt > 1 else ''}"
    return Again(f"poll: {reason}", delay)


def _grown(first_ms: int, backoff: float, attempt: int, most_ms: int | None) -> float:
    """The delay after so many attempts; a backoff that leaves the numbers behind stays at a day."""
    try:
        delay = first_ms * backoff ** (attempt - 1)
    except OverflowError:
        delay = 86_400_000.0 if first_ms else 0.0
    return min(delay, 86_400_000.0 if most_ms is None else float(most_ms))


def _covered(retry: Retry, came: HttpResponse | TransportFailure) -> str | None:
    if isinstance(came, TransportFailure):
        word = {FailureKind.CONNECT: "connect", FailureKind.TIMEOUT: "timeout"}.get(came.kind)
        return came.text if word is not None and word in retry.errors else None
    status = str(came.status)
    if status in retry.errors or f"{status[0]}xx" in retry.errors:
        return f"status {status}"
    return None


def _asked_delay(response: HttpResponse, now: float) -> float:
    asked = response.header("retry-after")
    if asked is None:
        return 0.0
    if asked.strip().isdecimal():
        return float(asked) * 1000
    try:
        return (parsedate_to_datetime(asked).timestamp() - now) * 1000
    except (ValueError, OverflowError, OSError):
        return 0.0
