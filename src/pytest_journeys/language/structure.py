"""What must hold between the keys of a journey file: one action, one body, one scheme, one source.

Looks at the plain tree, so that it can tell everything at once, whatever else is wrong with the file.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pytest_journeys.language.document import Document, Path
from pytest_journeys.language.function_names import check_call
from pytest_journeys.language.places import keys_of
from pytest_journeys.language.requests import RequestSettings, Sending
from pytest_journeys.language.words import LATER
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.nearest import nearest

_BODIES: Final = ("json", "json_file", "form", "text", "file")
_SCHEMES: Final = ("bearer", "basic", "api_key")
_SOURCES: Final = ("json", "header", "cookie", "link", "body", "status", "url", "duration")
_SOURCE_WORDS: Final = ("body", "status", "url", "duration")
_OF_A_REQUEST: Final = (
    *(field.alias or name for name, field in {**Sending.model_fields, **RequestSettings.model_fields}.items()),
    *("retry", "poll", "derive", "cleanup", "idempotency_key", "in_doubt", "on_resume"),
)
_ACTIONS: Final = ("request", "call", "wait", "signal", "end")
_OF_A_SIGNAL: Final = ("prompt", "for", "if_late")
_BESIDE_A_SIGNAL: Final = (*_OF_A_SIGNAL, "assert", "warn", "derive", "on_failure")
_OF_AN_ANSWER: Final = ("json", "body", "that")
"""What can be asserted of the answer to a signal."""

_NOT_OF_A_SIGNAL: Final = ("header", "cookie", "link", "status", "url", "duration")
_BESIDE_AN_ACTION: Final = ("id", "description", "when")
"""What an action that sends nothing takes beside it."""

_REFERENCE: Final = re.compile(r"\$\{\{.*?\}\}", re.DOTALL)
_METHOD: Final = re.compile(r"[A-Z][A-Z0-9_-]*", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)


def check(document: Document) -> Iterator[Diagnostic]:
    """Every finding of the file, in no order."""
    tree = document.tree
    if not isinstance(tree, Mapping):
        return
    for path, step, is_step in _steps(tree):
        yield from _check_step(document, path, step, is_step)
    for path, scheme in _schemes(tree):
        yield from _check_scheme(document, path, scheme)
    if tree.get("steps") == []:
        help = "write one: `- request: METHOD URL`"
        yield document.diagnose("E210", "a journey has at least one step", document.key_span(("steps",)), help=help)
    for name, declared in _mapping(tree.get("inputs")).items():
        if _mapping(declared).get("secret") is True and "default" in declared:
            at = document.key_span(("inputs", name, "default"))
            help = "give its value by a row or a secret source"
            yield document.diagnose("E219", "a secret input has no default", at, help=help)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _steps(tree: Mapping[str, Any]) -> Iterator[tuple[Path, Mapping[str, Any], bool]]:
    """Steps and cleanups that are mappings, with whether it is a step."""
    steps = tree.get("steps")
    for index, step in enumerate(steps if isinstance(steps, list) else ()):
        if isinstance(step, Mapping):
            yield ("steps", index), step, True
            yield from _cleanups(("steps", index, "cleanup"), step.get("cleanup"))
    yield from _cleanups(("cleanup",), tree.get("cleanup"))


def _cleanups(path: Path, value: Any) -> Iterator[tuple[Path, Mapping[str, Any], bool]]:
    if isinstance(value, Mapping):
        yield path, value, False
    for index, cleanup in enumerate(value if isinstance(value, list) else ()):
        if isinstance(cleanup, Mapping):
            yield (*path, index), cleanup, False


def _schemes(tree: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    for name, scheme in _mapping(tree.get("credentials")).items():
        if isinstance(scheme, Mapping):
            yield ("credentials", name), scheme
    holders: list[tuple[Path, Mapping[str, Any]]] = [(path, step) for path, step, _ in _steps(tree)]
    holders += [
        ((*path, "in_doubt", "ask"), _mapping(_mapping(step.get("in_doubt")).get("ask"))) for path, step in holders
    ]
    holders.append((("defaults",), _mapping(tree.get("defaults"))))
    for path, holder in holders:
        if isinstance(holder.get("auth"), (Mapping, str)):
            yield (*path, "auth"), holder["auth"]


def _check_step(document: Document, path: Path, step: Mapping[str, Any], is_step: bool) -> Iterator[Diagnostic]:
    actions = [key for key in _ACTIONS if key in step and (is_step or key in ("request", "call"))]
    for other in actions[1:]:
        title = f"a step has one action, and this one has `{actions[0]}` and `{other}`"
        yield document.diagnose("E208", title, document.key_span((*path, other)), help="make two steps of it")
    if "with" in step and "call" not in step and "use" not in step:
        at = document.key_span((*path, "with"))
        yield document.diagnose("E214", "`with` needs a `call`", at, help="add `call: package.module:function`")
    if "signal" not in actions:
        for key in _OF_A_SIGNAL if is_step else ():
            if key in step:
                help = "add `signal: NAME`, which waits for an answer from outside"
                yield document.diagnose("E214", f"`{key}` needs a `signal`", document.key_span((*path, key)), help=help)
    if "request" in actions:
        yield from _check_request(document, path, step)
    elif "call" in actions:
        yield from check_call(document, path, step, is_step=is_step)
    elif actions:
        beside = (
            *_ACTIONS,
            *_BESIDE_AN_ACTION,
            "with",
            *(_BESIDE_A_SIGNAL if actions[0] == "signal" else _OF_A_SIGNAL),
        )
        yield from _misplaced(
            document, path, [key for key in step if key in keys_of("step") and key not in beside], actions[0]
        )
        if actions[0] == "signal":
            yield from _check_signal(document, path, step)
    else:
        yield from _check_check(document, path, step, is_step)
    ask = _mapping(step.get("in_doubt")).get("ask")
    if isinstance(ask, Mapping):
        yield from _check_question(document, (*path, "in_doubt", "ask"), ask)
    poll = step.get("poll")
    if isinstance(poll, Mapping) and "for" not in poll and "attempts" not in poll:
        help = "write how long to go on (`for: 1m`) or how often (`attempts: 10`)"
        yield document.diagnose("E215", "this `poll` would never end", document.key_span((*path, "poll")), help=help)
    if is_step:
        for name, derivation in _mapping(step.get("derive")).items():
            yield from _check_derivation(document, (*path, "derive", name), derivation)


def _check_signal(document: Document, path: Path, step: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """The answer is JSON and nothing else: it has no status and no headers."""
    help = "an answer is JSON: write `json` or `body`, compare values under `that`"
    for section in ("assert", "warn"):
        for key in _mapping(step.get(section)):
            if key in keys_of("assertions") and key not in _OF_AN_ANSWER:
                at = document.key_span((*path, section, key))
                yield document.diagnose("E214", f"`{key}` does not go with `signal`", at, help=help)
    for name, derivation in _mapping(step.get("derive")).items():
        at = document.key_span((*path, "derive", name))
        if name == "answered":
            told = "write another name; `steps.ID.answered` says whether an answer came"
            yield document.diagnose("E216", "a signal yields `answered` by itself", at, help=told)
        source = derivation if isinstance(derivation, str) and derivation in _NOT_OF_A_SIGNAL else None
        if isinstance(derivation, Mapping):
            source = next((key for key in derivation if key in _NOT_OF_A_SIGNAL), None)
        if source is not None:
            yield document.diagnose("E214", f"`{source}` does not go with `signal`", at, help=help)


def _check_check(document: Document, path: Path, step: Mapping[str, Any], is_step: bool) -> Iterator[Diagnostic]:
    """A step without an action: it may only compare."""
    known = keys_of("step" if is_step else "cleanup")
    if any(key not in known for key in step):
        return  # a key that is told elsewhere may have been meant as the action
    that = [name for name in ("assert", "warn") if "that" in _mapping(step.get(name))]
    yield from _misplaced(document, path, [key for key in step if key in _OF_A_REQUEST], "check")
    for section in ("assert", "warn"):
        for key in _mapping(step.get(section)):
            if key != "that" and key in keys_of("assertions"):
                at = document.key_span((*path, section, key))
                title = f"`{key}` needs an answer, and this {'step' if is_step else 'cleanup'} sends no request"
                yield document.diagnose("E214", title, at, help="add a `request`, or compare under `that`")
    if not that and not any(key in _OF_A_REQUEST or key in ("assert", "warn") for key in step):
        kind = "step" if is_step else "cleanup"
        help = "add `request: METHOD URL`, or compare values under `assert: {that: [...]}`"
        yield document.diagnose("E210", f"this {kind} does nothing", document.start(path), help=help)


def _misplaced(document: Document, path: Path, keys: list[str], kind: str) -> Iterator[Diagnostic]:
    for key in keys:
        if kind in _ACTIONS:
            article = "an" if kind == "end" else "a"
            title = f"`{key}` does not go with `{kind}`"
            more = ", `prompt`, `for`, `if_late`, `assert`, `derive`" if kind == "signal" else ""
            help = f"{article} `{kind}` takes `id`, `description` and `when`{more} beside it"
        else:
            title, help = f"`{key}` needs a `request`", "add `request: METHOD URL` to this step"
        yield document.diagnose("E214", title, document.key_span((*path, key)), help=help)


def _check_request(document: Document, path: Path, step: Mapping[str, Any]) -> Iterator[Diagnostic]:
    bodies = [key for key in step if key in _BODIES]
    for key in bodies[1:]:
        at = document.key_span((*path, key))
        title = f"a request has one body, and this one has `{bodies[0]}` and `{key}`"
        yield document.diagnose("E209", title, at, help="keep one of them")
    request = step["request"]
    if isinstance(request, str):
        yield from _check_line(document, (*path, "request"), request)
    elif isinstance(request, Mapping):
        method, url = request.get("method"), request.get("url")
        if isinstance(method, str) and not _METHOD.fullmatch(method):
            yield _refuse_method(document, (*path, "request", "method"), 0, method)
        if isinstance(url, str):
            yield from _check_url(document, (*path, "request", "url"), 0, url)


def _check_question(document: Document, path: Path, ask: Mapping[str, Any]) -> Iterator[Diagnostic]:
    """What is asked about a request in doubt is a request."""
    if "request" in ask:
        yield from _check_request(document, path, ask)
    elif not any(key not in keys_of("question") for key in ask):  # else what is told elsewhere may have been meant
        help = "write `request: METHOD URL`, as in `request: HEAD /orders/17`"
        yield document.diagnose("E210", "this question asks nothing", document.key_span(path), help=help)


def _check_line(document: Document, path: Path, line: str) -> Iterator[Diagnostic]:
    """``METHOD URL``."""
    start = len(line) - len(line.lstrip())
    method = line.split(maxsplit=1)[0] if line.strip() else ""
    rest = line[start + len(method) :]
    if not rest.strip():
        if _METHOD.fullmatch(method):
            title, help = "the URL is missing", f"write `request: {method} URL`, as in `{method} /carts`"
        else:
            title, help = "the method is missing", f"write `request: METHOD URL`, as in `GET {method or '/carts'}`"
        yield document.diagnose("E211", title, document.span(path), help=help)
        return
    if not _METHOD.fullmatch(method):
        yield _refuse_method(document, path, start, method)
        if not _METHOD.fullmatch(method.upper()):
            return  # who knows where the URL begins
    url_start = start + len(method) + len(rest) - len(rest.lstrip())
    yield from _check_url(document, path, url_start, rest.strip())


def _refuse_method(document: Document, path: Path, offset: int, method: str) -> Diagnostic:
    at = document.text_span(path, offset, len(method))
    upper = method.upper()
    if _METHOD.fullmatch(upper):
        return document.diagnose("E211", "a method is written in capitals", at, help=f"write {upper}")
    help = "write METHOD URL, as in `GET /carts`; a method is never a reference"
    return document.diagnose("E211", f"`{_short(method)}` is no method", at, help=help)


def _check_url(document: Document, path: Path, offset: int, url: str) -> Iterator[Diagnostic]:
    if not url.strip():
        yield document.diagnose("E211", "the URL is missing", document.span(path))
        return
    plain = _REFERENCE.sub(lambda found: "x" * len(found[0]), url)
    space = re.search(r"\s", plain)
    if space is not None and "${{" not in plain:
        at = document.text_span(path, offset + space.start(), 1)
        help = "write %20 for a space in a path; members of the query go under `query`"
        yield document.diagnose("E211", "a URL has no space in it", at, help=help)


def _check_scheme(document: Document, path: Path, scheme: Any) -> Iterator[Diagnostic]:
    if isinstance(scheme, str):
        if not _NAME.fullmatch(scheme):
            help = "write `bearer: TOKEN`, the name of an entry of `credentials`, or `none`"
            yield document.diagnose("E217", "`auth` is a scheme or a name", document.span(path), help=help)
        return
    if any(key in LATER["scheme"] for key in scheme):
        return
    given = [key for key in scheme if key in _SCHEMES]
    help = "write one of `bearer`, `basic` and `api_key`"
    if not scheme:
        yield document.diagnose("E217", "a scheme is missing", document.span(path), help=help)
    for key in given[1:]:
        title = f"a request has one scheme, and this one has `{given[0]}` and `{key}`"
        yield document.diagnose("E217", title, document.key_span((*path, key)), help="keep one of them")


def _check_derivation(document: Document, path: Path, derivation: Any) -> Iterator[Diagnostic]:
    if isinstance(derivation, str):
        yield from _check_short_derivation(document, path, derivation)
        return
    if not isinstance(derivation, Mapping) or any(key not in keys_of("derivation") for key in derivation):
        return
    sources = [key for key in derivation if key in _SOURCES]
    for key in sources[1:]:
        title = f"a derived value has one source, and this one has `{sources[0]}` and `{key}`"
        yield document.diagnose("E216", title, document.key_span((*path, key)), help="keep one of them")
    if not sources and "regex" not in derivation and "value" not in derivation:
        help = f"write one of {', '.join(f'`{source}`' for source in _SOURCES)}, `regex` or `value`"
        yield document.diagnose("E216", "this derived value has no source", document.key_span(path), help=help)
    if derivation.get("all") is True and not {"regex", "header", "cookie"} & derivation.keys():
        help = "a JSONPath with [*] or .. yields a list by itself" if "json" in derivation else "leave it out"
        at = document.key_span((*path, "all"))
        yield document.diagnose("E216", "`all` goes with `regex`, `header` and `cookie`", at, help=help)


def _check_short_derivation(document: Document, path: Path, source: str) -> Iterator[Diagnostic]:
    if source in _SOURCE_WORDS or (source.startswith("$") and not source.startswith("${{")):
        return
    near = nearest(source, _SOURCE_WORDS)
    if source.startswith("${{"):
        help = f'write `{{value: "{_short(source)}"}}` to compute it'
    elif near is not None:
        help = f"did you mean `{near}`?"
    elif _NAME.match(source):
        help = f"a JSONPath begins with $, as in `$.{_short(source)}`"
    else:
        help = "write a JSONPath, as in `$.id`, or body, status, url, duration"
    yield document.diagnose("E216", f"`{_short(source)}` is no source", document.span(path), help=help)


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."
