"""The tables of the documentation, made from the code that they describe."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from pydantic import BaseModel

from pytest_journeys.bindings.subject import COMMIT_VARIABLES
from pytest_journeys.expressions.operators import OperandKind
from pytest_journeys.expressions.registry import BUILT_IN
from pytest_journeys.expressions.signature import Purity
from pytest_journeys.language.assertions import Assertions, Derivation, Poll, Retry
from pytest_journeys.language.definition import Defaults, Input, Journey, Recovery, RowsFrom
from pytest_journeys.language.requests import RequestSettings, Sending
from pytest_journeys.language.steps import Step
from pytest_journeys.plugin import OPTIONS, Option

_TAKES: Final = {
    OperandKind.VALUE: "a value",
    OperandKind.DATA: "data",
    OperandKind.EXPECTATION: "an expectation",
    OperandKind.EXPECTATIONS: "a list of expectations",
    OperandKind.VALUE_OR_EXPECTATION: "a number, or operators",
}


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n" for cells in lines)


def _functions(purity: frozenset[Purity]) -> str:
    return _table(
        ("function", "yields", "what"),
        (
            (f"`{one.usage}`", one.result, one.description)
            for one in BUILT_IN.functions.values()
            if one.purity in purity
        ),
    )


def _operators() -> str:
    return _table(
        ("operator", "takes", "holds when what was found"),
        ((f"`{one.name}`", _TAKES[one.takes], one.description) for one in BUILT_IN.operators.values()),
    )


def _keys(model: type[BaseModel], *, but: Iterable[type[BaseModel]] = (), first: Iterable[str] = ()) -> str:
    """The keys of a mapping; `but` are models whose keys stand in another table, `first` keys that come first."""
    elsewhere = {name for other in but for name in other.model_fields}
    names = [*first, *(name for name in model.model_fields if name not in elsewhere and name not in first)]
    fields = ((name, model.model_fields[name]) for name in names)
    return _table(("key", "meaning"), ((f"`{field.alias or name}`", field.description or "") for name, field in fields))


def _values(option: Option) -> str:
    told = option.metavar or ", ".join(f"`{choice}`" for choice in option.choices)
    return told + (", repeatable" if option.repeats else "")


def _options() -> str:
    return _table(
        ("option", "ini", "takes", "meaning"),
        ((f"`--journeys-{one.name}`", f"`{one.ini}`", _values(one), one.help) for one in OPTIONS if one.flag),
    )


def _settings() -> str:
    return _table(
        ("ini", "default", "meaning"),
        ((f"`{one.ini}`", f"`{one.default}`" if one.default else "", one.help) for one in OPTIONS if not one.flag),
    )


def _commits() -> str:
    return _table(("where this is set", "the commit is in"), ((f"`{a}`", f"`{b}`") for a, b in COMMIT_VARIABLES))


TABLES: Final[Mapping[str, str]] = {
    "pure functions": _functions(frozenset({Purity.PURE, Purity.READS, Purity.SPECIAL})),
    "drawn functions": _functions(frozenset({Purity.DRAWN})),
    "operators": _operators(),
    "journey": _keys(Journey),
    "input": _keys(Input),
    "rows": _keys(RowsFrom),
    "request": _keys(RequestSettings),
    "body": _keys(Sending, but=(RequestSettings,)),
    "step": _keys(Step, but=(Sending,), first=("id",)),
    "defaults": _keys(Defaults, but=(RequestSettings,)),
    "sections": _keys(Assertions),
    "derive": _keys(Derivation),
    "retry": _keys(Retry),
    "poll": _keys(Poll),
    "recovery": _keys(Recovery),
    "options": _options(),
    "settings": _settings(),
    "commits": _commits(),
}
"""By the name that stands in the comment above each."""
