"""A plan: an artifact prepared for running, once for all its rows.

Everything that can be parsed, compiled or looked up without a run's values is done here; the rest of the engine renders
and compares.
"""

from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from functools import cached_property

from pytest_journeys.artifact.model import Artifact, Check, Derivation, Field, Step, Variable
from pytest_journeys.engine.arguments import PreparedCall
from pytest_journeys.engine.assertions import PreparedCheck
from pytest_journeys.engine.deriving import PreparedDerivation
from pytest_journeys.engine.places import DEFAULT_PLACES, Places
from pytest_journeys.engine.preparer import Preparer
from pytest_journeys.engine.rendering import PreparedRequest
from pytest_journeys.expressions.evaluate import Evaluate
from pytest_journeys.expressions.findings import references
from pytest_journeys.expressions.registry import BUILT_IN, Registry
from pytest_journeys.expressions.render import Prepared
from pytest_journeys.expressions.syntax import parse
from pytest_journeys.expressions.template import Expect, ListOf, Literal, ObjectOf, Reference, Template, Text
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue


@fact(kw_only=False)
class Need:
    """A derived value of another step. `has_default`: the journey says what to take when it is missing."""

    step: str
    name: str
    has_default: bool


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """One step or cleanup step, prepared. `needs` are values of other steps, `variables` the ones it reads.

    `ask` is the question about its request when that is in doubt: the step with another request, whose `checks` say
    whether it was done and whose `derive` takes the step's values from the answer.
    """

    step: Step
    path: str
    request: PreparedRequest | None
    call: PreparedCall | None
    wait: Prepared[JsonValue] | None
    prompt: Prepared[JsonValue] | None
    when: Evaluate | None
    end_when: Evaluate | None
    end_reason: Prepared[JsonValue] | None
    checks: tuple[PreparedCheck, ...]
    warnings: tuple[PreparedCheck, ...]
    until: tuple[PreparedCheck, ...]
    fail_if: tuple[PreparedCheck, ...]
    derive: tuple[PreparedDerivation, ...]
    needs: tuple[Need, ...]
    variables: frozenset[str]
    cleanup: "tuple[PlannedStep, ...]"
    ask: "PlannedStep | None"

    @cached_property
    def is_cleanup(self) -> bool:
        """Whether it belongs to a step's cleanup or the journey's own."""
        return "." in self.path

    @cached_property
    def sends_cookies(self) -> bool:
        """Whether the jar's cookies go along."""
        return self.request is not None and self.request.sends_cookies

    @cached_property
    def secret_derivations(self) -> tuple[PreparedDerivation, ...]:
        """The derived values that are secret before they are seen."""
        return tuple(item for item in self.derive if item.is_secret)

    @cached_property
    def waits_for(self) -> tuple[PreparedCheck, ...]:
        """What a poll waits for and its assertions do not say already."""
        poll = self.step.poll
        return () if poll is None or poll.until == self.step.checks else self.until

    def registers(self, values: Set[str]) -> bool:
        """Whether any of its cleanup can run, given the names of the values that it derived."""
        return any(needed <= values for needed in self._own_needs)

    @cached_property
    def _own_needs(self) -> tuple[frozenset[str], ...]:
        return tuple(
            frozenset(need.name for need in item.needs if need.step == self.path and not need.has_default)
            for item in self.cleanup
        )


@fact
class PlannedVariable:
    """A variable, prepared. `draws`: an impure call is in it, so that it cannot be computed again; `uses` other variables."""

    name: str
    value: Prepared[JsonValue]
    is_secret: bool
    draws: bool
    uses: frozenset[str]


@fact
class Plan:
    """The compiled steps of one artifact, ready to run. `places` are where the gate masks whatever stands there."""

    artifact: Artifact
    variables: tuple[PlannedVariable, ...]
    steps: tuple[PlannedStep, ...]
    cleanup: tuple[PlannedStep, ...]
    by_path: dict[str, PlannedStep]
    places: Places


def plan_of(artifact: Artifact, registry: Registry = BUILT_IN) -> Plan:
    """Prepare an artifact."""
    steps = tuple(_planned(step, registry) for step in artifact.steps)
    cleanup = tuple(_planned(step, registry) for step in artifact.cleanup)
    every = (*steps, *(inner for planned in steps for inner in planned.cleanup), *cleanup)
    return Plan(
        artifact=artifact,
        variables=_planned_variables(artifact.variables, registry),
        steps=steps,
        cleanup=cleanup,
        by_path={planned.path: planned for planned in every},
        places=_places([inner.step for planned in every for inner in (planned, planned.ask) if inner is not None]),
    )


def _places(steps: Sequence[Step]) -> Places:
    """The usual places, and where an api_key stands."""
    headers: set[str] = set()
    members: set[str] = set()
    for step in steps:
        if step.request is not None and step.request.auth is not None and step.request.auth.kind == "api_key":
            values = dict(step.request.auth.values)
            name, place = values.get("name"), values.get("in")
            if isinstance(name, Literal) and isinstance(name.value, str):
                is_query = isinstance(place, Literal) and place.value == "query"
                (members if is_query else headers).add(name.value)
    if not headers and not members:
        return DEFAULT_PLACES
    return DEFAULT_PLACES.with_names(headers=tuple(sorted(headers)), members=tuple(sorted(members)))


