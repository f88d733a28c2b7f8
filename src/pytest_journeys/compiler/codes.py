"""The codes of the compiler: E3xx for names and expressions, E4xx for assertions, steps and inputs."""

from typing import Final

from pytest_journeys.compiler.lowering_codes import LOWERING
from pytest_journeys.compiler.naming_codes import NAMING
from pytest_journeys.values.code import Code

NO_EXPRESSION: Final = "E301"
UNKNOWN_NAME: Final = "E302"
UNDECLARED_SECRET: Final = "E303"
UNKNOWN_STEP: Final = "E304"
NOT_DERIVED: Final = "E305"
TOO_EARLY: Final = "E306"
NO_MEANING: Final = "E307"
SECRET_SHOWN: Final = "E308"
PLAIN_VALUE: Final = "E309"
UNKNOWN_FUNCTION: Final = "E310"
WRONG_ARGUMENTS: Final = "E311"
DRAWS_HERE: Final = "E312"
NO_CONDITION: Final = "E313"
TYPE_CLASH: Final = "E314"
UNKNOWN_CREDENTIALS: Final = "E315"
VARIABLE_SECRET: Final = "E316"
LOOKS_LIKE_OS_VARIABLE: Final = "E320"
UNUSED_VALUE: Final = "E321"
UNUSED_VARIABLE: Final = "E322"
UNKNOWN_OPERATOR: Final = "E401"
WRONG_OPERAND: Final = "E402"
NEVER_HOLDS: Final = "E403"
NO_PATH: Final = "E404"
NO_PATTERN: Final = "E405"
NO_DURATION: Final = "E406"
NO_DERIVATION: Final = "E407"
NO_URL: Final = "E408"
NO_FILE: Final = "E409"
STEP_ID: Final = "E410"
RELEASES: Final = "E411"
NO_POLL: Final = "E412"
NEEDS_PERMISSION: Final = "E413"
NO_FIT: Final = "E414"
SECRET_INPUT: Final = "E415"
INPUT_SCHEMA: Final = "E416"
ROWS: Final = "E417"
MARKER: Final = "E418"
TWO_KEYS: Final = "E419"

CODES: Final[tuple[Code, ...]] = (*NAMING, *LOWERING)
"""The page of every code of this room, in order."""
