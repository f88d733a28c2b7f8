"""What is told about a journey: tags, descriptions, `skip` and `xfail`. No secret may be in any of it."""

from collections.abc import Iterator
from typing import Final

from pytest_journeys.artifact.model import Mark
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.scope import Moment, Scope
from pytest_journeys.expressions.template import Literal
from pytest_journeys.language import definition as language
from pytest_journeys.language.steps import Cleanup, as_cleanups

PYTEST_MARKERS: Final = frozenset(
    {"skip", "skipif", "xfail", "parametrize", "usefixtures", "filterwarnings", "tryfirst", "trylast"}
)


def lower_mark(given: language.Mark | None, key: str, context: Context) -> Mark | None:
    """`skip` or `xfail`."""
    if given is None:
        return None
    place, reason, when = Place((key,)), given, None
    scope = Scope(moment=Moment.SETUP, is_pure=True, shows=f"a reason to {key}")
    if not isinstance(given, str):
        reason = given.reason
        if given.when is not None:
            when = context.expressions.condition(
                given.when, place.at("when"), Scope(moment=Moment.SETUP, is_pure=True)
            ).text
        place = place.at("reason")
    return Mark(reason=context.text(str(reason), place, scope).template, when=when)


def check_tags(given: language.Journey, context: Context) -> None:
    """Tags become markers, so pytest's own are taken."""
    for index, tag in enumerate(given.tags):
        if tag in PYTEST_MARKERS:
            context.findings.add(
                codes.MARKER,
                f"{tag} is a marker of pytest's own",
                Place(("tags", index)),
                help="write skip: REASON at the top of the journey"
                if tag.startswith("skip")
                else "choose another word",
            )


def check_descriptions(given: language.Journey, steps: int, context: Context) -> None:
    """Descriptions are shown as they are written: a reference in one would not be filled in."""
    everything = Scope(moment=Moment.CLEANUP, steps_before=steps, shows="a description")
    for text, place in _descriptions(given):
        if "${{" not in text:
            continue
        lowered = context.text(text, place, everything)
        if lowered.secret is None and not isinstance(lowered.template, Literal):
            context.findings.add(
                codes.PLAIN_VALUE,
                "a description is shown as it is written: references are not filled in",
                place,
                help="say it in words; $${{ writes the characters themselves",
            )


def _descriptions(given: language.Journey) -> Iterator[tuple[str, Place]]:
    yield given.description, Place(("description",))
    yield given.owner, Place(("owner",))
    for name, declared in given.inputs.items():
        yield declared.description, Place(("inputs", name, "description"))
    yield from _of_cleanups(given.cleanup, Place(("cleanup",)))
    for index, step in enumerate(given.steps):
        yield step.description, Place(("steps", index, "description"))
        yield from _of_cleanups(step.cleanup, Place(("steps", index, "cleanup")))


def _of_cleanups(given: Cleanup | tuple[Cleanup, ...], place: Place) -> Iterator[tuple[str, Place]]:
    for index, cleanup in enumerate(as_cleanups(given)):
        yield cleanup.description, (place if isinstance(given, Cleanup) else place.at(index)).at("description")
