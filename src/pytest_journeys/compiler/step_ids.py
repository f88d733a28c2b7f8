"""What steps are called: by their id, or by what it does and the last plain word of what it does it with."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from pytest_journeys.compiler import codes
from pytest_journeys.compiler.findings import Findings, Place
from pytest_journeys.language.requests import read_request_line
from pytest_journeys.language.steps import Step

RESERVED: Final = "journey"
"""The journey's own cleanup is called ``journey.cleanup``."""

_REFERENCE: Final = re.compile(r"\$\{\{.*?\}\}")
_WORD: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_-]*)(?:\.[A-Za-z0-9]+)?")
_ORIGIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^/]*")


def name_steps(steps: Sequence[Step], findings: Findings) -> list[str]:
    """One id for each step, all different; a second use of a written one is a finding."""
    written: dict[str, int] = {}
    for index, step in enumerate(steps):
        if step.id is None:
            continue
        _check_id(step.id, written.get(step.id), Place(("steps", index, "id")), findings)
        written.setdefault(step.id, index)
    taken = Counter[str]()
    return [step.id if step.id is not None else _implied(step, taken, written) for step in steps]


def _check_id(id: str, first: int | None, place: Place, findings: Findings) -> None:
    if id == RESERVED:
        findings.add(
            codes.STEP_ID,
            f"no step can be called {id}",
            place,
            help=f"reports call the journey's own cleanup {id}.cleanup: give the step another id",
        )
    elif first is not None:
        findings.add(
            codes.STEP_ID,
            f"two steps are called {id}",
            place,
            label="the second",
            notes=(f"the first is step {first + 1} of the journey",),
            help="step ids are unique in a journey",
        )


def _implied(step: Step, taken: "Counter[str]", written: dict[str, int]) -> str:
    word = _described(step)
    while True:
        taken[word] += 1
        name = word if taken[word] == 1 else f"{word}-{taken[word]}"
        if name not in written and name != RESERVED:
            return name


def _described(step: Step) -> str:
    """``get-me`` for ``GET ${{ env.shop_url }}/me``, ``call-restock`` for ``shop.orders:restock``."""
    if step.end is not None:
        return "end"
    if step.wait is not None:
        return "wait"
    if step.call is not None:
        name = re.sub(r"[^A-Za-z0-9_-]", "-", step.call.rpartition(":")[2])
        return f"call-{name}" if name.isascii() and name else "call"
    if step.signal is not None:
        return step.signal
    if step.request is None:
        return "check"
    line = read_request_line(step.request)
    path = re.split(r"[?#]", _ORIGIN.sub("", _REFERENCE.sub("\0", line.url)), maxsplit=1)[0]
    words = [found[1] for part in path.split("/") if (found := _WORD.fullmatch(part))]
    method = re.sub(r"[^A-Za-z0-9_-]", "", line.method).lower() or "request"
    return f"{method}-{words[-1]}" if words else method
