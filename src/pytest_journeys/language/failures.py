"""One error of pydantic, told in our words at its place in the file."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from pytest_journeys.language import forms
from pytest_journeys.language.document import Document, Path
from pytest_journeys.language.keys import explain_unknown_key
from pytest_journeys.language.places import name_at, place_of
from pytest_journeys.language.words import LATER
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.nearest import nearest


class Failure(NamedTuple):
    """One error of pydantic at a path of the document. `is_key` says that the key itself is wrong."""

    kind: str
    path: Path
    value: Any
    context: Mapping[str, Any]
    is_key: bool

    @staticmethod
    def of(document: Document, details: Any) -> "Failure":
        """Branch tags of unions and ``[key]`` marks are no part of the path."""
        names: list[str | int] = []
        value: Any = document.tree
        location = details["loc"]
        is_key = bool(location) and location[-1] == "[key]" and details["type"].startswith("string_")
        for name in location[:-1] if is_key else location:
            if isinstance(name, str) and name in _TAGS and not (isinstance(value, Mapping) and name in value):
                continue
            names.append(name)
            try:
                value = value[name]
            except (KeyError, IndexError, TypeError):
                value = None
        return Failure(details["type"], tuple(names), details.get("input"), details.get("ctx", {}), is_key)


_TAGS: Final = frozenset(
    {forms.TEXT, forms.MAPPING, forms.LIST, forms.WHOLE_NUMBER, forms.TRUTH, forms.NULL, forms.NUMBER}
)


def follows_from_another(document: Document, failure: Failure) -> bool:
    """Whether a key is only missing because one that this version does not have stands in its place."""
    if failure.kind != "missing":
        return False
    holder: Any = document.tree
    for name in failure.path[:-1]:
        holder = holder[name]
    return bool(LATER.get(place_of(failure.path[:-1]), {}).keys() & holder.keys())


def explain_failure(document: Document, failure: Failure) -> Diagnostic:
    """One error of pydantic in our words."""
    if place_of(failure.path) == "in_doubt" and isinstance(failure.value, Mapping):
        title, at = "`in_doubt` of a journey is a mapping, and must be a text", document.key_span(failure.path)
        help = "write restart, resend or fail; `ask` and `done_if` stand in the step that they ask about"
        return document.diagnose("E205", title, at, help=help)
    if failure.kind == "extra_forbidden":
        return explain_unknown_key(document, failure.path)
    if failure.kind == "missing":
        return _missing(document, failure)
    if failure.kind == "nothing_given" or (failure.value is None and isinstance(failure.path[-1], int)):
        return _nothing(document, failure)
    if failure.kind == "string_pattern_mismatch":
        return _bad_name(document, failure)
    if failure.kind in ("duration", "duration_type"):
        return _bad_duration(document, failure)
    if failure.kind in _EXPECTED or failure.kind == "union_tag_invalid":
        return _wrong_type(document, failure)
    return _not_allowed(document, failure)


def _missing(document: Document, failure: Failure) -> Diagnostic:
    parent, key = failure.path[:-1], failure.path[-1]
    place = place_of(parent)
    is_named = bool(parent) and isinstance(parent[-1], str)
    span = document.key_span(parent) if is_named else document.start(parent)
    help = _HOW_TO_BEGIN.get((place, str(key)), f"add `{key}: ...`")
    title = f"`{key}` is missing" if not parent else f"`{key}` is missing in {name_at(parent)}"
    return document.diagnose("E204", title, span, help=help)


_HOW_TO_BEGIN: Final = {
    ("journey", "journey"): "begin with the name: `journey: NAME`",
    ("journey", "steps"): "add `steps:` with a list of requests",
    ("retry", "attempts"): "write how many attempts in all: `attempts: 3`",
    ("input", "type"): "add `type: string`, or integer, number, boolean, array, object",
    ("mark", "reason"): "write why: `reason: ...`",
    ("rows", "from"): "name the file: `from: rows.csv`",
    ("doubt", "ask"): "write the question: `ask: {request: HEAD /orders/17}`",
    ("doubt", "done_if"): "say by what the answer tells that it was done: `done_if: {status: 200}`",
}


def _nothing(document: Document, failure: Failure) -> Diagnostic:
    key = failure.path[-1]
    help = "write a value, or remove the key"
    if key in ("steps", "assert", "derive", "inputs", "defaults", "cleanup"):
        help = "what belongs to it stands below, indented deeper"
    if isinstance(key, int):
        return document.diagnose("E213", "nothing stands behind this `-`", document.span(failure.path), help=help)
    return document.diagnose("E213", f"`{key}` has no value", document.key_span(failure.path), help=help)


_NAME_RULES: Final = {
    forms.NAME_PATTERN: "a name begins with a letter or _ and goes on with letters, digits, _ and -",
    forms.TAG_PATTERN: "a tag begins with a letter and goes on with letters, digits, _ and -",
    forms.FIXTURE_PATTERN: "a fixture is named as in Python: letters, digits and _",
    forms.HEADER_PATTERN: "a header's name has letters, digits and -, no space and no colon",
}


def _bad_name(document: Document, failure: Failure) -> Diagnostic:
    shown = _shown(failure.value)
    kind = {forms.TAG_PATTERN: "tag", forms.HEADER_PATTERN: "header's name"}.get(failure.context["pattern"], "name")
    at = document.key_span(failure.path) if failure.is_key else document.span(failure.path)
    help = _NAME_RULES[failure.context["pattern"]]
    if "${{" in str(failure.value):
        help = "names are never references"
    return document.diagnose("E207", f"{shown} is no {kind}", at, help=help)


def _bad_duration(document: Document, failure: Failure) -> Diagnostic:
    value = failure.value
    help = "write numbers with a unit, larger units first: 500ms, 10s, 1h30m"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        help = f"write the unit: {value}s, or {value}ms"
    elif isinstance(value, str) and "${{" in value:
        help = "only `timeout` may be a reference; write the length itself, as in 500ms or 1h30m"
    return document.diagnose("E212", f"{_shown(value)} is no duration", document.span(failure.path), help=help)


_EXPECTED: Final = {
    "string_type": "a text",
    "bool_type": "true or false",
    "int_type": "a whole number",
    "number_type": "a number",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
}


def _wrong_type(document: Document, failure: Failure) -> Diagnostic:
    expected = _EXPECTED.get(failure.kind)
    if expected is None:
        tags = str(failure.context["expected_tags"]).replace("\\x00", "").replace("\0", "").replace("'", "")
        branches = tags.split(", ")
        if "a text" in branches and "true or false" in branches:
            branches.remove("true or false")  # an expression: the words true and false are meant as its text
        expected = " or ".join(branches)
    title = f"{_name_of(failure.path)} is {_actual(failure.value)}, and must be {expected}"
    span = document.span(failure.path)
    if span.line != span.end_line:
        span = document.start(failure.path)
    return document.diagnose("E205", title, span, help=_type_help(failure, expected))


def _actual(value: Any) -> str:
    """What stands there, as a sentence says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {_plain(value)}"
    return forms.form_of(value).removeprefix("\0")


