"""Every diagnostic code of this room, in order: E1xx for reading a file, E2xx for its keys."""

from typing import Final

from pytest_journeys.language.definition_codes import DEFINITION
from pytest_journeys.language.reading_codes import READING
from pytest_journeys.values.code import Code

CODES: Final[tuple[Code, ...]] = (*READING, *DEFINITION)
