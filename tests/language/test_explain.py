"""Mistakes in the keys of a journey: code, place, sentence, way out."""

import pytest

from pytest_journeys.language.definition import Journey
from pytest_journeys.language.explain import define
from pytest_journeys.language.places import MODELS, keys_of
from pytest_journeys.language.reader import read
from pytest_journeys.language.words import FOREIGN, LATER
from pytest_journeys.values.diagnostic import Diagnostic
from pytest_journeys.values.source import Source


def told(text: str) -> tuple[Diagnostic, ...]:
    """What is said of a text."""
    return define(read(Source("a.journey.yaml", text)))[1]


def told_of_step(lines: str) -> tuple[Diagnostic, ...]:
    """What is said of a journey with one step of these lines, which begin on line 3 in column 5."""
    return told("journey: x\nsteps:\n  - " + lines.replace("\n", "\n    "))


def told_of_journey(lines: str) -> tuple[Diagnostic, ...]:
    """What is said of a journey with these lines at its end, from line 4 on."""
    return told("journey: x\nsteps:\n  - request: GET /a\n" + lines)


NOT_HERE = "is not in this version"
# lines of a step, code, (line, column, end column), title, help
STEP_MISTAKES = [
    ("request: GET /a\nasert: {}", "E201", (4, 5, 10), "a step has no `asert`", "did you mean `assert`?"),
    ("request: GET /a\nzzz: x", "E201", (4, 5, 8), "a step has no `zzz`", ""),
    ("request: GET /a\npoll: {for: 1m, untill: {}}", "E201", (4, 21, 27), "`poll` has no `untill`", "did you mean `until`?"),
    ("request: GET /a\nwarn: {statu: 200}", "E201", (4, 12, 17), "`warn` has no `statu`", "did you mean `status`?"),
    ("request: GET /a\nretry: {attempts: 2, derive: x}", "E201", (4, 26, 32), "`retry` has no `derive`", "it is a key of a step: is the indent right?"),
    ("request: GET /a\nassert: {status:200}", "E201", (4, 14, 24), "`assert` has no `status:200`", "a space is missing after the colon: write `status: 200`"),
    ("use: a.part.yaml", "E202", (3, 5, 8), f"`use` {NOT_HERE}", "write the steps out in this journey"),
    ("request: GET /a\nassert: {schema: a.json}", "E202", (4, 14, 20), f"`schema` {NOT_HERE}", "`json: {$: {like: {...}}}` compares a part of a document, with types where values differ"),
    ("request: GET /a\nin_doubt: {ask: {}, done_if: {status: 200}}", "E210", (4, 16, 19), "this question asks nothing", "write `request: METHOD URL`, as in `request: HEAD /orders/17`"),
    ("request: GET /a\nauth: {digest: {}}", "E202", (4, 12, 18), f"`digest` {NOT_HERE}", "`basic`, `bearer` and `api_key` are there"),
    ("request: GET /a\ncapture: {a: $.a}", "E203", (4, 5, 12), "a step has no `capture`", "`derive: {NAME: $.path}` takes values from the answer"),
    ("method: GET", "E203", (3, 5, 11), "a step has no `method`", "`request: METHOD URL` is one line, as in `request: GET /carts`"),
    ("request: {method: GET, url: /a, headers: {}}", "E203", (3, 37, 44), "`request` has no `headers`", "it stands beside `request`, not in it"),
    ("request: GET /a\ncleanup: {id: x, request: GET /a}", "E203", (4, 15, 17), "a cleanup has no `id`", "a cleanup is called by its step, as in `pay.cleanup`"),
    ("request: {method: GET}", "E204", (3, 5, 12), "`url` is missing in `request`", "add `url: ...`"),
    ("request: GET /a\nretry: {delay: 1s}", "E204", (4, 5, 10), "`attempts` is missing in `retry`", "write how many attempts in all: `attempts: 3`"),
    ("request: GET /a\ntext: 5", "E205", (4, 11, 12), "`text` is the number 5, and must be a text", 'write it in quotes: "5"'),
    ("request: GET /a\nsafe: 'yes'", "E205", (4, 11, 16), "`safe` is a text, and must be true or false", "write true or false, without quotes"),
    ("request: GET /a\nretry: 3", "E205", (4, 12, 13), "`retry` is the number 3, and must be a mapping", "write `retry: {attempts: 3}`"),
    ("request: GET /a\nassert: {json: [1]}", "E205", (4, 20, 23), "`json` is a list, and must be a mapping", "below `assert` it maps JSONPaths to expectations; `{$: ...}` is the whole body"),
    ("request: GET /a\nreleases: b", "E205", (4, 15, 16), "`releases` is a text, and must be a list", "write a list: [b]"),
    ("request: GET /a\nredirects: many", "E205", (4, 16, 20), "`redirects` is a text, and must be true or false or a whole number", "write true, or how many at most"),
    ("request: GET /a\nassert: {that: 3}", "E205", (4, 20, 21), "`that` is the number 3, and must be a text or a list", 'write expressions: `that: ["steps.a.total > 0"]`'),
    ("request: GET /a\nderive: {a: 5}", "E205", (4, 17, 18), "`a` is the number 5, and must be a text or a mapping", 'write it in quotes: "5"'),
    ("id:open", "E205", (3, 5, 12), "a step is a text, and must be a mapping", "a space is missing after the colon: write `id: open`"),
    ("request: GET /a\nin_doubt: resent", "E206", (4, 15, 21), "`in_doubt` is `resent`, and must be restart, resend or fail", "did you mean `resend`?"),
    ("request: GET /a\ncookies: all", "E206", (4, 14, 17), "`cookies` is `all`, and must be none", "write names and values (`{theme: dark}`), or `none`"),
    ("request: GET /a\nderive: {a: {body: text}}", "E206", (4, 24, 28), "`body` is `text`, and must be true", ""),
    ("request: GET /a\nretry: {attempts: 0}", "E206", (4, 23, 24), "`attempts` is 0, and must be at least 1", ""),
    ("request: GET /a\nretry: {attempts: 2, jitter: 1.5}", "E206", (4, 34, 37), "`jitter` is 1.5, and must be at most 1", ""),
    ("id: a b\nrequest: GET /a", "E207", (3, 9, 12), "`a b` is no name", "a name begins with a letter or _ and goes on with letters, digits, _ and -"),
    ("id: ${{ env.a }}\nrequest: GET /a", "E207", (3, 9, 21), "`${{ env.a }}` is no name", "names are never references"),
    ("request: GET /a\nderive: {a.b: $.a}", "E207", (4, 14, 17), "`a.b` is no name", "a name begins with a letter or _ and goes on with letters, digits, _ and -"),
    ("request: GET /a\nheaders: {a b: c}", "E207", (4, 15, 18), "`a b` is no header's name", "a header's name has letters, digits and -, no space and no colon"),
    ("request: GET /a\nend: {}", "E208", (4, 5, 8), "a step has one action, and this one has `request` and `end`", "make two steps of it"),
    ("request: GET /a\njson: 1\nform: {}", "E209", (5, 5, 9), "a request has one body, and this one has `json` and `form`", "keep one of them"),
    ("id: idle", "E210", (3, 5, 7), "this step does nothing", "add `request: METHOD URL`, or compare values under `assert: {that: [...]}`"),
    ("request: get /a", "E211", (3, 14, 17), "a method is written in capitals", "write GET"),
    ("request: /a", "E211", (3, 14, 16), "the method is missing", "write `request: METHOD URL`, as in `GET /a`"),
    ("request: DELETE", "E211", (3, 14, 20), "the URL is missing", "write `request: DELETE URL`, as in `DELETE /carts`"),
    ("request: ${{ env.m }} /a", "E211", (3, 14, 17), "`${{` is no method", "write METHOD URL, as in `GET /carts`; a method is never a reference"),
    ("request: GET /a/${{ env.x + ' ' }} b", "E211", (3, 39, 40), "a URL has no space in it", "write %20 for a space in a path; members of the query go under `query`"),
    ("request: GET /a\ntimeout: 10", "E212", (4, 14, 16), "10 is no duration", "write the unit: 10s, or 10ms"),
    ("request: GET /a\npoll: {for: 1 min}", "E212", (4, 17, 22), "`1 min` is no duration", "write numbers with a unit, larger units first: 500ms, 10s, 1h30m"),
    ('request: GET /a\npoll: {for: "${{ env.x }}"}', "E212", (4, 17, 31), "`${{ env.x }}` is no duration", "only `timeout` may be a reference; write the length itself, as in 500ms or 1h30m"),
    ("request: GET /a\nwhen:", "E213", (4, 5, 9), "`when` has no value", "write a value, or remove the key"),
    ("request: GET /a\nassert:", "E213", (4, 5, 11), "`assert` has no value", "what belongs to it stands below, indented deeper"),
    ("end: {}\njson: 1", "E214", (4, 5, 9), "`json` does not go with `end`", "an `end` takes `id`, `description` and `when` beside it"),
    ("assert: {that: 'a == b', status: 200}", "E214", (3, 30, 36), "`status` needs an answer, and this step sends no request", "add a `request`, or compare under `that`"),
    ("assert: {that: 'a == b'}\nderive: {}", "E214", (4, 5, 11), "`derive` needs a `request`", "add `request: METHOD URL` to this step"),
    ("request: GET /a\npoll: {every: 1s}", "E215", (4, 5, 9), "this `poll` would never end", "write how long to go on (`for: 1m`) or how often (`attempts: 10`)"),
    ("request: GET /a\nderive: {a: id}", "E216", (4, 17, 19), "`id` is no source", "a JSONPath begins with $, as in `$.id`"),
    ("request: GET /a\nderive: {a: stauts}", "E216", (4, 17, 23), "`stauts` is no source", "did you mean `status`?"),
    ('request: GET /a\nderive: {a: "${{ 1 }}"}', "E216", (4, 17, 27), "`${{ 1 }}` is no source", 'write `{value: "${{ 1 }}"}` to compute it'),
    ("request: GET /a\nderive: {a: {json: $.a, header: b}}", "E216", (4, 29, 35), "a derived value has one source, and this one has `json` and `header`", "keep one of them"),
    ("request: GET /a\nderive: {a: {secret: true}}", "E216", (4, 14, 15), "this derived value has no source", "write one of `json`, `header`, `cookie`, `link`, `body`, `status`, `url`, `duration`, `regex` or `value`"),
    ("request: GET /a\nderive: {a: {json: $.a, all: true}}", "E216", (4, 29, 32), "`all` goes with `regex`, `header` and `cookie`", "a JSONPath with [*] or .. yields a list by itself"),
    ("request: GET /a\nauth: {bearer: a, basic: {username: b, password: c}}", "E217", (4, 23, 28), "a request has one scheme, and this one has `bearer` and `basic`", "keep one of them"),
    ("request: GET /a\nauth: ${{ secrets.a }}", "E217", (4, 11, 27), "`auth` is a scheme or a name", "write `bearer: TOKEN`, the name of an entry of `credentials`, or `none`"),
    ("request: GET /a\nretry: {attempts: 2, errors: [refused]}", "E218", (4, 35, 42), "`refused` is nothing to retry on", "write connect, timeout, 5xx, or a status from 100 to 599"),
]  # fmt: skip
JOURNEY_MISTAKES = [
    ("stesp: []", "E201", (4, 1, 6), "a journey has no `stesp`", "did you mean `steps`?"),
    ("idempotency_key: auto", "E201", (4, 1, 16), "a journey has no `idempotency_key`", "it is a key of a step: is the indent right?"),
    ("assert: {}", "E203", (4, 1, 7), "a journey has no `assert`", "it is a key of a step, and belongs below `steps`"),
    ("headers: {}", "E203", (4, 1, 8), "a journey has no `headers`", "what applies to every request stands under `defaults`"),
    ("timeout: 3s", "E202", (4, 1, 8), f"`timeout` {NOT_HERE}", "give each request a `timeout`, in the step or under `defaults`"),
    ("rows: {from: a.csv, where: row.a}", "E202", (4, 21, 26), f"`where` {NOT_HERE}", "leave rows that should not run out of the file"),
    ("xfail: {when: env.a}", "E204", (4, 1, 6), "`reason` is missing in `xfail`", "write why: `reason: ...`"),
    ("rows: [1]", "E205", (4, 8, 9), "a row is the number 1, and must be a mapping", ""),
    ("skip: true", "E205", (4, 7, 11), "`skip` is true, and must be a text or a mapping", "write the reason, or `{when: ..., reason: ...}`"),
    ("tags: [1]", "E205", (4, 8, 9), "a tag is the number 1, and must be a text", 'write it in quotes: "1"'),
    ("tags: [a b]", "E207", (4, 8, 11), "`a b` is no tag", "a tag begins with a letter and goes on with letters, digits, _ and -"),
    ("inputs: {a: {type: int}}", "E206", (4, 20, 23), "`type` is `int`, and must be string, integer, number, boolean, array or object", "did you mean `integer`?"),
    ("inputs: {a b: {type: string}}", "E207", (4, 10, 13), "`a b` is no name", "a name begins with a letter or _ and goes on with letters, digits, _ and -"),
    ("inputs: {a: {type: string, secret: true, default: x}}", "E219", (4, 42, 49), "a secret input has no default", "give its value by a row or a secret source"),
    ("cleanup:\n  -", "E213", (5, 4, 4), "nothing stands behind this `-`", "write a value, or remove the key"),
    ("cleanup: {end: {}}", "E203", (4, 11, 14), "a cleanup has no `end`", "leave it out: every cleanup runs, though another failed"),
]  # fmt: skip