def _type_help(failure: Failure, expected: str) -> str:
    value, key = failure.value, failure.path[-1] if failure.path else ""
    place = place_of(failure.path)
    if isinstance(value, str) and ":" in value and expected == "a mapping" and " " not in value.split(":")[0]:
        name, _, rest = value.partition(":")
        return f"a space is missing after the colon: write `{name}: {rest.strip()}`"
    if (place, expected) in _FORM_HELP:
        return _FORM_HELP[place, expected]
    if key in _KEY_HELP:
        return _KEY_HELP[str(key)]
    if expected.startswith("a text") and not isinstance(value, (str, list, Mapping)) and value is not None:
        return f'write it in quotes: "{_plain(value)}"'
    if expected == "a list" and isinstance(value, str):
        return f"write a list: [{_shortened(value)}]"
    if expected == "true or false" and isinstance(value, str):
        return "write true or false, without quotes"
    if "number" in expected and isinstance(value, str):
        return (
            "write the number without quotes; it is never a reference"
            if "${{" in value
            else "write a number, without quotes"
        )
    return ""


_FORM_HELP: Final = {
    ("step", "a mapping"): "a step is written `- request: METHOD URL`, its other keys below `request`",
    ("steps", "a list"): "each step begins with `- `",
    ("input", "a mapping"): "write `{type: string}`",
    ("retry", "a mapping"): "write `retry: {attempts: 3}`",
    ("poll", "a mapping"): "write `poll: {until: {...}, every: 1s, for: 1m}`",
    ("assertions", "a mapping"): "write sections: `{status: 200, json: {$.path: ...}}`",
    ("end", "a mapping"): "write `end: {reason: ...}`",
    ("derive", "a mapping"): "write names and where their values come from: `{order_id: $.id}`",
    ("mark", "a text or a mapping"): "write the reason, or `{when: ..., reason: ...}`",
}
_KEY_HELP: Final = {
    "json": "below `assert` it maps JSONPaths to expectations; `{$: ...}` is the whole body",
    "headers": "write names and values: `{accept: application/json}`",
    "form": "write names and values: `{name: value}`",
    "query": "write names and values: `{page: 2}`",
    "required": "an input is required unless it has `optional: true` or a default; of an object, list its required members",
    "redirects": "write true, or how many at most",
    "on_failure": "leave it out where a failure ends the run",
    "cookies": "write names and values (`{theme: dark}`), or `none`",
    "ask": "write the question as a request: `ask: {request: GET /orders/17}`",
    "in_doubt": "write restart, resend, fail, or `{ask: {request: ...}, done_if: {status: 200}}`",
    "that": 'write expressions: `that: ["steps.a.total > 0"]`',
}


