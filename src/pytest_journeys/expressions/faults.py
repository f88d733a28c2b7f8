"""What can be wrong with the small languages: with their text (before anything runs), or with the values a run gives them."""


class ExpressionFault(ValueError):  # noqa: N818 - a fault of a text, told with its place; an error is what a run meets
    """A text that is no expression, no reference or no JSONPath.

    `message` is a sentence without an end stop, `offset` and `length` count characters of the text that was given, `help`
    says what would be right; empty when the message says it.
    """

    def __init__(self, message: str, offset: int, length: int = 1, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset
        self.length = length
        self.help = help

    def shifted(self, by: int) -> "ExpressionFault":
        """The same fault in a text in which this one begins at `by`."""
        return ExpressionFault(self.message, self.offset + by, self.length, self.help)


class EvaluationError(ValueError):
    """An expression that cannot be evaluated with these values; the message is a sentence without an end stop."""


class AbsentValueError(EvaluationError):
    """What was looked for inside a value is not there: a member, an element, a match. `default` takes it."""


class MissingValueError(Exception):
    """A reference has no value: its step was skipped, or nothing was given. `default` takes it.

    Not an `EvaluationError`: nothing is wrong with the expression. `reference` is its text, as in ``steps.pay.id``.
    """

    def __init__(self, reference: str) -> None:
        super().__init__(f"{reference} has no value")
        self.reference = reference
