"""A Python function called and waited for: in the caller's thread, or in one of its own where there is a time limit.

Knows nothing of steps and journals. Whatever the function does, one value comes back: what it returned, or why not. Only
control-flow signals and what a plugin raises from outside (a time limit of pytest's) go through.
"""

import os
import threading
from collections.abc import Callable, Mapping
from contextvars import copy_context
from typing import Any, Final

from pytest_journeys.engine.body import encode_json
from pytest_journeys.engine.frames import frames_of, told_exception
from pytest_journeys.engine.plain_json import NotPlainError, plain_json
from pytest_journeys.events import codes
from pytest_journeys.expressions.faults import EvaluationError
from pytest_journeys.ports import Function
from pytest_journeys.values.fact import fact

_TO_UNWIND: Final = 1.0
"""Seconds that a cancelled coroutine has to come to its end."""


@fact
class Returned:
    """What the function returned, as JSON."""

    data: bytes


@fact
class Fault:
    """Why there is nothing: the code, a sentence, and the lines of the author that it came from.

    `is_too_late` says that the time was over.
    """

    code: str
    title: str
    notes: tuple[str, ...] = ()
    is_too_late: bool = False


def invoke(function: Function, given: Mapping[str, object], timeout: float | None) -> Returned | Fault:
    """Call a function with keyword arguments that are its own. `timeout` in seconds, None for no limit.

    Without a limit a plain function runs in this thread, where Ctrl-C reaches it. A coroutine function always runs in a
    thread of its own, so that an event loop that runs in this one is no matter; at its limit it is cancelled. A plain
    function with a limit is left behind when it does not come back: no thread can be ended from outside.
    """
    process = os.getpid()
    if timeout is None and not function.is_async:
        return _guarded(process, lambda: function.target(**given))
    if function.is_async:
        return _apart(lambda: _guarded(process, lambda: _awaited(function, given, timeout)), function, timeout)
    return _apart(lambda: _guarded(process, lambda: function.target(**given)), function, timeout)


def _guarded(process: int, call: Callable[[], Any]) -> Returned | Fault:
    """What the call amounts to. A process that was forked in it never comes back from here: the run is its parent's."""
    try:
        try:
            value = call()
        except _TooLate:
            return Fault(code=codes.CALL_TOO_LONG, title="", is_too_late=True)
        except (Exception, SystemExit) as error:
            return Fault(code=codes.CALL_RAISED, title=f"raised {told_exception(error)}", notes=frames_of(error))
        return _read(value)
    finally:
        if os.getpid() != process:
            os._exit(1)


def _read(value: object) -> Returned | Fault:
    try:
        return Returned(data=encode_json(plain_json(value)))
    except NotPlainError as error:
        return Fault(code=codes.CALL_NOT_JSON, title=f"returned what is not JSON: {error}")
    except (EvaluationError, RecursionError) as error:
        return Fault(code=codes.CALL_NOT_JSON, title=f"returned what is not JSON: {error}")


class _TooLate(BaseException):
    """The time of a coroutine is over and it has been cancelled."""


def _awaited(function: Function, given: Mapping[str, object], timeout: float | None) -> object:
    """The value of a coroutine function, in an event loop of its own."""
    import asyncio  # whoever calls no coroutine function does not pay for it

    async def limited() -> object:
        try:
            async with asyncio.timeout(timeout) as limit:
                return await function.target(**given)
        except TimeoutError:
            if limit.expired():
                raise _TooLate from None
            raise

    return asyncio.run(limited())


def _apart(call: Callable[[], Returned | Fault], function: Function, timeout: float | None) -> Returned | Fault:
    """The call in a thread of its own, waited for until the time is over."""
    came: list[Returned | Fault] = []
    raised: list[BaseException] = []
    done = threading.Event()

    def work() -> None:
        try:
            came.append(call())
        except BaseException as error:
            raised.append(error)
        finally:
            done.set()

    thread = threading.Thread(target=copy_context().run, args=(work,), name=f"call {function.name}", daemon=True)
    thread.start()
    grace = _TO_UNWIND if function.is_async else 0.0
    is_back = done.wait(None if timeout is None else timeout + grace)
    if raised:
        raise raised[0]
    if is_back and not (isinstance(came[0], Fault) and came[0].is_too_late):
        return came[0]
    assert timeout is not None
    runs_on = "it runs on in its thread, which nothing can end from outside; its next stash, heartbeat or log stops it"
    return too_late(timeout, "it was cancelled" if is_back else runs_on)


def too_late(timeout: float, *notes: str) -> Fault:
    """The fault of a function whose time was over; the first note says what became of it."""
    title = f"did not come back in {timeout:g} s"
    return Fault(code=codes.CALL_TOO_LONG, title=title, notes=notes, is_too_late=True)