def _not_allowed(document: Document, failure: Failure) -> Diagnostic:
    """A value of the right type that is none of those allowed, or beyond a limit."""
    context = failure.context
    name = _name_of(failure.path)
    span = document.span(failure.path)
    if failure.kind == "literal_error":
        words = [word.strip("'") for word in str(context["expected"]).replace(" or ", ", ").split(", ")]
        shown = "true" if words == ["True"] else _one_of(words)
        near = nearest(str(failure.value), words)
        title = f"{name} is {_shown(failure.value)}, and must be {shown}"
        help = (
            f"did you mean `{near}`?"
            if near is not None and len(words) > 1
            else _KEY_HELP.get(str(failure.path[-1]), "")
        )
        return document.diagnose("E206", title, span, help=help)
    if failure.kind == "retry_error":
        help = "write connect, timeout, 5xx, or a status from 100 to 599"
        return document.diagnose("E218", f"{_shown(failure.value)} is nothing to retry on", span, help=help)
    limit = next((context[word] for word in ("ge", "le", "gt", "lt") if word in context), None)
    if limit is not None:
        bound = "at least" if "ge" in context or "gt" in context else "at most"
        return document.diagnose(
            "E206", f"{name} is {_shown(failure.value)}, and must be {bound} {_plain(limit)}", span
        )
    if failure.kind in ("too_short", "string_too_short"):
        return document.diagnose("E213", f"{name} is empty", span, help="write a value, or remove the key")
    return document.diagnose("E206", f"{name} cannot be {_shown(failure.value)}", span)


def _name_of(path: Path) -> str:
    """What a sentence calls the value at a path."""
    if not path:
        return "the file"
    if isinstance(path[-1], str):
        return f"`{path[-1]}`"
    holder = next((name for name in reversed(path) if isinstance(name, str)), "")
    return {
        "steps": "a step",
        "cleanup": "a cleanup",
        "tags": "a tag",
        "rows": "a row",
        "secrets": "a secret's name",
    }.get(holder, f"an element of `{holder}`")


def _one_of(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _shortened(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:37]}..."


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _shortened(f"{value:g}" if isinstance(value, float) else str(value))


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return f"`{_shortened(value)}`" if value else "an empty text"
    if isinstance(value, (Mapping, list)):
        return forms.form_of(value).removeprefix("\0")
    return "null" if value is None else _plain(value)
