"""What one reference means at one place: the name it stands for, or why it stands for none."""

from collections.abc import Iterable, Mapping
from typing import Final

from pytest_journeys.compiler import codes
from pytest_journeys.compiler.kinds import BOOLEAN, INTEGER, OBJECT, TEXT
from pytest_journeys.compiler.scope import Declarations, Moment, Named, Scope, StepNames
from pytest_journeys.language.words import LATER
from pytest_journeys.values.fact import fact
from pytest_journeys.values.nearest import nearest

_RUN: Final = {"id": Named(kinds=TEXT), "attempt": Named(kinds=INTEGER), "failed": Named(kinds=BOOLEAN)}
_RESPONSE: Final = {
    "status": Named(kinds=INTEGER),
    "headers": Named(kinds=OBJECT),
    "json": Named(kinds=None),
    "text": Named(kinds=TEXT),
}
_ANYTHING: Final = Named(kinds=None)
_NOT_BEFORE: Final = {
    Moment.INPUTS: frozenset({"signals", "variables", "secrets", "steps", "run", "env", "row", "fixtures"}),
    Moment.SETUP: frozenset({"signals", "variables", "secrets", "steps", "run"}),
    Moment.VARIABLES: frozenset({"steps"}),
}
_LATER: Final = LATER["source"]


@fact
class Misnomer:
    """Why a reference stands for nothing here."""

    code: str
    title: str
    label: str = ""
    notes: tuple[str, ...] = ()
    help: str = ""


def meaning_of(source: str, names: tuple[str, ...], scope: Scope, declared: Declarations) -> Named | Misnomer:
    """The declared name behind a reference, if an expression in `scope` may use it."""
    shown = ".".join((source, *names))
    if source in _LATER:
        return Misnomer(code=codes.LATER, title=f"`{source}` is not in this version", help=_LATER[source])
    if source in _NOT_BEFORE.get(scope.moment, ()):
        return Misnomer(
            code=codes.NO_MEANING,
            title=f"{shown} has no value yet",
            label=f"evaluated {scope.moment.value}",
            help=f"what is evaluated {scope.moment.value} may use {_usable(scope)}",
        )
    match source:
        case "inputs":
            return _input(names[0], scope, declared)
        case "variables":
            return _variable(names[0], scope, declared)
        case "env":
            return _ANYTHING
        case "secrets":
            return _secret(names[0], declared)
        case "row":
            return _column(names[0], declared)
        case "fixtures":
            return _fixture(names[0], declared)
        case "steps":
            return _derived(names[0], names[1], scope, declared)
        case "signals":
            return _of_signal(names[0], names[1], declared)
        case "run":
            return _of_run(names[0], scope)
        case "response":
            return _of_response(names[0], scope)
        case _:
            return _it(scope)


def unknown(title: str, name: str, known: Iterable[str], *, write: str, code: str = codes.UNKNOWN_NAME) -> Misnomer:
    """A name that nothing declares, with the nearest that something does; `write` is for when none is near."""
    names = list(known)
    near = nearest(name, names)
    listed = ", ".join(sorted(names)[:8]) + (", ..." if len(names) > 8 else "")
    return Misnomer(
        code=code,
        title=title,
        notes=(f"there is: {listed}",) if names else (),
        help=f"did you mean {near}?" if near else write,
    )


def _usable(scope: Scope) -> str:
    match scope.moment:
        case Moment.INPUTS:
            return "the inputs declared before it"
        case Moment.SETUP:
            return "inputs, row, env and fixtures"
        case _:
            return "everything but steps"


def _ordered(
    kind: str, name: str, known: Mapping[str, Named], before: int | None, shown: str, write: str
) -> Named | Misnomer:
    found = known.get(name)
    if found is None:
        return unknown(f"there is no {kind} {name}", name, known, write=write)
    if before is not None and list(known).index(name) >= before:
        return Misnomer(
            code=codes.TOO_EARLY,
            title=f"{shown} is used before it is evaluated",
            label=f"this {kind} stands further down",
            help=f"{kind}s are evaluated in the order written: move {name} up",
        )
    return found


def _input(name: str, scope: Scope, declared: Declarations) -> Named | Misnomer:
    write = f"declare it: inputs: {{{name}: {{type: string}}}}"
    return _ordered("input", name, declared.inputs, scope.inputs_before, f"inputs.{name}", write)


def _variable(name: str, scope: Scope, declared: Declarations) -> Named | Misnomer:
    write = "declare it under variables:"
    return _ordered("variable", name, declared.variables, scope.variables_before, f"variables.{name}", write)


def _secret(name: str, declared: Declarations) -> Named | Misnomer:
    if name in declared.secrets:
        return Named(kinds=TEXT, is_secret=True)
    return unknown(
        f"the secret {name} is not declared",
        name,
        declared.secrets,
        write=f"declare its name: secrets: [{name}]",
        code=codes.UNDECLARED_SECRET,
    )


