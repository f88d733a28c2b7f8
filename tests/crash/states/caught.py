"""Wrong variants judged: how many states betray each, and by which broken promise."""

import re
from collections import Counter
from collections.abc import Iterator

from crash import faults

PROMISES = {
    "nobody said so": "an error passes in silence",
    "followed|sent afterwards": "something is sent after an error",
    "an acknowledged line is gone": "an acknowledged line is gone",
    "read back what was not written": "what was never written is read",
    "has no number": "an artifact has no version",
    "^refused|cannot be resumed": "a state that was reached is refused",
    "^verify": "verify finds a change",
    "^intents .* but sent was": "a request has no intent",
    "executed again": "a completed step is executed again",
    "was sent twice": "an unsafe request is sent twice",
    "used . keys": "one request has two keys",
    "does not say so": "a request is sent again and not marked",
    "has no end": "a run has no end",
    "nothing says why": "a run begins again and nothing says why",
    "were left": "a cleanup is not carried out",
    "had passed and ran again": "a row that passed runs again",
    "was not carried out|undisturbed": "a row ends otherwise than undisturbed",
}
"""By a pattern of the sentence that tells it, the promise that was broken."""


def caught(judged: Iterator[str | None], name: str) -> None:
    """Count what was caught; nothing at all is a failure. An ordinary run is content with the first."""
    tried = 0
    broken: Counter[str] = Counter()
    for sentence in judged:
        tried += 1
        if sentence is not None:
            broken[promise_of(sentence)] += 1
            if not faults.IS_WHOLE:
                break
    assert broken, f"{name}: not caught in {tried} states"
    by = "; ".join(f"{promise} {number}" for promise, number in broken.most_common())
    faults.count("wrong variants: states that betray each, of those tried", f"{name}, of {tried}: {by}", broken.total())


def promise_of(sentence: str) -> str:
    """The promise whose breach a sentence tells."""
    return next(promise for pattern, promise in PROMISES.items() if re.search(pattern, sentence, re.S))