def _question(step: Step, registry: Registry) -> PlannedStep | None:
    if step.ask is None:
        return None
    asking = Step(path=step.path, request=step.ask.request, checks=step.ask.done_if, derive=step.derive)
    return _planned(asking, registry, judged="done_if")


def _planned(step: Step, registry: Registry, *, judged: str = "assert") -> PlannedStep:
    preparer = Preparer(registry)
    found = [reference for text in _expressions_of(step) for reference in references(parse(text))]
    poll = step.poll
    return PlannedStep(
        step=step,
        path=step.path,
        when=None if step.when is None else preparer.expression(step.when),
        request=None if step.request is None else PreparedRequest(step.request, step.idempotency_key, preparer),
        call=None if step.call is None else PreparedCall(step.call, preparer),
        wait=None if step.wait is None else preparer.template(step.wait.duration),
        prompt=None if step.signal is None or step.signal.prompt is None else preparer.template(step.signal.prompt),
        end_when=None if step.end_when is None else preparer.expression(step.end_when),
        end_reason=None if step.end_reason is None else preparer.template(step.end_reason),
        until=_checks(poll.until if poll else (), f"{step.path}/until", preparer),
        fail_if=_checks(poll.fail_if if poll else (), f"{step.path}/fail_if", preparer),
        derive=tuple(PreparedDerivation(item, f"{step.path}/derive/{item.name}", preparer) for item in step.derive),
        checks=_checks(step.checks, f"{step.path}/{judged}", preparer),
        warnings=_checks(step.warnings, f"{step.path}/warn", preparer),
        needs=tuple(
            dict.fromkeys(
                Need(item.names[0], item.names[1], item.has_default)
                for item in found
                if item.source == "steps" and item.names[0] != step.path
            )
        ),
        variables=frozenset(item.names[0] for item in found if item.source == "variables"),
        cleanup=tuple(_planned(item, registry) for item in step.cleanup),
        ask=_question(step, registry),
    )


def _checks(checks: Sequence[Check], place: str, preparer: Preparer) -> tuple[PreparedCheck, ...]:
    return tuple(PreparedCheck(check, f"{place}/{index}", preparer) for index, check in enumerate(checks))


def _planned_variables(variables: Sequence[Variable], registry: Registry) -> tuple[PlannedVariable, ...]:
    preparer = Preparer(registry)
    planned = []
    for variable in variables:
        before = preparer.draws
        value = preparer.template(variable.value)
        planned.append(
            PlannedVariable(
                name=variable.name,
                value=value,
                is_secret=variable.is_secret,
                draws=preparer.draws > before,
                uses=frozenset(
                    reference.names[0]
                    for text in _expressions_in(variable.value)
                    for reference in references(parse(text))
                    if reference.source == "variables"
                ),
            )
        )
    return tuple(planned)


# every expression of a step, but for its cleanup, which is a step of its own


def _expressions_of(step: Step) -> Iterator[str]:
    for text in (step.when, step.end_when):
        if text is not None:
            yield text
    for template in _templates_of(step):
        yield from _expressions_in(template)
    for check in _checks_of(step):
        if check.section == "that" and check.argument is not None:
            yield check.argument
    for derivation in step.derive:
        if derivation.value is not None:
            yield derivation.value


def _templates_of(step: Step) -> Iterator[Template]:
    request = step.request
    candidates: list[Template | None] = [step.end_reason, step.idempotency_key]
    if step.call is not None:
        candidates += [step.call.arguments, step.call.timeout]
    if step.signal is not None:
        candidates.append(step.signal.prompt)
    if step.wait is not None:
        candidates.append(step.wait.duration)
    if request is not None:
        candidates += [request.url, request.base_url, request.home, request.timeout]
        candidates += [item.value for item in (*request.headers, *request.query, *request.cookies)]
        candidates += [value for _, value in request.auth.values] if request.auth is not None else []
        if request.body is not None:
            candidates += [request.body.value, *_values(request.body.fields)]
    candidates += [check.operand for check in _checks_of(step)]
    candidates += _defaults(step.derive)
    return (template for template in candidates if template is not None)


def _values(fields: Sequence[Field]) -> list[Template]:
    return [field.value for field in fields]


def _defaults(derivations: Sequence[Derivation]) -> list[Template | None]:
    return [derivation.default for derivation in derivations]


def _checks_of(step: Step) -> tuple[Check, ...]:
    polled = (*step.poll.until, *step.poll.fail_if) if step.poll is not None else ()
    return (*step.checks, *step.warnings, *polled)


def _expressions_in(template: Template) -> Iterator[str]:
    match template:
        case Reference(expression):
            yield expression
        case Text(parts):
            for part in parts:
                if isinstance(part, Reference):
                    yield part.expression
        case ListOf(items):
            for item in items:
                yield from _expressions_in(item)
        case ObjectOf(members):
            for _, item in members:
                yield from _expressions_in(item)
        case Expect(conditions):
            for condition in conditions:
                yield from _expressions_in(condition.operand)
        case _:
            pass
