"""The text of a run that did not pass: what, where, with which request, what else, how to see it again. 80 columns."""

from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.events.codes import (
    ASSERTION_FAILED,
    CLEANUP_FAILED,
    FOREIGN_EXCEPTION,
    IN_DOUBT,
    POLL_ENDED,
    SETUP,
    STATUS_IMPLIED,
)
from pytest_journeys.evidence.document import AssertionDocument, At, RunDocument, StepDocument
from pytest_journeys.reports.excerpt import Fact, Place, fact_lines, place_lines
from pytest_journeys.reports.failed_exchange import again_fact, call_facts, exchange_facts
from pytest_journeys.reports.printable import cut, printable
from pytest_journeys.reports.told import told_actual, told_assertion, told_at, told_outcome, told_value
from pytest_journeys.values.fact import fact
from pytest_journeys.values.source import Span

_WRONG: Final = frozenset({"failed", "error", "in_doubt"})
_LONGEST_HEADLINE: Final = 240
_LONGEST_IN_HEADLINE: Final = 48  # characters of each value
_MOST_DETAILS: Final = 10
_MOST_STEPS: Final = 12  # named one by one; of more, those that passed are counted

Facts: TypeAlias = Iterator[Fact]


@fact
class _Finding:
    """What is told first: its headline, where it points to, the words behind the carets."""

    code: str
    title: str
    at: At | None = None
    label: str = ""


def render_failure(run: RunDocument, source_map: SourceMap, *, store: str = ".journeys") -> str:
    """The failure text of a run: headline, place and excerpt, then facts. `store` is the folder as a person names it."""
    wrong = [step for step in run["steps"] if step["outcome"] in _WRONG]
    step = wrong[0] if wrong else None
    finding = _finding_of_step(step) if step is not None else _finding_of_run(run)
    place = _place(finding, source_map)
    lines = [cut(f"{finding.code} {finding.title}", _LONGEST_HEADLINE), *place_lines(place)]
    for told in _facts(run, step, wrong[1:], store):
        lines.extend(fact_lines(place.margin, told))
    return "\n".join(lines)


def headline(run: RunDocument) -> str:
    """The first line of `render_failure`."""
    step = next((step for step in run["steps"] if step["outcome"] in _WRONG), None)
    finding = _finding_of_step(step) if step is not None else _finding_of_run(run)
    return cut(f"{finding.code} {finding.title}", _LONGEST_HEADLINE)


def _facts(run: RunDocument, step: StepDocument | None, others: Sequence[StepDocument], store: str) -> Facts:
    if step is not None:
        yield from _assertion_facts(step)
        yield from _error_facts(step)
        yield from exchange_facts(step, store)
        yield from call_facts(step, store)
        yield from _used_facts(step)
    for other in others:
        yield "also", f"{_finding_of_step(other).title}{_where(_finding_of_step(other).at)}"
    for one in run["steps"]:
        if one is not step:
            for warning in _assertions(one, "warned"):
                yield "warning", f"{printable(one['id'])}: {told_assertion(warning)}{_where(warning['at'])}"
    for earlier in run["earlier_attempts"]:
        yield "restarted", f"attempt {earlier['attempt']} was left: {printable(earlier['reason'] or 'no reason')}"
    if run["steps"]:
        yield "steps", told_steps(run["steps"])
    if step is not None:
        yield from again_fact(step, run["secrets"], store)
        if step["error"] is not None and step["error"]["help"]:
            yield "help", printable(step["error"]["help"])
    yield "help", f"journeys show {run['id']}"


def _finding_of_step(step: StepDocument) -> _Finding:
    name = printable(step["id"])
    failed = next(_assertions(step, "failed"), None)
    error = step["error"]
    if failed is not None:
        return _Finding(
            code=_code_of(step, failed),
            title=f"{name}: {told_assertion(failed, _LONGEST_IN_HEADLINE)}",
            at=failed["at"] or step["at"],
            label=told_actual(failed),
        )
    if error is not None:
        return _Finding(code=error["code"], title=f"{name}: {printable(error['title'])}", at=error["at"] or step["at"])
    code = IN_DOUBT if step["outcome"] == "in_doubt" else CLEANUP_FAILED if step["cleanup"] else ASSERTION_FAILED
    said = "in doubt: " if step["outcome"] == "in_doubt" else ""
    return _Finding(
        code=code, title=f"{name}: {said}{printable(step['reason'] or 'no reason was recorded')}", at=step["at"]
    )


