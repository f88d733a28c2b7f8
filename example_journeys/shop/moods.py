"""How the shop misbehaves when a request asks for it with the header `Shop-Misbehave`.

    fail                do nothing, answer 500
    slow; seconds=2     do it, take two seconds to answer
    hang                do it, never answer
    cut                 do it, close the line instead of answering

Each may say `times=N`: so the first N times that this path is asked, well-behaved afterwards.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass

from .business import Refusal
from .messages import Question

SETTING = re.compile(r"(seconds|times)=[0-9]+(\.[0-9]+)?")
MOODS = ("good", "fail", "slow", "hang", "cut")


@dataclass(frozen=True, kw_only=True)
class Mood:
    """How a question is treated."""

    name: str = "good"
    seconds: float = 1.0


class Moods:
    """Remembers how often each path was treated badly."""

    def __init__(self) -> None:
        self._times: Counter[tuple[str, str]] = Counter()

    def mood_for(self, question: Question) -> Mood:
        """Read the wish. Raises Refusal where the shop is to fail, and for a wish that it does not understand."""
        wish = question.headers.get("shop-misbehave", "good")
        name, *settings = (part.strip() for part in wish.split(";"))
        if name not in MOODS or not all(SETTING.fullmatch(setting) for setting in settings):
            raise Refusal("nonsense", f"Shop-Misbehave: {wish}? One of {', '.join(MOODS)}; seconds=S; times=N")
        numbers = {word: float(number) for word, number in (setting.split("=") for setting in settings)}
        place = (question.method, question.path)
        self._times[place] += "times" in numbers
        if self._times[place] > numbers.get("times", math.inf):
            return Mood()
        if name == "fail":
            raise Refusal("broken", "this is not my day")
        return Mood(name=name, seconds=numbers.get("seconds", Mood.seconds))
