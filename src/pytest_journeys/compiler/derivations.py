"""`derive`: where each value comes from and how it is narrowed."""

from dataclasses import replace
from typing import Final

from pytest_journeys.artifact.model import Derivation
from pytest_journeys.compiler import codes
from pytest_journeys.compiler.context import Context
from pytest_journeys.compiler.expressions import Resolved
from pytest_journeys.compiler.findings import Place
from pytest_journeys.compiler.kinds import INTEGER, LIST, NUMBER, TEXT, Kinds, kinds_of_type
from pytest_journeys.compiler.paths import check_path, check_pattern
from pytest_journeys.compiler.scope import Scope
from pytest_journeys.compiler.templates import Lowered, is_reference
from pytest_journeys.expressions.scan import ReferencePart, scan
from pytest_journeys.language import assertions as language
from pytest_journeys.values.json import MISSING

_WORDS: Final = ("body", "status", "url", "duration")
_KINDS: Final[dict[str, Kinds]] = {
    "status": INTEGER,
    "duration": NUMBER,
    "body": TEXT,
    "url": TEXT,
    "header": TEXT,
    "cookie": TEXT,
    "link": TEXT,
    "regex": TEXT,
}


def lower_derivations(
    given: language.Derivations, step: str, place: Place, scope: Scope, context: Context
) -> tuple[Derivation, ...]:
    """The values that a step derives, in order; each may use those before it. What is known of them is declared.

    `scope` is the step's, with `has_response` saying whether there is an answer.
    """
    found: list[Derivation] = []
    for name, written in given.items():
        before = replace(scope, is_deriving=True, own_derived=frozenset(done.name for done in found))
        lowering = _Lowering(context, before, place.at(name))
        found.append(lowering.short(name, written) if isinstance(written, str) else lowering.long(name, written))
        context.declared.mark_derived(step, name, kinds=lowering.kinds, is_secret=found[-1].is_secret)
    return tuple(found)


class _Lowering:
    """One derived value; `kinds` is what it can be, once it has been lowered."""

    def __init__(self, context: Context, scope: Scope, place: Place) -> None:
        self._context = context
        self._scope = scope
        self._place = place
        self.kinds: Kinds = None

    def short(self, name: str, written: str) -> Derivation:
        """``$.path`` or a word."""
        if written in _WORDS:
            self.kinds = _KINDS[written]
            return Derivation(name=name, source=written)
        if written.startswith("$") and "${{" not in written:
            check_path(written, self._place, self._context)
        return Derivation(name=name, source="json", argument=written)

    def long(self, name: str, written: language.Derivation) -> Derivation:
        """The mapping: one source, then narrowing."""
        source, argument = self._source(written)
        narrowing = written.regex if source != "regex" else None
        if written.path is not None:
            check_path(written.path, self._place.at("path"), self._context)
        value = self._value(written, has_it=source != "value")
        default = self._default(written)
        self.kinds = _narrowed_kinds(written, source, value, default)
        return Derivation(
            name=name,
            source=source,
            argument=argument,
            takes_all=written.all,
            regex=narrowing,
            query=written.query,
            path=written.path,
            value=value.text if value else None,
            convert=written.convert,
            default=default.template if default else None,
            is_secret=written.secret or bool(value and value.secret) or bool(default and default.secret),
        )

    def _source(self, written: language.Derivation) -> tuple[str, str | None]:
        named = {
            "json": written.json_path,
            "header": written.header,
            "cookie": written.cookie,
            "link": written.link,
            "body": written.body,
            "status": written.status,
            "url": written.url,
            "duration": written.duration,
        }
        sources = [source for source, argument in named.items() if argument is not None]
        if written.regex is not None:
            check_pattern(written.regex, self._place.at("regex"), self._context)
        if sources:
            argument = named[sources[0]]
            if sources[0] == "json":
                check_path(str(argument), self._place.at("json"), self._context)
            return sources[0], argument if isinstance(argument, str) else None
        if written.regex is not None:
            return "regex", written.regex
        return "value", None

    def _value(self, written: language.Derivation, *, has_it: bool) -> Resolved | None:
        if written.value is MISSING:
            return None
        place = self._place.at("value")
        text = written.value
        if not isinstance(text, str) or not is_reference(text):
            self._context.findings.add(
                codes.NO_DERIVATION,
                "value takes one reference",
                place,
                help="write ${{ ... }}; texts are joined inside it, as in ${{ '/orders/' + it }}",
            )
            return Resolved()
        (part,) = scan(text)
        assert isinstance(part, ReferencePart)
        scope = self._scope.with_response(has_response=self._scope.has_response, has_it=has_it)
        return self._context.expressions.resolve(part.text, place.after(part.offset), scope)

    def _default(self, written: language.Derivation) -> Lowered | None:
        if written.default is MISSING:
            return None
        scope = self._scope.with_response(has_response=False)
        return self._context.value(written.default, self._place.at("default"), scope)


def _narrowed_kinds(
    written: language.Derivation, source: str, value: Resolved | None, default: Lowered | None
) -> Kinds:
    kinds = _KINDS.get(source)
    if written.all:
        kinds = LIST
    elif written.query is not None or written.regex is not None:
        kinds = TEXT
    if written.path is not None:
        kinds = None
    if value is not None:
        kinds = value.kinds
    if written.convert is not None:
        kinds = TEXT if written.convert == "url" else kinds_of_type(written.convert)
    if default is None or kinds is None:
        return kinds
    return None if default.kinds is None else kinds | default.kinds
