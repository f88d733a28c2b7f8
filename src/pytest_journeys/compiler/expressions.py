"""Expressions of a definition: parsed, every name resolved, every call checked, written canonically.

Notes what was used on the way: it becomes part of the artifact (environment, fixtures) and of the lint.
"""

from dataclasses import dataclass, field
from typing import Final, TypeAlias

from pytest_journeys.compiler import codes
from pytest_journeys.compiler.calls import draws, miscalls
from pytest_journeys.compiler.findings import Findings, Place
from pytest_journeys.compiler.kinds import Inference, Kinds, in_words
from pytest_journeys.compiler.naming import Misnomer, meaning_of
from pytest_journeys.compiler.scope import Declarations, Moment, Named, Scope
from pytest_journeys.expressions.canonical import canonical
from pytest_journeys.expressions.faults import ExpressionFault
from pytest_journeys.expressions.findings import FoundReference, references
from pytest_journeys.expressions.nodes import Expression, Reference
from pytest_journeys.expressions.registry import Registry
from pytest_journeys.expressions.scan import ReferencePart, scan
from pytest_journeys.expressions.syntax import parse
from pytest_journeys.values.fact import fact

STAND_IN: Final = "null"
"""The expression in the place of a wrong one; no artifact is made then."""

_OS_VARIABLES: Final = frozenset(
    {"HOME", "PATH", "USER", "PWD", "CI", "SHELL", "TMPDIR", "HOSTNAME", "LANG", "VIRTUAL_ENV"}
)


Written: TypeAlias = tuple[Place, int]
"""Where a reference stands and how many characters it has."""


@fact
class Resolved:
    """A resolved expression: canonical text, possible types, and what it depends on.

    `steps` are the ids of the steps whose values it names; `secret` the first reference that holds a secret, or None.
    """

    text: str = STAND_IN
    kinds: Kinds = None
    secret: str | None = None
    draws: bool = False
    steps: frozenset[str] = frozenset()


@dataclass(slots=True, kw_only=True)
class Uses:
    """What expressions referred to: each environment and fixture name with its first place, values, columns."""

    environment: dict[str, Written] = field(default_factory=dict)
    fixtures: dict[str, Written] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)
    derived: set[tuple[str, str]] = field(default_factory=set)

    def note(self, reference: FoundReference, place: Place) -> None:
        """Remember one reference."""
        match reference.source:
            case "env":
                self.environment.setdefault(reference.names[0], (place, reference.length))
            case "fixtures":
                self.fixtures.setdefault(reference.names[0], (place, reference.length))
            case "variables":
                self.variables.add(reference.names[0])
            case "steps":
                self.derived.add((reference.names[0], reference.names[1]))
            case _:
                pass


class Expressions:
    """Reads the expressions of one journey."""

    def __init__(self, declared: Declarations, registry: Registry, findings: Findings) -> None:
        self.declared = declared
        self.registry = registry
        self.uses = Uses()
        self._findings = findings

    def resolve(self, text: str, place: Place, scope: Scope) -> Resolved:
        """An expression that begins at `place`; what is wrong with it becomes findings."""
        try:
            tree = parse(text)
        except ExpressionFault as fault:
            self.tell(fault, place)
            return Resolved()
        named = [(found, self._named(found, place, scope)) for found in references(tree)]
        wrong_calls = miscalls(tree, self.registry, is_pure=scope.is_pure)
        for miscall in wrong_calls:
            self._findings.add(
                miscall.code, miscall.title, place.after(miscall.offset), length=miscall.length, help=miscall.help
            )
        if wrong_calls or any(isinstance(name, Misnomer) for _, name in named):
            return Resolved()
        return self._resolved(tree, place, [found for found, name in named if _is_secret(name)])

    def condition(self, written: str, place: Place, scope: Scope) -> Resolved:
        """An expression by nature, bare or in ``${{ }}``, that must be able to yield a boolean."""
        text, offset = self._unwrapped(written, place)
        found = self.resolve(text, place.after(offset), scope)
        if found.kinds is not None and "boolean" not in found.kinds:
            self._findings.add(
                codes.NO_CONDITION,
                f"a condition yields true or false, this yields {in_words(found.kinds)}",
                place.after(offset),
                length=len(text),
                help="compare it, as in ... == ... or len(...) > 0",
            )
        return found

    def key(self, name: str, place: Place) -> None:
        """The key of what stands at `place`, which is never a reference."""
        if "${{" in name:
            self._findings.add(
                codes.PLAIN_VALUE,
                "a key is never a reference",
                place,
                on_key=True,
                help="write the key out: references stand in values",
            )

    def tell(self, fault: ExpressionFault, place: Place, code: str = codes.NO_EXPRESSION) -> None:
        """A fault of a text that begins at `place`."""
        self._findings.add(code, fault.message, place.after(fault.offset), length=fault.length, help=fault.help)

    def _unwrapped(self, written: str, place: Place) -> tuple[str, int]:
        try:
            parts = scan(written.strip())
        except ExpressionFault:
            return written, 0
        if len(parts) == 1 and isinstance(parts[0], ReferencePart):
            return parts[0].text, parts[0].offset + len(written) - len(written.lstrip())
        return written, 0

    def _named(self, found: FoundReference, place: Place, scope: Scope) -> Named | Misnomer:
        at = place.after(found.offset)
        self.uses.note(found, at)
        named = meaning_of(found.source, found.names, scope, self.declared)
        if isinstance(named, Misnomer):
            self._findings.add(
                named.code,
                named.title,
                at,
                length=found.length,
                label=named.label,
                notes=named.notes,
                help=named.help,
            )
            return named
        if found.source == "env" and found.names[0] in _OS_VARIABLES:
            self._findings.warn(
                codes.LOOKS_LIKE_OS_VARIABLE,
                f"env.{found.names[0]} is read from the environment file, not from the operating system",
                at,
                length=found.length,
                help="an environment is a named set of values: environments/NAME.yaml",
            )
        if named.is_secret and scope.shows:
            self._findings.add(
                codes.SECRET_SHOWN,
                f"a secret in {scope.shows}, which is shown",
                at,
                length=found.length,
                label="holds a secret",
                help="say in words which secret is meant",
            )
        return named

    def _resolved(self, tree: Expression, place: Place, secrets: list[FoundReference]) -> Resolved:
        inference = Inference(self._kinds, self.registry.functions)
        for clash in inference.clashes(tree):
            self._findings.add(
                codes.TYPE_CLASH, clash.message, place.after(clash.offset), length=clash.length, help=clash.help
            )
        return Resolved(
            text=canonical(tree),
            kinds=inference.kinds(tree),
            secret=".".join((secrets[0].source, *secrets[0].names)) if secrets else None,
            draws=draws(tree, self.registry),
            steps=frozenset(found.names[0] for found in references(tree) if found.source == "steps"),
        )

    def _kinds(self, node: Reference) -> Kinds:
        everywhere = Scope(moment=Moment.CLEANUP, steps_before=len(self.declared.steps), has_response=True, has_it=True)
        named = meaning_of(node.source, node.names, everywhere, self.declared)
        return None if isinstance(named, Misnomer) else named.kinds


def _is_secret(named: Named | Misnomer) -> bool:
    return isinstance(named, Named) and named.is_secret
