"""What holds for every journey: compiling raises nothing, and no value of a run is in what is compiled."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from compiler.journeys import compiled
from compiler.test_digest import JOURNEY
from pytest_journeys.artifact.codec import decode_artifact, encode_artifact
from pytest_journeys.compiler.compiler import compile_journey
from pytest_journeys.values.source import Source

PIECES = [
    *("${{ ", " }}", "$", "'", '"', "[", "]", "{", "}", ": ", ", ", ".", "- ", "null", "true", "1.5", "2xx", "500ms"),
    *("secrets.", "steps.", "inputs.", "uuid()", "response.json", "it", "run.failed", "env.x", "row.", "sign-in"),
    *("equals", "like", "$type", "any_of", "matches", "between", "length", "status", "headers", "json", "cookies"),
    *("derive", "assert", "poll", "retry", "until", "cleanup", "value", "secret", "default", "regex", "end", "when"),
]
WORDS = st.text("abcdefghijklmnopqrstuvwxyz", min_size=12, max_size=20)


@st.composite
def damaged(draw: st.DrawFn) -> str:
    """The journey of the digest tests with a few pieces put in the place of others."""
    text = JOURNEY
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        text = text[:start] + draw(st.sampled_from(PIECES)) + text[start + draw(st.integers(0, 12)) :]
    return text


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(damaged())
def test_every_text_is_compiled_or_told_what_is_wrong(text: str) -> None:
    """Never an exception; either an artifact that survives its bytes, or an error with a place inside the file."""
    found = compiled(text)
    lines = len(text.splitlines()) + 1
    assert all(one.span is None or 1 <= one.span.line <= lines for one in found.diagnostics)
    if found.artifact is None:
        assert any(one.severity.value == "error" for one in found.diagnostics)
    else:
        assert decode_artifact(encode_artifact(found.artifact)) == found.artifact


@settings(max_examples=25, deadline=None)
@given(st.lists(WORDS, min_size=4, max_size=4, unique=True))
def test_no_row_is_in_the_artifact(words: list[str]) -> None:
    """Rows are what a run is given: inline ones are in the source map, and nowhere in the artifact."""
    user, sku, note, other = words
    text = f"""
journey: j
inputs: {{user: {{type: string}}, pin: {{type: string, secret: true}}}}
rows:
  - {{user: {user}, pin: {sku}, note: {note}}}
  - {{user: {user}, pin: {other}}}
steps:
  - request: POST https://shop.test/${{{{ inputs.user }}}}
    json: {{pin: "${{{{ inputs.pin }}}}", note: "${{{{ default(row.note, null) }}}}"}}
"""
    found = compiled(text)
    assert found.artifact is not None, found.diagnostics
    assert not [word for word in words if word.encode() in encode_artifact(found.artifact)]


def test_no_file_but_the_ones_that_are_named_is_read() -> None:
    """Compiling looks at the text and at what it embeds; rows, environments and secrets are for the run."""
    read: list[str] = []

    def reading(name: str) -> bytes:
        read.append(name)
        return b'{"a": 1}'

    text = """
journey: j
secrets: [key]
rows: rows.csv
steps:
  - request: POST ${{ env.url }}/${{ row.id }}
    json_file: body.json
    auth: {bearer: "${{ secrets.key }}"}
  - request: POST ${{ env.url }}/x
    file: ${{ row.id }}.png
  - request: POST ${{ env.url }}/y
    file: photo.png
"""
    found = compile_journey(Source("j.journey.yaml", text), read=reading)
    assert found.diagnostics == ()
    assert read == ["body.json", "photo.png"]