def _column(name: str, declared: Declarations) -> Named | Misnomer:
    if not declared.has_rows:
        return Misnomer(
            code=codes.NO_MEANING,
            title=f"row.{name} has no meaning: this journey has no rows",
            help="name a file or a list under rows:, or use an input",
        )
    if declared.columns is not None and name not in declared.columns:
        return unknown(f"no row has a column {name}", name, declared.columns, write="give the rows such a column")
    same = declared.inputs.get(name)
    return Named(kinds=None, is_secret=same is not None and same.is_secret)


def _fixture(name: str, declared: Declarations) -> Named | Misnomer:
    if name in declared.fixtures:
        return _ANYTHING
    return unknown(f"the fixture {name} is not named", name, declared.fixtures, write=f"name it: fixtures: [{name}]")


def _derived(step: str, name: str, scope: Scope, declared: Declarations) -> Named | Misnomer:
    found = declared.steps.get(step)
    if found is None or not found.is_named:
        return _unknown_step(step, name, found, declared)
    if name not in found.derived:
        return unknown(
            f"{step} derives no {name}",
            name,
            found.derived,
            write=f"derive it in {step}: derive: {{{name}: $.{name}}}",
            code=codes.NOT_DERIVED,
        )
    if found.id == scope.own and scope.moment is not Moment.CLEANUP:
        return found.derived[name] if name in scope.own_derived else _own_too_early(step, name, scope)
    if found.index >= scope.steps_before:
        return Misnomer(
            code=codes.TOO_EARLY,
            title=f"steps.{step}.{name} is used before {step} has run",
            label=f"{step} comes later",
            help=f"move this behind {step}",
        )
    return found.derived[name]


def _own_too_early(step: str, name: str, scope: Scope) -> Misnomer:
    if scope.is_deriving:
        return Misnomer(
            code=codes.TOO_EARLY,
            title=f"steps.{step}.{name} is used before it is derived",
            label="derived further down, or here",
            help="values are derived in the order written: move it up",
        )
    return Misnomer(
        code=codes.TOO_EARLY,
        title=f"steps.{step}.{name} is used before {step} has its answer",
        label=f"{step} derives it from the answer",
        help="a step's own values are known in its assert, warn, cleanup and to the values derived after them",
    )


def _unknown_step(step: str, name: str, found: StepNames | None, declared: Declarations) -> Misnomer:
    if found is not None:
        return Misnomer(
            code=codes.UNKNOWN_STEP,
            title=f"the step called {step} has no id to refer to",
            label="an implied name",
            help=f"give it one: id: {step}",
        )
    named = [other.id for other in declared.steps.values() if other.is_named]
    near = nearest(step, named)
    owners = [other.id for other in declared.steps.values() if other.is_named and name in other.derived]
    return Misnomer(
        code=codes.UNKNOWN_STEP,
        title=f"there is no step {step}",
        notes=(f"{name} is derived by: {', '.join(owners)}",) if owners else (),
        help=f"did you mean {near}?" if near else "refer to a step by its id",
    )


def _of_signal(step: str, name: str, declared: Declarations) -> Named | Misnomer:
    """A token is known from the run's start, whatever comes first; it is a secret."""
    found = declared.steps.get(step)
    if found is None or not found.is_signal:
        signals = [one.id for one in declared.steps.values() if one.is_signal]
        return unknown(f"there is no step {step} with a signal", step, signals, write=f"add it: signal: {step}")
    if name != "token":
        return unknown(f"a signal has no {name}", name, ("token",), write=f"write signals.{step}.token")
    return Named(kinds=TEXT, is_secret=True)


def _of_run(name: str, scope: Scope) -> Named | Misnomer:
    found = _RUN.get(name)
    if found is None:
        return unknown(f"run has no {name}", name, _RUN, write="run has id, attempt and, in cleanup, failed")
    if name == "failed" and scope.moment is not Moment.CLEANUP:
        return Misnomer(
            code=codes.NO_MEANING,
            title="run.failed is known in cleanup only",
            label="the run is not over",
            help="a later step runs after a failure only with on_failure: continue",
        )
    return found


def _of_response(name: str, scope: Scope) -> Named | Misnomer:
    if not scope.has_response:
        return Misnomer(
            code=codes.NO_MEANING,
            title=f"response.{name} has no meaning here",
            label="there is no answer to look at",
            help="response is known in that and value of a step with a request or a call; derive what other places need",
        )
    if scope.is_returned and name in ("status", "headers"):
        return Misnomer(
            code=codes.NO_MEANING,
            title=f"response.{name} has no meaning here",
            label="what came back has none",
            help="response.json is what came back",
        )
    found = _RESPONSE.get(name)
    if found is None:
        return unknown(f"response has no {name}", name, _RESPONSE, write="response has status, headers, json and text")
    return found


def _it(scope: Scope) -> Named | Misnomer:
    if scope.has_it:
        return _ANYTHING
    return Misnomer(
        code=codes.NO_MEANING,
        title="it has no meaning here",
        label="no value to stand for",
        help="it is the value derived so far: known in value, behind a source as in {json: $.id, value: ...}",
    )
