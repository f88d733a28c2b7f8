"""Journeys for the tests of this room: texts that are compiled, and marks that say where a finding is expected.

A comment of carets under a line expects a finding there: ``#     ^^^^ E304`` (one caret for each character of the span);
``# <<< E413`` expects it at the key that the line begins with.
"""

import re
import textwrap
from typing import Any

from pytest_journeys.artifact.codec import encode_artifact
from pytest_journeys.artifact.model import Artifact, Step
from pytest_journeys.artifact.source_map import SourceMap
from pytest_journeys.compiler.compiler import Compiled, compile_journey
from pytest_journeys.values.canonical import digest_of_bytes
from pytest_journeys.values.source import Source

Found = tuple[str, int, int, int]
"""A code, the line, the first column, and how many characters."""

_MARK = re.compile(r"\s*#\s*(\^+|<<<) (E[0-9]+)")
_KEY = re.compile(r"[- ]*([^: ]+):")


def compiled(text: str, files: dict[str, bytes] | None = None) -> Compiled:
    """What comes of a text; `files` are beside it."""

    def read(name: str) -> bytes:
        if files is None or name not in files:
            raise FileNotFoundError(2, "No such file or directory", name)
        return files[name]

    return compile_journey(Source("checkout.journey.yaml", textwrap.dedent(text)), read=read)


def artifact_of(text: str, files: dict[str, bytes] | None = None) -> Artifact:
    """The artifact of a text that compiles without a finding."""
    found = compiled(text, files)
    assert found.diagnostics == (), found.diagnostics
    assert found.artifact is not None
    return found.artifact


def source_map_of(text: str) -> SourceMap:
    """The source map of a text that compiles."""
    found = compiled(text)
    assert found.source_map is not None, found.diagnostics
    return found.source_map


def step_of(step: str, files: dict[str, bytes] | None = None, *, top: str = "") -> Step:
    """The last step of a small journey: `step` is its text below the id, `top` what stands above the steps."""
    return artifact_of(journey_with(step, top), files).steps[-1]


def journey_with(step: str, top: str = "") -> str:
    """A journey whose step `sign-in` derives a secret `token` and a `user`, and whose last step is given."""
    body = textwrap.indent(textwrap.dedent(step).strip("\n"), "    ")
    return (
        textwrap.dedent(top).strip("\n")
        + """
journey: small
inputs:
  user: {type: string, default: ada}
  quantity: {type: integer, default: 1}
  pin: {type: string, secret: true, optional: true}
secrets: [shop_password]
steps:
  - id: sign-in
    request: POST https://shop.test/login
    json: {user: "${{ inputs.user }}", password: "${{ secrets.shop_password }}"}
    derive: {token: {json: $.token, secret: true}, user: $.user}
    assert: {that: [steps.sign-in.user == inputs.user]}
  - id: last
"""
        + body
        + "\n"
    )


def digest_of(text: str, files: dict[str, bytes] | None = None) -> str:
    """The digest of the artifact of a text."""
    found = compiled(text, files)
    assert found.artifact is not None, found.diagnostics
    return digest_of_bytes(encode_artifact(found.artifact))


def found_in(text: str, files: dict[str, bytes] | None = None) -> list[Found]:
    """Every finding of a text with its place."""
    return [
        (one.code, one.span.line, one.span.column, one.span.end_column - one.span.column)
        for one in compiled(text, files).diagnostics
        if one.span is not None
    ]


def marked_in(text: str) -> list[Found]:
    """The findings that the marks of a text expect: below the line that they are about."""
    expected: list[Found] = []
    about, text_above = 0, ""
    for number, line in enumerate(textwrap.dedent(text).splitlines(), start=1):
        mark = _MARK.match(line)
        if mark is None:
            about, text_above = number, line
            continue
        where = _KEY.match(text_above) if mark[1] == "<<<" else mark
        assert where is not None, text_above
        expected.append((mark[2], about, where.start(1) + 1, len(where[1])))
    return sorted(expected, key=lambda one: (one[1], one[2], one[0]))


def only(values: Any) -> Any:
    """The one value of a collection."""
    (value,) = values
    return value
