"""The table of operators: what each takes as its operand, as data. What they mean is `matchers`."""

from enum import Enum
from typing import Final

from pytest_journeys.values.fact import fact


class OperandKind(Enum):
    """What an operator compares with."""

    VALUE = "value"  # plain data
    DATA = "data"  # data, inside which a mapping of $operators is an expectation
    EXPECTATION = "expectation"  # one expectation
    EXPECTATIONS = "expectations"  # a list of expectations
    VALUE_OR_EXPECTATION = "value_or_expectation"  # a literal, or operators for it


@fact
class Operator:
    """One operator, the kind of its operand, and a line about it."""

    name: str
    takes: OperandKind
    description: str


def _of(takes: OperandKind, **descriptions: str) -> tuple[Operator, ...]:
    return tuple(
        Operator(name=name, takes=takes, description=description) for name, description in descriptions.items()
    )


OPERATORS: Final = (
    *_of(
        OperandKind.VALUE,
        not_equals="is another value",
        one_of="is one of a list of values",
        exists="is there (true) or missing (false); null is there",
        type="is of a type: string integer number boolean array object null",
        empty="has no characters, elements or members (true), or has some (false)",
        contains="holds a part, an element or a member; of a list each of them",
        not_contains="holds none of it",
        starts_with="begins with a text, or a list with these elements",
        ends_with="ends with a text, or a list with these elements",
        matches="a regular expression is found in the text",
        format="reads as uuid date datetime email uri ip",
        greater_than="is greater",
        at_least="is greater or the same",
        less_than="is less",
        at_most="is less or the same",
        between="lies between two bounds, both included",
        approx="is nearly the number",
        within="is a moment not further from now than a duration",
        equals_file="has the content of a file",
        sha256="has the digest, in lower-case hex",
    ),
    *_of(
        OperandKind.DATA,
        equals="is the same value",
        like="has at least these members at any depth; lists match in length and order",
        unordered="is the same list in any order",
    ),
    *_of(OperandKind.VALUE_OR_EXPECTATION, length="has so many characters, elements or members"),
    *_of(
        OperandKind.EXPECTATION,
        each="every element meets the expectation",
        any="an element meets the expectation",
    ),
    *_of(OperandKind.EXPECTATION, **{"not": "does not meet the expectation"}),
    *_of(OperandKind.EXPECTATIONS, any_of="meets one of the expectations"),
)
