"""Exit codes of the command: the same numbers as pytest's, so that scripts need one table."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How a command ended."""

    OK = 0
    FAILED = 1
    INTERRUPTED = 2
    BUG = 3
    USAGE = 4
    NOTHING_FOUND = 5