def check(found: tuple[Diagnostic, ...], code: str, place: tuple[int, int, int], title: str, help: str) -> None:
    """Exactly one finding, exact in every word."""
    assert len(found) == 1
    span = found[0].span
    assert span is not None
    assert (found[0].code, (span.line, span.column, span.end_column), found[0].title, found[0].help) == (
        code,
        place,
        title,
        help,
    )


@pytest.mark.parametrize(
    ("lines", "code", "place", "title", "help"), STEP_MISTAKES, ids=[mistake[0] for mistake in STEP_MISTAKES]
)
def test_a_mistake_in_a_step(lines: str, code: str, place: tuple[int, int, int], title: str, help: str) -> None:
    """One finding for one mistake, at the key or value that is wrong."""
    check(told_of_step(lines), code, place, title, help)


@pytest.mark.parametrize(
    ("lines", "code", "place", "title", "help"), JOURNEY_MISTAKES, ids=[mistake[0] for mistake in JOURNEY_MISTAKES]
)
def test_a_mistake_in_a_journey(lines: str, code: str, place: tuple[int, int, int], title: str, help: str) -> None:
    """One finding for one mistake, at the key or value that is wrong."""
    check(told_of_journey(lines), code, place, title, help)


def test_missing_keys_of_the_journey_are_told_at_its_beginning() -> None:
    """Both at once."""
    found = told("owner: me\n")
    assert [(one.code, one.title) for one in found] == [
        ("E204", "`journey` is missing"),
        ("E204", "`steps` is missing"),
    ]
    assert [(one.code, one.title) for one in told("journey: x\nsteps: []")] == [
        ("E210", "a journey has at least one step")
    ]


