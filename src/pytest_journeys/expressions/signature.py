"""What is known about a function before it is called: its parameters, their types, its result, whether it is pure."""

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Final

from pytest_journeys.values.fact import fact
from pytest_journeys.values.json import JsonValue

ANY: Final = ("any",)
TEXT: Final = ("string",)
NUMBER: Final = ("number",)
INTEGER: Final = ("integer",)
LIST: Final = ("array",)
OBJECT: Final = ("object",)
SCALAR: Final = ("string", "number", "boolean")


class Purity(Enum):
    """Where a function's result comes from."""

    PURE = "pure"  # its arguments
    DRAWN = "drawn"  # chance or the clock: drawn once per step, recorded
    READS = "reads"  # a file
    SPECIAL = "special"  # the language itself: `default` and `omit`


@fact
class Parameter:
    """One argument. `types` are JSON types or ``any``; ``number`` takes integers too.

    `default` stands in when an optional argument is not given or null. A variadic parameter takes all that is left.
    `check` says what is wrong with a value, as a sentence; it is asked for literals when a journey is compiled. What would
    be right stands at its end: ``: write one of a, b``.
    """

    name: str
    types: tuple[str, ...]
    is_optional: bool = False
    is_variadic: bool = False
    default: JsonValue = None
    check: Callable[[JsonValue], str | None] | None = None


@fact
class Function:
    """One function: its signature, a line about it, and what it does (None: the evaluator knows)."""

    name: str
    parameters: tuple[Parameter, ...]
    result: str
    description: str
    purity: Purity = Purity.PURE
    apply: Callable[..., JsonValue] | None = None

    @property
    def usage(self) -> str:
        """The signature as a person reads it: ``hash(text, algorithm?)``."""
        shown = (
            f"{p.name}..." if p.is_variadic else f"{p.name}?" if p.is_optional else p.name for p in self.parameters
        )
        return f"{self.name}({', '.join(shown)})"


def is_of(value: JsonValue, types: tuple[str, ...]) -> bool:
    """Whether a value is of one of the types."""
    for name in types:
        match name:
            case "any":
                return True
            case "string":
                fits = isinstance(value, str)
            case "integer":
                fits = isinstance(value, int) and not isinstance(value, bool)
            case "number":
                fits = isinstance(value, (int, float)) and not isinstance(value, bool)
            case "boolean":
                fits = isinstance(value, bool)
            case "array":
                fits = isinstance(value, (list, tuple))
            case _:
                fits = isinstance(value, Mapping)
        if fits:
            return True
    return False


_WORDS: Final = {
    "string": "a text",
    "integer": "an integer",
    "number": "a number",
    "boolean": "a boolean",
    "array": "a list",
    "object": "an object",
    "any": "a value",
}


def types_in_words(types: tuple[str, ...]) -> str:
    """``a text, a number or a boolean``."""
    words = [_WORDS[name] for name in types]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
