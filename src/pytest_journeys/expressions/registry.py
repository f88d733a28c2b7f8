"""The functions and operators that a journey may use, by name. Frozen: one registry serves every thread and every run."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from pytest_journeys.expressions.functions import FUNCTIONS
from pytest_journeys.expressions.operators import OPERATORS, Operator
from pytest_journeys.expressions.signature import Function
from pytest_journeys.values.fact import fact
from pytest_journeys.values.nearest import nearest


@fact
class Registry:
    """What is known by name."""

    functions: Mapping[str, Function]
    operators: Mapping[str, Operator]

    def function(self, name: str) -> Function | None:
        """The function, or None."""
        return self.functions.get(name)

    def operator(self, name: str) -> Operator | None:
        """The operator, or None."""
        return self.operators.get(name)

    def nearest_function(self, name: str) -> str | None:
        """The function that was probably meant."""
        return _ELSEWHERE.get(name.lower()) or nearest(name, self.functions)

    def nearest_operator(self, name: str) -> str | None:
        """The operator that was probably meant."""
        return _OPERATORS_ELSEWHERE.get(name.lower()) or nearest(name, self.operators)


_ELSEWHERE: Final = {
    "length": "len",
    "count": "len",
    "strip": "trim",
    "tolower": "lower",
    "toupper": "upper",
    "lowercase": "lower",
    "uppercase": "upper",
    "guid": "uuid",
    "uuid4": "uuid",
    "randint": "random_int",
    "random": "random_int",
    "string": "str",
    "number": "float",
    "boolean": "bool",
    "integer": "int",
    "sha256": "hash",
    "md5": "hash",
    "sha1": "hash",
    "b64encode": "base64",
    "b64decode": "base64_decode",
    "urlquote": "urlencode",
    "jsonpath": "query",
    "match": "regex",
    "coalesce": "default",
    "get": "default",
    "sort": "sorted",
    "distinct": "unique",
    "loads": "json_parse",
    "dumps": "json",
    "fromjson": "json_parse",
    "tojson": "json",
    "time": "timestamp",
    "date": "today",
}
_OPERATORS_ELSEWHERE: Final = {
    "eq": "equals",
    "equal": "equals",
    "is": "equals",
    "==": "equals",
    "ne": "not_equals",
    "neq": "not_equals",
    "!=": "not_equals",
    "gt": "greater_than",
    ">": "greater_than",
    "gte": "at_least",
    "ge": "at_least",
    ">=": "at_least",
    "min": "at_least",
    "lt": "less_than",
    "<": "less_than",
    "lte": "at_most",
    "le": "at_most",
    "<=": "at_most",
    "max": "at_most",
    "in": "one_of",
    "enum": "one_of",
    "regex": "matches",
    "match": "matches",
    "pattern": "matches",
    "len": "length",
    "size": "length",
    "count": "length",
    "all": "each",
    "every": "each",
    "some": "any",
    "includes": "contains",
    "has": "contains",
    "partial": "like",
    "subset": "like",
    "is_empty": "empty",
    "present": "exists",
    "type_is": "type",
    "isa": "type",
}

BUILT_IN: Final = Registry(
    functions=MappingProxyType({function.name: function for function in FUNCTIONS}),
    operators=MappingProxyType({operator.name: operator for operator in OPERATORS}),
)
"""Everything that comes with pytest-journeys."""