def test_everything_is_told_at_once_in_source_order_each_once() -> None:
    """Reader, models and structure together; what an anchor repeats is told where it was written, once."""
    found = told(
        "journey: a b\nx-h: &h {a b: c}\nsteps:\n"
        "  - {request: get /a, headers: *h, nope: 1}\n  - {request: GET /b, headers: *h, headers: 3}\n  - id: c\n"
    )
    places = [(one.code, one.span.line if one.span else 0) for one in found]
    assert places == [("E207", 1), ("E207", 2), ("E211", 4), ("E201", 4), ("E111", 5), ("E210", 6)]


def test_a_name_with_control_characters_is_told_visibly() -> None:
    """What an escape put into a key reaches no terminal."""
    (found,) = told_of_step('request: GET /a\n"\\e[31mred": 1')
    assert found.title == r"a step has no `\u001b[31mred`"


def test_what_cannot_be_read_is_not_judged() -> None:
    """Where the reader gave up, its finding is the only one."""
    journey, found = define(read(Source("a.yaml", "journey: x\nsteps:\n  - request: [\n")))
    assert journey is None
    assert [one.code for one in found] == ["E118"]


def test_a_warning_stops_nothing() -> None:
    """The journey is there, and the warning is told."""
    journey, found = define(read(Source("a.yaml", "journey: x\ndescription: Issue #5\nsteps:\n  - request: GET /a\n")))
    assert isinstance(journey, Journey)
    assert [one.code for one in found] == ["E123"]


@pytest.mark.parametrize("place", [place for place in {**LATER, **FOREIGN} if place in MODELS])
def test_a_key_that_is_there_is_never_refused_with_a_sentence(place: str) -> None:
    """No table names a key that the models take, and no key is both later and foreign."""
    later, foreign = LATER.get(place, {}), FOREIGN.get(place, {})
    assert not set(keys_of(place)) & {*later, *foreign}
    assert not later.keys() & foreign.keys()
    for sentence in {**later, **foreign}.values():
        assert sentence
        assert not sentence.endswith(".")


@pytest.mark.parametrize(
    "key",
    [
        *("use", "for_each", "multipart", "graphql", "xml", "tls", "proxy", "http2", "jar"),
        *("mask", "repeat", "stream", "exclusive", "steps"),
    ],
)
def test_every_later_key_of_a_step_has_its_sentence(key: str) -> None:
    """Refused, never ignored: one finding each, which says what to do in this version."""
    found = [one for one in told_of_step(f"request: GET /a\n{key}: x") if one.code == "E202"]
    assert [one.title for one in found] == [f"`{key}` is not in this version"]
    assert found[0].help
