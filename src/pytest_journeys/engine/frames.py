"""An exception of a called function, told by the lines of its author: ours and those of the machinery between are left out."""

import os
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_OURS: Final = str(Path(__file__).parents[1]) + os.sep
_MACHINERY: Final = (_OURS, str(Path(os.__file__).parent / "asyncio") + os.sep)
_MOST_FRAMES: Final = 8
_MOST_CAUSES: Final = 3


def told_exception(error: BaseException) -> str:
    """``KeyError: 'sku'``: the kind and the first line of the message."""
    lines = _message(error).splitlines()
    return f"{type(error).__name__}: {lines[0]}" if lines else type(error).__name__


def frames_of(error: BaseException) -> tuple[str, ...]:
    """``flows/report.py:12 in build: rows = table[0]``, the innermost last; then what it was caused by."""
    told = list(_frames(error))
    cause = _cause(error)
    for _ in range(_MOST_CAUSES):
        if cause is None:
            break
        places = list(_frames(cause))
        told.append(f"caused by {told_exception(cause)}" + (f" ({places[-1]})" if places else ""))
        cause = _cause(cause)
    return tuple(told)


def _frames(error: BaseException) -> Iterator[str]:
    found = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(_MACHINERY)]
    for frame in found[-_MOST_FRAMES:]:
        line = f": {frame.line}" if frame.line else ""
        yield f"{_shown(frame.filename)}:{frame.lineno} in {frame.name}{line}"


def _cause(error: BaseException) -> BaseException | None:
    return error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _message(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # an exception class of the author's whose own code fails
        return ""


def _shown(file: str) -> str:
    """Relative to where pytest was started, if it is below."""
    try:
        near = os.path.relpath(file)
    except (ValueError, OSError):
        return file
    return file if near.startswith("..") else near
