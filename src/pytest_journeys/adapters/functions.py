"""Python functions by name, as pytest finds modules: on `sys.path`, to which it adds conftest folders and ini ``pythonpath``.

Importing a module runs it. So this is asked when a run is set up and never while journeys are collected.
"""

import inspect
import sys
from collections.abc import Callable, Collection
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from pytest_journeys.ports import Function
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.errors import SetupError
from pytest_journeys.values.nearest import nearest

_CONTEXT: Final = "context"
_LOOKED: Final = "modules are looked for where pytest has them: a folder with a conftest.py, or one of ini pythonpath"


def find_function(name: str, arguments: Collection[str]) -> Function:
    """The function of a ``module:function`` that can be called with these keyword arguments. Raises `SetupError`."""
    module_name, _, path = name.partition(":")
    module = _module(name, module_name)
    target: Any = module
    for part in path.split("."):
        found = getattr(target, part, None)
        if found is None:
            near = nearest(part, [one for one in vars(target) if callable(getattr(target, one, None))])
            raise SetupError(
                f"{module_name} has no function {path}",
                help=f"did you mean {module_name}:{near}?" if near else f"it is looked for in {_file_of(module)}",
            )
        target = found
    if not callable(target) or inspect.isclass(target):
        what = "a class" if inspect.isclass(target) else f"a {type(target).__name__}"
        raise SetupError(f"{name} is {what}, and a call needs a function")
    takes_context = _check_arguments(name, target, arguments)
    return Function(
        name=name,
        target=target,
        takes_context=takes_context,
        is_async=inspect.iscoroutinefunction(target),
        source_digest=_digest(_file_of(module)),
    )


def _module(name: str, module_name: str) -> Any:
    try:
        return import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is not None and (module_name == error.name or module_name.startswith(f"{error.name}.")):
            raise SetupError(f"{name} is not there: there is no module {error.name}", help=_LOOKED) from None
        raise SetupError(f"{module_name} cannot be imported: {error}", help=_seen(module_name)) from error
    except (Exception, SystemExit) as error:
        told = f"{type(error).__name__}: {error}".strip().splitlines()[0]
        raise SetupError(f"{module_name} cannot be imported: {told}", help=_seen(module_name)) from error


def _seen(module_name: str) -> str:
    return f"{Path(sys.executable).name} -c 'import {module_name}' shows where, in the folder that it is found from"


def _check_arguments(name: str, target: Callable[..., Any], arguments: Collection[str]) -> bool:
    """Whether the function asks for its context. Raises `SetupError` when it cannot be called with these arguments."""
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):  # some built-in functions tell nothing of themselves
        return False
    parameters = signature.parameters
    by_name = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    takes_context = _CONTEXT in parameters and parameters[_CONTEXT].kind in by_name
    given = dict.fromkeys([*arguments, *([_CONTEXT] if takes_context else [])])
    try:
        signature.bind(**given)
    except TypeError as error:
        asked = [f"{one}" for one in parameters.values() if one.name != _CONTEXT]
        raise SetupError(
            f"{name} cannot be called so: {error}", help=f"it takes ({', '.join(asked)}); `with` gives them by name"
        ) from None
    return takes_context


def _file_of(module: Any) -> str:
    return str(getattr(module, "__file__", None) or "")


@cache
def _digest(file: str) -> str:
    try:
        return digest_of_bytes(Path(file).read_bytes()) if file else ""
    except OSError:
        return ""