def _code_of(step: StepDocument, failed: AssertionDocument) -> str:
    part = failed["place"].removeprefix(step["id"]).split("/")[1:2]
    if part == ["until"]:
        return POLL_ENDED
    if step["cleanup"]:
        return CLEANUP_FAILED
    return STATUS_IMPLIED if part == ["request"] else ASSERTION_FAILED


def _finding_of_run(run: RunDocument) -> _Finding:
    """A run without a step that went wrong: it could not begin, or something from outside ended it."""
    code = FOREIGN_EXCEPTION if any(step["started"] for step in run["steps"]) else SETUP
    reason = printable(run["reason"] or f"the run is {run['outcome']}")
    return _Finding(code=code, title=f"{printable(run['journey'])}: {reason}")


def _place(finding: _Finding, source_map: SourceMap) -> Place:
    at = finding.at
    if at is None:
        return Place(file=source_map.file, label=finding.label)
    span = Span(line=at["line"], column=at["column"], end_line=at["end_line"], end_column=at["end_column"])
    return Place(file=at["file"], span=span, excerpt=source_map.excerpt(span.line), label=finding.label)


def _assertion_facts(step: StepDocument) -> Facts:
    failed = list(_assertions(step, "failed"))
    for detail in _some(failed[0].get("details", []) if failed else []):
        yield "differs", detail
    for other in failed[1:]:
        yield "also", f"{told_assertion(other)}{_where(other['at'])}"
        for detail in _some(other.get("details", []), 3):
            yield "differs", detail
    for warning in _assertions(step, "warned"):
        yield "warning", f"{told_assertion(warning)}{_where(warning['at'])}"


def _error_facts(step: StepDocument) -> Facts:
    error = step["error"]
    if error is None:
        return
    if next(_assertions(step, "failed"), None) is not None:
        name = "poll" if error["code"] == POLL_ENDED else "also"
        told = printable(error["title"])
        yield name, told if name == "poll" else f"{error['code']} {told}{_where(error['at'])}"
    for note in error["notes"]:
        yield "note", cut(printable(note), 600)


def _used_facts(step: StepDocument) -> Facts:
    told: list[str] = []
    for used in step["used"]:
        value = f"= {told_value(used['value'])}" if "value" in used else "(a secret)"
        line = f" (line {used['at']['line']})" if used["at"] is not None else ""
        told.append(f"{printable(used['name'])} {value} from step {printable(used['from'])}{line}")
    if told:
        yield "used", ", ".join(told)


def told_steps(steps: Sequence[StepDocument]) -> str:
    """``sign-in passed (replayed), open-cart passed, pay FAILED, settled blocked; cleanup: 1 ran``."""
    main = [step for step in steps if not step["cleanup"]]
    if len(main) <= _MOST_STEPS:
        told = [f"{printable(step['id'])} {told_outcome(step)}" for step in main]
    else:
        told = [f"{printable(step['id'])} {told_outcome(step)}" for step in main if step["outcome"] in _WRONG]
        counts: dict[str, int] = {}
        for step in main:
            if step["outcome"] not in _WRONG:
                counts[told_outcome(step)] = counts.get(told_outcome(step), 0) + 1
        told.extend(f"{count} {word}" for word, count in counts.items())
    return ", ".join(told) + _told_cleanups([step for step in steps if step["cleanup"]])


def _told_cleanups(steps: Sequence[StepDocument]) -> str:
    if not steps:
        return ""
    ran = sum(step["outcome"] in ("passed", "failed", "error") for step in steps)
    told = [f"{ran} ran"] if ran else []
    told.extend(f"{printable(step['id'])} {told_outcome(step)}" for step in steps if step["outcome"] in _WRONG)
    for word in ("skipped", "interrupted"):
        count = sum(step["outcome"] == word for step in steps)
        if count:
            told.append(f"{count} {'waiting' if word == 'interrupted' else word}")
    return "; cleanup: " + ", ".join(told)


def _assertions(step: StepDocument, outcome: str) -> Iterator[AssertionDocument]:
    return (one for one in step["assertions"] if one["outcome"] == outcome)


def _where(at: At | None) -> str:
    return f" ({told_at(at)})" if at is not None else ""


def _some(details: Sequence[str], most: int = _MOST_DETAILS) -> Iterator[str]:
    yield from (cut(printable(detail), 300) for detail in details[:most])
    if len(details) > most:
        yield f"and {len(details) - most} more"
