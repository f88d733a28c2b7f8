"""Environment values: the ``journeys_environment`` fixture > OS variables ``JOURNEYS_ENV_<NAME>`` > the environment's file.

Knows how the three are put together. Opens no file and asks no operating system: it is given both.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from typing import Final

from pytest_journeys.artifact.fitting import MisfitError, value_of_text
from pytest_journeys.artifact.model import Artifact, Input
from pytest_journeys.bindings.complaints import Complaints
from pytest_journeys.bindings.file_text import TooLarge, text_of
from pytest_journeys.bindings.plain import plain_mapping
from pytest_journeys.bindings.references import names_of
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.errors import SetupError, UsageError
from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import MISSING, JsonValue, type_name
from pytest_journeys.values.nearest import nearest
from pytest_journeys.values.source import Source

PREFIX: Final = "JOURNEYS_ENV_"
FIXTURE: Final = "journeys_environment"


def read_environment(data: bytes | TooLarge, file: str) -> tuple[dict[str, JsonValue], tuple[Diagnostic, ...]]:
    """The values of an environment file and what is wrong with it; an empty file has none."""
    complaints = Complaints(file)
    text = text_of(data, complaints)
    if text is None:
        return {}, complaints.diagnostics()
    from pytest_journeys.language.reader import read_data  # brings yaml; the caller keeps the result by content

    document = read_data(Source(file, text))
    if document.has_errors or document.tree is None:
        return {}, document.diagnostics
    if not isinstance(document.tree, Mapping):
        complaints.text = text
        complaints.add(
            "E620",
            "the environment file holds no mapping",
            document.span(()),
            help="write names and values: shop_url: http://127.0.0.1:8000",
        )
        return {}, (*document.diagnostics, *complaints.diagnostics())
    return dict(document.tree), document.diagnostics


def unknown_environment(name: str, known: Iterable[str], folder: str) -> UsageError:
    """The error for an environment that has no file; `known` are the names that have one."""
    names = sorted(known)
    near = nearest(name, names)
    if near is not None:
        help = f"did you mean {near}?"
    elif names:
        help = f"known are {', '.join(names)}; or write {folder}/{name}.yaml"
    else:
        help = f"write {folder}/{name}.yaml"
    return UsageError(f"there is no environment {name}: {folder}/{name}.yaml is not there", help=help)


@fact
class Environment:
    """The values of a session. `name` is the environment's, `file` the one shown; both None when none is chosen.

    `variables` are the operating system's; a variable is text, or of the type of the value that it replaces in the file.
    """

    name: str | None = None
    file: str | None = None
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    fixture: Mapping[str, JsonValue] = field(default_factory=dict)

    def with_fixture(self, given: object) -> "Environment":
        """The environment with what the ``journeys_environment`` fixture returned. Raises `SetupError` for no mapping."""
        return replace(self, fixture=plain_mapping(given, f"the fixture {FIXTURE}"))

    def values_for(self, artifact: Artifact) -> dict[str, JsonValue]:
        """What the artifact refers to. Raises `SetupError` naming all that is missing, and how to define it."""
        set_here = self._set_for(artifact.environment)
        if set_here:
            self._refuse_collisions(artifact.environment, set_here)
        found: dict[str, JsonValue] = {}
        missing: list[str] = []
        for name in artifact.environment:
            value = self.values.get(name, MISSING)
            if set_here:
                value = self._with_variables((name,), value, set_here)
            if name in self.fixture:
                value = _merged(None if value is MISSING else value, self.fixture[name])
            if value is MISSING:
                missing.append(name)
            else:
                found[name] = value
        if missing:
            needed = names_of(artifact, "env")
            lacking = [name for name in missing if needed.get(name, True)]
            if lacking:
                raise self._lacks(lacking)
        return found

    def origin(self, name: str) -> str:
        """Where the value of a name comes from, in words; empty when it has none."""
        if name in self.fixture:
            return FIXTURE
        if variable_of((name,)) in self.variables:
            return variable_of((name,))
        return (self.file or "") if name in self.values else ""

    def _set_for(self, referred: Iterable[str]) -> dict[str, str]:
        """The variables that stand for what is referred to: each row asks, so the hundred others are not looked at."""
        held = {name: self.values.get(name) for name in referred}
        meant = map(variable_of, _paths(held, ()))
        return {variable: self.variables[variable] for variable in meant if variable in self.variables}

    def _with_variables(self, path: tuple[str, ...], value: object, set_here: Mapping[str, str]) -> JsonValue:
        variable = variable_of(path)
        if variable in set_here:
            kind = "string" if value is MISSING or value is None else type_name(value)  # type: ignore[arg-type]
            try:
                return value_of_text(Input(name=path[-1], type=kind), set_here[variable])
            except MisfitError as misfit:
                raise SetupError(
                    f"{variable}: {misfit}",
                    help=misfit.help or f"{self.file} has {'.'.join(path)} as {kind}",
                    place=f"env/{path[0]}",
                ) from None
        if isinstance(value, Mapping):
            return {name: self._with_variables((*path, name), member, set_here) for name, member in value.items()}
        return value  # type: ignore[return-value] # MISSING is passed through

    def _refuse_collisions(self, referred: Iterable[str], set_here: Mapping[str, str]) -> None:
        meant: dict[str, set[str]] = {}
        for path in {*_paths(self.values, ()), *((name,) for name in referred)}:
            variable = variable_of(path)
            if variable in set_here:
                meant.setdefault(variable, set()).add(".".join(path))
        for variable, names in sorted(meant.items()):
            if len(names) > 1:
                raise SetupError(
                    f"{variable} could mean {' or '.join(sorted(names))}", help="rename one of them in the environment"
                )

    def _lacks(self, names: list[str]) -> SetupError:
        what = " and ".join(f"env.{name}" for name in names)
        chosen = f"in the environment {self.name}" if self.name is not None else "and no environment is chosen"
        first = names[0]
        variable = variable_of((first,))
        near = nearest(first, {*self.values, *self.fixture})
        set_anyhow = (name.removeprefix(PREFIX) for name in self.variables if name.startswith(PREFIX))
        near_variable = nearest(variable.removeprefix(PREFIX), set_anyhow)
        if near is not None:
            help = f"did you mean env.{near}?"
        elif near_variable is not None:
            help = f"{PREFIX}{near_variable} is set; did you mean {variable}?"
        else:
            where = f"in {self.file}" if self.file is not None else "in a file that --journeys-env names"
            help = f"define {first} {where}, in the OS variable {variable}, or in a {FIXTURE} fixture"
        known = f"; it has {', '.join(sorted(self.values))}" if self.values and near is None else ""
        return SetupError(
            f"{what} {'has' if len(names) == 1 else 'have'} no value {chosen}{known}", help=help, place=f"env/{first}"
        )


def variable_of(path: tuple[str, ...]) -> str:
    """The OS variable of a value: ``shop-url`` and ``shop.url`` are both ``JOURNEYS_ENV_SHOP_URL``."""
    return PREFIX + "_".join(path).upper().replace("-", "_")


def _paths(values: Mapping[str, JsonValue], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for name, value in values.items():
        yield (*above, name)
        if isinstance(value, Mapping):
            yield from _paths(value, (*above, name))


def _merged(below: JsonValue, above: JsonValue) -> JsonValue:
    """Key by key at every depth: what stands above wins."""
    if not (isinstance(below, Mapping) and isinstance(above, Mapping)):
        return above
    merged = dict(below)
    for name, value in above.items():
        merged[name] = _merged(merged[name], value) if name in merged else value
    return merged
