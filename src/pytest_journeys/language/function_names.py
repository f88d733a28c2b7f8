"""What must hold between the keys of a step that calls a Python function, and what names a function. Imports none."""

import keyword
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pytest_journeys.language.document import Document, Path
from pytest_journeys.language.places import keys_of
from pytest_journeys.values.diagnostic import Diagnostic

CONTEXT: Final = "context"
"""The parameter by which a function asks for its `CallContext`."""

_OF_A_RESPONSE: Final = ("status", "headers", "cookies", "body", "size", "url")
_SOURCES_OF_A_RESPONSE: Final = ("header", "cookie", "link", "body", "status", "url")
_BESIDE: Final = (
    *("id", "description", "call", "with", "when", "timeout", "safe", "poll", "assert", "warn", "derive", "cleanup"),
    *("releases", "on_failure", "in_doubt", "on_resume"),
)
_OTHER_ACTIONS: Final = ("request", "wait", "signal", "end")
_HELP: Final = {
    "retry": "a function that fails fails its step: it tries again by itself, or `poll` calls it until its answer is there",
    "idempotency_key": "hand the function a key of its own, as in `with: {key: ${{ run.id }}}`",
}


def check_call(document: Document, path: Path, step: Mapping[str, Any], *, is_step: bool) -> Iterator[Diagnostic]:
    """A step or cleanup that has `call`."""
    known = keys_of("step" if is_step else "cleanup")
    for key in step:
        if key in known and key not in (*_BESIDE, *_OTHER_ACTIONS):
            help = _HELP.get(
                key, "a function gets what it needs by `with`; `timeout`, `poll`, `assert`, `derive` go with it"
            )
            yield document.diagnose(
                "E214", f"`{key}` does not go with `call`", document.key_span((*path, key)), help=help
            )
    if isinstance(step["call"], str):
        yield from _check_name(document, (*path, "call"), step["call"])
    given = step.get("with")
    for name in given if isinstance(given, Mapping) else ():
        yield from _check_parameter(document, (*path, "with", name), str(name))
    yield from _check_answer(document, path, step)


def _check_name(document: Document, path: Path, text: str) -> Iterator[Diagnostic]:
    """``package.module:function``."""
    if "${{" in text:
        title, help = "a function is never a reference", "write its name; what differs between runs is given by `with`"
        yield document.diagnose("E220", title, document.span(path), help=help)
        return
    module, colon, function = text.partition(":")
    if colon and _are_names(module) and _are_names(function):
        return
    before, dot, last = text.rpartition(".")
    is_dotted = not colon and bool(dot) and _are_names(text)
    help = (
        f"write {before}:{last}"
        if is_dotted
        else "write the module, a colon and the function, as in shop.orders:restock"
    )
    yield document.diagnose("E220", "this names no function", document.span(path), help=help)


def _check_parameter(document: Document, path: Path, name: str) -> Iterator[Diagnostic]:
    if name == CONTEXT:
        title, help = "`context` is what pytest-journeys gives the function itself", "give this argument another name"
    elif not _are_names(name) or "." in name:
        title, help = f"`{_short(name)}` cannot be the name of a parameter", "name it as in Python"
    else:
        return
    yield document.diagnose("E207", title, document.key_span(path), help=help)


def _check_answer(document: Document, path: Path, step: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """What a function returns has a value and took its time; it has no status and no headers."""
    poll = step.get("poll")
    holders: list[tuple[Path, Any]] = [((*path, name), step.get(name)) for name in ("assert", "warn")]
    if isinstance(poll, Mapping):
        holders += [((*path, "poll", name), poll.get(name)) for name in ("until", "fail_if")]
    for holder, conditions in holders:
        for key in conditions if isinstance(conditions, Mapping) else ():
            if key in _OF_A_RESPONSE:
                title = f"`{key}` is of a response, and this step calls a function"
                help = "what it returned is compared under `json`, how long it took under `duration`"
                yield document.diagnose("E214", title, document.key_span((*holder, key)), help=help)
    derive = step.get("derive")
    for name, source in derive.items() if isinstance(derive, Mapping) else ():
        wrong = [key for key in source if key in _SOURCES_OF_A_RESPONSE] if isinstance(source, Mapping) else []
        wrong += [source] if source in ("body", "status", "url") else []
        if isinstance(source, Mapping) and source.keys() == {"regex"}:
            wrong.append("regex")
        for key in wrong[:1]:
            title = f"`{key}` is of a response, and this step calls a function"
            help = "what it returned is taken by a JSONPath, as in $.id; $ is all of it"
            yield document.diagnose("E214", title, document.key_span((*path, "derive", name)), help=help)


def _are_names(text: str) -> bool:
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in text.split("."))


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
