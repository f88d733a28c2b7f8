"""The cells of the columns that feed inputs: all are checked while collecting, those of a run are turned when it is bound."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, cast

from pytest_journeys.artifact.fitting import MisfitError, fitted, takes_any_text, value_of_text
from pytest_journeys.artifact.model import Input
from pytest_journeys.bindings.complaints import Complaints
from pytest_journeys.bindings.row import Turn
from pytest_journeys.bindings.table import ObjectTable, Table, TextTable
from pytest_journeys.values.json import JsonValue

_EXACT: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}
"""Types whose values fit as they are, as long as the declaration says nothing more."""


def turns_of(inputs: Mapping[str, Input], table: Table, complaints: Complaints) -> dict[str, Turn]:
    """How the values of each column become those of its input; a column whose values stay as they are has none.

    Complains of each value that does not fit.
    """
    turns: dict[str, Turn] = {}
    for column in table.columns:
        declared = inputs.get(column)
        if declared is None:
            continue
        if isinstance(table, TextTable):
            if takes_any_text(declared):
                continue
            _check_texts(declared, table, complaints)
            if declared.type != "string":
                turns[column] = _OF_CHECKED_TEXT.get(declared.type) or partial(_value_of, declared)
        elif _check_values(declared, table, complaints):
            turns[column] = partial(fitted, declared)
    return turns


def _check_texts(declared: Input, table: TextTable, complaints: Complaints) -> None:
    """Each distinct text once: columns repeat themselves."""
    bad = {
        text: misfit
        for text in {text for _, text in table.values(declared.name)}
        if (misfit := _misfit(declared, text, turn=_value_of))
    }
    if bad:
        for index, text in table.values(declared.name):
            if text in bad:
                _complain(declared, bad[text], table, index, complaints)


def _check_values(declared: Input, table: ObjectTable, complaints: Complaints) -> bool:
    """Whether any value has to be turned."""
    exact = () if declared.schema else _EXACT[declared.type]
    must_turn = False
    for index, value in table.values(declared.name):
        if type(value) in exact:
            continue
        must_turn = True
        if misfit := _misfit(declared, value, turn=fitted):
            _complain(declared, misfit, table, index, complaints)
    return must_turn


def _value_of(declared: Input, value: JsonValue) -> JsonValue:
    return value_of_text(declared, str(value))


def _misfit(declared: Input, value: JsonValue, *, turn: Callable[[Input, JsonValue], JsonValue]) -> MisfitError | None:
    try:
        turn(declared, value)
    except MisfitError as misfit:
        return misfit
    return None


def _complain(declared: Input, misfit: MisfitError, table: Table, index: int, complaints: Complaints) -> None:
    complaints.add(
        "E610",
        f"{declared.name}: {misfit.told(is_secret=declared.is_secret)}",
        partial(table.locate, index, declared.name),
        help=misfit.help,
    )


def _integer(text: JsonValue) -> JsonValue:
    return int(cast("str", text))


def _number(text: JsonValue) -> JsonValue:
    try:
        return int(cast("str", text))
    except ValueError:
        return float(cast("str", text))


def _boolean(text: JsonValue) -> JsonValue:
    return text == "true"


_OF_CHECKED_TEXT: Final[Mapping[str, Turn]] = {"integer": _integer, "number": _number, "boolean": _boolean}
"""Once a text is known to fit, its value is near."""
